"""What the documentation shows is what happens: its specs check as marked, its sessions are real, its grammar is the grammar.

- ```` ```kw ```` blocks are checked. A comment `# expect: V` at a line's end says what is found there (see `--expect`);
  a line without one must be proved, and hold no warning. Blocks that define files are there for the page's sessions instead.
- ```` ```console ```` blocks are run by a shell, in a folder that holds the files which the page has defined so far.
- ```` ```python ```` blocks are run in that folder; those of a page are one program.
- ```` ```lark RULE ... ```` blocks show those rules of `grammar/`; together they show all of it.

`--accept` rewrites sessions and grammar to what they are now.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docpage import Block, blocks_of, normal, replace

from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
RUN = [p for p in PAGES if re.search(r"^```(kw|console|python)", p.read_text(encoding="utf-8"), re.M)]
MARK = re.compile(r"#\s*expect:\s*(proved|refuted|unknown|enforced|assumed|error|warning)\s*$")


@pytest.mark.parametrize("page", RUN, ids=lambda p: p.stem)
def test_specs_check_as_marked(page: Path, tmp_path: Path):
    shown = enumerate(blocks_of(page.read_text(encoding="utf-8")))
    blocks = {f"block{number}.kw": b for number, b in shown if b.language == "kw" and not b.file}
    for name, block in blocks.items():
        write(tmp_path, name, block.text)
    problems = compared(checked(tmp_path, list(blocks)), blocks, page) if blocks else []
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize("page", RUN, ids=lambda p: p.stem)
def test_sessions_are_real(page: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    changes: list[tuple[Block, str]] = []
    here = tmp_path
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks_of(page.read_text(encoding="utf-8")):
        if block.language == "console":
            shown, here = session(block.text, here)
            if normal(shown) != normal(block.text):
                changes.append((block, shown))
        elif block.file:
            write(here, block.file, block.text)
        elif block.language == "python":
            monkeypatch.chdir(here)
            exec(compile("\n" * block.line + block.text, str(page), "exec"), names)
    if request.config.getoption("--accept"):
        replace(page, changes)
        return
    assert not changes, f"{page.name}:{changes[0][0].line + 1}: now shows\n{changes[0][1]}"


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def checked(folder: Path, names: list[str]) -> CheckResult:
    return check(CheckRequest(tuple(names), folder, jobs=1, cache=False, budget=2_000_000))


def compared(result: CheckResult, blocks: dict[str, Block], page: Path) -> list[str]:
    out = []
    for name, block in blocks.items():
        found = findings(name, result)
        lines = dict(enumerate(block.text.splitlines(), 1))
        marks = {n: m.group(1) for n, text in lines.items() if (m := MARK.search(text))}
        for number in sorted(found.keys() | marks.keys()):
            wanted, got = marks.get(number, "proved"), found.get(number, set())
            good = got <= {"proved"} if wanted == "proved" else wanted in got and not (got & {"error"} - {wanted})
            if not good or (number in marks and not got):
                where = f"{page.name}:{block.line + number}"
                out.append(f"{where}: expected {wanted}, found {', '.join(sorted(got)) or 'nothing'}: {lines[number].strip()}")
    return out


def findings(name: str, result: CheckResult) -> dict[int, set[str]]:
    from kwlogic.source.data import Severity
    from kwlogic.vc.data import verdict_name
    from kwlogic.workspace.findings import FROM_VERDICTS

    source, out = result.sources[name], dict[int, set[str]]()
    for r in result.results:
        if r.obligation.span.file == name:
            out.setdefault(source.position(r.obligation.span.start)[0], set()).add(verdict_name(r.verdict))
    for d in result.diagnostics:
        if d.span is not None and d.span.file == name and d.code not in FROM_VERDICTS and d.severity is not Severity.NOTE:
            out.setdefault(source.position(d.span.start)[0], set()).add(d.severity.value)
    return out


def session(text: str, folder: Path) -> tuple[str, Path]:
    """The commands of a block, each with what it prints now, and the folder they end in: one shell runs them all."""
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    script = "".join(f"{{ {c}\n}} 2>&1\n_s=$?; printf '\\n\\036'; (exit $_s)\n" for c in commands) + "pwd\n"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "120", "PYTEST_ADDOPTS": "-p no:asyncio"}
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    *outputs, end = done.stdout.split("\n\036")
    return "".join(f"$ {c}\n{o.rstrip()}\n" if o.strip() else f"$ {c}\n" for c, o in zip(commands, outputs)), Path(end.strip())


def literal(body: str) -> str:
    """A terminal that is one fixed text, as the text in quotes; empty for the others."""
    word = re.fullmatch(r"/([a-z]+)\\b\(\?!'\)/", body)
    return f'"{word.group(1)}"' if word else body if body.startswith('"') else ""


def grammar() -> dict[str, str]:
    """The rules of `grammar/` for readers: keywords as they are written, without what only the parser needs."""
    text = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "grammar").glob("*.lark")))
    fixed = {m.group(1): literal(m.group(2)) for m in re.finditer(r"^(_?[A-Z]+)(?:\.\d+)?: (.+)$", text, re.MULTILINE)}
    rules: dict[str, str] = {}
    for m in re.finditer(r"^[?!]*([a-z]\w*): ?(.*(?:\n[ \t]+\|.*)*)", text, re.MULTILINE):
        body = re.sub(r" -> \w+$", "", m.group(2), flags=re.MULTILINE)
        body = re.sub(r"\b_?[A-Z]+\b", lambda t: fixed.get(t.group(0)) or t.group(0), body)
        lines = [line.strip().removeprefix("| ") for line in body.splitlines()]
        rules[m.group(1)] = f"{m.group(1)}: " + f"\n{' ' * len(m.group(1))}| ".join(dict.fromkeys(lines)) + "\n"
    return rules


def test_the_reference_shows_the_whole_grammar(request: pytest.FixtureRequest):
    page, rules = ROOT / "docs" / "language.md", grammar()
    shown = [b for b in blocks_of(page.read_text(encoding="utf-8")) if b.language == "lark"]
    names = [name for block in shown for name in block.info.split()]
    assert set(names) == rules.keys()
    changes = [(b, new) for b in shown if (new := "".join(rules[n] for n in b.info.split())) != b.text]
    if request.config.getoption("--accept"):
        replace(page, changes)
        return
    assert not changes, f"docs/language.md:{changes[0][0].line + 1}: the grammar says\n{changes[0][1]}"
