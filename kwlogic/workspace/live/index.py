"""Where every name of a file stands, and what it stands for: definitions and uses, by one walk over the tree.

Names of modules are looked up as elaboration looks them up; which overload and which field is meant comes from the
terms that elaboration made. Where a declaration did not check, what can be told from the text alone is told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kwlogic.core.types import Type
from kwlogic.elab.modules import constructors
from kwlogic.elab.names import candidates, parts_of, type_candidates
from kwlogic.elab.state import Entry, Scope, TypeEntry
from kwlogic.source.data import Span
from kwlogic.syntax import data as s
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.symbols import Occurrence, Symbol, entry_symbol, first_parts, head, last_part, type_symbol, words
from kwlogic.workspace.live.terms_at import Known, known_of

Env = Mapping[str, Symbol]
Task = tuple[object, Env]
NOTHING: Env = {}


@dataclass(slots=True, eq=False, repr=False)
class Index:
    """The names of one file, in order of place."""

    scope: Scope
    known: Known
    found: list[Occurrence] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def at(self, offset: int) -> Occurrence | None:
        """The name that a place touches."""
        place = bisect_right(self.starts, offset) - 1
        for index in (place, place - 1):
            if index >= 0 and self.found[index].span.start <= offset <= self.found[index].span.end:
                return self.found[index]
        return None

    def of(self, symbol: Symbol) -> list[Occurrence]:
        return [o for o in self.found if same(o.symbol, symbol) or any(same(c, symbol) for c in o.choices)]


def same(one: Symbol, other: Symbol) -> bool:
    """What is defined at one place is one thing: a record is a type and its constructor."""
    return one.place == other.place if one.place is not None or other.place is not None else one == other


def index_of(analysis: Analysis, shown: str) -> Index | None:
    """The index of a file; None where it is no module."""
    key = f"index {shown}"
    if key not in analysis.memo:
        scope = analysis.scope(shown)
        analysis.memo[key] = None if scope is None else Indexing(analysis, scope).index()
    found = analysis.memo[key]
    assert found is None or isinstance(found, Index)
    return found


def references(analysis: Analysis, symbol: Symbol) -> list[Occurrence]:
    """All uses and the definition, in every file of the analysis but the standard library's own."""
    found: list[Occurrence] = []
    for scope in analysis.world.scopes.values():
        if symbol.name in scope.source.text and not (scope.std and (symbol.place is None or symbol.place.file != scope.source.path)):
            index = index_of(analysis, scope.source.path)
            found.extend(index.of(symbol) if index is not None else ())
    return found


