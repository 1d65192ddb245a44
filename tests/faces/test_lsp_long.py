"""The language server where it takes longer: the prover's answers, several folders, a prover that is killed, a port, a large file."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="pip install 'kwlogic[lsp]'")

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

COMMAND = [sys.executable, "-m", "kwlogic", "lsp"]
TEXT = """module chain
kernel one(x: Int) -> (y: Int)
= x - 5

kernel two(y: Int) -> (z: Int)
  requires y > 0
= y

kernel both(x: Int) -> (z: Int)
= compose one >> two
"""


class Editor(LanguageClient):
    """Keeps the last diagnostics of each document, and what progress was told."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.found: dict[str, list[lsp.Diagnostic]] = {}
        self.told: list[Any] = []
        self.shown: list[str] = []

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.found[params.uri] = list(params.diagnostics)

        @self.feature(lsp.PROGRESS)
        def progressed(params: lsp.ProgressParams) -> None:
            self.told.append(params.value)

        @self.feature(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE)
        def created(params: lsp.WorkDoneProgressCreateParams) -> None:
            return None

        @self.feature(lsp.WINDOW_SHOW_MESSAGE)
        def message(params: lsp.ShowMessageParams) -> None:
            self.shown.append(params.message)

    def open(self, path: Path, text: str) -> str:
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(path.as_uri(), "kw", 1, text)))
        return path.as_uri()

    async def until(self, uri: str, holds: Callable[[set[Any]], bool], seconds: float = 90.0) -> None:
        for _ in range(int(seconds / 0.1)):
            if uri in self.found and holds({d.code for d in self.found[uri]}):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(self.found.get(uri))


async def started(folders: list[Path], **options: Any) -> Editor:
    editor = Editor()
    await editor.start_io(*COMMAND)
    capabilities = lsp.ClientCapabilities(window=lsp.WindowClientCapabilities(work_done_progress=True))
    named = [lsp.WorkspaceFolder(f.as_uri(), f.name) for f in folders]
    await editor.initialize_async(lsp.InitializeParams(capabilities, workspace_folders=named, initialization_options=options))
    editor.initialized(lsp.InitializedParams())
    return editor


async def ended(editor: Editor) -> None:
    await editor.shutdown_async(None)
    editor.exit(None)
    await editor.stop()


def at(text: str, mark: str) -> lsp.Range:
    offset = text.index(mark)
    place = lsp.Position(text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1)
    return lsp.Range(place, place)


@pytest.mark.slow
def test_links_are_mended_graphs_drawn_and_kernels_run(tmp_path: Path):
    async def session() -> None:
        editor = await started([tmp_path])
        uri = editor.open(tmp_path / "chain.kw", TEXT)
        await editor.until(uri, lambda codes: "KW512" in codes)
        assert any(v.get("kind") == "begin" if isinstance(v, dict) else v.kind == "begin" for v in editor.told)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), at(TEXT, ">> two"), lsp.CodeActionContext([]))
        actions = {a.title: a for a in await editor.text_document_code_action_async(params)}
        mended = await editor.code_action_resolve_async(actions["insert the `guard` that this link needs"])
        [edit] = mended.edit.changes[uri]
        assert "guard y > 0;" in edit.new_text
        adapted = await editor.code_action_resolve_async(actions["insert an adapter into this link"])
        assert any("kernel adapter(y: Int)" in e.new_text for e in adapted.edit.changes[uri])
        run = lsp.ExecuteCommandParams("kwlogic.server.run", [uri, "chain.two", '{"y": 3}'])
        answer = await editor.workspace_execute_command_async(run)
        assert json.loads(answer["output"] if isinstance(answer, dict) else answer.output) == {"z": 3}
        for command in ("run", "verdicts"):
            with pytest.raises(JsonRpcException, match="no declaration `two`"):
                await editor.workspace_execute_command_async(lsp.ExecuteCommandParams(f"kwlogic.server.{command}", [uri, "two"]))
        graph = lsp.ExecuteCommandParams("kwlogic.server.graph", [uri, "chain.both"])
        drawn = await editor.workspace_execute_command_async(graph)
        assert (drawn["svg"] if isinstance(drawn, dict) else drawn.svg).startswith("<svg")
        with pytest.raises(JsonRpcException, match="no composition"):
            await editor.workspace_execute_command_async(lsp.ExecuteCommandParams("kwlogic.server.graph", [uri, "chain.one"]))
        await ended(editor)

    asyncio.run(session())


