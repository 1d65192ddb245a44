"""Composing kernels in Python: each operator of the language as a function, over values that never change.

A ``Composite`` is the text of a composition and the project that it is from. What Python composes is checked by the checker that
spec files go through, so the same things are errors, with the same words; they are raised as ``CompositionError``. Pieces that name
no kernel (``ident``, ``guard``) belong to no project until they are joined with one that does.

>>> from kwlogic import guard, ident, load, par, seq                                    # doctest: +SKIP
>>> shop = load("specs/shop.kw")                                                        # doctest: +SKIP
>>> checkout = seq(par(shop.price, ident("limit")), guard("total <= limit"), shop.pay)  # doctest: +SKIP
>>> print(checkout.show())                                                              # doctest: +SKIP
(price & id(limit)) >> guard (total <= limit) >> pay
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kwlogic.compose.data import Composition
from kwlogic.compose.digest import digest, normal_text
from kwlogic.compose.facts import FactsOf
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.types import show_type, type_vars
from kwlogic.core.wiring import Face, Wiring
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Source

SHOWN = "<composition>"
FALLBACK, SEQ, PAR, PREFIX, POST = range(1, 6)
EAGER = 4000  # characters up to which a composition is checked as it is made; a larger one when something is asked of it


class CompositionError(Diagnosed):
    """What is wrong with a composition; ``sources`` has the text that the diagnostics point at."""

    def __init__(self, *diagnostics: Diagnostic, sources: Mapping[str, Source] | None = None) -> None:
        super().__init__(*diagnostics)
        self.sources: Mapping[str, Source] = dict(sources or {})

    def __str__(self) -> str:
        return "\n".join(self._shown(d) for d in self.diagnostics)

    def _shown(self, found: Diagnostic) -> str:
        lines = [f"{found.code}: {found.message}"]
        if found.span is not None and found.span.file in self.sources:
            lines.append(f"  at `{' '.join(self.sources[found.span.file].slice(found.span).split())}`")
        lines += [f"  {note}" for note in found.notes]
        return "\n".join([*lines, *([f"  help: {found.help}"] if found.help else [])])


class Home(Protocol):
    """A project, as far as a composition needs one."""

    @property
    def facts(self) -> FactsOf: ...

    def typed(self, text: str, inputs: Mapping[str, str], early: bool = False) -> Wiring | None:
        """The composition typed, or CompositionError. ``early``: None where its surroundings may yet put it right."""

    def check(self, composite: Composite, name: str, clauses: Mapping[str, Sequence[str]], budget: int | None) -> Any:
        """The composition checked as a kernel with a contract."""


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """A composition, or a kernel alone. Make one with the functions of this module or from a project (``load(path).name``).

    ``a >> b``, ``a & b`` and ``a | b`` (for ``??``) compose; ``a(x="e")`` gives arguments; ``a["x as y"]`` renames. Two are equal
    if they are the same composition: brackets, names of wires and order do not count.
    """

    text: str
    level: int
    home: Home | None = None
    given: tuple[tuple[str, str], ...] = ()

    # ------------------------------------------------------------ what it is

    def show(self) -> str:
        """The composition in the language; it parses back to the same."""
        return self.text

    @property
    def wiring(self) -> Wiring:
        """The typed composition. Raises CompositionError where it has none."""
        found = self._home().typed(self.text, dict(self.given))
        assert found is not None
        return found

    @property
    def face(self) -> Face:
        return self.wiring.root.face

    @property
    def inputs(self) -> dict[str, str]:
        """Input ports with their types, refinements left out."""
        return {p.name: show_type(p.type) for p in self.face.inputs}

    @property
    def outputs(self) -> dict[str, str]:
        """Output ports with their types, refinements left out."""
        return {p.name: show_type(p.type) for p in self.face.outputs}

    def dag(self) -> Composition:
        """The graph: brackets, ``id``, renamings and the order of steps are gone."""
        return composition_of(self.wiring)

    def networkx(self) -> Any:
        """The graph as a networkx ``MultiDiGraph`` (see ``compose.graph``); networkx must be installed."""
        from kwlogic.compose.graph import to_networkx

        return to_networkx(self.dag())

    def digest(self, laws: bool = False) -> str:
        """64 hexadecimal digits, the same for equal compositions and only for these. ``laws``: also for those that rewriting by
        laws makes equal."""
        if laws:
            from kwlogic.compose.rewrite import digest_modulo_laws

            return digest_modulo_laws(self.dag(), self._home().facts)
        return digest(self.dag(), self._home().facts)

    def normal(self) -> str:
        """The normal form that the digest is of, as a text."""
        return normal_text(self.dag(), self._home().facts)

    def declaration(
        self, name: str, requires: Sequence[str] = (), ensures: Sequence[str] = (), fails: Sequence[str] = (), outputs: Sequence[str] = ()
    ) -> str:
        """A kernel declaration with this body. ``outputs``: those to keep; all by default."""
        face = self.face
        kept = [p for p in face.outputs if p.name in outputs or not outputs]
        for port in (*face.inputs, *kept):
            if any(v.startswith("?") for v in type_vars(port.type)):
                help = f'say it: `.with_inputs({port.name}="Int")`, or compose it with a part that does'
                raise CompositionError(diagnostic("KW416", f"nothing settles the type of `{port.name}`", help=help))
        sides = (", ".join(f"{p.name}: {show_type(p.type)}" for p in side) for side in (face.inputs, kept))
        clauses = (f"  {word} {c}\n" for word, cs in (("requires", requires), ("ensures", ensures), ("fails when", fails)) for c in cs)
        return f"kernel {name}({') -> ('.join(sides)})\n{''.join(clauses)}= compose {self.text}\n"

    def check(self, requires: Sequence[str] = (), ensures: Sequence[str] = (), fails: Sequence[str] = (), budget: int | None = None) -> Any:
        """Every link and every clause, proved from the contracts of the parts; the results as `kwlogic check` has them."""
        clauses = {"requires": tuple(requires), "ensures": tuple(ensures), "fails": tuple(fails)}
        return self._home().check(self, "composed", clauses, budget)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Composite):
            return NotImplemented
        if self.home is None or other.home is None:
            return self.home is other.home and self.text == other.text
        return self.home is other.home and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.text if self.home is None else self.digest())

    def __repr__(self) -> str:
        return f"<{self.text}>"

    def _home(self) -> Home:
        if self.home is None:
            raise ValueError(f"`{self.text}` names no kernel, so it belongs to no project yet: join it with a kernel")
        return self.home

    # ------------------------------------------------------------ composing

    def __rshift__(self, other: Composite) -> Composite:
        return seq(self, other)

    def __and__(self, other: Composite) -> Composite:
        return par(self, other)

    def __or__(self, other: Composite) -> Composite:
        return fallback(self, other)

    def __getitem__(self, pairs: str) -> Composite:
        """``k["x as y, z as w"]`` renames ports."""
        return _made(f"{self._in(POST)}[{pairs}]", POST, self)

    def rename(self, **pairs: str) -> Composite:
        """``k.rename(x="y")`` renames the port ``x`` to ``y``."""
        return self[", ".join(f"{old} as {new}" for old, new in pairs.items())]

    def __call__(self, *args: str, **named: str) -> Composite:
        """``k("x + 1", limit="2 * y")``: a kernel with expressions for its inputs, over the ports around it."""
        given = ", ".join((*args, *(f"{port} = {e}" for port, e in named.items())))
        return _made(f"{self.text}({given})", POST, self)

    def with_inputs(self, **types: str) -> Composite:
        """Types of inputs that nothing in the composition tells, as for ``guard("x > 0")`` at its beginning."""
        return _checked(Composite(self.text, self.level, self.home, (*self.given, *types.items())))

    def _in(self, at_least: int) -> str:
        return self.text if self.level >= at_least else f"({self.text})"


def _made(text: str, level: int, *parts: Composite) -> Composite:
    homes = {id(p.home): p.home for p in parts if p.home is not None}
    if len(homes) > 1:
        raise ValueError("these kernels come from different projects: load both with one `load(...)`")
    given = dict(pair for p in parts for pair in p.given)
    return _checked(Composite(text, level, next(iter(homes.values()), None), tuple(given.items())))


def _checked(made: Composite) -> Composite:
    if made.home is not None and len(made.text) <= EAGER:
        made.home.typed(made.text, dict(made.given), early=True)
    return made


def _chain(op: str, level: int, parts: tuple[Composite, ...]) -> Composite:
    if not parts:
        raise ValueError(f"`{op}` joins at least one composition")
    first, *rest = parts
    if not rest:
        return first
    return _made(f" {op} ".join((first._in(level), *(p._in(level + 1) for p in rest))), level, *parts)


def seq(*parts: Composite) -> Composite:
    """``a >> b >> …``: each takes what the one before it yields."""
    return _chain(">>", SEQ, parts)


def par(*parts: Composite) -> Composite:
    """``a & b & …``: beside each other; inputs are joined by name, outputs have different names."""
    return _chain("&", PAR, parts)


def fallback(*parts: Composite) -> Composite:
    """``a ?? b ?? …``: the next one runs where those before it fail."""
    return _chain("??", FALLBACK, parts)


def case(cond: str, then: Composite, other: Composite) -> Composite:
    """``case (cond) then a else b``; ``cond`` is an expression over the input ports."""
    return _made(f"case ({cond}) then {then._in(POST)} else {other._in(POST)}", PREFIX, then, other)


def retry(count: int, part: Composite) -> Composite:
    """``retry n a``: up to n runs, until one succeeds."""
    return _made(f"retry {count} {part._in(POST)}", PREFIX, part)


def map_(part: Composite) -> Composite:
    """``map a``: a for each element; every port becomes a list."""
    return _made(f"map {part._in(POST)}", PREFIX, part)


def fold(part: Composite, invariant: str) -> Composite:
    """``fold a invariant (p)``: a part ``(acc, item) -> (acc)`` along a list; ``p`` speaks of ``acc``."""
    return _made(f"fold {part._in(POST)} invariant ({invariant})", PREFIX, part)


def iterate(part: Composite, cond: str, most: int, invariant: str | None = None) -> Composite:
    """``iterate a while (cond) max n invariant (q)``: rounds of a while ``cond`` holds; fails where ``most`` rounds do not do."""
    tail = "" if invariant is None else f" invariant ({invariant})"
    return _made(f"iterate {part._in(POST)} while ({cond}) max {most}{tail}", PREFIX, part)


def guard(pred: str, **inputs: str) -> Composite:
    """``guard (p)``: passes the ports of ``p`` through, and fails unless it holds. ``inputs``: their types, where nothing else
    tells them."""
    return Composite(f"guard ({pred})", PREFIX, None, tuple(inputs.items()))


def assert_(pred: str, **inputs: str) -> Composite:
    """``assert (p)``: passes the ports of ``p`` through, and obliges ``p`` to be proved."""
    return Composite(f"assert ({pred})", PREFIX, None, tuple(inputs.items()))


def ident(*ports: str) -> Composite:
    """``id(x, y)``: passes ports through."""
    return Composite(f"id({', '.join(ports)})", POST)


def hole(inputs: Mapping[str, str], outputs: Mapping[str, str]) -> Composite:
    """``hole(x: T) -> (y: U)``: a kernel yet to be found."""
    ins, outs = (", ".join(f"{n}: {t}" for n, t in side.items()) for side in (inputs, outputs))
    return Composite(f"hole({ins}) -> ({outs})", PREFIX)


def kernel(name: str, home: Home) -> Composite:
    """A kernel of a project, as the project calls it."""
    return Composite(name, POST, home)


__all__ = [
    "Composite",
    "CompositionError",
    "assert_",
    "case",
    "fallback",
    "fold",
    "guard",
    "hole",
    "ident",
    "iterate",
    "kernel",
    "map_",
    "par",
    "retry",
    "seq",
]
