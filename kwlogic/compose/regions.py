"""Running the boxes that have bodies: cases, fallbacks, retries, maps, folds and bounded loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwlogic.compose.data import Again, Box, Choice, Composition, Each, Folded, Loop, Recover
from kwlogic.compose.running import Broken, Done, Failed, Ports, Where
from kwlogic.core.program import Clause
from kwlogic.core.value import Value, iter_list, list_value

if TYPE_CHECKING:
    from kwlogic.compose.interpret import Interpreter


async def run_region(run: Interpreter, composition: Composition, box: Box, inputs: Ports, where: Where, log: list[Done]) -> Ports:
    """The outputs of a region; ``log`` gains what its finished steps would have to undo."""
    region = _Region(run, composition, box, where, log)
    match box.what:
        case Choice(cond=cond, then=then, other=other):
            return await region.body(then if region.holds(cond, inputs) else other, inputs, where)
        case Recover(first=first, second=second):
            return await region.recover(first, second, inputs)
        case Again(count=count, body=body):
            return await region.again(count, body, inputs)
        case Each(body=body):
            return await region.each(body, inputs)
        case Folded():
            return await region.folded(box.what, inputs)
        case Loop():
            return await region.loop(box.what, inputs)
        case _:
            raise AssertionError(f"no region: {box.what}")


class _Region:
    def __init__(self, run: Interpreter, composition: Composition, box: Box, where: Where, log: list[Done]) -> None:
        self.run, self.composition, self.box, self.where, self.log = run, composition, box, where, log

    async def body(self, index: int, inputs: Ports, where: Where) -> Ports:
        """One of the bodies, on those of the inputs that it takes."""
        wanted = {p.name: inputs[p.name] for p in self.composition.dags[index].inputs}
        return await self.run.dag(self.composition, index, wanted, where, self.log)

    def holds(self, clause: Clause, env: Ports) -> bool:
        return self.run.value(clause.pred, env, self.where) is True

    async def recover(self, first: int, second: int, inputs: Ports) -> Ports:
        try:
            return await self.body(first, inputs, self.where.at("first"))
        except Failed:
            return await self.body(second, inputs, self.where.at("second"))

    async def again(self, count: int, body: int, inputs: Ports) -> Ports:
        """At most ``count`` attempts, each told why the ones before it failed."""
        heard: tuple[str, ...] = self.where.heard
        for attempt in range(1, count + 1):
            try:
                return await self.body(body, inputs, Where((*self.where.path, f"attempt {attempt}"), heard))
            except Failed as failure:
                heard = (*heard, "; ".join((failure.reason, *(f.message for f in failure.faults))))
                if attempt == count:
                    raise
        raise Failed("no attempt was allowed", self.where)

    async def each(self, body: int, inputs: Ports) -> Ports:
        lists: dict[str, list[Value]] = {name: list(iter_list(value)) for name, value in inputs.items()}  # type: ignore[arg-type]
        lengths = {len(items) for items in lists.values()}
        if len(lengths) > 1:
            raise Broken("the lists of a `map` have different lengths", self.where)
        found: dict[int, Ports] = {}

        async def step(i: int) -> None:
            found[i] = await self.body(body, {n: items[i] for n, items in lists.items()}, self.where.at(f"item {i}"))

        count = lengths.pop() if lengths else 0
        await self.run.environment.schedule(self._order(count, body), step)
        return {p.name: list_value(found[i][p.name] for i in range(count)) for p in self.box.outputs}

    def _order(self, count: int, body: int) -> list[frozenset[int]]:
        """Items side by side, unless the body writes: then one after the other."""
        if not writes(self.run, self.composition, body):
            return [frozenset()] * count
        return [frozenset((i - 1,) if i else ()) for i in range(count)]

    async def folded(self, what: Folded, inputs: Ports) -> Ports:
        acc, items = inputs["acc"], inputs["item"]
        self._invariant(what.invariant, {"acc": acc}, "before the first item")
        for i, item in enumerate(iter_list(items)):  # type: ignore[arg-type]
            acc = (await self.body(what.body, {"acc": acc, "item": item}, self.where.at(f"item {i}")))["acc"]
            self._invariant(what.invariant, {"acc": acc}, f"after item {i}")
        return {"acc": acc}

    async def loop(self, what: Loop, inputs: Ports) -> Ports:
        state = dict(inputs)
        for round in range(what.bound + 1):
            if what.invariant is not None:
                self._invariant(what.invariant, state, f"after round {round}" if round else "before the first round")
            if not self.holds(what.cond, state):
                return {p.name: state[p.name] for p in self.box.outputs}
            if round < what.bound:
                state.update(await self.body(what.body, state, self.where.at(f"round {round + 1}")))
        raise Failed(f"`{what.cond.text}` still holds after {what.bound} rounds", self.where)

    def _invariant(self, clause: Clause, env: Ports, when: str) -> None:
        faults = self.run.faults((clause,), env, self.where, None)
        if faults:
            raise Broken(f"the invariant `{clause.text}` does not hold {when}", self.where, faults)


def writes(run: Interpreter, composition: Composition, index: int) -> bool:
    """Whether some kernel in a dag, or in the bodies of its regions, writes a resource."""
    from kwlogic.compose.data import Part, bodies

    stack = [index]
    while stack:
        for box in composition.dags[stack.pop()].boxes:
            if isinstance(box.what, Part) and run.program.kernels[box.what.kernel].writes:
                return True
            stack.extend(bodies(box.what))
    return False
