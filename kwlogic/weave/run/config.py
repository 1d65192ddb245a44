"""Reading the table ``run`` of the configuration: models, tool servers, what Python may be called, limits.

Every key is checked, with a suggestion where one is near. Keys themselves never stand in a file: ``key_env`` names the
environment variable.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Span
from kwlogic.weave.run.data import Model, RunConfig, ToolServer
from kwlogic.workspace.data import Project

Test = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_text(v) for v in value)


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def _seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10


def _table(value: Any) -> bool:
    return isinstance(value, dict)


def _one_of(*names: str) -> Test:
    return lambda value: value in names


def _url(value: Any) -> bool:
    return _text(value) and value.startswith(("http://", "https://"))


# key: (what it must be, in words; the test)
RUN: dict[str, tuple[str, Test]] = {
    "model": ("the name of a model", _text),
    "models": ("a table of models", _table),
    "kernels": ("a table from kernels to names of models", lambda v: isinstance(v, dict) and all(_text(m) for m in v.values())),
    "tools": ("a table of tool servers", _table),
    "python": ("a list of modules or `module:function`s", _texts),
    "cache": ("true or false", lambda v: isinstance(v, bool)),
    "max_bytes": ("a positive integer", _positive),
    "max_steps": ("a positive integer", _positive),
}
MODEL: dict[str, tuple[str, Test]] = {
    "kind": ("`openai`, `anthropic` or `local`", _one_of("openai", "anthropic", "local")),
    "model": ("the name that the endpoint knows the model by", _text),
    "base_url": ("the URL of the endpoint", _url),
    "key_env": ("the name of an environment variable", _text),
    "temperature": ("a number from 0 to 10", _number),
    "seed": ("a positive integer", _positive),
    "max_tokens": ("a positive integer", _positive),
    "timeout": ("a number of seconds", _seconds),
    "concurrency": ("a positive integer", _positive),
    "attempts": ("a positive integer", _positive),
    "structured": ("`auto`, `schema`, `object` or `text`", _one_of("auto", "schema", "object", "text")),
}
TOOL: dict[str, tuple[str, Test]] = {
    "command": ("a list: a program and its arguments", _texts),
    "url": ("the URL of a streamable HTTP endpoint", _url),
    "env": ("a list of names of environment variables", _texts),
    "timeout": ("a number of seconds", _seconds),
    "concurrency": ("a positive integer", _positive),
}


def run_config(project: Project) -> RunConfig:
    """What the project configures; raises Diagnosed with everything that is wrong."""
    reader = _Reader(project)
    config = reader.config(project.config.tables.get("run", {}))
    if reader.problems:
        raise Diagnosed(*reader.problems)
    return config


class _Reader:
    def __init__(self, project: Project) -> None:
        self.root = str(project.root)
        self.file = project.source.path if project.source is not None else ""
        self.problems: list[Diagnostic] = []

    def config(self, table: Mapping[str, Any]) -> RunConfig:
        own = self.checked(table, RUN, "run")
        models = {n: self.model(n, t) for n, t in own.pop("models", {}).items()}
        tools = {n: self.tool(n, t) for n, t in own.pop("tools", {}).items()}
        for name in (own.get("model"), *own.get("kernels", {}).values()):
            if name and name not in models:
                self.report(f"`{name}` is no model of the configuration", _near(name, models, "add `[run.models." + name + "]`"))
        if "model" not in own and len(models) == 1:
            own["model"] = next(iter(models))
        own["python"] = tuple(own.get("python", ()))
        return RunConfig(models=models, tools=tools, root=self.root, **own)

    def model(self, name: str, table: Any) -> Model:
        own = self.checked(table, MODEL, f"run.models.{name}")
        if isinstance(table, dict) and "model" not in table:
            self.report(f"`run.models.{name}` has no `model`", "say by which name the endpoint knows it")
        return Model(name, **{"model": "", **own})

    def tool(self, name: str, table: Any) -> ToolServer:
        own = self.checked(table, TOOL, f"run.tools.{name}")
        if isinstance(table, dict) and ("command" in table) == ("url" in table):
            self.report(f"`run.tools.{name}` must have either `command` or `url`", "a program to start, or where the server listens")
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in own.items()}
        return ToolServer(name, **fields)

    def checked(self, table: Any, keys: Mapping[str, tuple[str, Test]], path: str) -> dict[str, Any]:
        if not isinstance(table, dict):
            self.report(f"`{path}` must be a table", "")
            return {}
        found: dict[str, Any] = {}
        for key, value in table.items():
            if key not in keys:
                self.report(f"`{path}.{key}` is not a key of the configuration", _near(key, keys, ""))
            elif not keys[key][1](value):
                self.report(f"`{path}.{key}` must be {keys[key][0]}", "")
            else:
                found[key] = value
        return found

    def report(self, message: str, help: str) -> None:
        self.problems.append(diagnostic("KW840", message, Span(self.file, 0, 0) if self.file else None, help=help or None))


def _near(name: str, known: Mapping[str, Any], other: str) -> str:
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else other or f"there are {', '.join(f'`{k}`' for k in known)}"
