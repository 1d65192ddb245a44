"""The grammar of a type's values: a whole subtree of the output where nobody but its type has a say.

Records, data types, options, tuples and lists are rules; scalars with their limits are terminals. Sets and maps are none of
this, since a grammar cannot say that nothing stands twice: ``said_by_grammar`` finds them, and the walk takes them apart.
Rules that no value satisfies are left out, so that what is begun can be ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from json import dumps

from kwlogic.core.codec_encode import field_key, is_enum, may_be_null, short
from kwlogic.core.codec_json import string_text
from kwlogic.core.program import Ctor, Program
from kwlogic.core.types import INT, Type
from kwlogic.core.value_show import field_types
from kwlogic.weave.decode.data import STAR, Free, Limit, Limits, Sizes, Step, Tags
from kwlogic.weave.decode.lexemes import Lexeme, NoGrammar, lexeme_of
from kwlogic.weave.decode.limits import meet_all, plainly_empty
from kwlogic.weave.decode.local import ctor_limits

SCALARS = ("Int", "Real", "Bool", "String")


@dataclass(frozen=True, slots=True)
class Style:
    """What stands between the items of arrays and objects, and after keys."""

    item: str = ","
    key: str = ":"


COMPACT = Style()
SPACED = Style(", ", ": ")


def below(limits: Limits, step: Step | None) -> Limits:
    """The limits on a part: ``STAR`` for elements."""
    return tuple((pattern[1:], limit) for pattern, limit in limits if pattern and pattern[0] == step)


def own_limit(limits: Limits) -> Limit | None:
    """What all limits on a value itself come to."""
    return meet_all(limit for pattern, limit in limits if not pattern)


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a constructor as it is written: key in the text, name in paths, type, limits."""

    key: str
    name: str
    type: Type
    limits: Limits


class Shapes:
    """Constructors with their fields and the limits that their invariants are. ``notes``: invariants that are more."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.notes: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[str, Type], tuple[Part, ...]] = {}
        self._plain: dict[Type, bool] = {}
        self._below: dict[tuple[int, Step | None], tuple[Limits, Limits]] = {}
        self._own: dict[int, tuple[Limits, Limit | None]] = {}

    def below(self, limits: Limits, step: Step | None) -> Limits:
        """``below``, the same object each time: limits hold whole regular expressions, which are slow to compare."""
        if not limits:
            return ()
        found = self._below.get((id(limits), step))
        if found is None:
            found = self._below[(id(limits), step)] = (limits, below(limits, step))
        return found[1]

    def own(self, limits: Limits) -> Limit | None:
        """``own_limit``, once for each object."""
        if not limits:
            return None
        found = self._own.get(id(limits))
        if found is None:
            found = self._own[id(limits)] = (limits, own_limit(limits))
        return found[1]

    def ctors(self, type: Type) -> tuple[Ctor, ...]:
        return self.program.datas[type.head].ctors

    def is_record(self, type: Type) -> bool:
        return self.program.datas[type.head].record

    def is_enum(self, type: Type) -> bool:
        return type.head in self.program.datas and is_enum(self.program.datas[type.head])

    def is_scalar(self, type: Type) -> bool:
        return type.head in SCALARS or self.is_enum(type)

    def fields(self, ctor: Ctor, type: Type) -> tuple[Part, ...]:
        """The fields of a constructor at a type, each with what the constructor's invariants limit."""
        found = self._known.get((ctor.name, type))
        if found is None:
            limits, more = ctor_limits(ctor, self.program)
            if more:
                self.notes[ctor.name] = tuple(c.text for c in more)
            record = self.is_record(type)
            types = field_types(ctor.name, type, self.program)
            found = tuple(
                Part(p.name if record else field_key(p.name), p.name, t, below(limits, p.name)) for p, t in zip(ctor.fields, types)
            )
            self._known[(ctor.name, type)] = found
        return found

    def parts(self, type: Type) -> Iterable[tuple[Type, Limits]]:
        """The types of the parts of a type, with the limits that data types bring."""
        if type.head in self.program.datas:
            return [(p.type, p.limits) for c in self.ctors(type) for p in self.fields(c, type)]
        return [(a, ()) for a in type.args]

    def said_by_grammar(self, type: Type, limits: Limits) -> bool:
        """Whether no set, no map and no limit without an expression is in reach."""
        own = [pair for pair in limits if not self.sayable(pair[1])]
        return not own and self.plain(type)

    def plain(self, type: Type) -> bool:
        found = self._plain.get(type)
        if found is None:
            found = all(t.head not in ("Set", "Map") and all(self.sayable(n) for _, n in limits) for t, limits in self.reach(type))
            self._plain[type] = found
        return found

    def reach(self, type: Type) -> list[tuple[Type, Limits]]:
        """The type and all types of parts of its values, with the limits where they stand."""
        seen: dict[tuple[Type, Limits], None] = {(type, ()): None}
        stack: list[tuple[Type, Limits]] = [(type, ())]
        while stack:
            for part in self.parts(stack.pop()[0]):
                if part not in seen:
                    seen[part] = None
                    stack.append(part)
        return list(seen)

    def sayable(self, limit: Limit) -> bool:
        if isinstance(limit, Sizes):
            return True
        try:
            lexeme_of(limit, INT, self.program)
        except NoGrammar:
            return False
        return True


