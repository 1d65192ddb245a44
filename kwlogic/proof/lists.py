"""Nested lists of words: the syntax of certificate files, and nothing of their meaning."""

from __future__ import annotations

import re

from kwlogic.proof.statements import Refused

Node = str | list["Node"]
_TOKEN = re.compile(r"""\s+|;[^\n]*|(?P<mark>[()])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()";]+)""")


def read_lists(text: str) -> list[Node]:
    """All lists of a text; raises Refused where it is cut off or garbled."""
    top: list[Node] = []
    stack: list[list[Node]] = [top]
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Refused("the text is garbled")
        place = found.end()
        mark = found["mark"]
        if mark == "(":
            inner: list[Node] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif mark == ")":
            if len(stack) == 1:
                raise Refused("a bracket is closed that was not opened")
            stack.pop()
        elif found["text"] or found["word"]:
            stack[-1].append(found["text"] or found["word"])
    if len(stack) > 1:
        raise Refused("the text is cut off")
    return top


def word(node: Node) -> str:
    if isinstance(node, str):
        return node
    raise Refused("a word is wanted, and here is a list")


def items(node: Node) -> list[Node]:
    if isinstance(node, list):
        return node
    raise Refused(f"a list is wanted, and here is `{node[:40]}`")


def number(node: Node) -> int:
    text = word(node)
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Refused(f"a number is wanted, and here is `{text[:40]}`")
    return int(text)
