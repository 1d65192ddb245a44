"""The pytest plugin: clauses as tests, opt-in, with the diagnostic as the failure text."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]
INSTALLED = any(e.value == "kwlogic.pytest_plugin" for e in entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "kwlogic.pytest_plugin")
GOOD = "module good\nkernel top(a: Int, b: Int) -> (m: Int)\n  ensures left: m >= a\n  ensures m >= b\n= if a >= b then a else b\n"
BAD = GOOD.replace("module good", "module bad").replace("a >= b then", "a > b + 1 then")


@pytest.fixture(scope="module", autouse=True)
def loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a run imports, pytester forgets afterwards: so all of it is imported before, or later tests would meet it twice."""
    from kwlogic.render import full  # noqa: F401
    from kwlogic.workspace.check import check
    from kwlogic.workspace.data import CheckRequest

    folder = tmp_path_factory.mktemp("loaded")
    for name, text in (("good", GOOD), ("bad", BAD), ("broken", "module broken\nkernel k(x: Int) -> (y: Int)\n= z\n")):
        (folder / f"{name}.kw").write_text(text, encoding="utf-8")
        check(CheckRequest((f"{name}.kw",), folder, jobs=1))


@pytest.fixture
def specs(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makefile(".kw", good=GOOD, bad=BAD, broken="module broken\nkernel k(x: Int) -> (y: Int)\n= z\n")
    pytester.makepyfile(test_it="def test_it():\n    pass\n")
    return pytester


def test_nothing_is_collected_unasked(specs: pytest.Pytester):
    specs.runpytest_inprocess(*PLUGIN, "-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_file_that_is_named_is_collected(specs: pytest.Pytester):
    result = specs.runpytest_inprocess(*PLUGIN, "-p", "no:cacheprovider", "good.kw", "-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*good.kw::text PASSED*", "*good.kw::top/ensures/1?left? PASSED*"])


def test_each_clause_is_a_test_with_its_diagnostic(specs: pytest.Pytester):
    specs.path.joinpath("good.kw").unlink()
    result = specs.runpytest_inprocess(*PLUGIN, "-p", "no:cacheprovider", "--kwlogic")
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(["*error?KW501?*", "*bad.kw:3:*", "*counterexample, replayed: a = *", "*there is no*`z`*"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.slow
def test_kernels_through_the_gate(specs: pytest.Pytester):
    result = specs.runpytest_inprocess(*PLUGIN, "-p", "no:cacheprovider", "--kwlogic-gate", "bad.kw", "-k", "gate")
    result.assert_outcomes(failed=1, deselected=3)
    result.stdout.fnmatch_lines(["*KW601*", "*again: kwlogic gate bad.kw::top --replay *"])
