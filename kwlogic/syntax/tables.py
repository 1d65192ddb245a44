"""The compiled grammar: parse tables as plain data, made by Lark once and kept in the user's cache directory.

Lark reads ``grammar/*.lark`` as strict LALR(1) and computes the tables; what a run needs of them is a few lists of
strings and numbers, kept as JSON under the digest of grammar, Lark and Python version. A cache that is missing,
damaged or unwritable only costs time. This is the only place that imports lark, and only where the tables are not
cached.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import deque
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kwlogic.resources import grammar_dir
from kwlogic.source.records import dataclass

if TYPE_CHECKING:
    from lark import Lark

FILES = ("lexical", "declarations", "types", "expressions", "compositions")
STARTS = ("start", "item", "expr")
FORMAT = "2"

LIST, SINGLE, NODE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A production. ``mode``: LIST splices its children into its parent's, SINGLE is its child where it has one, NODE
    always acts. ``picks`` are the positions of the symbols that become children, with True where one is spliced."""

    origin: str
    action: str
    size: int
    mode: int
    picks: tuple[tuple[int, bool], ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Tables:
    """``rows[state][symbol]`` is the next state, or ``~rule`` to reduce. ``names`` maps a terminal to how a person
    writes it; ``words`` and ``marks`` map keywords and punctuation to their terminals."""

    rows: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    starts: dict[str, int]
    ends: dict[str, int]
    words: dict[str, str]
    marks: dict[str, str]
    names: dict[str, str]


def grammar_text() -> str:
    """The grammar's files, one after the other."""
    return "\n".join((grammar_dir() / f"{name}.lark").read_text(encoding="utf-8") for name in FILES)


def load_lark(text: str | None = None) -> Lark:
    """The grammar as Lark's own parser: strict LALR(1), tokens from ``syntax.lex`` instead of Lark's lexer."""
    from lark import Lark
    from lark.lexer import Lexer

    class Outside(Lexer):
        def __init__(self, conf: object) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Any:
            return iter(())

    return Lark(text or grammar_text(), parser="lalr", strict=True, lexer=Outside, start=list(STARTS))


@cache
def load_tables() -> Tables:
    """The tables, from the cache where it holds them."""
    text = grammar_text()
    path = _cache_file(text)
    packed = _read(path)
    if packed is None:
        packed = _compile(text)
        _write(path, packed)
    return _unpack(packed)


def cache_dir() -> Path:
    """Where derived files of the user live; ``KWLOGIC_CACHE_HOME`` overrides the platform's place."""
    if home := os.environ.get("KWLOGIC_CACHE_HOME"):
        return Path(home)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.path.expanduser(base)) / "kwlogic"


def _cache_file(text: str) -> Path:
    key = "\0".join((FORMAT, text, _lark_version(), sys.version))
    return cache_dir() / f"grammar-{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}.json"


def _lark_version() -> str:
    from importlib.util import find_spec

    spec = find_spec("lark")
    if spec is None or spec.origin is None:
        return ""
    found = [p.name for p in Path(spec.origin).parent.parent.glob("lark-*.dist-info")]
    return ",".join(sorted(found))


def _read(path: Path) -> dict[str, Any] | None:
    """The cached tables, or None; the first line is the digest of the rest."""
    try:
        digest, _, body = path.read_text(encoding="utf-8").partition("\n")
        if digest != _digest(body):
            return None
        loaded: dict[str, Any] = json.loads(body)
        return loaded
    except (OSError, ValueError):
        return None


def _write(path: Path, packed: dict[str, Any]) -> None:
    """Written aside and moved into place, so that readers see all of it or none."""
    body = json.dumps(packed, separators=(",", ":"))
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(f"{_digest(body)}\n{body}", encoding="utf-8")
        os.replace(aside, path)
    except OSError:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _digest(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()


def _compile(text: str) -> dict[str, Any]:
    """The tables, with states and rules numbered as a walk from the starts meets them, so that they come out alike each time."""
    from lark.parsers.lalr_analysis import Shift

    lark = load_lark(text)
    table: Any = lark.parser.parser._parse_table
    numbers: dict[int, int] = {}
    rules: dict[Any, int] = {}
    rows: list[dict[str, int]] = []
    queue = deque(table.start_states[start] for start in STARTS)
    numbers.update({state: i for i, state in enumerate(queue)})
    while queue:
        row = {}
        for symbol, (kind, target) in sorted(table.states[queue.popleft()].items()):
            if kind is not Shift:
                row[str(symbol)] = ~rules.setdefault(target, len(rules))
                continue
            if target not in numbers:
                numbers[target] = len(numbers)
                queue.append(target)
            row[str(symbol)] = numbers[target]
        rows.append(row)
    return {
        "rows": rows,
        "rules": [_pack_rule(rule) for rule in rules],
        "starts": {start: numbers[table.start_states[start]] for start in STARTS},
        "ends": {start: numbers[table.end_states[start]] for start in STARTS},
        "terminals": [(t.name, t.pattern.type, t.pattern.value) for t in lark.terminals],
    }


def _pack_rule(rule: Any) -> list[Any]:
    options = rule.options
    name = rule.origin.name
    picks = [
        (i, symbol.name.startswith("_"))
        for i, symbol in enumerate(rule.expansion)
        if options.keep_all_tokens or not (symbol.is_term and symbol.filter_out)
    ]
    picks = [(i, splice and not rule.expansion[i].is_term) for i, splice in picks]
    mode = LIST if name.startswith("_") else SINGLE if options.expand1 and not rule.alias else NODE
    return [name, rule.alias or name, len(rule.expansion), mode, picks]


def _unpack(packed: dict[str, Any]) -> Tables:
    words: dict[str, str] = {}
    marks: dict[str, str] = {}
    for name, kind, value in packed["terminals"]:
        if kind == "str":
            marks[value] = name
        elif (word := value.split("\\b")[0]).isalpha():
            words[word] = name
    rules = tuple(_rule(origin, action, size, mode, picks) for origin, action, size, mode, picks in packed["rules"])
    names = {terminal: f"`{text}`" for text, terminal in (words | marks).items()}
    return Tables(tuple(packed["rows"]), rules, packed["starts"], packed["ends"], words, marks, names)


def _rule(origin: str, action: str, size: int, mode: int, picks: list[tuple[int, bool]]) -> Rule:
    same = mode == SINGLE and size == 1 and len(picks) == 1 and not picks[0][1]
    return Rule(origin, action, size, mode, tuple((i, splice) for i, splice in picks), same)
