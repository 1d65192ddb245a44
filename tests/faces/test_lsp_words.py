"""Colours without a server: the words of every editor's grammar and of the Pygments lexer are those of the language."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kwlogic.syntax.engine import engine

ROOT = Path(__file__).parents[2]
EDITORS = ROOT / "editors"
pytestmark = pytest.mark.skipif(not EDITORS.is_dir(), reason="the files of the editors are not part of an installation")


def words() -> set[str]:
    return set(engine().tables.words)


def test_textmate():
    grammar = json.loads((EDITORS / "vscode" / "syntaxes" / "kw.tmLanguage.json").read_text())
    found: set[str] = set()
    for pattern in grammar["repository"]["keywords"]["patterns"]:
        listed = re.fullmatch(r"\\b\(([a-z|]+)\)(?:\\b\(\?!'\)|\(\?=.*\))", pattern["match"])
        assert listed, pattern
        found |= set(listed.group(1).split("|"))
    assert found == words()
    for repository in grammar["repository"].values():
        for pattern in repository.get("patterns", [repository]):
            for key in ("match", "begin", "end"):
                re.compile(pattern.get(key, ""))


def test_neovim():
    text = (EDITORS / "neovim" / "syntax" / "kw.vim").read_text()
    groups = ("Declaration", "Clause", "Control", "Word", "Constant")
    found = {w for g in groups for line in re.findall(rf"^syn keyword kw{g} (.+)$", text, re.MULTILINE) for w in line.split()}
    assert found == words()


def test_pygments():
    kw = pytest.importorskip("kwlogic.render.pygments_kw", reason="pip install 'kwlogic[pygments]'")
    assert {*kw.DECLARATIONS, *kw.CLAUSES, *kw.CONTROL, *kw.WORDS, *kw.CONSTANTS} == words()
    from pygments.token import Error

    for path in sorted((ROOT / "specs").rglob("*.kw"))[:6]:
        text = path.read_text()
        tokens = list(kw.KwLexer(stripnl=False, ensurenl=False).get_tokens(text))
        assert "".join(t for _, t in tokens) == text
        assert not [t for k, t in tokens if k is Error]


def test_pygments_knows_prompts_and_documentation():
    kw = pytest.importorskip("kwlogic.render.pygments_kw", reason="pip install 'kwlogic[pygments]'")
    from pygments.token import Keyword, Name, String

    text = '## Doc.\nkernel read(t: String) -> (x: Int)\n  by prompt """Read {t} {{}}"""\n'
    found = {t: k for k, t in kw.KwLexer().get_tokens(text)}
    assert found["## Doc."] is String.Doc
    assert found["{t}"] is String.Interpol
    assert found["read"] is Name.Function
    assert found["prompt"] is Keyword


def test_snippets_parse():
    from kwlogic.source.data import Source
    from kwlogic.syntax.parse import parse_module

    for name, snippet in json.loads((EDITORS / "vscode" / "snippets" / "kw.json").read_text()).items():
        text = "\n".join(snippet["body"])
        fields = dict(re.findall(r"\$\{(\d):([^}]*)\}", text))
        text = re.sub(r"\$\{\d:((?:[^{}]|\$\d)*)\}", r"\1", text)
        for _ in range(2):
            text = re.sub(r"\$(\d)", lambda m, f=fields: f.get(m.group(1), ""), text)
        if name in ("match list", "for all"):
            text = f"fn f(xs: List[Int]) -> Int\n= {text}\n" if name == "match list" else f"lemma l(xs: List[Int])\n  ensures {text}\n"
        assert not [d for d in parse_module(Source("s.kw", text))[1] if d.code != "KW122"], (name, text)


@pytest.mark.slow
def test_the_extension_is_packaged(tmp_path: Path):
    """Types are checked and the bundle is built, where node and the registry are to be had."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    shutil.copytree(EDITORS / "vscode", tmp_path / "vscode", ignore=shutil.ignore_patterns("node_modules", "out"))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([npm, *arguments], cwd=tmp_path / "vscode", capture_output=True, text=True, timeout=300, check=False)

    installed = run("ci", "--no-audit", "--no-fund", "--ignore-scripts")
    if installed.returncode:
        pytest.skip(f"the registry cannot be reached: {installed.stderr[-300:]}")
    for script in ("check", "build"):
        done = run("run", script)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "vscode" / "out" / "extension.js").stat().st_size > 100_000
