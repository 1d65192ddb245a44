"""Colours of verdicts in pictures: readable on white and told apart by people who do not see red and green as different."""

from __future__ import annotations

COLOURS = {"proved": "#1b7f4b", "refuted": "#c62828", "unknown": "#b26a00", "enforced": "#1565c0", "assumed": "#6a3fa0"}
PLAIN = "#5b6470"
