"""The state of checking one declaration: type variables and their solutions, fresh names, dependencies, reports.

Metavariables of inference are type variables whose name starts with ``?``; ``zonk`` replaces the solved ones. Terms
are built while some are open, and ``elab.finish`` closes them. Bound names are unique in a declaration.
"""

from __future__ import annotations

from typing import NoReturn

from kwlogic.core.terms import Term
from kwlogic.core.types import Type, mk_tvar, mk_type, show_type, subst_type
from kwlogic.elab.state import Entry, Scope, Sig, Stop, World
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Fix, Label, Span

Env = dict[str, Term]


def is_meta(t: Type) -> bool:
    return t.is_var and t.head[0] == "?"


class Ctx:
    """One declaration being checked. ``hidden``: names that exist but must not be used here, with the reason."""

    __slots__ = (
        "calls", "deferred", "deps", "dirty", "hidden", "mentions", "metas", "names", "numbers", "quiet", "scope", "solution",
        "trail", "tvars", "unbounded", "unbounded_ok", "world",
    )  # fmt: skip

    def __init__(self, world: World, scope: Scope, tparams: tuple[str, ...] = ()) -> None:
        self.world = world
        self.scope = scope
        self.tvars: dict[str, Type] = {p: mk_tvar(p) for p in tparams}
        self.names: set[str] = set()
        self.numbers: dict[str, int] = {}
        self.solution: dict[str, Type] = {}
        self.trail: list[str] = []
        self.metas = 0
        self.dirty = False
        self.deferred: list[tuple[str, Type, Span]] = []
        self.deps: set[str] = set()
        self.calls: set[str] = set()
        self.mentions: set[str] = set()
        self.hidden: dict[str, str] = {}
        self.unbounded: list[Span] = []
        self.unbounded_ok = False
        self.quiet = False

    # ------------------------------------------------------------ names

    def fresh(self, base: str) -> str:
        """``base`` itself where this declaration has not bound it yet, else ``base~n``."""
        if base not in self.names:
            self.names.add(base)
            return base
        number = self.numbers.get(base, 0) + 1
        while f"{base}~{number}" in self.names:
            number += 1
        self.numbers[base] = number
        name = f"{base}~{number}"
        self.names.add(name)
        return name

    # ------------------------------------------------------------ types

    def meta(self) -> Type:
        self.metas += 1
        return mk_tvar(f"?{self.metas}")

    def zonk(self, t: Type) -> Type:
        """The type with solved metavariables replaced; notes whether open ones remain."""
        if not t.has_vars:
            return t
        if t.is_var:
            if t.head[0] != "?":
                return t
            found = self.solution.get(t.head)
            if found is None:
                self.dirty = True
                return t
            return self.zonk(found)
        return mk_type(t.head, *[self.zonk(a) for a in t.args])

    def head(self, t: Type) -> Type:
        """The type with a solved metavariable at its head replaced, and no deeper."""
        while t.is_var and t.head in self.solution:
            t = self.solution[t.head]
        return t

    def unify(self, a: Type, b: Type) -> bool:
        """Make two types equal; on failure some metavariables may have been solved (see ``trial``)."""
        a, b = self.head(a), self.head(b)
        if a is b:
            return True
        if a.is_var and a.head[0] == "?":
            return self._solve(a.head, b)
        if b.is_var and b.head[0] == "?":
            return self._solve(b.head, a)
        if a.is_var or b.is_var or a.head != b.head or len(a.args) != len(b.args):
            return False
        return all(x is y or self.unify(x, y) for x, y in zip(a.args, b.args))

    def _solve(self, name: str, t: Type) -> bool:
        t = self.zonk(t)
        if t.has_vars and _occurs(name, t):
            return False
        self.solution[name] = t
        self.trail.append(name)
        return True

    def trial(self, pairs: list[tuple[Type, Type]], keep: bool = False) -> bool:
        """Whether all pairs unify together; what that solves is kept only where asked and all did."""
        mark = len(self.trail)
        good = True
        for a, b in pairs:
            if not self.unify(a, b):
                good = False
                break
        if not (good and keep):
            while len(self.trail) > mark:
                del self.solution[self.trail.pop()]
        return good

    def instantiate(self, sig: Sig) -> tuple[tuple[Type, ...], tuple[Type, ...], Type]:
        """Fresh type arguments, and parameters and result under them."""
        if not sig.tparams:
            return (), sig.params, sig.result
        env = {p: self.meta() for p in sig.tparams}
        return tuple(env.values()), tuple([subst_type(p, env) for p in sig.params]), subst_type(sig.result, env)

    def show(self, t: Type) -> str:
        return shown(self.zonk(t))

    # ------------------------------------------------------------ dependencies and reports

    def use(self, entry: Entry) -> Entry:
        """Note that this declaration rests on ``entry``; a broken one ends the checking here, silently."""
        if entry.broken:
            raise Stop
        if entry.kind in ("fn", "kernel", "lemma"):
            self.deps.add(entry.qname)
        elif entry.data:
            self.deps.add("type " + entry.data)
        return entry

    def use_fn(self, qname: str) -> None:
        """A call that elaboration makes by itself (of the standard library, or of a validity fn)."""
        self.deps.add(qname)
        self.calls.add(qname)

    def report(self, found: Diagnostic) -> None:
        self.world.diagnostics.append(found)

    def fail(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *more: Label,
        notes: tuple[str, ...] = (),
        help: str | None = None,
        fix: Fix | None = None,
    ) -> NoReturn:
        self.report(diagnostic(code, message, span, label, *more, notes=notes, help=help, fix=fix))
        raise Stop

    def report_error(self, code: str, message: str, span: Span, label: str = "", *more: Label, help: str | None = None) -> None:
        """Report and go on."""
        self.report(diagnostic(code, message, span, label, *more, help=help))

    def text(self, span: Span) -> str:
        return self.scope.source.code(span)


def _occurs(name: str, t: Type) -> bool:
    if t.is_var:
        return t.head == name
    return any(_occurs(name, a) for a in t.args if a.has_vars)


def shown(t: Type, limit: int = 200) -> str:
    """A type for messages: open metavariables are ``_``, and what is very large is cut."""
    if _size(t, limit) > limit:
        return f"{t.head.rsplit('.', 1)[-1]}[...]"
    return show_type(_blank(t))


def _size(t: Type, limit: int) -> int:
    count, stack = 0, [t]
    while stack and count <= limit:
        here = stack.pop()
        count += 1
        stack.extend(here.args)
    return count


def _blank(t: Type) -> Type:
    if not t.has_vars:
        return t
    if t.is_var:
        return mk_tvar("_") if t.head[0] == "?" else t
    return mk_type(t.head, *[_blank(a) for a in t.args])


def first_order(t: Type) -> bool:
    """No function anywhere inside."""
    stack, seen = [t], set()
    while stack:
        here = stack.pop()
        if here.head == "Fun" and not here.is_var:
            return False
        if here not in seen:
            seen.add(here)
            stack.extend(here.args)
    return True
