"""Files of certificates: entries by obligation, in the order of the source, one file for each module.

An obligation without a proof has an entry, too, so that a missing one is noticed. Damage in one entry costs that entry.
Before them stand the statements of lemmas that proofs were found by; nothing rests on these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from kwlogic.proof.lists import Node, items, read_lists, word
from kwlogic.proof.statements import Refused
from kwlogic.proof.text import seal_of

_START = re.compile(r"^(?=\((?:proof|open|lemma) )", re.MULTILINE)
_NAME = re.compile(r'\((proof|open) ("(?:[^"\\]|\\.)*")')


def entries_of(text: str) -> dict[str, str]:
    """The text of each entry by obligation, unread. Of two entries for one obligation neither counts."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for part in _START.split(text)[1:]:
        name = _NAME.match(part)
        if name is None:
            continue
        try:
            key = str(json.loads(name[2]))
        except ValueError:
            continue
        twice |= {key} & found.keys()
        found[key] = part.rstrip() + "\n"
    return {k: t for k, t in found.items() if k not in twice}


def entry_node(text: str) -> Node:
    """The one list that an entry is."""
    nodes = read_lists(text)
    if len(nodes) != 1:
        raise Refused("the entry is not one list")
    return nodes[0]


def is_open(text: str) -> bool:
    """Whether an entry says that there is no proof."""
    return text.startswith("(open ")


def seal_in(text: str) -> str | None:
    """The seal of an entry that can be read, and says that there is a proof."""
    try:
        return seal_of(entry_node(text))
    except Refused:
        return None


def open_text(obligation: str) -> str:
    return f"(open {json.dumps(obligation)})\n"


def book_text(module: str, entries: Iterable[str], lemmas: Iterable[str] = ()) -> str:
    """A whole file."""
    head = f"; Proofs of {module}, written by `kwlogic check`, checked by `kwlogic proof check`.\n(module {module})\n"
    stated = "".join(f"{text}\n" for text in lemmas)
    return "\n".join((head, *([f"; Lemmas found on the way: tried first, never believed.\n{stated}"] if stated else ()), *entries))


def lemmas_of(text: str) -> tuple[str, ...]:
    """The statements of lemmas that stand before the entries, unread."""
    return tuple(dict.fromkeys(part.strip() for part in _START.split(text)[1:] if part.startswith("(lemma ")))


def module_in(text: str) -> str | None:
    """The module that a file says it is about."""
    head = _START.split(text)[0]
    try:
        for node in read_lists(head):
            parts = items(node)
            if len(parts) == 2 and parts[0] == "module":
                return word(parts[1])
    except Refused:
        pass
    return None


def merged(order: Iterable[str], old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Entries in the order of the obligations: new ones, else the old ones."""
    return [new.get(name) or old.get(name) or open_text(name) for name in order]
