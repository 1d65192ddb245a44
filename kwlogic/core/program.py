"""Checked declarations: what elaboration yields and everything above reads. Records only.

Qualified names are ``module.name``. A refinement has been erased from every type and lives on as a clause:
of a parameter as a ``requires``, of a result as an ``ensures``, of a field as an invariant of its constructor.

**Validity.** A data type whose values carry invariants (its own fields', or those of data types inside) has a
predicate, the generated fn ``<Type>'valid`` (one Bool-valued fn declaration in ``fns``). Parameters and results of
such types carry clauses of origin INVARIANT: assumed at parameters, never obliged at calls, since every construction
obliges the invariants of its own fields (origin REFINEMENT at the constructor). Quantifiers over such types are
relativised by elaboration (``forall x: T :: p`` is ``forall x :: T'valid(x) ==> p``).
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.source.data import Source, Span
from kwlogic.source.records import dataclass


class Origin(Enum):
    WRITTEN = "written"
    REFINEMENT = "refinement"
    INVARIANT = "invariant"


@dataclass(frozen=True, slots=True)
class Clause:
    """One conjunct of a contract. ``text`` is its source text (for messages), ``span`` where it stands.

    ``pred`` is a program term (with AT nodes) over the declaration's variables; the result of a fn is the
    variable ``result``; a refinement of parameter ``x`` has ``subject`` ``"x"``.
    """

    label: str | None
    pred: Term
    span: Span
    text: str
    origin: Origin = Origin.WRITTEN
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Ctor:
    """A constructor: fields in order; ``invariants`` are clauses over its fields as variables."""

    name: str
    data: str
    fields: tuple[Param, ...]
    invariants: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """A data type or record. ``valid`` names its validity fn, None where there is nothing to hold."""

    name: str
    tparams: tuple[str, ...]
    ctors: tuple[Ctor, ...]
    record: bool
    span: Span = field(compare=False)
    valid: str | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Fn:
    """A total function. ``decreases`` empty: structural recursion is to be found.

    ``group``: names of the fns of its recursion (its strongly connected component, itself included); empty
    where it is not recursive. ``generated`` fns (validity predicates) have no obligations.
    ``span`` is the declaration's head, ``name_span`` its name.
    """

    name: str
    tparams: tuple[str, ...]
    params: tuple[Param, ...]
    result: Type
    requires: tuple[Clause, ...]
    ensures: tuple[Clause, ...]
    decreases: tuple[Term, ...]
    decreases_span: Span | None
    body: Term
    opaque: bool
    group: frozenset[str]
    span: Span = field(compare=False)
    name_span: Span = field(compare=False)
    generated: bool = False
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ByInduction:
    vars: tuple[str, ...]
    using: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByRecursion:
    """``call``: the CALL term whose fn's recursion is followed."""

    call: Term
    using: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByCases:
    subject: Term
    using: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByAuto:
    using: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BySteps:
    """``term``: the steps as nested ASSERT and LEMMA around ``true``."""

    term: Term


Proof = ByInduction | ByRecursion | ByCases | ByAuto | BySteps


@dataclass(frozen=True, slots=True)
class Lemma:
    """lemma, theorem or (``axiom`` true) axiom. ``decreases`` as for a fn (a lemma may apply itself)."""

    name: str
    keyword: str
    tparams: tuple[str, ...]
    params: tuple[Param, ...]
    requires: tuple[Clause, ...]
    ensures: tuple[Clause, ...]
    proof: Proof | None
    axiom: bool
    span: Span = field(compare=False)
    name_span: Span = field(compare=False)
    doc: str = ""
    decreases: tuple[Term, ...] = ()
    decreases_span: Span | None = None


@dataclass(frozen=True, slots=True)
class ExprBody:
    """A term over the inputs; a tuple of the outputs where there are several."""

    term: Term


@dataclass(frozen=True, slots=True)
class OracleBody:
    """kind prompt, tool or python; prompt parts are texts and terms over the inputs."""

    kind: str
    parts: tuple[str | Term, ...]


@dataclass(frozen=True, slots=True)
class ComposeBody:
    """A typed composition: ``core.wiring`` terms."""

    wiring: object


Body = ExprBody | OracleBody | ComposeBody


@dataclass(frozen=True, slots=True)
class Kernel:
    """``body`` None: a signature without an implementation (an abstract kernel for ``refine``)."""

    name: str
    tparams: tuple[str, ...]
    inputs: tuple[Param, ...]
    outputs: tuple[Param, ...]
    requires: tuple[Clause, ...]
    ensures: tuple[Clause, ...]
    fails: tuple[Clause, ...]
    body: Body | None
    span: Span = field(compare=False)
    name_span: Span = field(compare=False)
    version: str | None = None
    family: str | None = None
    evidence: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    rollback: str | None = None
    flags: frozenset[str] = frozenset()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """``pred`` for ``example e``; else a recorded case of oracle ``kernel`` with values as closed terms."""

    name: str
    pred: Term | None
    kernel: str | None
    inputs: tuple[tuple[str, Term], ...]
    outputs: tuple[tuple[str, Term], ...]
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Refine:
    name: str
    abstract: str
    concrete: str
    span: Span


@dataclass(frozen=True, slots=True)
class Refinement:
    """A declared refinement type, ``type Pos = {n: Int | n > 0}``: elaboration erases it, but it must have a value."""

    name: str
    var: Param
    clauses: tuple[Clause, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """``decls``: qualified names in source order. ``broken``: names of declarations that did not check."""

    name: str
    file: str
    uses: tuple[str, ...]
    decls: tuple[str, ...]
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Program:
    """All modules in scope, standard library included. ``order`` lists fns, lemmas and kernels so that each
    one's proofs may use facts of those before it only (dependencies first; then lemmas, fns, kernels; then text order)."""

    modules: dict[str, ModuleInfo]
    sources: dict[str, Source]
    datas: dict[str, Data]
    ctors: dict[str, Ctor]
    fns: dict[str, Fn]
    lemmas: dict[str, Lemma]
    kernels: dict[str, Kernel]
    examples: dict[str, Example]
    refines: dict[str, Refine]
    resources: frozenset[str]
    order: tuple[str, ...]
    refinements: tuple[Refinement, ...] = ()
