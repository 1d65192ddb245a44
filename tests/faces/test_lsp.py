"""The language server as an editor uses it: a real client, a process of its own, over stdio."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest_lsp = pytest.importorskip("pytest_lsp", reason="pip install 'kwlogic[test]'")
pytest.importorskip("pygls", reason="pip install 'kwlogic[lsp]'")

from lsprotocol import types as lsp  # noqa: E402
from pygls.exceptions import JsonRpcException  # noqa: E402

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIB = "module lib\n\n## Twice.\nfn twice(n: Int) -> Int\n= n + n\n"
USER = """module user
use lib (twice)
record Point(x: Int, y: Int)
type Colour = Red | Green | Blue(depth: Int)

fn far(p: Point) -> Int
= twice(p.x) + p.y

fn half(a: Int, b: Int) -> Int
= a // b

kernel one(x: Int) -> (y: Int)
  ensures y < x
= x - 5

kernel two(y: Int) -> (z: Int)
  requires y > 0
= y

kernel both(x: Int) -> (z: Int)
{
  y <- one(x);
  z <- two(y);
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("lsp")
    (made / "kwlogic.toml").write_text('paths = ["."]\n')
    (made / "lib.kw").write_text(LIB)
    (made / "user.kw").write_text(USER)
    return made


COMMAND = [sys.executable, "-m", "kwlogic", "lsp"]


@pytest_lsp.fixture(config=pytest_lsp.ClientServerConfig(server_command=COMMAND), scope="module", loop_scope="module")
async def client(lsp_client: pytest_lsp.LanguageClient, folder: Path):
    capabilities = pytest_lsp.client_capabilities("visual-studio-code")
    for part in (capabilities.workspace.semantic_tokens, capabilities.workspace.code_lens, capabilities.workspace.inlay_hint):
        if part is not None:
            part.refresh_support = False
    capabilities.workspace.did_change_watched_files.dynamic_registration = False
    await lsp_client.initialize_session(
        lsp.InitializeParams(capabilities=capabilities, workspace_folders=[lsp.WorkspaceFolder(folder.as_uri(), "f")])
    )
    open_(lsp_client, folder, "user.kw", USER)
    yield
    await lsp_client.shutdown_session()


def open_(client: Any, folder: Path, name: str, text: str) -> str:
    uri = (folder / name).as_uri()
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "kw", 1, text)))
    return uri


def change(client: Any, uri: str, version: int, text: str, place: lsp.Range | None = None) -> None:
    event = lsp.TextDocumentContentChangeWholeDocument(text) if place is None else lsp.TextDocumentContentChangePartial(place, text)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(version, uri), [event]))


