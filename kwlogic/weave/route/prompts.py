"""Where example prompts come from: what a kernel says of itself, and what people asked when it answered.

A prompt with places for inputs (``plan a trip to {city}``) is an example, and a pattern that arguments are read by.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kwlogic.core.codec_json import JsonError, read_json
from kwlogic.core.logic import erase
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.core.terms import Op
from kwlogic.weave.store.data import State, StoredKernel

if TYPE_CHECKING:
    from kwlogic.weave.store.store import Store

PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
LONGEST = 2_000
_DOC = re.compile(r"((?:^[ \t]*##.*\n)+)(?:[ \t]*(?:pure|private)\s+)*[ \t]*kernel\s+(\w+)", re.MULTILINE)


@dataclass(slots=True)
class Prompts:
    """``examples`` by kernel, ``outside``: prompts that no kernel was for, ``patterns``: those with places, by kernel."""

    examples: dict[str, list[str]] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    patterns: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kernel: str, *prompts: str) -> None:
        known = self.examples.setdefault(kernel, [])
        for prompt in prompts:
            plain = " ".join(PLACE.sub(" ", prompt[:LONGEST]).split())
            if plain and plain not in known:
                known.append(plain)
            if PLACE.search(prompt):
                self.patterns.setdefault(kernel, []).append(prompt[:LONGEST])


def prompts_of_program(program: Program, kernels: Iterable[Kernel], more: Mapping[str, Iterable[str]] | None = None) -> Prompts:
    """``more``: further examples by kernel, its qualified name or the last part of it."""
    found = Prompts()
    for kernel in kernels:
        short = kernel.name.rpartition(".")[2]
        given = [*(more or {}).get(kernel.name, ()), *(more or {}).get(short, ())]
        found.add(kernel.name, *given, *_sentences(kernel.doc), words_of_name(short))
        if isinstance(kernel.body, OracleBody) and kernel.body.kind == "prompt":
            found.add(kernel.name, _prompt_text(kernel.body))
        if kernel.family:
            found.add(kernel.name, kernel.family)
    return found


def words_of_name(name: str) -> str:
    """``sortByDate`` and ``sort_by_date`` as words."""
    return " ".join(re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ").replace("-", " ").split()).lower()


def _sentences(doc: str) -> list[str]:
    whole = " ".join(doc.split())
    parts = [p.strip() for p in re.split(r"(?<=[.!?])\s+", whole) if len(p.split()) > 2]
    return parts[:8]


def _prompt_text(body: OracleBody) -> str:
    """The text of a prompt, its holes as places where they are inputs."""
    parts = [p if isinstance(p, str) else erase(p) for p in body.parts]
    return "".join(p if isinstance(p, str) else f"{{{p.data}}}" if p.op is Op.VAR else " " for p in parts)


def prompts_of_store(store: Store, promoted: bool = False) -> Prompts:
    """Of the latest version of each kernel that is neither retired nor rejected (``promoted``: only of promoted ones). Prompts
    that went to no kernel are out of scope, unless they are examples of one now."""
    kernels = {k.name: k for k in store.kernels()}
    gone = (State.RETIRED, State.REJECTED)
    known = {row["digest"]: State(row["state"]) for row in store.rows("status")}
    states = {name: known.get(k.digest, State.CANDIDATE) for name, k in kernels.items()}
    live = {n: k for n, k in kernels.items() if (states[n] is State.PROMOTED if promoted else states[n] not in gone)}
    found = Prompts()
    for name, kernel in live.items():
        found.add(name, *_own_words(kernel))
    _from_traces(store, live, found)
    _from_feedback(store, live, found)
    claimed = {" ".join(p.split()) for prompts in found.examples.values() for p in prompts}
    found.outside = [p for p in dict.fromkeys(found.outside) if " ".join(p.split()) not in claimed]
    return found


def _own_words(kernel: StoredKernel) -> list[str]:
    """What a kernel says of itself; an import says it in the words of its document."""
    content = json.loads(kernel.document)
    foreign = content.get("kernelweave")
    if isinstance(foreign, dict):
        return [kernel.family, *(str(foreign[k]) for k in ("description", "name") if foreign.get(k))]
    short = kernel.name.rpartition(".")[2]
    docs = [d for d, n in _DOC.findall(kernel.spec) if n == short]
    plain = " ".join(line.strip().lstrip("#").strip() for d in docs for line in d.splitlines())
    return [*_sentences(plain), words_of_name(short), kernel.family]


def _from_traces(store: Store, live: Mapping[str, StoredKernel], found: Prompts) -> None:
    """A trace is of the kernel whose run or lineage it is in, else of the only kernel of its family; one that succeeded
    and is of no kernel is out of scope."""
    owners: dict[str, str] = {}
    by_digest = {k.digest: name for name, k in live.items()}
    for run in store.runs():
        name = by_digest.get(run.kernel) or (run.name if run.name in live else "")
        if run.trace_id and name:
            owners[run.trace_id] = name
    for row in store.rows("lineage"):
        if row["relation"] == "trace" and row["child"] in by_digest:
            owners[row["parent"]] = by_digest[row["child"]]
    families: dict[str, set[str]] = {}
    for name, kernel in live.items():
        families.setdefault(kernel.family, set()).add(name)
    for stored in store.traces():
        prompt = said_in(stored.document, "prompt")
        own = families.get(stored.family, set()) if stored.family else set()
        owner = owners.get(stored.trace_id) or (next(iter(own)) if len(own) == 1 else "")
        if prompt and owner and stored.success is not False:
            found.add(owner, prompt)
        elif prompt and not owner and not own:
            found.outside.append(prompt)


def _from_feedback(store: Store, live: Mapping[str, StoredKernel], found: Prompts) -> None:
    by_digest = {k.digest: name for name, k in live.items()}
    for said in store.feedback():
        prompt, mode = said_in(said.document, "prompt"), said_in(said.document, "mode")
        owner = by_digest.get(said.kernel) or (said.kernel if said.kernel in live else "")
        if prompt and owner and (said.success or (said.success is None and mode == "learnt")):
            found.add(owner, prompt)
        elif prompt and not said.kernel:
            found.outside.append(prompt)


def document_of(text: str) -> dict[str, Any]:
    """The object that a stored document is; empty where it is none."""
    try:
        found = read_json(text)
    except (JsonError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def said_in(document: str, key: str) -> str:
    """A text of a stored document, empty where it has none of this name."""
    text = document_of(document).get(key)
    return text[:LONGEST] if isinstance(text, str) else ""