Symbol = str


@dataclass(frozen=True, slots=True)
class Item:
    """Fixed text, or a symbol with how often it stands (``{2,3}``; ``optional`` where that may be never)."""

    text: str = ""
    symbol: Symbol = ""
    times: str = ""
    optional: bool = False

    def lark(self) -> str:
        return lark_text(self.text) if self.text else self.symbol + self.times


class Emitter:
    """Rules and terminals of one grammar. ``notes``: what it leaves out, or lets in that must be checked after."""

    def __init__(
        self, shapes: Shapes, style: Style = COMPACT, is_empty: Callable[[Lexeme], bool] = lambda _: False, lenient: bool = False
    ) -> None:
        """``lenient``: what has no expression counts as any value; only to see what has values at all."""
        self.shapes = shapes
        self.lenient = lenient
        self.style = style
        self.is_empty = is_empty
        self.rules: dict[Symbol, list[list[Item]]] = {}
        self.terminals: dict[Lexeme, Symbol] = {}
        self.empty: set[Symbol] = set()
        self._names: dict[tuple[Type, Limits], Symbol] = {}
        self._waiting: list[tuple[Symbol, Type, Limits]] = []

    def value(self, type: Type, limits: Limits = ()) -> Symbol:
        """The symbol of a type's values."""
        own = own_limit(limits)
        if self.shapes.is_scalar(type):
            return self.terminal(self.lexeme(own, type), own)
        name = self._names.get((type, limits))
        if name is None:
            name = f"r{len(self._names)}"
            self._names[(type, limits)] = name
            self._waiting.append((name, type, limits))
        return name

    def lexeme(self, limit: Limit | None, type: Type) -> Lexeme:
        try:
            return lexeme_of(Free() if limit is None else limit, type, self.shapes.program)
        except NoGrammar:
            if not self.lenient:
                raise
            return lexeme_of(Free(), type, self.shapes.program)

    def terminal(self, lexeme: Lexeme, limit: Limit | None = None) -> Symbol:
        name = self.terminals.setdefault(lexeme, f"T{len(self.terminals)}")
        if limit is not None and (plainly_empty(limit) or self.is_empty(lexeme)):
            self.empty.add(name)
        return name

    def fixed(self, parts: Iterable[tuple[str, Type, Limits]], closing: str) -> Symbol:
        """The symbol of values one after the other, each with fixed text before it."""
        name = f"s{len(self.rules)}"
        self.rules[name] = [
            [i for text, type, limits in parts for i in (Item(text), Item(symbol=self.value(type, limits)))] + [Item(closing)]
        ]
        return name

    def finish(self) -> None:
        """Write the rules that are asked for, and leave out those that no value satisfies."""
        while self._waiting:
            name, type, limits = self._waiting.pop()
            self.rules[name] = self.body(type, limits)
        self.prune()

    def prune(self) -> None:
        good: set[Symbol] = set(self.terminals.values()) - self.empty
        changed = True
        while changed:
            changed = False
            for name, options in self.rules.items():
                if name not in good and any(self.productive(option, good) for option in options):
                    good.add(name)
                    changed = True
        for name, options in self.rules.items():
            self.rules[name] = [o for o in options if self.productive(o, good)]
        self.empty |= {name for name in self.rules if name not in good}

    def productive(self, option: list[Item], good: set[Symbol]) -> bool:
        return all(not item.symbol or item.optional or item.symbol in good for item in option)

    # ------------------------------------------------------------ rules

    def body(self, type: Type, limits: Limits) -> list[list[Item]]:
        match type.head:
            case "List" | "Set":
                return self.array(type, limits)
            case "Map":
                return self.table(type, limits)
            case "Tuple":
                return [self.product(type, limits)]
            case "Option":
                return self.option(type, limits)
        tags = own_limit(limits)
        ctors = [c for c in self.shapes.ctors(type) if not isinstance(tags, Tags) or c.name in tags.names]
        return [self.con(c, type, limits if self.shapes.is_record(type) else ()) for c in ctors]

    def array(self, type: Type, limits: Limits) -> list[list[Item]]:
        size = own_limit(limits)
        low, high = (size.low, size.high) if isinstance(size, Sizes) else (0, None)
        options: list[list[Item]] = [[Item("[]")]] if low == 0 else []
        if high == 0 or (high is not None and high < low):
            return options
        element = self.value(type.args[0], below(limits, STAR))
        more = f"m{len(self.rules)}"
        self.rules[more] = [[Item(self.style.item), Item(symbol=element)]]
        rest = [] if high == 1 else [self.repeated(more, max(low - 1, 0), None if high is None else high - 1)]
        return [*options, [Item("["), Item(symbol=element), *rest, Item("]")]]

    def table(self, type: Type, limits: Limits) -> list[list[Item]]:
        """Entries of a map, of which several may have one key: only to see whether there is a value at all."""
        entry = f"e{len(self.rules)}"
        sides = [Item(symbol=self.value(t, below(below(limits, STAR), i))) for i, t in enumerate(type.args)]
        self.rules[entry] = [[sides[0], Item(self.style.key), sides[1]]]
        size = own_limit(limits)
        none: list[list[Item]] = [] if isinstance(size, Sizes) and size.low > 0 else [[Item("{}")]]
        return [*none, [Item("{"), Item(symbol=entry), Item("}")]]

    def repeated(self, name: Symbol, low: int, high: int | None) -> Item:
        times = "*" if (low, high) == (0, None) else f"{{{low},{'' if high is None else high}}}"
        return Item(symbol=name, times=times, optional=low == 0)

    def product(self, type: Type, limits: Limits) -> list[Item]:
        if not type.args:
            return [Item("null")]
        items: list[Item] = []
        for index, part in enumerate(type.args):
            items += [Item(self.style.item if index else "["), Item(symbol=self.value(part, below(limits, index)))]
        return [*items, Item("]")]

    def option(self, type: Type, limits: Limits) -> list[list[Item]]:
        tags = own_limit(limits)
        names = tags.names if isinstance(tags, Tags) else ("None", "Some")
        options: list[list[Item]] = [[Item("null")]] if "None" in names else []
        if "Some" not in names:
            return options
        inner = [Item(symbol=self.value(type.args[0], below(limits, "some")))]
        if may_be_null(type.args[0]):
            inner = [Item('{"some"' + self.style.key), *inner, Item("}")]
        return [*options, inner]

    def con(self, ctor: Ctor, type: Type, limits: Limits) -> list[Item]:
        opening = con_opening(ctor, self.shapes.is_record(type), self.style)
        items: list[Item] = []
        for index, part in enumerate(self.shapes.fields(ctor, type)):
            between = opening if index == 0 and opening == "{" else (opening if index == 0 else "") + self.style.item
            items.append(Item(between + string_text(part.key) + self.style.key))
            items.append(Item(symbol=self.value(part.type, (*part.limits, *below(limits, part.name)))))
        return [*items, Item("}")] if items else [Item(opening + "}")]

    # ------------------------------------------------------------ text

    def lark(self) -> str:
        """All rules and terminals; ``start`` is the caller's."""
        lines = [f"{name}: {' | '.join(' '.join(i.lark() for i in o) for o in options)}" for name, options in self.rules.items() if options]
        lines += [f"{name}: {lexeme.lark()}" for lexeme, name in self.terminals.items()]
        return "\n".join(lines) + "\n"


def con_opening(ctor: Ctor, record: bool, style: Style) -> str:
    return "{" if record else '{"kind"' + style.key + string_text(short(ctor.name))


def lark_text(text: str) -> str:
    """A fixed text in the grammar."""
    return dumps(text)
