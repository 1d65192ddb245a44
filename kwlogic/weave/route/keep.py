"""Feedback on routes, kept in a store."""

from __future__ import annotations

import uuid

from kwlogic.weave.store.data import Feedback, canonical
from kwlogic.weave.store.find import find_kernel
from kwlogic.weave.store.store import Store


def keep_feedback(store: Store, prompt: str, kernel: str, right: bool) -> Feedback:
    """Whether a kernel (by name or digest) was right for a prompt. Raises Diagnosed (KW805) where the store has none such."""
    found = find_kernel(store, kernel)
    document = {"prompt": prompt, "kernel": found.name, "mode": "route", "success": right}
    return store.add_feedback(Feedback(uuid.uuid4().hex, found.digest, found.family, canonical(document), right))
