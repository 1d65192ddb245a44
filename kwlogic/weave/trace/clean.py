"""What may be kept of a payload: plain JSON of bounded size, without secrets. No code of the payload's objects is run.

A value is a secret by its key (``password``, ``api_key``, …), by its form (bearer tokens, keys of known providers, private
keys, passwords in addresses), or because it stands in an environment variable whose name says so.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from kwlogic.core.prim_eval import finite_decimal
from kwlogic.weave.trace.data import Trace

REDACTED = "[redacted]"
_KEY = re.compile(
    r"(?:^|[_\-.\s])(?:pass(?:word|wd|phrase)?|pwd|secrets?|api[_\-]?keys?|apikey|auth|authorization|cookies?|set-cookie|credentials?|"
    r"private[_\-]?key|access[_\-]?keys?|client[_\-]?secret|session[_\-]?(?:id|token)|(?:access|refresh|id|auth|bearer|csrf)?[_\-]?token|"
    r"ssn|cvv|cvc|pin)(?:$|[_\-.\s])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FORMS = re.compile(
    r"(?i:\bbearer\s+)[A-Za-z0-9\-._~+/]{8,}=*"
    r"|(?i:\bbasic\s+)[A-Za-z0-9+/]{12,}=*"
    r"|\bsk-[A-Za-z0-9_\-]{16,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_\-]{16,}"
    r"|\bxox[abeprs]-[A-Za-z0-9\-]{10,}|\bAIza[A-Za-z0-9_\-]{30,}|\bhf_[A-Za-z0-9]{20,}"
    r"|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@)"
    r"|(?i:(?<=password=)|(?<=api_key=)|(?<=apikey=)|(?<=secret=)|(?<=token=))[^\s&;,\"']+"
)
_ENVIRONMENT = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
LEAST = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is kept: of a text in characters, of a list or object in members, of nesting, and of a trace in events."""

    text: int = 20_000
    members: int = 1_000
    depth: int = 32
    total: int = 200_000
    events: int = 10_000


class Cleaner:
    """Cleans payloads. ``secrets`` are further texts that must never be kept."""

    def __init__(self, limits: Limits | None = None, secrets: Iterable[str] = ()) -> None:
        self.limits = limits or Limits()
        named = [v for k, v in os.environ.items() if _ENVIRONMENT.search(k)]
        found = sorted({s for s in (*secrets, *named) if len(s) >= LEAST}, key=len, reverse=True)
        self._literal = re.compile("|".join(map(re.escape, found))) if found else None
        self._given = {s for s in secrets if s}

    def payload(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The payload as it may be kept; ``cut`` names the keys whose values were shortened."""
        out: dict[str, Any] = {}
        cut: list[str] = []
        for key, value in payload.items():
            work = _Work(self, self.limits.total)
            out[self.text(str(key))] = work.value(value, str(key), 0)
            if work.cut:
                cut.append(key)
        return {**out, "cut": cut} if cut else out

    def text(self, text: str) -> str:
        """A text without what has the form of a secret."""
        if self._literal is not None:
            text = self._literal.sub(REDACTED, text)
        return _FORMS.sub(REDACTED, text)


def is_secret_key(key: str) -> bool:
    return _KEY.search(_CAMEL.sub("_", key)) is not None


class _Work:
    """One value; ``left``: how many characters and members may still be kept of it."""

    def __init__(self, cleaner: Cleaner, left: int) -> None:
        self.cleaner, self.left, self.cut = cleaner, left, False
        self.limits = cleaner.limits

    def value(self, value: Any, key: str, depth: int) -> Any:
        """Nesting is bounded by the limits, so recursion is too."""
        self.left -= 1
        if self.left < 0 or depth > self.limits.depth:
            self.cut = True
            return None
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (str, int, float, Fraction, Decimal, bytes, Enum)):
            return REDACTED if key and is_secret_key(key) else self.scalar(value)
        if isinstance(value, Mapping):
            return self.table(value, depth)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self.items(value, key, depth)
        if is_dataclass(value) and not isinstance(value, type):
            return self.table({f.name: getattr(value, f.name, None) for f in fields(value)}, depth)
        return f"<{type(value).__name__}>"

    def scalar(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return self.string(value.name)
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, bytes):
            return f"<{len(value)} bytes>"
        if isinstance(value, (float, Decimal)):
            return Fraction(str(value)) if math.isfinite(value) else str(value)
        if isinstance(value, Fraction) and finite_decimal(value) is None:
            return str(value)
        if isinstance(value, int) and value.bit_length() > 8 * self.limits.text:
            self.cut = True
            return None
        return value

    def string(self, text: str) -> str:
        """Secrets go first, so that no half of one stays at the cut."""
        window = text[: 4 * self.limits.text]
        clean = self.cleaner.text(window)
        most = max(min(self.limits.text, self.left), 0)
        if len(clean) > most or len(window) < len(text):
            self.cut = True
            clean = clean[:most] + "…"
        self.left -= len(clean)
        return clean

    def table(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, item in value.items():
            if len(out) >= self.limits.members or self.left < 0:
                self.cut = True
                break
            name = key if isinstance(key, str) else f"<{type(key).__name__}>" if not isinstance(key, int) else str(key)
            out[self.string(name)] = self.value(item, name, depth + 1)
        return out

    def items(self, value: Iterable[Any], key: str, depth: int) -> list[Any]:
        out: list[Any] = []
        for item in value:
            if len(out) >= self.limits.members or self.left < 0:
                self.cut = True
                break
            out.append(self.value(item, key, depth + 1))
        return out


def cleaned(trace: Trace, cleaner: Cleaner | None = None) -> Trace:
    """A trace from elsewhere, as it may be kept."""
    use = cleaner or Cleaner()
    events = tuple(replace(e, name=use.text(e.name), payload=use.payload(e.payload)) for e in trace.events[: use.limits.events])
    output = use.payload({"output": trace.output})["output"]
    return replace(trace, events=events, prompt=use.text(trace.prompt), output=output, meta=use.payload(trace.meta))
