"""Laws and their terms as text, in the notation of the language where it has one."""

from __future__ import annotations

from kwlogic.compose import law_terms as w


def show_term(term: w.Term, inner: bool = False) -> str:
    """``inner``: in brackets where the term is not one word. Terms of laws are small."""
    text, whole = _term(term)
    return text if whole or not inner else f"({text})"


def _term(term: w.Term) -> tuple[str, bool]:
    match term:
        case w.Meta(name):
            return name, True
        case w.Wires(ins, picks):
            plain = {(1, (0,)): "id", (1, (0, 0)): "copy", (1, ()): "drop", (2, (1, 0)): "cross", (0, ()): "nothing"}
            return plain.get((ins, picks), f"wires{picks}"), True
        case w.Fail():
            return "fail", True
        case w.Gate(kind, pred):
            return f"{kind} {show_cond(pred)}", False
        case w.Case(cond, then, other):
            return f"case {show_cond(cond)} then {show_term(then, True)} else {show_term(other, True)}", False
        case w.Pointwise(body):
            return f"map {show_term(body, True)}", False
        case w.Looped(inv, cond, within):
            return f"iterate[{inv.name}, not {cond.name}{'' if within is None else f', {within.name}'}]", True
        case w.Quotient(whole, before, after):
            return f"{show_term(whole, True)} / ({show_term(before)}, {show_term(after)})", False
        case w.Either(left, right):
            return f"either({show_term(left)}, {show_term(right)})", True
        case w.Both(left, right):
            return f"both({show_term(left)}, {show_term(right)})", True
        case w.Seq(left, right) | w.Par(left, right) | w.Fallback(left, right):
            op = {w.Seq: ">>", w.Par: "&", w.Fallback: "??"}[type(term)]
            return f"{show_term(left, True)} {op} {show_term(right, True)}", False


def show_cond(cond: w.Cond) -> str:
    match cond:
        case w.Pred(name):
            return name
        case w.Not(pred):
            return f"not {show_cond(pred)}"
        case w.And(left, right):
            return f"({show_cond(left)} and {show_cond(right)})"
        case w.Later(kernel, pred):
            return f"({show_cond(pred)} after {show_term(kernel)})"


def show_statement(says: w.Statement) -> str:
    match says:
        case w.Refines(left, right):
            return f"{show_term(left)} [= {show_term(right)}"
        case w.Equal(left, right):
            return f"{show_term(left)} = {show_term(right)}"
        case w.All(parts):
            return " and ".join(map(show_statement, parts))
        case w.Same(one, other):
            return f"{show_statement(one)} exactly if {show_statement(other)}"
        case w.Is(flag, kernel):
            return f"{show_term(kernel)} {flag}"
        case w.Fits(part, whole):
            return f"{show_term(part)} is allowed where {show_term(whole)} is, and fails there only as it may"
        case w.Kept(inv, cond, body):
            return f"{show_term(body)} keeps {inv.name} while {cond.name}"
        case w.Shrinks(cond, body, now, later):
            if body is None or now is None:
                return f"{later.name} excludes {cond.name}"
            return f"{show_term(body)} leads from {now.name} to {later.name}"


def show_given(claim: w.Claim) -> str:
    """The side conditions; kernels that share a flag together."""
    flags: dict[str, list[str]] = {}
    others: list[str] = []
    for given in claim.given:
        if isinstance(given, w.Is):
            flags.setdefault(given.flag, []).append(show_term(given.kernel))
        else:
            others.append(show_statement(given))
    return "; ".join((*(f"{', '.join(names)} {flag}" for flag, names in flags.items()), *others))
