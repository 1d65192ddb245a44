"""Prompts out of a folder of JSON lines: a dataset's rows, or objects with ``prompt`` and ``kernel``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.route.prompts import Prompts
from kwlogic.weave.train.data import Material

MAX_BYTES = 500_000_000
SPLITS = ("calibration", "train")


def material_of(folder: Path) -> Material:
    """The examples of every ``*.jsonl`` below a folder. A row with ``"split": "calibration"`` is kept for the certificate. Raises
    Diagnosed (KW870) with what is wrong with the first lines that are."""
    paths = sorted(p for p in folder.rglob("*.jsonl") if p.is_file()) if folder.is_dir() else [folder] if folder.is_file() else []
    if not paths:
        raise Diagnosed(diagnostic("KW870", f"`{folder}` holds no file of JSON lines", help="name a folder with files `*.jsonl`"))
    prompts = Prompts()
    calibration: list[tuple[str, str | None]] = []
    problems: list[Diagnostic] = []
    for path in paths:
        for number, line in enumerate(_lines(path), 1):
            if line.strip():
                try:
                    _take(line, prompts, calibration)
                except (ValueError, RecursionError) as error:
                    problems.append(diagnostic("KW870", f"line {number} of `{path}` is no row: {error}"[:300]))
                    if len(problems) >= 20:
                        raise Diagnosed(*problems) from None
    if problems:
        raise Diagnosed(*problems)
    return Material(prompts.examples, prompts.outside, prompts.patterns, calibration=calibration or None)


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Diagnosed(diagnostic("KW870", f"`{path}` is larger than {MAX_BYTES:,} bytes"))
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise Diagnosed(diagnostic("KW870", f"`{path}` is not UTF-8: {error}")) from error
    except OSError as error:
        raise Diagnosed(diagnostic("KW870", f"`{path}` cannot be read: {error.strerror or error}")) from error


def _take(line: str, prompts: Prompts, calibration: list[tuple[str, str | None]]) -> None:
    """One row; raises ValueError with what is wrong with it."""
    row: Any = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("it is not an object")
    prompt, kernel, split = row.get("prompt"), row.get("kernel"), row.get("split", "train")
    if isinstance(kernel, dict):
        kernel = kernel.get("name")
    if not isinstance(prompt, str):
        raise ValueError("it has no text `prompt`")
    if kernel is not None and (not isinstance(kernel, str) or not kernel):
        raise ValueError("`kernel` is neither the name of one nor null")
    if split not in SPLITS:
        raise ValueError(f"`split` is {split!r}, and may be {' or '.join(SPLITS)}")
    scores = row.get("scores")
    if isinstance(scores, dict) and scores.get("success") is False:
        return
    if split == "calibration":
        calibration.append((prompt, kernel))
    elif kernel is None:
        prompts.outside.append(prompt)
    else:
        prompts.add(kernel, prompt)
