"""Reading the table ``weave`` of the configuration."""

from __future__ import annotations

from typing import Any

from kwlogic.weave.learn.life_config import Test, checked_table, truth, whole
from kwlogic.weave.loop.data import Settings
from kwlogic.workspace.data import Project


def _seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


# key: (what it must be, in words; the test)
WEAVE: dict[str, tuple[str, Test]] = {
    "traces": ("an integer of 2 or more", whole(2)),
    "told": ("true or false", truth),
    "raw": ("true or false", truth),
    "shadow": ("true or false", truth),
    "read": ("true or false", truth),
    "model": ("the name of a model of the table `run`", _text),
    "seconds": ("a number of seconds", _seconds),
    "max_chars": ("a positive integer", whole(1)),
}


def loop_settings(project: Project) -> Settings:
    """What the project configures; raises Diagnosed (KW860) with everything that is wrong."""
    return Settings(**checked_table(project, "weave", WEAVE))
