"""Every page in this folder: marks against verdicts, shown output against real output. `--accept` rewrites the output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from casefile import Block, agree, blocks_of, marks_of

from kwlogic.render.concise import concise_line
from kwlogic.render.full import diagnostic_lines, table_lines
from kwlogic.source.data import Severity
from kwlogic.vc.data import Goal, Refuted, verdict_name
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.findings import FROM_VERDICTS

PAGES = sorted(Path(__file__).parent.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_page(page: Path, tmp_path: Path, request: pytest.FixtureRequest):
    blocks = blocks_of(page)
    assert blocks, "a page without kw blocks"
    result = check_blocks(blocks, tmp_path)
    wrong = [f"{page.name}:{line}: {text}" for block in blocks for line, text in differences(block, result)]
    assert not wrong, "\n".join(wrong)
    if request.config.getoption("--accept"):
        accept(page, blocks, result)
    for block in blocks_of(page):
        for shown in block.shown:
            assert shown.text == output(block, result, shown.form)


def check_blocks(blocks: list[Block], folder: Path) -> CheckResult:
    for block in blocks:
        path = folder / block.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    return check(CheckRequest(tuple(b.name for b in blocks), folder, jobs=1, cache=False))


def differences(block: Block, result: CheckResult) -> list[tuple[int, str]]:
    """Lines of the page where marks and findings differ."""
    found = findings(block.name, result)
    marks = marks_of(block.text)
    out = []
    for line in sorted(found.keys() | marks.keys()):
        expected, got = marks.get(line, set()), found.get(line, set())
        if not agree(expected, got):
            out.append((line + block.line, f"marked {sorted(expected) or 'nothing'}, found {sorted(got) or 'nothing'}"))
    return out


def findings(file: str, result: CheckResult) -> dict[int, set[str]]:
    out: dict[int, set[str]] = {}
    source = result.sources[file]
    for r in result.results:
        if isinstance(r.verdict, Refuted) and r.obligation.ask is Goal.SATISFIABLE:
            continue
        if r.obligation.span.file == file:
            out.setdefault(source.position(r.obligation.span.start)[0], set()).add(verdict_name(r.verdict))
    for d in result.diagnostics:
        if d.span is not None and d.span.file == file and d.code not in FROM_VERDICTS and d.severity is not Severity.NOTE:
            out.setdefault(source.position(d.span.start)[0], set()).add(f"{d.severity.value} {d.code}")
    return out


def output(block: Block, result: CheckResult, form: str) -> str:
    mine = [d for d in result.diagnostics if d.span is not None and d.span.file == block.name]
    if form == "concise":
        return "".join(f"{concise_line(d, result.sources)}\n" for d in mine)
    if form == "verdicts":
        rows = tuple(r for r in result.results if r.obligation.span.file == block.name)
        only = CheckResult(rows, (), result.sources)
        return "".join(f"{''.join(text for text, _ in line)}".rstrip() + "\n" for line in table_lines(only)).rstrip("\n") + "\n"
    lines = [line for d in mine for line in diagnostic_lines(d, result.sources)]
    return steady("".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)).rstrip("\n") + "\n"


def steady(text: str) -> str:
    """Without how hard the prover tried, which changes with every improvement of it."""
    text = re.sub(r"^ *= tried: .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\b[0-9,]+ generated inputs", "many generated inputs", text)


def accept(page: Path, blocks: list[Block], result: CheckResult) -> None:
    text = page.read_text(encoding="utf-8")
    for block in reversed(blocks):
        for shown in reversed(block.shown):
            text = text[: shown.start] + output(block, result, shown.form) + text[shown.end :]
    page.write_text(text, encoding="utf-8")
