"""Orders of the outputs: which are chosen and why, and that what is let in agrees with brute force in any of them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from residual_walk import Walk, pick
from test_residuals import PROMPT, SMALL, Compared, Domain, program_of

from kwlogic.core.program import Program
from kwlogic.core.types import STRING
from kwlogic.core.value import SetV, iter_list, list_value
from kwlogic.weave.decode.data import HOLE, Free, Kind, Known, OneOf, Site
from kwlogic.weave.decode.masker import Masker
from kwlogic.weave.decode.residual import residuals_for
from kwlogic.weave.decode.vocabulary import Vocabulary

FEW = Domain(ints=(0, 1, 2), length=2, words=("", "a", "A"))
RECORD = "record R(t: Int, xs: List[Small])\n"
KERNELS: dict[str, tuple[str, dict[str, Any]]] = {
    "joined": ('(s: String, xs: List[String])\n  ensures len(xs) == n\n  ensures s == join("", xs)', {"n": 1}),
    "sorted": ("(ys: List[Small], xs: List[Small])\n  ensures ys == sort(xs)\n  ensures len(xs) == n", {"n": 2}),
    "members": ("(s: Set[Small], xs: List[Small])\n  ensures s == fold(fn (t, x) => union(t, {x}), {}, xs)\n  ensures len(xs) == n", {"n": 2}),
    "upper": ("(b: Bool, up: String, s: String)\n  ensures up == upper(s)\n  ensures b <==> up == s", {"n": 0}),
    "product": ("(p: Int, a: Small, b: Small)\n  ensures p == a * a * b + a * b * b\n  ensures p > n", {"n": 3}),
    "sometimes": ("(xs: List[Small], ok: Bool)\n  ensures ok <==> n > 2\n  ensures not ok ==> xs == [1, n]", {"n": 2}),
    "field": ("(r: R, d: Small)\n  ensures r.xs == [n, n]\n  ensures d == len(r.xs) - 1\n  ensures r.t == 2", {"n": 1}),
    "circle": ("(a: Small, b: Small)\n  ensures a == b * n\n  ensures b == a // 1", {"n": 1}),
    "partial": ("(a: Int, b: Small)\n  ensures a == n // b\n  ensures b > 0", {"n": 2}),
    "bounded": ("(s: {t: String | len(t) < 2}, xs: List[String])\n  ensures s == join(\"\", xs)\n  ensures len(xs) == n", {"n": 2}),
}  # fmt: skip


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    texts = (f"kernel k{i}(n: Int) -> {text}{PROMPT}" for i, (text, _) in enumerate(KERNELS.values()))
    small = SMALL.replace("-1 <= n < 5", "0 <= n < 3")
    return program_of(tmp_path_factory.mktemp("order"), small + RECORD + "\n".join(texts))


def kernel_of(program: Program, name: str) -> Any:
    return program.kernels[f"left.k{list(KERNELS).index(name)}"]


@pytest.mark.parametrize("name", ["joined", "sorted", "members", "upper", "product", "sometimes", "field", "circle", "partial"])
@pytest.mark.parametrize("order", ["declared", "reversed", "chosen"])
def test_what_is_let_in_is_what_has_a_completion_in_any_order(name: str, order: str, program: Program) -> None:
    kernel, inputs = kernel_of(program, name), KERNELS[name][1]
    told = tuple(p.name for p in kernel.outputs)[::-1] if order == "reversed" else order
    compared = Compared(program, kernel, inputs, FEW, order=told)
    if compared.residuals.checked_after():
        assert order == "declared" or (order == "reversed" and name == "upper")
        return
    if name in ("product", "partial"):
        compared.domain = Domain(ints=tuple(range(17)), length=2)
        compared.all = [t for t in _all(compared) if max(t["a"][1], t["b"][1]) < 3 or name == "partial"]
    assert compared.all
    for seed in range(2):
        env = {**inputs, **compared.walk(Random(seed))}
        assert all(compared.residuals.evaluator.holds(c, env) for c in kernel.ensures)
    assert not compared.residuals.checked_after()


def _all(compared: Compared) -> list[Any]:
    from test_residuals import satisfying

    return satisfying(compared.kernel, compared.program, compared.inputs, compared.domain)


@pytest.mark.parametrize(
    ("name", "order", "why"),
    [
        ("joined", ("xs", "s"), 'what others are computed from comes first, which guarantees `s == join("", xs)`'),
        ("sorted", ("ys", "xs"), "as declared: in the order xs, ys no more is guaranteed, and no less left out"),
        ("upper", ("s", "up", "b"), "what others are computed from comes first, which guarantees `up == upper(s)`"),
        ("circle", ("a", "b"), ""),
        ("bounded", ("s", "xs"), "as declared: in the order xs, s no more is guaranteed, and no less left out"),
    ],
)
def test_the_order_that_is_chosen_and_why(name: str, order: tuple[str, ...], why: str, program: Program) -> None:
    residuals = residuals_for(kernel_of(program, name), KERNELS[name][1], program, order="chosen")
    assert residuals.order == order, residuals.ordered
    assert not why or residuals.ordered == why


def test_a_text_that_must_fit_is_not_guaranteed_by_what_comes_first(program: Program) -> None:
    residuals = residuals_for(kernel_of(program, "bounded"), {"n": 2}, program, order=("xs", "s"))
    assert [left.clause.text for left in residuals.checked_after()] == ['s == join("", xs)']


def test_what_only_says_what_a_derived_port_is_leaves_the_others_free(program: Program) -> None:
    residuals = residuals_for(kernel_of(program, "joined"), {"n": 2}, program, order=("xs", "s"))
    assert not residuals.concerns(("xs", None))
    assert residuals.concerns(("s",))
    items = {"s": HOLE, "xs": Known(list_value(["q", '"']))}
    assert residuals.residual(Site(("s",), ("s",), Kind.VALUE, STRING), items) == OneOf(('q"',))
    assert residuals.completion(items) == {"s": 'q"', "xs": items["xs"].value}
    declared = residuals_for(kernel_of(program, "joined"), {"n": 2}, program)
    assert declared.residual(Site(("s",), ("s",), Kind.VALUE, STRING), {"s": HOLE, "xs": HOLE}) == Free()


def test_an_order_that_is_none_is_refused(program: Program) -> None:
    kernel = kernel_of(program, "joined")
    with pytest.raises(ValueError, match="did you mean `chosen`"):
        residuals_for(kernel, {"n": 1}, program, order="choosen")
    with pytest.raises(ValueError, match=r"each output of `left\.k0` once \(s, xs\), not xs"):
        residuals_for(kernel, {"n": 1}, program, order=["xs"])


def test_a_masker_writes_in_the_order_and_reports_it(program: Program) -> None:
    kernel = kernel_of(program, "joined")
    tokens = Vocabulary([bytes([b]) for b in range(256)] + [b"<end>"], eos=[256])
    masker = Masker(kernel, {"n": 2}, tokens, program=program, order="chosen")
    assert masker.begin_with(b'{"xs":["q","\\""],"s":"q')
    assert [chr(i) for i in masker.allowed()] == ["\\"]
    assert masker.begin_with(b'\\""}')
    assert masker.complete
    assert masker.value()["s"] == 'q"'
    shown = masker.report().lines()
    assert 'written in the order xs, s: what others are computed from comes first, which guarantees `s == join("", xs)`' in shown
    unasked = Masker(kernel, None, tokens, program=program, order=["xs", "s"])
    assert unasked.report().order == ("xs", "s")
    assert unasked.begin_with(b'{"xs":[')


def test_members_of_a_defined_set_may_come_in_any_order(program: Program) -> None:
    kernel = kernel_of(program, "members")
    assert {members_of(kernel, program, Random(seed)) for seed in range(4)} == {True, False}


def members_of(kernel: Any, program: Program, random: Random) -> bool:
    """Whether the members of a set that was defined came in order."""
    residuals = residuals_for(kernel, {"n": 2}, program, order=("xs", "s"))
    came: list[Any] = []

    def choose(site: Site, so_far: Any) -> Any:
        value = pick(residuals.residual(site, so_far), site.type, random)
        came.extend([value] if site.path[0] == "s" and site.kind is Kind.VALUE else [])
        return value

    output = Walk(kernel, program, choose, residuals.order).run()
    assert output["s"] == SetV(iter_list(output["xs"]))
    return came == sorted(came)
