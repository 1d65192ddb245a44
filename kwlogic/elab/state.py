"""What one run of elaboration knows: modules, the names they declare, and what has been checked so far.

Records with state, filled phase by phase by ``elaborate``; nothing here decides anything. A name that a syntax
error or a type error has spoilt stays declared and is ``broken``, so that its uses stay silent.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kwlogic.core.program import Ctor, Data, Example, Fn, Kernel, Lemma, Refine, Refinement
from kwlogic.core.types import Type
from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.source.records import dataclass
from kwlogic.syntax import data as syn

if TYPE_CHECKING:
    from kwlogic.elab.context import Ctx
    from kwlogic.elab.coverage import CtorsOf
    from kwlogic.elab.rtypes import RType


class Stop(Exception):
    """The declaration at hand cannot go on; what there was to say has been said."""


@dataclass(frozen=True, slots=True)
class Sig:
    """Erased signature: ``names``, ``params`` and ``spans`` run in parallel."""

    tparams: tuple[str, ...]
    names: tuple[str, ...]
    params: tuple[Type, ...]
    result: Type
    spans: tuple[Span | None, ...] = ()


@dataclass(slots=True, eq=False)
class Entry:
    """A value name: kind is fn, kernel, lemma, ctor or prim. ``shapes`` are the refined types of parameters, then results."""

    kind: str
    name: str
    qname: str
    module: str
    scope: Scope | None = None
    decl: syn.FnDecl | syn.KernelDecl | syn.LemmaDecl | syn.TypeDecl | syn.RecordDecl | None = None
    span: Span | None = None
    sig: Sig | None = None
    ctx: Ctx | None = None
    shapes: tuple[RType, ...] = ()
    data: str = ""
    broken: bool = False

    @property
    def std(self) -> bool:
        return is_std(self.module)


@dataclass(slots=True, eq=False)
class TypeEntry:
    """A type name: an alias (``alias`` set once resolved) or a data type (``data`` set once its fields are)."""

    name: str
    qname: str
    scope: Scope
    decl: syn.TypeDecl | syn.RecordDecl
    tparams: tuple[str, ...]
    busy: bool = False
    ctx: Ctx | None = None
    alias: RType | None = None
    fields: dict[str, tuple[tuple[str, RType, Span], ...]] = field(default_factory=dict)
    broken: bool = False

    @property
    def is_alias(self) -> bool:
        return isinstance(self.decl, syn.TypeDecl) and self.decl.alias is not None


@dataclass(slots=True, eq=False)
class Scope:
    """One module: its own names, and those that ``use`` brings in."""

    name: str
    source: Source
    tree: syn.Module
    own: dict[str, Entry] = field(default_factory=dict)
    types: dict[str, TypeEntry] = field(default_factory=dict)
    resources: dict[str, Span] = field(default_factory=dict)
    used: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    used_types: dict[str, tuple[TypeEntry, ...]] = field(default_factory=dict)
    used_resources: dict[str, str] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    decls: list[str] = field(default_factory=list)
    cache: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    lost_all: bool = False
    written: frozenset[str] | None = None

    @property
    def std(self) -> bool:
        return is_std(self.name)


@dataclass(slots=True, eq=False)
class World:
    """All modules of the run and what they have come to. ``seen``, where somebody wants to know: the type of each expression
    and of each name that a pattern binds, whether or not its declaration checks."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    std_values: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    std_types: dict[str, tuple[TypeEntry, ...]] = field(default_factory=dict)
    type_entries: dict[str, TypeEntry] = field(default_factory=dict)
    ctor_entries: dict[str, Entry] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    datas: dict[str, Data] = field(default_factory=dict)
    ctors: dict[str, Ctor] = field(default_factory=dict)
    fns: dict[str, Fn] = field(default_factory=dict)
    lemmas: dict[str, Lemma] = field(default_factory=dict)
    kernels: dict[str, Kernel] = field(default_factory=dict)
    examples: dict[str, Example] = field(default_factory=dict)
    refines: dict[str, Refine] = field(default_factory=dict)
    refinements: list[Refinement] = field(default_factory=list)
    deps: dict[str, frozenset[str]] = field(default_factory=dict)
    calls: dict[str, frozenset[str]] = field(default_factory=dict)
    mentions: dict[str, frozenset[str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    signatures: CtorsOf | None = None
    valid: set[str] = field(default_factory=set)
    valid_types: dict[Type, bool] = field(default_factory=dict)
    seen: dict[Span, tuple[Ctx, Type]] | None = None


def is_std(module: str) -> bool:
    return module == "std" or module.startswith("std.")
