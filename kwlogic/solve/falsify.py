"""Counterexamples by evaluation: small values first, then random ones, each replayed, the first one shrunk.

Deterministic: the seed comes from the obligation, the effort is counted in candidates and evaluator steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from hashlib import blake2b
from itertools import chain, islice, product

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.core.value import Con, MapV, SetV, Value, iter_list, list_value
from kwlogic.solve.narrow import Narrowing
from kwlogic.solve.replay import Env, Replay, Replayer
from kwlogic.solve.samples import Samples, functions
from kwlogic.solve.sized import Sized, tuples_by_size
from kwlogic.solve.sorts import constructors
from kwlogic.solve.words import words_of
from kwlogic.vc.data import Obligation, Sequent

SMALL = 300
RANDOM = 200
SHRINKS = 300
OBSERVED = 8  # steps of the evaluator for telling values apart that cost as much as one for trying them
PRICE = 25  # of a candidate in a wide search, in evaluator steps
ENDLESS = 800
MOST_SIZE = 40
MOST_SLOW = 120  # inputs whose evaluation does not end soon, before a search is over
PATIENCE = 3  # evaluations that run out of steps, before evaluation gives an obligation up


def seed_of(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")


def candidates(replayer: Replayer, samples: Samples, vars: tuple[Term, ...], small: int, random: int) -> Iterator[Env]:
    """Environments for variables, simple ones first."""
    pools = [pool_of(replayer, samples, v.type) for v in vars]
    if any(not p for p in pools):
        return
    names = [str(v.data) for v in vars]
    for indices in diagonal_indices([len(p) for p in pools], small):
        yield {n: p[i] for n, p, i in zip(names, pools, indices, strict=True)}
    for number in range(random):
        size = 1 + number * 5 // max(1, random)
        values = [
            samples.random(v.type, size) if v.type.head != "Fun" else samples.random_source.choice(p)
            for v, p in zip(vars, pools, strict=True)
        ]
        if all(v is not None for v in values):
            yield {n: v for n, v in zip(names, values, strict=True) if v is not None}


def pool_of(replayer: Replayer, samples: Samples, type: Type) -> tuple[Value, ...]:
    if type.head == "Fun":
        return tuple(replayer.function(f) for f in functions(type, samples.program))
    return samples.small(type)


def diagonal_indices(sizes: list[int], limit: int) -> Iterator[tuple[int, ...]]:
    """Index tuples by growing sum, at most ``limit``."""
    if not sizes:
        yield ()
        return
    made = 0
    for total in range(sum(sizes) - len(sizes) + 1):
        for indices in _with_sum(sizes, total):
            yield indices
            made += 1
            if made >= limit:
                return


def _with_sum(sizes: list[int], total: int) -> Iterator[tuple[int, ...]]:
    if len(sizes) == 1:
        if total < sizes[0]:
            yield (total,)
        return
    for first in range(min(total, sizes[0] - 1) + 1):
        for rest in _with_sum(sizes[1:], total - first):
            yield (first, *rest)


class Falsifier:
    """Tries to refute one obligation by running its declaration."""

    def __init__(self, replayer: Replayer, obligation: Obligation) -> None:
        self.replayer = replayer
        self.obligation = obligation
        self.passed = 0
        self.patience = replayer.exhausted + (PATIENCE if obligation.sequent.vars else 1)
        sequent = obligation.sequent
        words = words_of(replayer.program, (*(h.term for h in sequent.hyps), sequent.goal, *obligation.alternatives))
        self.samples = Samples(replayer.program, seed_of(obligation.id), words)

    @property
    def endless(self) -> bool:
        """Whether evaluation ran out of steps too often to go on, as it does where a function never ends."""
        return self.replayer.exhausted >= self.patience

    def search(
        self, sequent: Sequent, skolems: tuple[Term, ...], small: int = SMALL, random: int = RANDOM, patient: bool = True
    ) -> tuple[Env, Replay] | None:
        """The first candidate whose replay breaks, shrunk; counts those that satisfied the requires and passed."""
        brief = self.replayer.brief
        slow: list[Env] = []
        for env in candidates(self.replayer, self.samples, (*sequent.vars, *skolems), small, random):
            before = brief.exhausted
            found = self.try_env(env, sequent.vars, skolems, brief)
            if found is not None:
                return self.shrink(found, sequent.vars, skolems)
            if brief.exhausted > before:
                slow.append(env)
                if len(slow) >= MOST_SLOW:
                    break
        for env in slow if patient else ():
            if self.endless:
                return None
            found = self.try_env(env, sequent.vars, skolems)
            if found is not None:
                return self.shrink(found, sequent.vars, skolems)
        return None

    def try_env(
        self, env: Env, vars: tuple[Term, ...], skolems: tuple[Term, ...], replayer: Replayer | None = None
    ) -> tuple[Env, Replay] | None:
        inputs = {str(v.data): env[str(v.data)] for v in vars}
        result = (replayer or self.replayer).replay(self.obligation, inputs, {str(s.data): env[str(s.data)] for s in skolems})
        self.passed += result.valid and not result.broken
        return (env, result) if result.broken else None

    def narrow(self, narrowing: Narrowing, sequent: Sequent, work: int) -> tuple[Env, Replay] | None:
        """The first input found by narrowing that breaks, shrunk."""
        brief = self.replayer.brief
        last: list[tuple[Env, Replay] | None] = []

        def breaks(env: Env) -> bool:
            before = brief.exhausted
            found = self.try_env(env, sequent.vars, (), brief)
            narrowing.charge(brief.steps_taken)
            if brief.exhausted > before and not self.endless:
                found = self.try_env(env, sequent.vars, ())
                narrowing.charge(self.replayer.steps_taken)
            last[:] = [found]
            return found is not None

        narrowing.search(work, breaks)
        found = last[-1] if last else None
        return None if found is None else self.shrink(found, sequent.vars, ())

    def shrink(self, found: tuple[Env, Replay], vars: tuple[Term, ...], skolems: tuple[Term, ...]) -> tuple[Env, Replay]:
        """Greedy: replace one value by a simpler one while the replay still breaks."""
        types = {str(v.data): v.type for v in (*vars, *skolems)}
        left = SHRINKS
        again = True
        patience = self.replayer.exhausted + PATIENCE
        while again and left > 0:
            again = False
            for name, type in types.items():
                for simpler in simpler_values(self.replayer.program, found[0][name], type):
                    left -= 1
                    tried = self.try_env({**found[0], name: simpler}, vars, skolems)
                    if tried is not None:
                        found, again = tried, True
                        break
                    if left <= 0 or self.replayer.exhausted >= patience:
                        return found
        return found


class Wide:
    """Evaluation on very many inputs: long values, then all in order of size. It goes on where it was interrupted.

    A value that alone makes evaluation endless is not tried again.
    """

    def __init__(self, falsifier: Falsifier, sequent: Sequent, skolems: tuple[Term, ...], sized: Sized) -> None:
        self.falsifier = falsifier
        self.sized = sized
        self.vars, self.skolems = sequent.vars, skolems
        vars = (*sequent.vars, *skolems)
        self.names = [str(v.data) for v in vars]
        types = [v.type for v in vars]
        runs = vars and not any(t.head == "Fun" for t in types)
        self.values = chain(_spines(sized, types), tuples_by_size(sized, types, MOST_SIZE)) if runs else iter(())
        self.ended: set[tuple[str, Value]] = set()
        self.endless: set[tuple[str, Value]] = set()
        self.brief = falsifier.replayer.brief
        self.work = 0
        """What all of it cost so far, in steps of the evaluator."""
        self.patience = self.brief.exhausted + ENDLESS

    def search(self, work: int) -> tuple[Env, Replay] | None:
        """The first input that breaks, shrunk; None where the work is used up before."""
        replayer = self.brief
        end = self.work + work
        seen = self.sized.work
        for values in self.values:
            self.work += PRICE + (self.sized.work - seen) // OBSERVED
            seen = self.sized.work
            pairs = list(zip(self.names, values, strict=True))
            if self.endless.isdisjoint(pairs):
                before = replayer.exhausted
                found = self.falsifier.try_env(dict(pairs), self.vars, self.skolems, replayer)
                self.work += replayer.steps_taken
                if found is not None:
                    return self.falsifier.shrink(found, self.vars, self.skolems)
                if replayer.exhausted == before:
                    self.ended.update(pairs)
                else:
                    self.endless.update(p for p in pairs if p not in self.ended)
            if self.work >= end or replayer.exhausted >= self.patience:
                return None
        return None


def _spines(sized: Sized, types: list[Type]) -> Iterator[tuple[Value, ...]]:
    """Long values where the type has some, each with the simplest values for the others."""
    long = [sized.spines(t) for t in types]
    if not any(long):
        return
    short = [list(islice(sized.samples.small(t), 1 if len(types) > 4 else 2)) for t in types]
    for at, values in enumerate(long):
        for value in values:
            yield from product(*([value] if i == at else some for i, some in enumerate(short)))


def simpler_values(program: Program, value: Value, type: Type) -> Iterator[Value]:
    """Values of the type simpler than one, the boldest step first. Numbers go towards zero, collections lose members."""
    if isinstance(value, bool) or callable(value):
        return
    if isinstance(value, int):
        yield from _simpler_int(value)
    elif isinstance(value, Fraction):
        yield from _simpler_real(value)
    elif isinstance(value, str):
        yield from _simpler_string(value)
    elif isinstance(value, SetV):
        items = value.ordered()
        yield from (SetV(items[:i] + items[i + 1 :]) for i in range(len(items)))
    elif isinstance(value, MapV):
        yield from (MapV({k: v for k, v in value.entries.items() if k != gone}) for gone in value.keys_ordered())
        for key in value.keys_ordered():
            yield from (MapV({**value.entries, key: s}) for s in simpler_values(program, value.entries[key], type.args[1]))
    elif value.ctor in ("Cons", "Nil"):
        yield from _simpler_list(program, value, type)
    else:
        yield from _simpler_con(program, value, type)


def _simpler_real(value: Fraction) -> Iterator[Value]:
    yield from (Fraction(n) for n in _simpler_int(int(value)) if abs(n) < abs(value))
    if value.denominator != 1:
        yield Fraction(int(value))
        if value.denominator > 2:
            yield Fraction(round(value * 2), 2)
    if value < 0:
        yield -value


def _simpler_int(value: int) -> Iterator[int]:
    if value < 0:
        yield -value
    size = abs(value)
    sign = 1 if value > 0 else -1
    for small in dict.fromkeys((0, 1, 2, 10, size // 2, size - 1)):
        if 0 <= small < size:
            yield sign * small


def _simpler_string(value: str) -> Iterator[str]:
    if not value:
        return
    yield ""
    if len(value) > 2:
        yield value[: len(value) // 2]
    for i in range(min(len(value), 12)):
        yield value[:i] + value[i + 1 :]
    if any(c != "a" for c in value):
        yield "a" * len(value)
        yield from (value[:i] + "a" + value[i + 1 :] for i in range(min(len(value), 12)) if value[i] != "a" and not value[i].isalnum())


def _simpler_list(program: Program, value: Con, type: Type) -> Iterator[Value]:
    items = list(iter_list(value))
    if len(items) > 3:
        yield list_value(items[: len(items) // 2])
    yield from (list_value(items[:i] + items[i + 1 :]) for i in range(min(len(items), 12)))
    for i in range(min(len(items), 8)):
        yield from (list_value([*items[:i], s, *items[i + 1 :]]) for s in simpler_values(program, items[i], type.args[0]))


def _simpler_con(program: Program, value: Con, type: Type) -> Iterator[Value]:
    """A component of the same type, a constructor without fields, or the same constructor over simpler fields."""
    if type.is_var:
        return
    ctors = dict(constructors(program, type))
    yield from (part for part, field in zip(value.fields, ctors[value.ctor], strict=True) if field is type)
    if value.fields:
        yield from (Con(name, ()) for name, fields in ctors.items() if not fields)
    for i, (part, field) in enumerate(zip(value.fields, ctors[value.ctor], strict=True)):
        for simpler in simpler_values(program, part, field):
            yield Con(value.ctor, (*value.fields[:i], simpler, *value.fields[i + 1 :]))


def witness(replayer: Replayer, vars: tuple[Term, ...], check: Callable[[Env], bool], tries: int) -> Env | None:
    """Small values that pass a check."""
    samples = Samples(replayer.program)
    patience = replayer.exhausted + PATIENCE
    for env in candidates(replayer, samples, vars, tries, 0):
        if replayer.exhausted >= patience:
            return None
        if check(env):
            return env
    return None
