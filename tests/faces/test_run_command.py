"""`kwlogic run`, `eval` and `fmt` from outside."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

BILL = """module shop.bill

type Color = Red | Green
record Line(label: String, qty: Int, price: Real)

fn amount(lines: List[Line]) -> Real
= match lines { case [] => 0.0 case [l, *rest] => real(l.qty) * l.price + amount(rest) }

kernel bill(lines: List[Line], limit: Real) -> (ok: Bool, total: Real)
  requires limit >= 0.0
  requires len(lines) > 0 and amount(lines) / limit >= 0.0
  ensures ok ==> total <= limit
= (amount(lines) <= limit + 1.0, amount(lines))

kernel every(n: Int) -> (m: Int)
  ensures forall k: Int :: k > n ==> k > m
= n

kernel same[a](x: a) -> (y: a)
= x

kernel ask(text: String) -> (answer: String)
  by prompt \"\"\"{text}\"\"\"

kernel bare(text: String) -> (answer: String)

kernel half(n: Int) -> (m: Int)
  requires n % 2 == 0
= n // 2

kernel quarter(n: Int) -> (k: Int) = compose half >> half[n as m, m as k]
"""


@pytest.fixture(autouse=True)
def bill(write: Write) -> None:
    write("specs/bill.kw", BILL)
    write("kwlogic.toml", 'paths = ["specs"]\n')


def document(qty: object, limit: object) -> str:
    return json.dumps({"lines": [{"label": "a", "qty": qty, "price": 1.25}], "limit": limit})


@pytest.mark.parametrize("name", ["specs/bill.kw::bill", "shop.bill.bill", "bill"])
def test_outputs_are_json(cli: Cli, name: str) -> None:
    done = cli("run", name, "--input", "-", stdin=document(2, 5))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"ok": True, "total": 2.5}


def test_input_from_a_file(cli: Cli, write: Write) -> None:
    write("in.json", document(2, 5))
    assert cli("run", "bill", "--input", "in.json").returncode == 0
    missing = cli("run", "bill", "--input", "absent.json")
    assert (missing.returncode, "KW710" in missing.stderr) == (2, True)


def test_a_broken_ensures_shows_every_part(cli: Cli) -> None:
    done = cli("run", "bill", "--input", "-", stdin=document(2, 2))
    assert (done.returncode, done.stdout) == (1, "")
    for line in ("error[KW722]", "specs/bill.kw:12:3", "ok = true", "total <= limit = false", "total = 2.5", "limit = 2.0"):
        assert line in done.stderr
    assert 'inputs: lines = [Line("a", 2, 1.25)], limit = 2.0' in done.stderr


def test_a_broken_requires(cli: Cli) -> None:
    done = cli("run", "bill", "--input", "-", stdin=json.dumps({"lines": [], "limit": 1}))
    assert done.returncode == 1
    assert "error[KW721]" in done.stderr
    assert "len(lines) = 0" in done.stderr


def test_something_undefined(cli: Cli) -> None:
    done = cli("run", "bill", "--input", "-", stdin=document(2, 0))
    assert done.returncode == 1
    assert "error[KW723]" in done.stderr
    assert "specs/bill.kw:11:31" in done.stderr


def test_a_clause_that_cannot_be_run_is_passed_over(cli: Cli) -> None:
    done = cli("run", "every", "--input", "-", stdin='{"n": 3}')
    assert (done.returncode, done.stdout) == (0, '{"m": 3}\n')
    assert "note[KW730]" in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (document(2.5, 5), "$.lines[0].qty"),
        ('{"lines": [], "limit": 1, "limt": 2}', "limt"),
        ('{"lines": []}', "limit"),
        ('{"lines": [], "limit": NaN}', "line 1"),
        ("", "end of the text"),
        ("[" * 100_000, "KW720"),
    ],
)
def test_input_that_does_not_fit(cli: Cli, text: str, words: str) -> None:
    done = cli("run", "bill", "--input", "-", stdin=text)
    assert done.returncode == 2
    assert "error[KW720]" in done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "code"), [("bare", "KW724"), ("same", "KW724"), ("bil", "KW726"), ("specs/gone.kw::bill", "KW704")])
def test_kernels_that_cannot_be_run(cli: Cli, name: str, code: str) -> None:
    done = cli("run", name, "--input", "-", stdin="{}")
    assert done.returncode == 2
    assert f"error[{code}]" in done.stderr


def test_an_oracle_without_a_model(cli: Cli) -> None:
    done = cli("run", "ask", "--input", "-", stdin='{"text": "x"}')
    assert done.returncode == 1
    assert "error[KW841]: `ask` failed: no model is configured: name one as `run.model`" in done.stderr


def test_compositions_run(cli: Cli) -> None:
    done = cli("run", "quarter", "--input", "-", stdin='{"n": 12}')
    assert (done.returncode, done.stdout) == (0, '{"k": 3}\n')
    done = cli("run", "quarter", "--input", "-", stdin='{"n": 6}')
    assert done.returncode == 1
    assert "error[KW843]: `quarter` was stopped: `half` was started outside of its requires" in done.stderr
    assert "where n % 2 = 1" in done.stderr


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sort([3, 1, 2])", "[1, 2, 3]"),
        ("sum([1.5, 2.5])", "4.0"),
        ('{"a": Some(1.0 / 3.0)}', '{"a": Some((1.0 / 3.0))}'),
        ("len(range(0, 30000))", "30000"),
        ("7 // -2", "-4"),
    ],
)
def test_eval(cli: Cli, expression: str, value: str) -> None:
    done = cli("eval", expression)
    assert (done.returncode, done.stdout, done.stderr) == (0, value + "\n", "")


@pytest.mark.parametrize("module", ["shop.bill", "specs/bill.kw"])
def test_eval_in_a_module(cli: Cli, module: str) -> None:
    assert cli("eval", 'amount([Line("a", 2, 1.5)])', "--module", module).stdout == "3.0\n"


@pytest.mark.parametrize(
    ("expression", "code", "words"),
    [
        ("1 // 0", 1, "error[KW723]"),
        ("1 +", 2, "error[KW101]"),
        ("lenght([1])", 2, "did you mean `len`?"),
        ("2 + 1.5", 2, "2.0"),
        ("fn (x: Int) => x", 1, "error[KW727]"),
        ("forall n: Int :: n == n", 2, "unbounded"),
        ("(" * 5000, 2, "error[KW1"),
    ],
)
def test_eval_goes_wrong(cli: Cli, expression: str, code: int, words: str) -> None:
    done = cli("eval", expression)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- fmt

UGLY = "module   ugly\n# kept\nfn f(x:Int)->Int\n=   x+1  # beside\n"


def test_without_a_model_a_kept_run_says_so_too(cli: Cli, write: Write) -> None:
    write("bill.kw", BILL)
    done = cli("run", "ask", "--input", "-", "--store", "runs.sqlite", stdin='{"text": "x"}')
    assert done.returncode == 1
    assert "error[KW841]: `ask` failed: no model is configured: name one as `run.model`" in done.stderr


def test_fmt(cli: Cli, write: Write) -> None:
    path = write("ugly.kw", UGLY)
    assert cli("fmt", "--check", "ugly.kw").returncode == 1
    diff = cli("fmt", "--diff", "ugly.kw")
    assert diff.returncode == 1
    assert "-=   x+1  # beside" in diff.stdout
    assert path.read_text() == UGLY
    assert cli("fmt", "ugly.kw").returncode == 0
    text = path.read_text()
    assert "= x + 1" in text
    assert "# kept" in text
    assert "# beside" in text
    assert cli("fmt", "--check", "ugly.kw").returncode == 0
    assert cli("fmt", "-", stdin=UGLY).stdout == text


def test_fmt_leaves_what_does_not_parse(cli: Cli, write: Write) -> None:
    path = write("bad.kw", "module bad\nfn f(\n")
    done = cli("fmt", "bad.kw")
    assert done.returncode == 1
    assert "error[KW1" in done.stderr
    assert path.read_text() == "module bad\nfn f(\n"
    assert cli("fmt", "-", stdin="fn f(").returncode == 1
    assert cli("fmt", "absent.kw").returncode == 2


def test_a_run_is_kept_and_goes_on(cli: Cli, write: Write) -> None:
    write(
        "functions.py",
        "import pathlib\n\ndef flaky(n):\n    log = pathlib.Path('calls')\n    log.open('a').write('x')\n    if n > 5 and not pathlib.Path('up').exists():\n        raise OSError('down')\n    return n + 1\n",
    )
    write("kwlogic.toml", 'paths = ["specs"]\n[run]\npython = ["functions"]\ncache = false\n')
    write(
        "specs/flow.kw",
        'module flow\nkernel bump(n: Int) -> (m: Int)\n  ensures m == n + 1\n  by python "functions:flaky"\nkernel flow(n: Int) -> (k: Int) = compose bump[m as a] >> bump[n as a, m as k]\n',
    )
    done = cli("run", "flow", "--input", "-", "--store", "runs.sqlite", stdin='{"n": 5}')
    assert done.returncode == 1
    assert "error[KW842]: `flow` failed: `functions:flaky` raised OSError: down" in done.stderr
    run = done.stderr.split("--resume ")[1].split("`")[0]
    write("up", "")
    done = cli("run", "flow", "--resume", run, "--store", "runs.sqlite")
    assert (done.returncode, done.stdout) == (0, '{"k": 7}\n')
    assert write("calls2", "").with_name("calls").read_text(encoding="utf-8") == "xxx", "the first step was not called again"
    done = cli("run", "flow", "--resume", "nonesuch", "--store", "runs.sqlite")
    assert done.returncode == 2
    assert "error[KW844]: the store has no run `nonesuch`" in done.stderr