class Indexing:
    """One walk. Nothing here recurses: what is to be looked at next waits on a stack, with the names in scope there."""

    def __init__(self, analysis: Analysis, scope: Scope) -> None:
        self.analysis, self.scope, self.world = analysis, scope, analysis.world
        self.source = scope.source
        self.known = known_of(analysis.program, scope.decls)
        self.found: dict[tuple[int, int], Occurrence] = {}
        self.owner = ""
        self.tasks: list[Task] = []

    def index(self) -> Index:
        tree = self.scope.tree
        if tree.name is not None and tree.name.span.end > tree.name.span.start:
            self.add(tree.name.span, self.module(self.scope), True)
        for use in tree.uses:
            self.use(use)
        for decl in tree.decls:
            self.decl(decl)
            while self.tasks:
                node, env = self.tasks.pop()
                self.visit(node, env)
        ordered = sorted(self.found.values(), key=lambda o: o.span.start)
        return Index(self.scope, self.known, ordered, [o.span.start for o in ordered])

    # ------------------------------------------------------------ noting

    def add(self, span: Span, symbol: Symbol | None, definition: bool = False, choices: Iterable[Symbol] = ()) -> None:
        if symbol is not None and span.file == self.source.path and (span.start, span.end) not in self.found:
            self.found[span.start, span.end] = Occurrence(span, symbol, definition, tuple(choices))

    def later(self, node: object, env: Env) -> None:
        if node is not None:
            self.tasks.append((node, env))

    def define(self, kind: str, name: str, span: Span, decl: s.Decl | None = None) -> Symbol:
        symbol = Symbol(kind, name, span, "", self.owner, decl)
        self.add(span, symbol, True)
        return symbol

    def module(self, scope: Scope) -> Symbol:
        place = scope.tree.name.span if scope.tree.name is not None else Span(scope.source.path, 0, 0)
        return Symbol("module", scope.name, place, scope.name)

    # ------------------------------------------------------------ items

    def use(self, use: s.UseDecl) -> None:
        target = self.world.scopes.get(str(use.module))
        if target is None:
            return
        self.add(use.module.span, self.module(target))
        for name, span in use.names or ():
            entry, declared = target.own.get(name), target.types.get(name)
            if declared is not None:
                self.add(span, type_symbol(declared))
            elif entry is not None:
                self.add(span, entry_symbol(entry))
            elif name in target.resources:
                self.add(span, Symbol("resource", name, target.resources[name], f"{target.name}.{name}"))

    def decl(self, decl: s.Decl) -> None:
        name = getattr(decl, "name", "")
        self.owner = f"{self.scope.name}.{name}" if name else ""
        match decl:
            case s.ResourceDecl():
                self.add(decl.name_span, Symbol("resource", decl.name, decl.name_span, self.owner, "", decl), True)
            case s.TypeDecl() | s.RecordDecl():
                self.type_decl(decl)
            case s.FnDecl() | s.LemmaDecl():
                self.callable(decl)
            case s.KernelDecl():
                self.kernel(decl)
            case s.ExampleDecl():
                self.later(decl.expr, NOTHING)
                for arg in decl.outputs or ():
                    self.later(arg.value, NOTHING)
            case s.RefineDecl():
                self.value_name(decl.abstract)
                self.value_name(decl.concrete)

    def own(self, decl: s.FnDecl | s.LemmaDecl | s.KernelDecl) -> None:
        entry = self.scope.own.get(decl.name)
        if entry is not None and entry.decl is decl:
            self.add(decl.name_span, entry_symbol(entry), True)

    def tparams(self, decl: s.FnDecl | s.LemmaDecl | s.KernelDecl | s.TypeDecl | s.RecordDecl, end: int) -> dict[str, Symbol]:
        if not decl.tparams:
            return {}
        found: dict[str, Symbol] = {}
        for name, span in words(self.source, decl.name_span.end, end):
            if name in decl.tparams and name not in found:
                found[name] = self.define("tparam", name, span)
        return found

    def params(self, params: Iterable[s.Param], env: Env, kind: str) -> dict[str, Symbol]:
        """Parameters in order; the type of one may speak of those before it."""
        known = dict(env)
        for p in params:
            self.later(p.type, dict(known))
            known[p.name] = self.define(kind, p.name, head(p.span, p.name))
        return known

    def type_decl(self, decl: s.TypeDecl | s.RecordDecl) -> None:
        entry = self.scope.types.get(decl.name)
        if entry is None or entry.decl is not decl:
            return
        self.add(decl.name_span, type_symbol(entry), True)
        env = self.tparams(decl, _bracket(self.source.text, decl.name_span.end))
        if isinstance(decl, s.RecordDecl):
            self.params(decl.fields, env, "field")
            return
        for (name, span), variant in zip(constructors(decl), decl.variants):
            made = self.scope.own.get(name)
            if made is not None:
                self.add(head(span, name), entry_symbol(made), True)
            self.params(variant.fields, env, "field")
        self.later(decl.alias, env)

    def callable(self, decl: s.FnDecl | s.LemmaDecl) -> None:
        self.own(decl)
        env = self.params(decl.params, self.tparams(decl, _bracket(self.source.text, decl.name_span.end)), "param")
        for clause in decl.clauses:
            self.clause(clause, env, decl)
        if isinstance(decl, s.FnDecl):
            self.later(decl.result, env)
            self.later(decl.body, env)
        else:
            self.later(decl.proof, env)

    def clause(self, clause: s.KernelClause, env: Env, decl: s.Decl) -> None:
        if isinstance(clause, s.Decreases):
            for measure in clause.measures:
                self.later(measure, env)
        elif isinstance(clause, s.Clause):
            if isinstance(decl, s.FnDecl) and clause.kind == "ensures":
                env = {**env, "result": Symbol("result", "result", decl.result.span, "", self.owner)}
            self.later(clause.pred, env)

    def kernel(self, decl: s.KernelDecl) -> None:
        self.own(decl)
        types = self.tparams(decl, _bracket(self.source.text, decl.name_span.end))
        inputs = self.params(decl.inputs, types, "input")
        both = self.params(decl.outputs, inputs, "output")
        outputs = {p.name: both[p.name] for p in decl.outputs}
        for clause in decl.clauses:
            self.clause(clause, both if isinstance(clause, s.Clause) and clause.kind == "ensures" else inputs, decl)
            self.property(clause, outputs)
        match decl.body:
            case s.BodyExpr(expr=expr):
                self.later(expr, inputs)
            case s.BodyOracle(parts=parts):
                for part in parts:
                    self.later(part.expr if isinstance(part, s.PromptHole) else None, inputs)
            case s.BodyCompose(wiring=wiring):
                self.later(wiring, inputs)
            case s.BodyGraph(binds=binds):
                self.graph(binds, inputs, outputs)

    def property(self, clause: s.KernelClause, outputs: Env) -> None:
        match clause:
            case s.Evidence(names=names):
                for name, span in names:
                    self.add(span, outputs.get(name))
            case s.Resources(names=names):
                for name, span in names:
                    self.add(span, self.resource(name))
            case s.Rollback(kernel=name):
                self.value_name(name)
            case _:
                pass

    def resource(self, name: str) -> Symbol | None:
        if name in self.scope.resources:
            return Symbol("resource", name, self.scope.resources[name], f"{self.scope.name}.{name}")
        qname = self.scope.used_resources.get(name)
        home = self.world.scopes.get(qname.rpartition(".")[0]) if qname else None
        return None if home is None or qname is None else Symbol("resource", name, home.resources[name], qname)

    def graph(self, binds: Iterable[s.Bind | s.BindAssert | s.BindGuard], inputs: Env, outputs: Env) -> None:
        """A wire that is called as an output is that output."""
        env = dict(inputs)
        binds = tuple(binds)
        for bind in binds:
            for name, span in bind.targets if isinstance(bind, s.Bind) else ():
                if name in outputs:
                    self.add(span, outputs[name])
                    env[name] = outputs[name]
                elif name != "_" and name not in env:
                    env[name] = self.define("wire", name, span)
        for bind in binds:
            if isinstance(bind, s.Bind):
                self.later(bind.wiring, env)
                for name, span in bind.after:
                    self.add(span, env.get(name))
            else:
                self.later(bind.pred, env)

    # ------------------------------------------------------------ module-level names

    def entry_at(self, entries: tuple[Entry, ...], place: Span) -> Entry | None:
        """Which of several meanings elaboration took."""
        target = self.known.targets.get(place)
        return next((e for e in entries if e.qname == target), entries[0] if entries else None)

    def value_name(self, name: s.QName, place: Span | None = None) -> Symbol | None:
        if len(name.parts) == 1:
            entries = candidates(self.world, self.scope, name.parts[0])
        else:
            home = self.world.scopes.get(".".join(name.parts[:-1]))
            entry = home.own.get(name.parts[-1]) if home is not None else None
            entries = (entry,) if entry is not None else ()
            if home is not None:
                self.add(first_parts(name, self.source), self.module(home))
        return self.entries(entries, last_part(name), place or name.span)

    def entries(self, entries: tuple[Entry, ...], span: Span, place: Span) -> Symbol | None:
        chosen = self.entry_at(entries, place)
        if chosen is None:
            return None
        symbol = entry_symbol(chosen)
        open_ = len(entries) > 1 and place not in self.known.targets
        self.add(span, symbol, choices=[entry_symbol(e) for e in entries] if open_ else ())
        return symbol

    def type_name(self, name: s.QName, env: Env) -> None:
        last = name.parts[-1]
        found: tuple[TypeEntry, ...] = ()
        if len(name.parts) == 1:
            if last in env and env[last].kind == "tparam":
                self.add(name.span, env[last])
                return
            found = type_candidates(self.world, self.scope, last)
        else:
            home = self.world.scopes.get(".".join(name.parts[:-1]))
            if home is not None:
                self.add(first_parts(name, self.source), self.module(home))
                found = (home.types[last],) if last in home.types else ()
        self.add(last_part(name), type_symbol(found[0]) if found else Symbol("type", last, None, last))

    # ------------------------------------------------------------ nodes

    @cached_property
    def rules(self) -> Mapping[type, Callable[[Indexing, object, Env], None]]:
        from kwlogic.workspace.live.index_rules import RULES

        return RULES

    def visit(self, node: object, env: Env) -> None:
        rule = self.rules.get(type(node))
        if rule is not None:
            rule(self, node, env)
        elif isinstance(node, tuple):
            for item in reversed(node):
                self.later(item, env)
        elif isinstance(node, s.Node):
            for name in reversed(s.COMPARED.get(type(node)) or _fields(node)):
                value = getattr(node, name)
                if isinstance(value, s.Node | tuple):
                    self.later(value, env)

    def type_of(self, e: s.Expr, env: Env) -> Type | None:
        """Of an expression; a parameter, or a field of one, has its type though no term of its own was made."""
        known = self.known.types.get(e.span)
        fields: list[str] = []
        while known is None and isinstance(e, s.Field):
            fields.append(e.name)
            e = e.subject
            known = self.known.types.get(e.span)
        if known is None and isinstance(e, s.Name) and e.name in env:
            known = self.param_type(env[e.name])
        for name in reversed(fields):
            data = None if known is None or known.is_var else self.world.datas.get(known.head)
            found = [f.type for c in data.ctors for f in c.fields if f.name == name] if data is not None else []
            known = found[0] if found and data is not None and not data.tparams else None
        return known

    def param_type(self, symbol: Symbol) -> Type | None:
        program = self.analysis.program
        kernel = program.kernels.get(symbol.owner)
        other = program.fns.get(symbol.owner) or program.lemmas.get(symbol.owner)
        params = (*kernel.inputs, *kernel.outputs) if kernel is not None else other.params if other is not None else ()
        return next((p.type for p in params if symbol.place is not None and p.span.start == symbol.place.start), None)

    def field_symbol(self, subject: s.Expr, name: str, env: Env) -> Symbol | None:
        """The field of the data type that the subject is; by its name alone where that is only one's."""
        type = self.type_of(subject, env)
        if type is not None and not type.is_var:
            return self.field_of(type.head, name)
        holders = [t for t in self.world.datas if self.field_of(t, name) is not None]
        return self.field_of(holders[0], name) if len(holders) == 1 else None

    def field_of(self, data: str, name: str) -> Symbol | None:
        declared = self.world.datas.get(data)
        for ctor in declared.ctors if declared is not None else ():
            for f in ctor.fields:
                if f.name == name:
                    return Symbol("field", name, head(f.span, name), "", data)
        return None

    def module_path(self, e: s.Field) -> bool:
        """Note ``std.list.sum``; False where the expression is a field of a value."""
        parts = parts_of(e)
        if parts is None or ".".join(parts[:-1]) not in self.world.scopes:
            return False
        self.value_name(s.QName(e.span, tuple(parts)))
        return True


def _fields(node: s.Node) -> tuple[str, ...]:
    from dataclasses import fields

    s.COMPARED[type(node)] = tuple(f.name for f in fields(node) if f.compare)
    return s.COMPARED[type(node)]


def _bracket(text: str, start: int) -> int:
    """The end of the type parameters that follow a name."""
    end = text.find("]", start)
    return end if end >= 0 else start
