"""Reading the table ``route`` of the configuration. Every key is checked, with a suggestion where one is near."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Span
from kwlogic.weave.route.data import Endpoint, Settings
from kwlogic.workspace.data import Project

Test = Callable[[Any], bool]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _between(low: float, high: float) -> Test:
    return lambda value: _number(value) and low < value < high


def _whole(most: int) -> Test:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 < value <= most


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


# key: (what it must be, in words; the test)
KEYS: dict[str, tuple[str, Test]] = {
    "alpha": ("a number between 0 and 1", _between(0, 1)),
    "delta": ("a number between 0 and 1", _between(0, 1)),
    "share": ("a number between 0 and 1", _between(0, 1)),
    "calibration": ("a number between 0 and 1", _between(0, 1)),
    "uncertified": ("a number between 0 and 1", _between(0, 1)),
    "strength": ("a positive number", _between(0, 1e9)),
    "max_chars": ("a positive integer, at most 10,000,000", _whole(10_000_000)),
    "work": ("a positive integer", _whole(10**12)),
    "seed": ("a positive integer", _whole(2**31)),
    "encoder": ("`tfidf`, `minilm`, `endpoint`, or two joined by `+`", _text),
    "endpoint": ("a table", lambda v: isinstance(v, dict)),
    "prompts": ("a table from kernels to lists of prompts", lambda v: isinstance(v, dict) and all(map(_texts, v.values()))),
    "out_of_scope": ("a list of prompts", _texts),
    "bundle": ("the path of a bundle", _text),
}
ENDPOINT: dict[str, tuple[str, Test]] = {
    "base_url": ("the URL of the endpoint", lambda v: _text(v) and v.startswith(("http://", "https://"))),
    "model": ("the name that the endpoint knows the model by", _text),
    "key_env": ("the name of an environment variable", _text),
    "timeout": ("a number of seconds", _between(0, 1e6)),
}


@dataclass(frozen=True, slots=True)
class RouteConfig:
    """``prompts``: examples by kernel, its qualified name or the last part of it."""

    settings: Settings = field(default_factory=Settings)
    prompts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    out_of_scope: tuple[str, ...] = ()
    bundle: str = ""


def route_config(project: Project) -> RouteConfig:
    """What the project configures; raises Diagnosed (KW868) with everything that is wrong."""
    problems: list[Diagnostic] = []
    file = project.source.path if project.source is not None else ""
    own = _checked(project.config.tables.get("route", {}), KEYS, "route", file, problems)
    endpoint = None
    if "endpoint" in own:
        table = _checked(own.pop("endpoint"), ENDPOINT, "route.endpoint", file, problems)
        if {"base_url", "model"} <= set(table):
            endpoint = Endpoint(**table)
        elif not problems:
            problems.append(_wrong("`route.endpoint` needs `base_url` and `model`", file, None))
    if problems:
        raise Diagnosed(*problems)
    prompts = {str(k): tuple(v) for k, v in own.pop("prompts", {}).items()}
    outside, bundle = tuple(own.pop("out_of_scope", ())), own.pop("bundle", "")
    return RouteConfig(Settings(**own, endpoint=endpoint), prompts, outside, bundle)


def _checked(table: Any, keys: Mapping[str, tuple[str, Test]], path: str, file: str, problems: list[Diagnostic]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            near = difflib.get_close_matches(key, list(keys), 1, 0.5)
            help = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{k}`' for k in keys)}"
            problems.append(_wrong(f"`{path}.{key}` is not a key of the configuration", file, help))
        elif not keys[key][1](value):
            problems.append(_wrong(f"`{path}.{key}` must be {keys[key][0]}", file, None))
        else:
            found[key] = value
    return found


def _wrong(message: str, file: str, help: str | None) -> Diagnostic:
    return diagnostic("KW868", message, Span(file, 0, 0) if file else None, help=help)
