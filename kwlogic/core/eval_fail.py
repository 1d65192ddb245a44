"""How compiled code fails: the violations it raises, with the values that were in scope and a sentence about them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from types import GeneratorType
from typing import Any

from kwlogic.core.eval_code import OWN, Site
from kwlogic.core.eval_data import NotExecutable, Violation
from kwlogic.core.program import Clause, Program
from kwlogic.core.value import Compound, Value
from kwlogic.core.value_show import show_brief

_PARTIAL: dict[str, tuple[str, str]] = {
    "int.div": ("{0} // {1}", "the divisor must not be 0"),
    "int.mod": ("{0} % {1}", "the divisor must not be 0"),
    "real.div": ("{0} / {1}", "the divisor must not be 0.0"),
    "str.at": ("{0}[{1}]", "the index must be at least 0 and below the length"),
    "str.slice": ("{0}[{1}:{2}]", "it needs 0 <= low <= high <= length"),
    "map.at": ("{1}[{0}]", "the key is not in the map"),
}
_NOTATION = {"std.list.nth": _PARTIAL["str.at"], "std.list.slice": _PARTIAL["str.slice"]}


def over_all(fn: Callable[..., Any], rows: list[tuple[Value, ...]], stop_at: bool) -> Generator[Any, Any, bool]:
    """A quantifier over a small finite type."""
    for row in rows:
        found = fn(*row)
        if type(found) is GeneratorType:
            found = yield found
        if bool(found) is stop_at:
            return stop_at
    return not stop_at


def descends(before: tuple[Value, ...], after: tuple[Value, ...]) -> bool:
    """Lexicographically smaller: Int bounded below by 0, data by the number of constructors."""
    for a, b in zip(before, after):
        if isinstance(a, int) and isinstance(b, int):
            if b < a:
                return a >= 0
            if a != b:
                return False
        elif a != b:
            return size(b) < size(a)
    return len(before) > len(after)


def size(value: Value) -> int:
    """Constructors in a value."""
    count, stack = 0, [value]
    while stack:
        here = stack.pop()
        if isinstance(here, Compound):
            count += 1
            stack.extend(here.parts())
    return count


class Failures:
    """The functions that generated code calls where something is wrong; none returns."""

    def __init__(self, program: Program, scope: dict[str, Any]) -> None:
        self.program = program
        self.scope = scope

    def look(self, atom: str, local: dict[str, Any]) -> Any:
        return local[atom] if atom in local else self.scope.get(atom)

    def env(self, site: Site, local: dict[str, Any]) -> dict[str, Value]:
        found = {n: self.look(a, local) for n, a in site.scope.items() if n and not n.startswith(OWN)}
        return {n: v for n, v in found.items() if v is not None}

    def fail_partial(self, site: Site, local: dict[str, Any]) -> None:
        shown = [show_brief(self.look(a, local)) for a in site.args]
        if site.name in _PARTIAL:
            form, why = _PARTIAL[site.name]
            message = f"`{form.format(*shown)}` is undefined: {why}"
        else:
            message = f"`{shown[0]}` has no field of `{site.name.rsplit('.', 1)[-1]}`"
        raise Violation("partial", site.span, None, site.name, self.env(site, local), message)

    def fail_assert(self, site: Site, local: dict[str, Any]) -> None:
        raise Violation("assert", site.span, None, "assert", self.env(site, local), "the asserted condition is false")

    def fail_call(self, site: Site, index: int, args: tuple[Value, ...]) -> None:
        params, clauses = self.contract(site.name)
        clause = clauses[index]
        short = site.name.rsplit(".", 1)[-1]
        kind, span = "call", site.span
        if site.name in _NOTATION:
            form, why = _NOTATION[site.name]
            kind, message = "partial", f"`{form.format(*map(show_brief, args))}` is undefined: {why}"
        elif clause.subject in params:
            kind = "refinement"
            span = site.arg_spans[params.index(clause.subject)] or span
            message = f"`{clause.text}` does not hold for the argument `{clause.subject}` of `{short}`"
        else:
            message = f"`{short}` requires `{clause.text}`"
        raise Violation(kind, span, clause, site.name, dict(zip(params, args)), message)

    def contract(self, name: str) -> tuple[tuple[str, ...], tuple[Clause, ...]]:
        program = self.program
        if name in program.kernels:
            return tuple(p.name for p in program.kernels[name].inputs), program.kernels[name].requires
        found = program.fns[name] if name in program.fns else program.lemmas[name]
        return tuple(p.name for p in found.params), found.requires

    def fail_invariant(self, site: Site, index: int, fields: tuple[Value, ...]) -> None:
        ctor = self.program.ctors[site.name]
        names = tuple(p.name for p in ctor.fields)
        clause = ctor.invariants[index]
        span = site.arg_spans[names.index(clause.subject)] if clause.subject in names else None
        message = f"`{clause.text}` does not hold for the fields of `{site.name.rsplit('.', 1)[-1]}`"
        raise Violation("refinement", span or site.span, clause, site.name, dict(zip(names, fields)), message)

    def fail_ensures(self, site: Site, index: int, values: tuple[Value, ...]) -> None:
        env, clauses = results_env(self.program, site.name, values)
        clause = clauses[index]
        message = f"`{site.name.rsplit('.', 1)[-1]}` does not ensure `{clause.text}`"
        raise Violation("ensures", clause.span, clause, site.name, env, message)

    def fail_termination(self, site: Site, before: tuple[Value, ...], after: tuple[Value, ...], local: dict[str, Any]) -> None:
        shown = " to ".join(", ".join(show_brief(v) for v in side) for side in (before, after))
        message = f"the measure goes from {shown} at this call of `{site.name.rsplit('.', 1)[-1]}`, which is no decrease"
        raise Violation("termination", site.span, None, site.name, self.env(site, local), message)

    def no_run(self, site: Site) -> None:
        raise NotExecutable(site.span, site.name)


def results_env(program: Program, name: str, values: tuple[Value, ...]) -> tuple[dict[str, Value], tuple[Clause, ...]]:
    """The inputs and results of a call by name, from the arguments and the value; and the ``ensures`` about them."""
    *args, result = values
    if name in program.fns:
        fn = program.fns[name]
        return {**{p.name: a for p, a in zip(fn.params, args)}, "result": result}, fn.ensures
    kernel = program.kernels[name]
    outputs = (result,) if len(kernel.outputs) == 1 else getattr(result, "fields", ())
    env = {p.name: a for p, a in zip((*kernel.inputs, *kernel.outputs), (*args, *outputs))}
    return env, kernel.ensures


def helpers(program: Program, scope: dict[str, Any]) -> dict[str, Any]:
    """What generated code calls, by name."""
    failures = Failures(program, scope)
    named = ("fail_partial", "fail_assert", "fail_call", "fail_invariant", "fail_ensures", "fail_termination", "no_run")
    found: dict[str, Any] = {n: getattr(failures, n) for n in named}
    return {**found, "descends": descends, "over_all": over_all, "no_clause": lambda *fields: None}
