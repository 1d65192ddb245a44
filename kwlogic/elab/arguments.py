"""Arguments by position and by name, put in the order of the parameters."""

from __future__ import annotations

from kwlogic.elab.context import Ctx
from kwlogic.elab.state import Entry, Sig
from kwlogic.elab.suggest import counted, did_you_mean, listed
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


def fits_shape(e: syn.Call, sig: Sig) -> bool:
    """Whether the number of arguments is right; overloaded functions take them by position."""
    return len(e.args) == len(sig.params) and not any(a.name for a in e.args)


def arity_text(e: syn.Call) -> str:
    if any(a.name for a in e.args):
        return "arguments by name (it is overloaded)"
    return counted(len(e.args), "argument")


def arrange(ctx: Ctx, e: syn.Call, entry: Entry, sig: Sig) -> list[syn.Expr]:
    """The argument of each parameter."""
    args = e.args
    if len(args) == len(sig.params) and not any(a.name for a in args):
        return [a.value for a in args]
    what = "field" if entry.kind == "ctor" else "input" if entry.kind == "kernel" else "parameter"
    declared = (Label(entry.span, "declared here"),) if entry.span is not None else ()
    slots: dict[str, syn.Expr] = {}
    positional = 0
    for arg in args:
        if arg.name is None:
            if len(slots) > positional:
                ctx.fail("KW306", "an argument by position comes after one by name", arg.value.span, "by position")
            if positional >= len(sig.params):
                _count(ctx, e, entry, sig, what, declared)
            name = sig.names[positional] if sig.names else str(positional)
            positional += 1
        else:
            name = arg.name
            if name not in sig.names:
                ctx.fail(
                    "KW212",
                    f"`{entry.name}` has no {what} `{name}`",
                    arg.span,
                    "no such name",
                    *declared,
                    help=did_you_mean(name, sig.names)
                    or (f"it has {listed(sig.names)}" if sig.names else "give its arguments by position"),
                )
            if name in slots:
                ctx.fail("KW306", f"the {what} `{name}` is given twice", arg.span, "again here", Label(slots[name].span, "first here"))
        slots[name] = arg.value
    if len(slots) < len(sig.params):
        missing = [n for n in sig.names if n not in slots]
        if positional == len(args):
            _count(ctx, e, entry, sig, what, declared)
        ctx.fail("KW306", f"`{entry.name}` also needs {listed(missing)}", e.span, f"without {listed(missing)}", *declared)
    return [slots[n] for n in sig.names] if sig.names else list(slots.values())


def _count(ctx: Ctx, e: syn.Call, entry: Entry, sig: Sig, what: str, declared: tuple[Label, ...]) -> None:
    given = len(e.args)
    names = f": {', '.join(sig.names)}" if sig.names else ""
    ctx.fail(
        "KW305",
        f"`{entry.name}` takes {counted(len(sig.params), what)}, and {given} {'is' if given == 1 else 'are'} given",
        e.span,
        f"should be {len(sig.params)}{names}",
        *declared,
    )
