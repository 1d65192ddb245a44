"""The life of documents and of the server itself: opened, changed, saved, closed; files on disk; configuration; commands."""

from __future__ import annotations

import contextlib
from typing import Any

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcException

from kwlogic.lsp.server import KwServer

WATCHED = ("**/*.kw", "**/kwlogic.toml", "**/pyproject.toml")


def initialize(ls: KwServer, params: lsp.InitializeParams) -> None:
    ls.documents.encoding = str(getattr(ls.workspace.position_encoding, "value", ls.workspace.position_encoding))
    ls.options = _options(params.initialization_options)
    root = uris.to_fs_path(params.root_uri) if params.root_uri else None
    folders = params.workspace_folders or []
    first = uris.to_fs_path(folders[0].uri) if folders else root
    if first:
        ls.documents.root = type(ls.documents.root)(first)


async def initialized(ls: KwServer, _: lsp.InitializedParams) -> None:
    ls.spawn(ls.bench.run(ls.desk.warm))
    watching = ls.client_capabilities.workspace and ls.client_capabilities.workspace.did_change_watched_files
    if watching and watching.dynamic_registration:
        options = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(p) for p in WATCHED])
        registration = lsp.Registration("kwlogic-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        with contextlib.suppress(JsonRpcException):
            await ls.client_register_capability_async(lsp.RegistrationParams([registration]))


async def did_open(ls: KwServer, params: lsp.DidOpenTextDocumentParams) -> None:
    ls.opened(params.text_document.uri, params.text_document.text, params.text_document.version)


def did_change(ls: KwServer, params: lsp.DidChangeTextDocumentParams) -> None:
    ls.edited(params.text_document.uri, list(params.content_changes), params.text_document.version)


async def did_save(ls: KwServer, params: lsp.DidSaveTextDocumentParams) -> None:
    document = ls.documents.get(params.text_document.uri)
    if document is not None:
        ls.proving.wanted(document.path, saved=True)


async def did_close(ls: KwServer, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.closed(params.text_document.uri)


async def files_changed(ls: KwServer, _: lsp.DidChangeWatchedFilesParams) -> None:
    await ls.disk_changed()


async def configured(ls: KwServer, params: lsp.DidChangeConfigurationParams) -> None:
    ls.options = _options(params.settings) or ls.options
    await ls.disk_changed()


async def folders_changed(ls: KwServer, _: lsp.DidChangeWorkspaceFoldersParams) -> None:
    await ls.disk_changed()


def shutdown(ls: KwServer, _: None) -> None:
    ls.shut()


def register(server: KwServer) -> None:
    server.feature(lsp.INITIALIZE)(initialize)
    server.feature(lsp.INITIALIZED)(initialized)
    server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)(did_save)
    server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)(files_changed)
    server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)(configured)
    server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(folders_changed)
    server.feature(lsp.SHUTDOWN)(shutdown)


def _options(settings: Any) -> dict[str, Any]:
    """What the client configures: ``verify`` (change, save, never), ``budget``, ``commands`` (those it has itself)."""
    if not isinstance(settings, dict):
        return {}
    inner = settings.get("kwlogic", settings)
    return inner if isinstance(inner, dict) else {}
