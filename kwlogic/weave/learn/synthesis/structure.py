"""Goals taken apart by their type: records and tuples field by field, cases of a data type by tests, lists by the items of
another list. What has no parts, and what is found whole at little cost, is searched for as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kwlogic.core.types import BOOL, Type
from kwlogic.weave.learn.synthesis.data import Port
from kwlogic.weave.learn.synthesis.lifting import Lift
from kwlogic.weave.learn.synthesis.meter import Exhausted, Meter
from kwlogic.weave.learn.synthesis.native import Native, field_types, is_plain
from kwlogic.weave.learn.synthesis.node import Node
from kwlogic.weave.learn.synthesis.operations import choice, constructor
from kwlogic.weave.learn.synthesis.search import Accept, Problem, Search, fresh

_WHOLE, _WHOLE_LIST = 3, 6
_LISTS = 12


def solve(problem: Problem, meter: Meter, accept: Accept = lambda _: True) -> Node:
    """The cheapest function found. Raises Exhausted where there is none."""
    type = problem.type
    if type.head == "List":
        return _list(problem, meter, accept)
    if not is_plain(type, problem.program) or not _has_fields(problem):
        return Search(problem, meter).run(accept)
    return Search(problem, meter).whole(_WHOLE) or _cases(problem, meter)


def _has_fields(problem: Problem) -> bool:
    return any(isinstance(v, tuple) and len(v) > 1 for v in problem.goal)


# ---------------------------------------------------------------- constructors


def _cases(problem: Problem, meter: Meter) -> Node:
    """One case after the other, each told apart by a test; the most frequent last, where no test is needed."""
    count = {c: sum(v[0] == c for v in problem.goal) for c in dict.fromkeys(v[0] for v in problem.goal)}
    *tested, last = sorted(count, key=lambda c: (count[c], c))
    found: list[tuple[Node, Node]] = []
    left = list(range(len(problem.rows)))
    for ctor in tested:
        here = [i for i in left if problem.goal[i][0] == ctor]
        test = solve(_sub(problem, left, BOOL, [problem.goal[i][0] == ctor for i in left]), meter)
        found.append((test, _fields(problem, here, ctor, meter)))
        left = [i for i in left if i not in here]
    node = _fields(problem, left, last, meter)
    for test, then in reversed(found):
        node = Node(choice(problem.type), (test, then, node), test.cost + then.cost + node.cost + 2, ())
    return replace_vector(node, problem)


def _fields(problem: Problem, rows: Sequence[int], ctor: str, meter: Meter) -> Node:
    types = field_types(ctor, problem.type, problem.program)
    values = [[problem.goal[i][n + 1] for i in rows] for n in range(len(types))]
    args = tuple(solve(_sub(problem, rows, t, v), meter) for t, v in zip(types, values))
    return Node(constructor(ctor, problem.type, types), args, 1 + sum(a.cost for a in args), ())


def _sub(problem: Problem, rows: Sequence[int], type: Type, goal: Sequence[Native]) -> Problem:
    return replace(problem, rows=tuple(problem.rows[i] for i in rows), type=type, goal=tuple(goal))


def replace_vector(node: Node, problem: Problem) -> Node:
    return Node(node.op, node.args, node.cost, problem.goal)


# ---------------------------------------------------------------- lists


def _list(problem: Problem, meter: Meter, accept: Accept) -> Node:
    """Whole; or the items of another list, each mapped or some of them kept; or a list of fixed length."""
    search = Search(problem, meter)
    whole = search.whole(_WHOLE)
    parts = None if whole else _by_items(problem, search, meter)
    whole = whole or search.whole(_WHOLE_LIST)
    found = [n for n in (parts, whole) if n is not None]
    return min(found, key=lambda n: n.cost) if found else search.run(accept)


def _by_items(problem: Problem, search: Search, meter: Meter) -> Node | None:
    for xs in search.lists()[:_LISTS]:
        lift = Lift(xs, fresh("v", problem.inputs), search.outer(xs))
        node = _kept(problem, lift, meter) or _mapped(problem, lift, meter)
        if node is not None:
            return node
    return None


def _items(problem: Problem, lift: Lift, type: Type, goal: Sequence[Native]) -> Problem | None:
    """The problem for one item; None where equal items want different results, or there are none."""
    rows = lift.rows()
    wanted: dict[tuple[Native, ...], Native] = {}
    for row, value in zip(rows, goal):
        if wanted.setdefault(row, value) != value:
            return None
    if not wanted:
        return None
    ports = (Port(lift.name, lift.xs.type.args[0]), *(Port(o.op.name, o.type) for o in lift.outer))
    return replace(problem, inputs=ports, rows=tuple(wanted), type=type, goal=tuple(wanted.values()))


def _mapped(problem: Problem, lift: Lift, meter: Meter) -> Node | None:
    if [len(g) for g in problem.goal] != lift.lengths:
        return None
    body = _solved(_items(problem, lift, problem.type.args[0], [v for g in problem.goal for v in g]), meter)
    return None if body is None else _widened(lift.mapped, body, problem)


def _kept(problem: Problem, lift: Lift, meter: Meter) -> Node | None:
    if lift.xs.type is not problem.type:
        return None
    flags: list[bool] = []
    for xs, wanted in zip(lift.xs.vec, problem.goal):
        rest = list(wanted)
        for x in xs:
            flags.append(bool(rest) and rest[0] == x)
            if flags[-1]:
                rest.pop(0)
        if rest:
            return None
    body = _solved(_items(problem, lift, BOOL, flags), meter)
    return None if body is None else _widened(lift.filtered, body, problem)


def _solved(problem: Problem | None, meter: Meter) -> Node | None:
    if problem is None:
        return None
    try:
        return solve(problem, meter.share(4))
    except Exhausted:
        return None


def _widened(make: Callable[[Node], Node], body: Node, problem: Problem) -> Node:
    """The body was found on distinct items; the vector is the goal."""
    node = make(Node(body.op, body.args, body.cost, ()))
    return replace_vector(node, problem)
