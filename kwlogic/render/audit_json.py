"""An audit as JSON, version 1 (documented in ``docs/json.md``). Keys are added, never changed."""

from __future__ import annotations

import json
from typing import Any

from kwlogic.render.json import place
from kwlogic.workspace.audit import Audit, Entry

VERSION = 1


def audit_json(audit: Audit) -> str:
    sections = {s.key: [_entry(e, audit) for e in s.entries] for s in audit.sections}
    return json.dumps({"version": VERSION, "proved": audit.proved, "tiers": audit.tiers, **sections}, indent=2)


def _entry(entry: Entry, audit: Audit) -> dict[str, Any]:
    head = {"declaration": entry.declaration or None, "text": entry.text, "note": entry.note or None, "used_by": list(entry.used_by)}
    return head | place(entry.span, audit.sources)