def at(text: str, mark: str, by: int = 0) -> lsp.Position:
    offset = text.index(mark) + by
    start = text.rfind("\n", 0, offset) + 1
    return lsp.Position(text.count("\n", 0, offset), len(text[start:offset].encode("utf-16-le")) // 2)


async def until(client: Any, uri: str, holds: Callable[[list[lsp.Diagnostic]], bool], seconds: float = 60.0) -> list[lsp.Diagnostic]:
    for _ in range(int(seconds / 0.05)):
        found = client.diagnostics.get(uri)
        if found is not None and holds(list(found)):
            return list(found)
        await asyncio.sleep(0.05)
    raise AssertionError(f"not in time: {client.diagnostics.get(uri)}")


def codes(found: list[lsp.Diagnostic], severity: Any = lsp.DiagnosticSeverity.Error) -> set[Any]:
    return {d.code for d in found if d.severity == severity}


async def test_verdicts_arrive_and_go_stale(client: Any, folder: Path):
    uri = (folder / "user.kw").as_uri()
    found = await until(client, uri, lambda d: {"KW503", "KW512"} <= codes(d))
    assert "counterexample, replayed: a = 0, b = 0" in next(d.message for d in found if d.code == "KW503")
    await until_lens(client, uri, "fn half", "1 refuted")
    broken = USER.replace("= a // b", "= a // (b")
    change(client, uri, 2, broken)
    found = await until(client, uri, lambda d: "KW103" in codes(d))
    assert "KW503" not in codes(found), "no verdict stands beside an error"
    assert not [t for t in await lenses(client, uri, broken, "fn half") if "proved" in t or "refuted" in t]
    change(client, uri, 3, USER.replace("= a // b", "= a // (b + 1)"))
    found = await until(client, uri, lambda d: "KW103" not in codes(d) and "KW503" in codes(d))
    assert all("b = 0" not in d.message for d in found if d.severity == lsp.DiagnosticSeverity.Error)
    change(client, uri, 4, USER)
    await until(client, uri, lambda d: any("b = 0" in x.message and "stale" not in x.message for x in d))
    await until_lens(client, uri, "kernel one", "proved, 1 of 1")


async def lenses(client: Any, uri: str, text: str, mark: str) -> list[str]:
    line = at(text, mark).line
    found = await client.text_document_code_lens_async(lsp.CodeLensParams(lsp.TextDocumentIdentifier(uri)))
    return [x.command.title for x in found if x.range.start.line == line]


async def until_lens(client: Any, uri: str, mark: str, title: str) -> None:
    for _ in range(600):
        if title in await lenses(client, uri, USER, mark):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not in time: {await lenses(client, uri, USER, mark)}")


async def test_hover_shows_contract_and_verdict(client: Any, folder: Path):
    uri = (folder / "user.kw").as_uri()
    await until_lens(client, uri, "kernel one", "proved, 1 of 1")
    text = await hover(client, uri, at(USER, "one(x: Int"))
    assert "kernel one(x: Int) -> (y: Int)\n  ensures y < x" in text
    assert "✓ proved ensures `y < x`" in text
    assert "a = 0, b = 0" in await hover(client, uri, at(USER, "half(a"))
    assert "Twice." in await hover(client, uri, at(USER, "twice(p.x", 1))
    assert "x: Int" in await hover(client, uri, at(USER, "p.x)", 2))


async def hover(client: Any, uri: str, position: lsp.Position) -> str:
    found = await client.text_document_hover_async(lsp.HoverParams(lsp.TextDocumentIdentifier(uri), position))
    return str(found.contents.value)


async def test_names_lead_to_each_other(client: Any, folder: Path):
    uri, lib = (folder / "user.kw").as_uri(), (folder / "lib.kw").as_uri()
    document = lsp.TextDocumentIdentifier(uri)
    [place] = await client.text_document_definition_async(lsp.DefinitionParams(document, at(USER, "twice(p.x")))
    assert (place.uri, place.range.start) == (lib, at(LIB, "twice(n"))
    context = lsp.ReferenceContext(include_declaration=True)
    found = await client.text_document_references_async(lsp.ReferenceParams(context, document, at(USER, "twice(p.x")))
    assert sorted((x.uri == lib, x.range.start.line) for x in found) == [(False, 1), (False, 6), (True, 3)]
    edit = await client.text_document_rename_async(lsp.RenameParams(document, at(USER, "twice(p.x"), "double"))
    assert {u: len(e) for u, e in edit.changes.items()} == {uri: 2, lib: 1}


@pytest.mark.parametrize(
    ("mark", "new", "why"),
    [
        ("far(p", "half", "declared twice"),
        ("p: Point", "P'", "starts lower-case"),
        ("half(a", "match", "word of the language"),
        ("a: Int", "b", "named twice"),
        ("y <- one", "w", "is needed here"),
        ("x: Int) -> (z", "9", "no name"),
        ("y: Int) -> (z", "w", "links by name"),
        ("Int, y", "Num", "belongs to the language"),
    ],
)
async def test_renaming_is_refused_with_the_reason(client: Any, folder: Path, mark: str, new: str, why: str):
    document = lsp.TextDocumentIdentifier((folder / "user.kw").as_uri())
    text = USER.replace("z <- two(y)", "z <- two")
    change(client, document.uri, 20, text)
    with pytest.raises(JsonRpcException, match=why):
        await client.text_document_rename_async(lsp.RenameParams(document, at(text, mark), new))


async def test_completion_and_signatures(client: Any, folder: Path):
    text = USER.replace("= twice(p.x) + p.y", "= twice(p.")
    uri = open_(client, folder, "half_typed.kw", text.replace("module user", "module half_typed"))
    text = text.replace("module user", "module half_typed")
    found = await complete(client, uri, at(text, "= twice(p.", 10))
    assert [i.label for i in found] == ["n =", "x", "y"] or [i.label for i in found if i.kind == lsp.CompletionItemKind.Field] == ["x", "y"]
    help_ = await client.text_document_signature_help_async(
        lsp.SignatureHelpParams(lsp.TextDocumentIdentifier(uri), at(text, "= twice(p.", 9))
    )
    assert help_.signatures[0].label == "twice(n: Int) -> Int"
    for version, (word, wanted) in enumerate([("ha", {"half", "head"}), ("", {"half", "p", "twice", "Red", "len"})], 2):
        now = text.replace("twice(p.", word)
        change(client, uri, version, now)
        assert wanted <= {i.label for i in await complete(client, uri, at(now, f"= {word}\n", 2 + len(word)))}
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))


