"""Reading the table ``life`` of the configuration. Every key is checked, with a suggestion where one is near."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Span
from kwlogic.weave.learn.life_data import Policy
from kwlogic.workspace.data import Project

Test = Callable[[Any], bool]


def whole(least: int) -> Test:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**31


def share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1


def truth(value: Any) -> bool:
    return isinstance(value, bool)


def _prior(value: Any) -> bool:
    numbers = isinstance(value, list) and len(value) == 2 and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    return numbers and all(0 < v <= 1e6 for v in value)


# key: (what it must be, in words; the test)
LIFE: dict[str, tuple[str, Test]] = {
    "runs": ("a positive integer", whole(1)),
    "success": ("a number between 0 and 1, both excluded", share),
    "confidence": ("a number between 0 and 1, both excluded", share),
    "prior": ("two positive numbers, as `[1, 1]`", _prior),
    "patience": ("an integer of 2 or more", whole(2)),
    "demotions": ("an integer of 0 or more", whole(0)),
    "judged": ("true or false", truth),
    "examples": ("a positive integer", whole(1)),
}


def life_policy(project: Project) -> Policy:
    """What the project configures; raises Diagnosed (KW860) with everything that is wrong."""
    found = checked_table(project, "life", LIFE)
    if "prior" in found:
        found["prior"] = (float(found["prior"][0]), float(found["prior"][1]))
    return Policy(**found)


def checked_table(project: Project, name: str, keys: Mapping[str, tuple[str, Test]]) -> dict[str, Any]:
    """The values of a table of the configuration; raises Diagnosed (KW860)."""
    file = project.source.path if project.source is not None else ""
    problems: list[Diagnostic] = []
    found: dict[str, Any] = {}
    for key, value in project.config.tables.get(name, {}).items():
        if key in keys and keys[key][1](value):
            found[key] = value
            continue
        message = f"`{name}.{key}` must be {keys[key][0]}" if key in keys else f"`{name}.{key}` is not a key of the configuration"
        help = None if key in keys else _near(key, keys)
        problems.append(diagnostic("KW860", message, Span(file, 0, 0) if file else None, help=help))
    if problems:
        raise Diagnosed(*problems)
    return found


def _near(key: str, keys: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key, keys, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{k}`' for k in keys)}"
