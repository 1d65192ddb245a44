"""Running compositions: order, contracts at every step, failure, fallback and rollback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from kwlogic.compose.interpret import Interpreter, now
from kwlogic.compose.running import Broken, Failed, Fault, OneByOne, Ports, Step, Where
from kwlogic.core.program import Kernel, Program
from kwlogic.core.value import iter_list, list_value
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

SPEC = """module m
resource ledger
kernel ask(q: String) -> (n: Int)
  ensures n >= 0
  by prompt "{q}"
kernel double(n: Int) -> (m: Int)
  requires n <= 100
  ensures m == 2 * n
= 2 * n
kernel zero(q: String) -> (n: Int) = 0
kernel post(m: Int) -> (id: Int)
  writes ledger
  rollback unpost
  by tool "post"
kernel unpost(id: Int) -> (done: Bool)
  writes ledger
  by tool "unpost"
kernel step(acc: Int, item: Int) -> (sum: Int)
  requires item >= 0
  ensures sum >= 0
= if acc + item < 0 then 0 else acc + item
kernel dec(n: Int) -> (less: Int) = n - 1

kernel line(q: String) -> (m: Int) = compose ask >> double
kernel safe(q: String) -> (n: Int) = compose (retry 2 ask) ?? zero
kernel many(q: List[String]) -> (n: List[Int]) = compose map ask
kernel total(acc: Int, item: List[Int]) -> (sum: Int) = compose (fold (step[sum as acc]) invariant (acc >= 0))[acc as sum]
kernel down(n: Int) -> (end: Int) = compose (iterate (dec[less as n]) while (n > 0) max 3)[n as end]
kernel sign(n: Int) -> (m: Int) = compose case (n > 0) then double else (id(n)[n as m])
kernel pay(a: Int, b: Int, q: String) -> (x: Int, y: Int, n: Int)
{
  x <- post(a);
  y <- post(b) after x;
  n <- ask(q) after y;
}
kernel small(n: Int) -> (m: Int) { guard n < 10; m <- double(n); }
"""

Oracle = Callable[[Kernel, Ports, Where], Ports]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("run")
    (folder / "m.kw").write_text(SPEC, encoding="utf-8")
    project = project_of(("m.kw",), folder)
    loaded = load(select(("m.kw",), project, folder)[0], project, folder)
    program, problems = elaborate_all(loaded, folder)
    assert not problems
    return program


def play(program: Program, name: str, inputs: Ports, oracle: Oracle) -> Ports:
    interpreter = Interpreter(program, OneByOne(oracle))
    return now(interpreter.run(program.kernels[f"m.{name}"], inputs))


def answers(*values: int) -> Oracle:
    left = list(values)
    return lambda kernel, inputs, where: {"n": left.pop(0)}


def test_a_chain(program):
    assert play(program, "line", {"q": "?"}, answers(7)) == {"m": 14}


def test_what_breaks_a_contract_fails_the_kernel(program):
    with pytest.raises(Failed, match="breaks its contract") as caught:
        play(program, "line", {"q": "?"}, answers(-1))
    assert caught.value.faults[0].message == "`n >= 0` is false"


def test_a_step_is_never_started_outside_of_its_requires(program):
    with pytest.raises(Broken, match="`double` was started outside of its requires"):
        play(program, "line", {"q": "?"}, answers(101))


def test_attempts_are_told_what_went_wrong_and_a_fallback_goes_on(program):
    heard: list[tuple[str, ...]] = []

    def oracle(kernel: Kernel, inputs: Ports, where: Where) -> Ports:
        heard.append(where.heard)
        return {"n": -5}

    assert play(program, "safe", {"q": "?"}, oracle) == {"n": 0}
    assert heard == [(), ("the output of `ask` breaks its contract; `n >= 0` is false",)]


def test_map_fold_iterate_case_and_guard(program):
    many = play(program, "many", {"q": list_value(["a", "b", "c"])}, answers(1, 2, 3))
    assert list(iter_list(many["n"])) == [1, 2, 3]
    assert play(program, "many", {"q": list_value([])}, answers()) == {"n": list_value([])}
    assert play(program, "total", {"acc": 1, "item": list_value([2, 3])}, answers()) == {"sum": 6}
    with pytest.raises(Broken, match="before the first item"):
        play(program, "total", {"acc": -1, "item": list_value([])}, answers())
    assert play(program, "down", {"n": 3}, answers()) == {"end": 0}
    with pytest.raises(Failed, match="still holds after 3 rounds"):
        play(program, "down", {"n": 4}, answers())
    assert play(program, "sign", {"n": 4}, answers()) == {"m": 8}
    assert play(program, "sign", {"n": -4}, answers()) == {"m": -4}
    assert play(program, "small", {"n": 9}, answers()) == {"m": 18}
    with pytest.raises(Failed, match="the guard `n < 10` does not hold"):
        play(program, "small", {"n": 10}, answers())


def test_finished_steps_are_rolled_back_in_reverse(program):
    calls: list[object] = []

    def oracle(kernel: Kernel, inputs: Ports, where: Where) -> Ports:
        calls.append((kernel.name, *inputs.values()))
        if kernel.name == "m.ask":
            raise Failed("no answer", where)
        return {"id": inputs["m"]} if kernel.name == "m.post" else {"done": True}

    with pytest.raises(Failed, match="no answer"):
        play(program, "pay", {"a": 1, "b": 2, "q": "?"}, oracle)
    assert calls == [("m.post", 1), ("m.post", 2), ("m.ask", "?"), ("m.unpost", 2), ("m.unpost", 1)]


class _Side(OneByOne):
    """Items side by side on an event loop."""

    async def oracle(self, kernel: Kernel, inputs: Ports, where: Where, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports:
        await asyncio.sleep(0)
        return self._oracle(kernel, inputs, where)

    async def schedule(self, waits: Sequence[frozenset[int]], step: Step) -> None:
        await asyncio.gather(*(step(i) for i in range(len(waits))))


def test_the_same_on_an_event_loop(program):
    interpreter = Interpreter(program, _Side(answers(4, 5)))
    found = asyncio.run(interpreter.run(program.kernels["m.many"], {"q": list_value(["a", "b"])}))
    assert list(iter_list(found["n"])) == [4, 5]
