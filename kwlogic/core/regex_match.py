"""Matching: a nondeterministic automaton, made deterministic as the text is read, so that no pattern backtracks."""

from __future__ import annotations

from functools import lru_cache

from kwlogic.core.regex import Alt, Chars, Regex, Repeat, Seq, full_language

_CACHED = 10_000  # transitions kept for one pattern


class Automaton:
    """Thompson's construction. State 0 accepts; ``edges`` consume a code point, ``free`` do not."""

    def __init__(self, regex: Regex) -> None:
        self.free: list[list[int]] = [[]]
        self.edges: list[tuple[tuple[tuple[int, int], ...], int] | None] = [None]
        self.start = self.closure({self.build(regex, 0)})
        self.moves: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def state(self, *free: int) -> int:
        self.free.append(list(free))
        self.edges.append(None)
        return len(self.free) - 1

    def build(self, regex: Regex, goal: int) -> int:
        """The state from which ``regex`` leads to ``goal``."""
        match regex:
            case Chars(ranges):
                here = self.state()
                self.edges[here] = (ranges, goal)
                return here
            case Seq(items):
                for item in reversed(items):
                    goal = self.build(item, goal)
                return goal
            case Alt(items):
                return self.state(*[self.build(item, goal) for item in items])
            case Repeat(body, low, high):
                return self.repeat(body, low, high, goal)
            case _:
                raise AssertionError("anchors are gone from a full language")

    def repeat(self, body: Regex, low: int, high: int | None, goal: int) -> int:
        if high is None:
            loop = self.state(goal)
            self.free[loop].append(self.build(body, loop))
            here = loop
        else:
            here = goal
            for _ in range(high - low):
                here = self.state(goal, self.build(body, here))
        for _ in range(low):
            here = self.build(body, here)
        return here

    def closure(self, states: set[int]) -> frozenset[int]:
        found, stack = set(states), list(states)
        while stack:
            for state in self.free[stack.pop()]:
                if state not in found:
                    found.add(state)
                    stack.append(state)
        return frozenset(s for s in found if s == 0 or self.edges[s] is not None)

    def step(self, states: frozenset[int], char: str) -> frozenset[int]:
        key = (states, char)
        found = self.moves.get(key)
        if found is None:
            code = ord(char)
            edges = [e for e in map(self.edges.__getitem__, states) if e is not None]
            found = self.closure({goal for ranges, goal in edges if any(low <= code <= high for low, high in ranges)})
            if len(self.moves) > _CACHED:
                self.moves.clear()
            self.moves[key] = found
        return found


@lru_cache(maxsize=256)
def automaton(regex: Regex) -> Automaton:
    """The automaton of a pattern's search."""
    return Automaton(full_language(regex))


def search(regex: Regex, text: str) -> bool:
    """Whether some part of the text matches; time linear in the text."""
    machine = automaton(regex)
    states = machine.start
    for char in text:
        if not states:
            return False
        states = machine.step(states, char)
    return 0 in states
