"""The shape of an output of which a part is written: what is written is known, the rest gets unknowns when it is looked at.

Unknowns are scalars, named after their path: values, the number of further elements of a list, set or map (``#``), and
which constructor a data value has (``?``). Lists are looked into up to a size; what lies beyond is ``HIDDEN``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from itertools import combinations
from typing import Any

from kwlogic.core.eval_data import trampoline
from kwlogic.core.program import Param, Program
from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_and, mk_eq, mk_implies, mk_int, mk_not, mk_prim, mk_var
from kwlogic.core.types import BOOL, INT, Type, tuple_of
from kwlogic.core.value import NIL, Con, MapV, SetV, Value, list_value
from kwlogic.core.value_show import field_types
from kwlogic.solve.samples import Samples
from kwlogic.solve.sorts import Unsupported as NoConstructors
from kwlogic.solve.sorts import constructors
from kwlogic.source.records import dataclass
from kwlogic.weave.decode.data import Fields, Hole, Items, Known, Partial, Path, SoFar
from kwlogic.weave.decode.residual_eval import Symbolic
from kwlogic.weave.decode.residual_reading import Reading
from kwlogic.weave.decode.residual_scalars import SCALARS, mk_truth
from kwlogic.weave.decode.residual_values import (
    ANYWHERE,
    HIDDEN,
    UNDEFINED,
    Bag,
    Delay,
    Node,
    Table,
    Unsupported,
    known,
    lift,
    lower,
    mk_value,
)

LOOK = (4, 2, 2, 1)  # further elements that are looked into, by the containers around
MOST_MEMBERS = 16  # of a set that may hold all values of its type
NESTED = 3  # recursive data in itself
MOST_BUILT = 20_000  # parts of one value


@dataclass(frozen=True, slots=True)
class Unknown:
    """``high``: of a tag, the number of constructors; ``low`` and ``high`` bound it, where they are there."""

    var: Term
    low: int | None = None
    high: int | None = None

    def bounds(self) -> tuple[Term, ...]:
        found = []
        if self.low is not None:
            found.append(mk_prim("int.le", (mk_int(self.low), self.var), BOOL))
        if self.high is not None:
            found.append(mk_prim("int.le", (self.var, mk_int(self.high)), BOOL))
        return tuple(found)


def name_of(path: Path) -> str:
    return "/".join(map(str, path))


def value_var(path: Path, type: Type) -> Term:
    return mk_var(name_of(path), type)


def size_var(path: Path) -> Term:
    return mk_var(name_of(path) + "#", INT)


def tag_var(path: Path) -> Term:
    return mk_var(name_of(path) + "?", INT)


def step_names(program: Program, ctor: str, count: int) -> tuple[str | int, ...]:
    """The steps to the fields of a constructor."""
    if ctor == "Some":
        return ("some",)
    if ctor == "Tuple" or not count:
        return tuple(range(count))
    return tuple(p.name for p in program.ctors[ctor].fields)


class Shape:
    """Opens the unknowns of one output so far. ``totals``: how many elements of the container at a path to look into, where that is
    more than usual; ``lengths``: of lists that have one in all completions."""

    def __init__(
        self,
        program: Program,
        ports: Iterable[Param],
        so_far: SoFar,
        totals: Mapping[Path, int] | None = None,
        lengths: Mapping[Path, int] | None = None,
    ) -> None:
        self.program = program
        self.totals = totals or {}
        self.lengths = lengths or {}
        self.unknowns: dict[str, Unknown] = {}
        self.sizes: dict[str, tuple[Path, int, int]] = {}
        self.bags: dict[Path, Bag | Table] = {}
        self.tails: dict[int, tuple[Node, Type]] = {}  # of lists beyond what is looked into, and what they are lists of
        self._opened: dict[tuple[Path, Type], Any] = {}
        self._samples: Samples | None = None
        self.outputs: dict[str, Any] = {}
        for port in ports:
            self.outputs[port.name] = trampoline(self._partial(so_far[port.name], port.type, (port.name,), 0))

    # ------------------------------------------------------------ what is written

    def _partial(self, part: Partial, type: Type, path: Path, depth: int) -> Generator[Any, Any, Any]:
        match part:
            case Known(value):
                return value
            case Hole():
                return Delay(path, type, depth)
            case Fields(ctor, parts):
                names = step_names(self.program, ctor, len(parts))
                fields = []
                for name, inner, at in zip(names, parts, field_types(ctor, type, self.program)):
                    fields.append((yield self._partial(inner, at, (*path, name), depth)))
                return mk_value(ctor, tuple(fields))
            case Items(head, items):
                element = type.args[0] if head != "Map" else tuple_of(*type.args)
                found = []
                for index, inner in enumerate(items):
                    found.append((yield self._partial(inner, element, (*path, index), depth + 1)))
                return self._container(head, type, path, depth, 0, found)

    def _container(self, head: str, type: Type, path: Path, depth: int, inside: int, written: list[Any]) -> Any:
        """A list, set or map that begins with what is written."""
        if inside > NESTED:
            return HIDDEN
        key = (path, type)
        if key in self._opened:
            return self._opened[key]
        if head == "List" and self.lengths.get(path, -1) >= len(written):
            made = self._opened[key] = self._of_length(type.args[0], path, depth, inside, written)
            return made
        look = max(LOOK[min(depth, len(LOOK) - 1)], self.totals.get(path, 0) - len(written))
        most = None if head == "List" else cardinality(self.program, type.args[0])
        most = None if most is None else max(0, most - len(written))
        count = self._size(path, most)
        look = look if most is None or most > MOST_MEMBERS else most
        element = tuple_of(*type.args) if head == "Map" else type.args[0]
        more = [Delay((*path, len(written) + i), element, depth + 1, inside) for i in range(look)]
        self.sizes[str(count.data)] = (path, look, len(written))
        if head == "List":
            made = self._list(count, written, more, element)
        else:
            made = self._bag(head, count, written, more, most == look)
            self.bags[path] = made
        self._opened[key] = made
        return made

    def _of_length(self, element: Type, path: Path, depth: int, inside: int, written: list[Any]) -> Any:
        """A list whose length is known."""
        made: Any = NIL
        for index in reversed(range(self.lengths[path])):
            item = written[index] if index < len(written) else Delay((*path, index), element, depth + 1, inside)
            made = mk_value("Cons", (item, made))
        return made

    def _size(self, path: Path, most: int | None) -> Term:
        var = size_var(path)
        self.unknowns[str(var.data)] = Unknown(var, 0, most)
        return var

    def _list(self, count: Term, written: list[Any], more: list[Any], element: Type) -> Any:
        index = len(more)
        tail: Any = Node((("Nil", mk_prim("int.le", (count, mk_int(index)), BOOL), ()), ("Cons", _beyond(count, index), (HIDDEN, HIDDEN))))
        tail.size = _less(count, index)
        self.tails[id(tail)] = tail, element
        for item in reversed(more):
            index -= 1
            beyond = _beyond(count, index)
            tail = Node((("Nil", mk_not(beyond), ()), ("Cons", beyond, (item, tail))), _less(count, index))
        for item in reversed(written):
            tail = mk_value("Cons", (item, tail))
        return tail

    def _bag(self, head: str, count: Term, written: list[Any], more: list[Any], all: bool) -> Any:
        guarded = [(TRUE, x) for x in written] + [(_beyond(count, i), x) for i, x in enumerate(more)]
        rest = FALSE if all else _beyond(count, len(more))
        size = mk_prim("int.add", (mk_int(len(written)), count), INT) if written else count
        if head == "Set":
            return Bag(tuple(guarded), rest, size)
        entries = []
        for guard, pair in guarded:
            key, value = self._pair(pair)
            entries.append((guard, key, value))
        return Table(tuple(entries), rest, size)

    def _pair(self, pair: Any) -> tuple[Any, Any]:
        if isinstance(pair, Delay):
            pair = self.open(pair)
        fields = pair.alts[0][2] if isinstance(pair, Node) else pair.fields
        return fields[0], fields[1]

    # ------------------------------------------------------------ what is looked at

    def open(self, part: Delay) -> Any:
        """The unknown at a place, one layer deep."""
        key = (part.path, part.type)
        if key not in self._opened:
            self._opened[key] = self._open(part)
        return self._opened[key]

    def _open(self, part: Delay) -> Any:
        type, path = part.type, part.path
        if type in SCALARS:
            var = value_var(path, type)
            self.unknowns[str(var.data)] = Unknown(var)
            return var
        if type.head in ("List", "Set", "Map"):
            return self._container(type.head, type, path, part.depth, part.inside, [])
        try:
            ctors = constructors(self.program, type)
        except NoConstructors as error:
            raise Unsupported(str(error)) from None
        inside = part.inside + (type.head in self.program.datas and self.recursive(type))
        if len(ctors) == 1:
            return mk_value(ctors[0][0], self._fields(ctors[0], path, part.depth, inside))
        tag = tag_var(path)
        self.unknowns[str(tag.data)] = Unknown(tag, 0, len(ctors) - 1)
        return Node(tuple((c[0], mk_eq(tag, mk_int(i)), self._fields(c, path, part.depth, inside)) for i, c in enumerate(ctors)))

    def _fields(self, ctor: tuple[str, tuple[Type, ...]], path: Path, depth: int, inside: int) -> tuple[Any, ...]:
        names = step_names(self.program, ctor[0], len(ctor[1]))
        hidden = inside > NESTED
        return tuple(
            HIDDEN if hidden and t not in SCALARS else Delay((*path, n), t, depth, inside) for n, t in zip(names, ctor[1], strict=True)
        )

    def recursive(self, type: Type) -> bool:
        """Whether values of a data type may hold others of it."""
        seen: set[Type] = set()
        waiting = [f for _, fields in constructors(self.program, type) for f in fields]
        while waiting:
            here = waiting.pop()
            if here is type:
                return True
            if here in seen:
                continue
            seen.add(here)
            waiting.extend(here.args)
            if here.head in self.program.datas:
                waiting.extend(f for _, fields in constructors(self.program, here) for f in fields)
        return False

    # ------------------------------------------------------------ a value of it

    def build(self, model: Mapping[str, Any]) -> dict[str, Value] | None:
        """The output that a model gives; None where that is too large."""
        self.left = MOST_BUILT
        try:
            return {n: trampoline(self._built(v, model, TRUE)) for n, v in self.outputs.items()}
        except (Unsupported, IndexError):
            return None

    def _built(self, value: Any, model: Mapping[str, Any], _: Term) -> Generator[Any, Any, Any]:
        self.left -= 1
        if self.left < 0:
            raise Unsupported("it is too large")
        if isinstance(value, Delay):
            seen = (value.path, value.type) in self._opened
            if not seen and value.type not in SCALARS:
                return self._small(value.type)
            value = self.open(value)
        if isinstance(value, Term):
            found = model.get(str(value.data))
            return self._small(value.type) if found is None else found
        if isinstance(value, Node):
            return self._built_node(value, model)
        if isinstance(value, Bag):
            parts = []
            for guard, item in value.items:
                if meaning(guard, model):
                    parts.append((yield self._built(item, model, guard)))
            return SetV(parts)
        if isinstance(value, Table):
            entries = {}
            for guard, key, item in value.entries:
                if meaning(guard, model):
                    made = yield self._built(key, model, guard)
                    entries[made] = yield self._built(item, model, guard)
            return MapV(entries)
        return value
        yield

    def _built_node(self, node: Node, model: Mapping[str, Any]) -> Generator[Any, Any, Any]:
        items: list[Value] = []
        here: Any = node
        while True:
            if not isinstance(here, Node):
                return list_value(items, here) if items else here
            alt = next((a for a in here.alts if meaning(a[1], model)), here.alts[0])
            if alt[0] != "Cons":
                break
            if alt[2][0] is HIDDEN:
                count = meaning(lift(here.size), model)
                self.left -= count
                if self.left < 0 or id(here) not in self.tails:
                    raise Unsupported("it is longer than what is looked into")
                return list_value([*items, *[self._small(self.tails[id(here)][1])] * count], NIL)
            items.append((yield self._built(alt[2][0], model, alt[1])))
            self.left -= 1
            here = alt[2][1]
            if isinstance(here, Delay):
                here = self.open(here)
        if alt[0] == "Nil":
            return list_value(items, NIL)
        fields = []
        for part in alt[2]:
            if part is HIDDEN:
                raise Unsupported("it is deeper than what is looked into")
            fields.append((yield self._built(part, model, alt[1])))
        return Con(alt[0], tuple(fields))

    def _small(self, type: Type) -> Value:
        if self._samples is None:
            self._samples = Samples(self.program)
        return self._samples.small(type)[0]


def cardinality(program: Program, type: Type, around: tuple[Type, ...] = ()) -> int | None:
    """How many values a type has, where they are few. Recurses on types, which nest as deep as they are written."""
    if type is BOOL:
        return 2
    if type in SCALARS or type in around or len(around) > MOST_MEMBERS or type.head in ("List", "Set", "Map", "Fun"):
        return None
    try:
        ctors = constructors(program, type)
    except NoConstructors:
        return None
    total = 0
    for _, fields in ctors:
        product = 1
        for field in fields:
            count = cardinality(program, field, (*around, type))
            if count is None:
                return None
            product *= count
        total += product
    return total if total <= MOST_MEMBERS else None


def distinct(shape: Shape, symbolic: Symbolic) -> list[Reading]:
    """That no two elements of a set, and no two keys of a map, are equal."""
    found: list[Reading] = []
    done: set[Path] = set()
    while len(done) < len(shape.bags):
        for path, bag in list(shape.bags.items()):
            if path not in done:
                done.add(path)
                items = bag.items if isinstance(bag, Bag) else tuple((g, k) for g, k, _ in bag.entries)
                found.append(symbolic.reading(_distinct(symbolic, items, bag.rest)))
    return found


def _distinct(symbolic: Symbolic, items: tuple[tuple[Term, Any], ...], rest: Term) -> Generator[Any, Any, Any]:
    parts: list[Term] = []
    symbolic.cut.append(rest)
    for (guard, one), (other_guard, other) in combinations(items, 2):
        if known(one) and known(other):
            continue
        both = mk_and((guard, other_guard))
        where = ANYWHERE.assume(both)
        if where is not None:
            same = yield symbolic.equal(one, other, where)
            parts.append(mk_implies(both, mk_not(FALSE if same is UNDEFINED else mk_truth(same))))
    return lower(mk_and(parts))


def meaning(term: Term, model: Mapping[str, Any]) -> Any:
    """What a guard or a size comes to. Unknowns without a value are 0."""
    from kwlogic.weave.decode.residual_model import Model

    return Model(model).value(term)


def _beyond(count: Term, index: int) -> Term:
    return mk_prim("int.lt", (mk_int(index), count), BOOL)


def _less(count: Term, index: int) -> Any:
    return mk_prim("int.add", (mk_int(-index), count), INT) if index else count


def length_of(reading: Reading, path: Path, shape: Shape) -> int | None:
    """The length of the list at a path, where a reading is that it has that length."""
    term, size = reading.value, size_var(path)
    if term.op is not Op.EQ or not all(t is FALSE for t in (reading.undefined, reading.cut, reading.loose)):
        return None
    one, other = term.args if term.args[1].op is Op.LIT else term.args[::-1]
    add = 0
    if one.op is Op.PRIM and one.data == "int.add" and any(a.op is Op.LIT for a in one.args):
        lit, one = one.args if one.args[0].op is Op.LIT else one.args[::-1]
        add = lit.data
    if other.op is not Op.LIT or one is not size or str(size.data) not in shape.sizes:
        return None
    total: int = shape.sizes[str(size.data)][2] + other.data - add
    return total if other.data >= add else None