async def complete(client: Any, uri: str, position: lsp.Position) -> list[lsp.CompletionItem]:
    found = await client.text_document_completion_async(lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), position))
    return list(found.items)


async def test_actions_mend_what_is_wrong(client: Any, folder: Path):
    text = "module mend\ntype T = A | B(n: Int)\nfn m(t: T) -> Int\n= match t {\n    case A => 1\n  }\nfn r(x: Int) -> Real\n= x\n"
    uri = open_(client, folder, "mend.kw", text)
    await until(client, uri, lambda d: {"KW310", "KW301"} <= codes(d))
    for mark, new in (("match t", "\n    case B(_) => 0"), ("= x\n", "real(")):
        place = at(text, mark, 2 if mark == "= x\n" else 0)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), lsp.Range(place, place), lsp.CodeActionContext([]))
        actions = await client.text_document_code_action_async(params)
        assert any(e.new_text == new for a in actions for edits in a.edit.changes.values() for e in edits), actions
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))


async def test_the_requires_that_a_counterexample_asks_for(client: Any, folder: Path):
    uri = (folder / "user.kw").as_uri()
    change(client, uri, 30, USER)
    await until(client, uri, lambda d: "KW503" in codes(d))
    place = at(USER, "a // b")
    params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), lsp.Range(place, place), lsp.CodeActionContext([]))
    [action] = await client.text_document_code_action_async(params)
    assert [e.new_text for e in action.edit.changes[uri]] == ["\n  requires b != 0"]


async def test_places_are_counted_in_the_units_of_the_client(client: Any, folder: Path):
    text = 'module wide\nfn f() -> Bool\n= "😀é" == "x" and nothere\n'
    uri = open_(client, folder, "wide.kw", text)
    [found] = await until(client, uri, lambda d: codes(d) == {"KW201"})
    assert (found.range.start, found.range.end) == (at(text, "nothere"), at(text, "nothere", 7))
    emoji = at(text, "😀")
    change(client, uri, 2, "x", lsp.Range(emoji, lsp.Position(emoji.line, emoji.character + 2)))
    [found] = await until(client, uri, lambda d: bool(d) and d[0].range.start.character == at(text, "nothere").character - 1)
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))


async def test_what_is_seen_beside_the_text(client: Any, folder: Path):
    uri = (folder / "user.kw").as_uri()
    document = lsp.TextDocumentIdentifier(uri)
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    assert [s.name for s in symbols] == ["Point", "Colour", "far", "half", "one", "two", "both"]
    found = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("twi"))
    assert [s.name for s in found] == ["twice"]
    tokens = await client.text_document_semantic_tokens_full_async(lsp.SemanticTokensParams(document))
    assert len(tokens.data) % 5 == 0
    assert all(n >= 0 for n in tokens.data)
    folds = await client.text_document_folding_range_async(lsp.FoldingRangeParams(document))
    assert (at(USER, "kernel both").line, at(USER, "kernel both").line + 4) in [(f.start_line, f.end_line) for f in folds]
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    hints = await client.text_document_inlay_hint_async(lsp.InlayHintParams(document, whole))
    assert (at(USER, "y <- one").line, ": Int") in [(h.position.line, h.label) for h in hints]
    options = lsp.FormattingOptions(2, True)
    [edit] = await client.text_document_formatting_async(lsp.DocumentFormattingParams(document, options))
    assert edit.new_text


async def test_modules_that_are_not_saved_are_in_view(client: Any, folder: Path):
    lib = open_(client, folder, "lib.kw", LIB.replace("twice", "thrice"))
    uri = (folder / "user.kw").as_uri()
    await until(client, uri, lambda d: "KW206" in codes(d))
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(lib)))
    await until(client, uri, lambda d: "KW206" not in codes(d))


async def test_it_lives_on_after_nonsense(client: Any, folder: Path):
    with pytest.raises(JsonRpcException):
        await client.workspace_execute_command_async(lsp.ExecuteCommandParams("kwlogic.verify", []))
    with pytest.raises(JsonRpcException):
        await client.workspace_execute_command_async(lsp.ExecuteCommandParams("kwlogic.server.graph", ["file:///not/open.kw", "a.b"]))
    binary = open_(client, folder, "binary.kw", "\0\x01module \ufffd\u2028\r\rkernel" * 50)
    await until(client, binary, lambda d: bool(d))
    far = lsp.Position(10_000, 10_000)
    assert await client.text_document_hover_async(lsp.HoverParams(lsp.TextDocumentIdentifier(binary), far)) is None
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(binary)))
    assert "Point" in await hover(client, (folder / "user.kw").as_uri(), at(USER, "Point"))
