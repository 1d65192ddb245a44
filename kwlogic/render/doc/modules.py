"""The declarations of a module as a page of Markdown: documentation, text, and what a check said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kwlogic.render.html.parts import MARKS
from kwlogic.vc.data import Proved, Refuted, Result, Unknown, verdict_name
from kwlogic.workspace.documenting import Declared, Documented, Documents
from kwlogic.workspace.findings import one_line

ORDER = ("kernel", "type", "record", "function", "lemma", "theorem", "axiom")
HEADINGS = {
    "kernel": "Kernels", "type": "Types", "record": "Records", "function": "Functions", "lemma": "Lemmas", "theorem": "Theorems", "axiom": "Axioms",
}  # fmt: skip
SPECIAL = {ord(c): f"\\{c}" for c in "\\`*_{}[]<>|#"}


def page_of(module: str) -> str:
    """The file of a module's page, without its ending."""
    return f"modules/{re.sub(r'[^A-Za-z0-9_.-]', '-', module)}"


def index_page(found: Documents) -> str:
    rows = [f"| [{m.module}]({page_of(m.module)}.md) | {len(m.decls)} | {_summary(m)} |" for m in found.modules]
    pages = "\n".join(page_of(m.module) for m in found.modules)
    lines = [
        f"# {_plain(found.title)}",
        "",
        "| module | declarations | |",
        "| --- | --- | --- |",
        *rows,
        "",
        "```{toctree}",
        ":hidden:",
        pages,
        "```",
    ]
    return "\n".join(lines) + "\n"


def _summary(module: Documented) -> str:
    return _plain(one_line(module.doc.split(". ")[0], 120)) if module.doc else ""


def module_page(module: Documented, checked: bool) -> str:
    return "\n".join(_lines(module, checked)).rstrip() + "\n"


def _lines(module: Documented, checked: bool) -> Iterator[str]:
    yield from (f"# {_plain(module.module)}", "", f"`{module.source.path}`", "")
    if module.doc:
        yield from (prose(module.doc), "")
    for kind in ORDER:
        own = [d for d in module.decls if d.kind == kind]
        if own:
            yield from (f"## {HEADINGS[kind]}", "")
            for decl in own:
                yield from _declared(module.module, decl, checked)


def _declared(module: str, decl: Declared, checked: bool) -> Iterator[str]:
    yield from (f"({_target(module, decl.name)})=", f"### {_plain(decl.name)}", "")
    if decl.doc:
        yield from (prose(decl.doc), "")
    fence = "`" * (max((len(m) for m in re.findall(r"`+", decl.text)), default=2) + 1)
    yield from (f"{max(fence, '```')}kw", decl.text, max(fence, "```"), "")
    if checked and decl.results:
        yield from ("| verdict | kind | clause | |", "| --- | --- | --- | --- |")
        yield from map(_row, decl.results)
        yield ""


def _target(module: str, name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]", "-", f"{module}.{name}")


def _row(result: Result) -> str:
    verdict = verdict_name(result.verdict)
    match result.verdict:
        case Proved(method=method, tier=tier, witness=None):
            how = f"{method}, {tier}".lstrip(", ")
        case Refuted(counterexample=shown) if shown is not None:
            how = ", ".join(f"{n} = {v}" for n, v, _ in shown.inputs)
        case Unknown(reason=reason):
            how = one_line(reason, 120)
        case _:
            how = ""
    label = f"{result.obligation.label}: " if result.obligation.label else ""
    cells = (f"{MARKS[verdict]} {verdict}", result.obligation.kind.value, _plain(label + one_line(result.obligation.text)), _plain(how))
    return "| " + " | ".join(cells) + " |"


def prose(text: str) -> str:
    """A comment as Markdown: what stands between back quotes is code, everything else is taken at its word."""
    pieces = re.split(r"(`[^`\n]+`)", text)
    return "".join(p if n % 2 else _plain(p) for n, p in enumerate(pieces))


def _plain(text: str) -> str:
    return text.translate(SPECIAL)
