"""What a mask is made of: sites in the text of an output, what may stand there, and who is asked. Records and protocols only.

**The text.** An output is the JSON object of the output ports in the wire form of ``core.codec``, keys in the order of
``Residuals.order`` (ports) and of declaration (fields), written compactly. It is a walk over the output types: fixed bytes,
and *sites* where something is chosen:

- ``VALUE``: an Int, Real, Bool or String, or the name of an enumeration's constructor;
- ``TAG``: which constructor of a data type with fields (``kind``), or whether an Option is there (``Some``, ``None``);
- ``MORE``: whether a list, set or map gets another element (asked before each element, the first one included).

**Paths** name sites: the port's name, then a step for each part: a field's name (of records, data and ``Some``: ``some``),
the index (of list and set elements in the order written, of tuple components, of map entries; a map entry is a pair, whose
parts are ``0``, the key, and ``1``, the value). The TAG of a data value has the path of that value, the MORE of a list the
path of that list. A **pattern** is a path with ``STAR`` for the indices of list, set and map elements.

**Who is asked.** Before anything is written at a site, ``Residuals.residual(site, so_far)`` says what may stand there.
The invariant that generation rests on: *if something of the residual is written there, then a completion of the whole
output exists that satisfies every guaranteed clause and every type* (no dead ends). A residual may leave values out
(``exact`` False says so, ``why`` says why); it never lets one in without a completion. Where ``concerns(pattern)`` is False
nobody is asked: the types decide alone, with the clauses of the kernel that ``local.clause_limits`` reads as limits of single
sites, so that a whole subtree can be one grammar. Sets without repeats and maps without repeated keys are then seen to by the walk itself;
where ``concerns`` is True of a set or map or of a part of it, the residuals see to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from kwlogic.core.program import Clause
from kwlogic.core.regex import Regex
from kwlogic.core.types import Type
from kwlogic.core.value import Value

STAR = None
Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]
Pattern: TypeAlias = tuple[str | int | None, ...]


class Kind(Enum):
    VALUE = "value"
    TAG = "tag"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Site:
    """A place where something is chosen. ``pattern`` is ``path`` with STAR for element indices; ``type`` is the type of
    the value at the path (of a MORE site: the list's, set's or map's)."""

    path: Path
    pattern: Pattern
    kind: Kind
    type: Type


# ---------------------------------------------------------------- the output so far


@dataclass(frozen=True, slots=True)
class Hole:
    """Nothing is written of this part."""


@dataclass(frozen=True, slots=True)
class Known:
    """A part that is finished."""

    value: Value


@dataclass(frozen=True, slots=True)
class Fields:
    """A constructor that is decided and parts that may not be finished, in declared order: a record, data, ``Tuple``, ``Some``.
    (Finished ones, and constructors without fields, are ``Known``.)"""

    ctor: str
    parts: tuple[Partial, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """An unfinished list, set or map (``head``: ``List``, ``Set``, ``Map``): the elements so far, of which the last may be
    unfinished; whether more follow is open. Entries of maps are ``Tuple`` pairs."""

    head: str
    items: tuple[Partial, ...]


Partial: TypeAlias = Hole | Known | Fields | Items
HOLE = Hole()
SoFar: TypeAlias = Mapping[str, Partial]  # every output port, in the order of the kernel's declaration


# ---------------------------------------------------------------- what may stand at a site


@dataclass(frozen=True, slots=True)
class Free:
    """Any value of the type (with what its own grammar can say). Only where each of them has a completion."""

    exact: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ints:
    """``low <= v <= high`` (None: no bound), ``v % modulus == remainder``, not ``excluded``."""

    low: int | None = None
    high: int | None = None
    modulus: int = 1
    remainder: int = 0
    excluded: frozenset[int] = frozenset()
    exact: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reals:
    """Bounds (None: no bound), open or closed, not ``excluded``. Where it is bounded, decimals without exponent are written."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    excluded: frozenset[Fraction] = frozenset()
    exact: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """Lengths in code points; every one of ``regexes`` is found in it (as ``matches`` does) and none of ``never``; it starts
    with ``prefix``, ends with ``suffix``, has each of ``contains`` in it, and is none of ``excluded``."""

    min_length: int = 0
    max_length: int | None = None
    regexes: tuple[Regex, ...] = ()
    never: tuple[Regex, ...] = ()
    prefix: str = ""
    suffix: str = ""
    contains: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()
    exact: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these values (Int, Real, Bool or String), without repeats; for a Bool or an enumeration see ``Tags``, too."""

    values: tuple[Value, ...]
    exact: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Tags:
    """One of these constructors, by qualified name as in ``core`` (``None`` and ``Some`` for an Option); at TAG sites and at
    VALUE sites of enumerations."""

    names: tuple[str, ...]
    exact: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class More:
    """At MORE sites: whether another element may follow, and whether it may end here."""

    may_continue: bool = True
    may_stop: bool = True
    exact: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many elements a list, set or map has. Only among limits: at MORE sites the question is answered by ``More``."""

    low: int = 0
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A set that no grammar says: of ``base``, the values for which ``ok`` holds. ``alive(text)``: whether a value with
    ``ok`` exists whose text (JSON, so a String with its opening quote) starts with this one; it must be true of prefixes of
    what it is true of, and of some longer text, or the text of an ok value itself. Asked for each token: costly."""

    base: Free | Ints | Reals | Texts
    ok: Callable[[Any], bool]
    alive: Callable[[str], bool]
    exact: bool = True
    why: str = ""


Residual: TypeAlias = Free | Ints | Reals | Texts | OneOf | Tags | More | Checked
Limit: TypeAlias = Ints | Reals | Texts | OneOf | Tags | Sizes
Limits: TypeAlias = tuple[tuple[Pattern, Limit], ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A clause that the mask does not see to, and why."""

    clause: Clause
    why: str


class Residuals(Protocol):
    """The contract of one call of a kernel, asked site by site. Answers depend on the arguments alone (and, once a budget
    was met, may become weaker)."""

    @property
    def order(self) -> tuple[str, ...]:
        """The output ports in the order in which they are written."""
        ...

    @property
    def impossible(self) -> str:
        """Why no output satisfies the contract for these inputs; empty where one does (or it is not known)."""
        ...

    def concerns(self, pattern: Pattern) -> bool:
        """Whether ``residual`` is to be asked at this place or at some place below it. False only where no clause that it
        sees to, and no invariant of a type, speaks of it, save those that ``local.clause_limits`` reads completely."""
        ...

    def residual(self, site: Site, so_far: SoFar) -> Residual: ...

    def guaranteed(self) -> tuple[Clause, ...]:
        """The clauses of the kernel's contract that every finished output satisfies."""
        ...

    def checked_after(self) -> tuple[Left, ...]:
        """The others."""
        ...