@pytest.mark.slow
def test_folders_are_projects_of_their_own(tmp_path: Path):
    for name, body in (("a", "1"), ("b", "true")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kwlogic.toml").write_text('paths = ["."]\n')
        (tmp_path / name / "lib.kw").write_text(f"module lib\nfn value() -> {'Int' if name == 'a' else 'Bool'}\n= {body}\n")

    async def session() -> None:
        editor = await started([tmp_path / "a", tmp_path / "b"], verify="never")
        text = "module user\nuse lib (value)\nfn f() -> Int\n= value()\n"
        uris = [editor.open(tmp_path / n / "user.kw", text) for n in ("a", "b")]
        await editor.until(uris[0], lambda codes: not codes)
        await editor.until(uris[1], lambda codes: codes == {"KW301"})
        (tmp_path / "b" / "lib.kw").unlink()
        editor.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([]))
        await editor.until(uris[1], lambda codes: "KW204" in codes)
        await ended(editor)

    asyncio.run(session())


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the process in /proc")
def test_a_prover_that_dies_costs_its_question_only(tmp_path: Path):
    async def session() -> None:
        editor = await started([tmp_path])
        uri = editor.open(tmp_path / "chain.kw", TEXT)
        await editor.until(uri, lambda codes: "KW512" in codes)
        for pid in workers(editor._server.pid):  # type: ignore[union-attr]
            os.kill(pid, signal.SIGKILL)
        changed = lsp.TextDocumentContentChangeWholeDocument(TEXT + "\nfn d(a: Int) -> Int\n= 1 // a\n")
        editor.text_document_did_change(lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(2, uri), [changed]))
        await editor.until(uri, lambda codes: {"KW503", "KW512"} <= codes)
        await ended(editor)

    asyncio.run(session())


def workers(server: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == server:
                found.append(int(entry.name))
    return found


@pytest.mark.slow
def test_it_listens_on_a_port(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*COMMAND, "--tcp", str(port)], cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    body = json.dumps(
                        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None}}
                    )
                    client.sendall(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
                    client.settimeout(30)
                    assert b'"hoverProvider"' in client.recv(1 << 16)
                    return
            time.sleep(0.1)
        raise AssertionError("it never listened")
    finally:
        process.kill()
        process.wait(10)


@pytest.mark.slow
def test_a_file_too_large_to_read_is_said_so(tmp_path: Path):
    async def session() -> None:
        editor = await started([tmp_path], verify="never")
        uri = editor.open(tmp_path / "big.kw", "module big\n" + "# filler of a comment line\n" * 340_000)
        await editor.until(uri, lambda codes: codes == {"KW123"})
        await ended(editor)

    asyncio.run(session())


@pytest.mark.parametrize(("tcp", "code"), [("70000", 2), ("x", 2)])
def test_addresses_that_are_none(tcp: str, code: int):
    from kwlogic.cli.main import guarded

    assert guarded(["lsp", "--tcp", tcp]) == code


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    import kwlogic.cli.lsp as face
    from kwlogic.cli.main import guarded

    monkeypatch.setattr(face, "find_spec", lambda name: None)
    assert guarded(["lsp"]) == 2
    assert "KW750" in (told := capsys.readouterr().err)
    assert "pip install 'kwlogic[lsp]'" in told
