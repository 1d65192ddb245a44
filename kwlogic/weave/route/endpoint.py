"""Embeddings of an OpenAI-compatible endpoint: ``POST {base_url}/embeddings``.

The key is read from the environment and sent to that address only. What comes back is data: vectors of finite numbers,
one for each text and all of one length, or it is refused.
"""

from __future__ import annotations

import json
import math
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kwlogic.weave.route.data import EncoderError, Endpoint

BATCH = 64
MOST_BYTES = 64_000_000


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect would send the key elsewhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class EndpointEmbedder:
    endpoint: Endpoint

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        found: list[Sequence[float]] = []
        for start in range(0, len(texts), BATCH):
            found += self._asked(list(texts[start : start + BATCH]))
        return found

    def _asked(self, texts: list[str]) -> list[Sequence[float]]:
        endpoint = self.endpoint
        where = endpoint.base_url.rstrip("/") + "/embeddings"
        headers = {"Content-Type": "application/json"}
        if endpoint.key_env:
            key = os.environ.get(endpoint.key_env, "")
            if not key:
                raise EncoderError(f"the endpoint needs its key in the environment variable {endpoint.key_env}")
            headers["Authorization"] = f"Bearer {key}"
        body = json.dumps({"model": endpoint.model, "input": texts, "encoding_format": "float"}).encode()
        try:
            request = urllib.request.Request(where, body, headers)
            with urllib.request.build_opener(_Stay).open(request, timeout=endpoint.timeout) as answer:
                data = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise EncoderError(f"the endpoint {where} answered with status {error.code}") from error
        except (OSError, ValueError) as error:
            raise EncoderError(f"the endpoint {where} cannot be reached: {getattr(error, 'reason', error)}") from error
        return _vectors(data, len(texts), where)


def _vectors(data: bytes, wanted: int, where: str) -> list[Sequence[float]]:
    try:
        items = sorted(json.loads(data)["data"], key=lambda item: item["index"])
        found = [[float(x) for x in item["embedding"]] for item in items]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise EncoderError(f"the endpoint {where} did not answer with embeddings") from error
    sizes = {len(v) for v in found}
    if len(found) != wanted or len(sizes) != 1 or 0 in sizes:
        raise EncoderError(f"the endpoint {where} answered with {len(found)} embeddings of {len(sizes)} lengths to {wanted} texts")
    return [_unit(v, where) for v in found]


def _unit(vector: list[float], where: str) -> list[float]:
    length = math.sqrt(sum(x * x for x in vector))
    if not math.isfinite(length) or length == 0:
        raise EncoderError(f"the endpoint {where} answered with an embedding that has no direction")
    return [x / length for x in vector]
