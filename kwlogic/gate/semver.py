"""Semantic versions: which step lies between two of them, and whether it admits a change."""

from __future__ import annotations

from kwlogic.gate.data import Step

ORDER = (Step.NONE, Step.PATCH, Step.MINOR, Step.MAJOR)


def triple(version: str) -> tuple[int, int, int]:
    major, minor, patch = version.partition("+")[0].partition("-")[0].split(".")
    return int(major), int(minor), int(patch)


def step_between(before: str, after: str) -> Step | None:
    """None where the version went back. While the major number is 0, a minor step admits what a major one does."""
    old, new = triple(before), triple(after)
    if new < old:
        return None
    if new[0] != old[0]:
        return Step.MAJOR
    if new[1] != old[1]:
        return Step.MAJOR if old[0] == 0 else Step.MINOR
    if new[2] != old[2]:
        return Step.MINOR if old[0] == 0 else Step.PATCH
    return Step.NONE


def admits(before: str | None, after: str | None, needed: Step) -> bool:
    """Whether the declared versions admit a change that needs a step. Who declares a version for the first time begins a line."""
    if needed is Step.NONE:
        return True
    if after is None:
        return needed is not Step.MAJOR
    if before is None:
        return True
    taken = step_between(before, after)
    return taken is not None and ORDER.index(taken) >= ORDER.index(needed)


def proposed(before: str | None, needed: Step) -> str | None:
    """The least version that admits the change."""
    if before is None:
        return None
    major, minor, patch = triple(before)
    match needed:
        case Step.MAJOR:
            return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"
        case Step.MINOR:
            return f"{major}.{minor + 1}.0" if major else f"0.{minor}.{patch + 1}"
        case Step.PATCH:
            return f"{major}.{minor}.{patch + 1}"
    return before
