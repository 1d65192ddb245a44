"""A router as files: one of JSON, one of text, one of arrays, each under its checksum.

Nothing is unpickled and nothing is extracted: a zip is read in memory, entry by entry, and only entries that are asked
for by name. What is read is checked for shape, range and finiteness before it is used, since a checksum only tells of accidents.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.route.confidence import FEATURES, Confidence
from kwlogic.weave.route.data import Certificate, EncoderError, Endpoint, Quality, RouteError, Settings
from kwlogic.weave.route.drift import monitor_of
from kwlogic.weave.route.encoders import Embedder, Encoder, embedder_of
from kwlogic.weave.route.features import Rows, TfIdf
from kwlogic.weave.route.fit import Fitted
from kwlogic.weave.route.model import Model
from kwlogic.weave.route.scorers import Dense, Examples, Linear, Nearest

if TYPE_CHECKING:
    from kwlogic.weave.route.router import Router

FORMAT = "kwlogic router"
VERSION = 1
MANIFEST, STATE, VOCABULARY, ARRAYS = "router.json", "state.json", "vocabulary.json", "arrays.npz"
MODULES = "modules.json"
MOST_BYTES = 2_000_000_000
_DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
    EOFError,
    MemoryError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


def router_files(router: Router, modules: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of a router by name, the manifest last. ``modules``: texts of spec files by module, which travel with it."""
    fitted = router.fitted
    tfidf = fitted.model.encoder.tfidf
    files = {
        STATE: _json(_state(router)),
        VOCABULARY: _json(list(tfidf.index) if tfidf is not None else None),
        ARRAYS: _arrays(fitted),
    }
    if modules is not None:
        files[MODULES] = _json(dict(modules))
    sums = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()}
    head = {"format": FORMAT, "version": VERSION, "kernels": list(fitted.kernels), "files": sums}
    return {**files, MANIFEST: _json(head)}


def save_router(router: Router, folder: Path) -> None:
    write_files(router_files(router), folder)


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Each file is whole or not there; the last one makes the others count."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            part = folder / f"{name}.part"
            part.write_bytes(data)
            os.replace(part, folder / name)
    except OSError as error:
        raise Diagnosed(diagnostic("KW866", f"the bundle cannot be written: {error}")) from error


@dataclass(frozen=True, slots=True)
class Bundle:
    """``modules``: the texts of the spec files that travel with the router, by module."""

    router: Router
    modules: Mapping[str, str]


def load_router(place: Path, embedder: Embedder | None = None) -> Router:
    return load_bundle(place, embedder).router


def load_bundle(place: Path, embedder: Embedder | None = None) -> Bundle:
    """What a folder or zip holds; raises Diagnosed (KW865, KW869 where its encoder is not there)."""
    try:
        files = _read(place)
        return Bundle(_router(files, embedder), _modules(files.get(MODULES)))
    except EncoderError as error:
        raise Diagnosed(diagnostic("KW869", f"`{place}`: {error}")) from error
    except RouteError as error:
        raise Diagnosed(diagnostic("KW865", f"`{place}` cannot be loaded: {error}")) from error
    except OSError as error:
        raise Diagnosed(diagnostic("KW865", f"`{place}` cannot be read: {error.strerror or error}")) from error
    except _DAMAGE as error:
        what = f"{type(error).__name__}: {error}"[:200]
        raise Diagnosed(
            diagnostic("KW865", f"`{place}` is damaged or no bundle ({what})", help="make it again with `kwlogic train`")
        ) from error


def _modules(data: bytes | None) -> dict[str, str]:
    found = json.loads(data) if data is not None else {}
    if not isinstance(found, dict) or not all(isinstance(t, str) for t in found.values()):
        raise RouteError("its modules are no texts by name")
    return found


def _read(place: Path) -> dict[str, bytes]:
    """The files that the manifest lists, each with the checksum it says."""
    with _opened(place) as take:
        head = json.loads(take(MANIFEST))
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise RouteError("it is no bundle of a router")
        if head.get("version") != VERSION:
            raise RouteError(f"it is of version {head.get('version')!r}, and this kwlogic reads version {VERSION}")
        found = {MANIFEST: b""}
        for name in (STATE, VOCABULARY, ARRAYS, *((MODULES,) if MODULES in head["files"] else ())):
            data = take(name)
            if hashlib.sha256(data).hexdigest() != head["files"][name]["sha256"]:
                raise RouteError(f"`{name}` is not what was written: its checksum differs")
            found[name] = data
        return found


class _opened:
    """Entries of a folder or of a zip by their names, which are ours and never the archive's."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.zip: zipfile.ZipFile | None = None

    def __enter__(self) -> _opened:
        if not self.place.is_dir():
            if not self.place.exists():
                raise RouteError("there is no such file or folder")
            if not zipfile.is_zipfile(self.place):
                raise RouteError("it is neither a folder nor a zip")
            self.zip = zipfile.ZipFile(self.place)
        return self

    def __exit__(self, *_: object) -> None:
        if self.zip is not None:
            self.zip.close()

    def __call__(self, name: str) -> bytes:
        if self.zip is None:
            path = self.place / name
            if not path.is_file():
                raise RouteError(f"it has no `{name}`")
            if path.stat().st_size > MOST_BYTES:
                raise RouteError(f"`{name}` is larger than {MOST_BYTES:,} bytes")
            return path.read_bytes()
        names = self.zip.namelist()
        if names.count(name) != 1:
            raise RouteError(f"it has {'no' if name not in names else 'more than one'} `{name}`")
        with self.zip.open(name) as entry:
            data = entry.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise RouteError(f"`{name}` is larger than {MOST_BYTES:,} bytes")
        return data


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=True, indent=1, sort_keys=True) + "\n").encode()


def _state(router: Router) -> dict[str, Any]:
    fitted = router.fitted
    return {
        "settings": asdict(router.settings),
        "examples": {k: list(v) for k, v in router.examples.items()},
        "out_of_scope": list(router.out_of_scope),
        "calibration": None if router.calibration is None else [list(c) for c in router.calibration],
        "said": router.said,
        "judged": [list(j) for j in router.judged],
        "monitors": {name: m.state() for name, m in router.monitors.items()},
        "kernels": list(fitted.kernels),
        "outside": fitted.model.outside,
        "dense": fitted.model.encoder.dense,
        "scorer": "linear" if isinstance(fitted.model.scorer, Linear) else "nearest",
        "temperature": fitted.confidence.temperature,
        "rest": fitted.confidence.rest,
        "bias": fitted.confidence.bias,
        "decile": fitted.decile,
        "abstained": fitted.abstained,
        "certificate": asdict(fitted.certificate),
        "quality": asdict(fitted.quality),
        "notes": list(fitted.notes),
    }


def _arrays(fitted: Fitted) -> bytes:
    model, confidence = fitted.model, fitted.confidence
    rows = model.examples.rows
    arrays: dict[str, Any] = {
        "starts": model.examples.starts,
        "row_ends": rows.ends,
        "row_ids": rows.ids,
        "row_weights": rows.weights,
        "mean": confidence.mean,
        "scale": confidence.scale,
        "weights": confidence.weights,
    }
    if model.encoder.tfidf is not None:
        arrays["idf"] = model.encoder.tfidf.idf
    if isinstance(model.scorer, Linear):
        arrays |= {"linear": model.scorer.weights.astype(np.float16), "linear_bias": model.scorer.bias}
    if isinstance(model.scorer, Nearest):
        centres, dense = model.scorer.centres, model.scorer.dense
        arrays |= {"centre_ends": centres.ends, "centre_kernels": centres.ids, "centre_weights": centres.weights}
        arrays |= {} if dense is None else {"axes": dense.axes, "dense": dense.centres}
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def _router(files: Mapping[str, bytes], embedder: Embedder | None) -> Router:
    from kwlogic.weave.route.router import Router

    state = json.loads(files[STATE])
    settings = _settings(state["settings"])
    if embedder is None:
        _hold_key(settings)
    fitted = _fitted(state, json.loads(files[VOCABULARY]), _Checked(files[ARRAYS]), embedder or embedder_of(settings))
    calibration = state["calibration"]
    labelled = None if calibration is None else [(str(p), None if k is None else str(k)) for p, k in calibration]
    examples = {str(k): tuple(map(str, v)) for k, v in state["examples"].items()}
    router = Router(fitted, settings, examples, tuple(map(str, state["out_of_scope"])), labelled)
    router.said = {str(p): {str(k): bool(r) for k, r in said.items()} for p, said in state["said"].items()}
    router.judged = [(str(p), str(k), bool(r)) for p, k, r in state["judged"]]
    router.monitors = {name: monitor_of(state["monitors"][name]) for name in router.monitors}
    return router


def _settings(document: Mapping[str, Any]) -> Settings:
    own = dict(document)
    endpoint = own.pop("endpoint")
    return Settings(**own, endpoint=None if endpoint is None else Endpoint(**endpoint))


def _hold_key(settings: Settings) -> None:
    """A bundle may come from anyone: it must not choose which variable of the environment is sent where. The project at hand does."""
    from kwlogic.weave.route.config import route_config
    from kwlogic.workspace.config import project_of

    wanted = settings.endpoint
    if wanted is None or not wanted.key_env or "endpoint" not in settings.encoder.split("+"):
        return
    own = route_config(project_of((), Path.cwd())).settings.endpoint
    if own is None or (own.base_url, own.key_env) != (wanted.base_url, wanted.key_env):
        raise EncoderError(
            f"it wants the key in the environment variable {wanted.key_env} sent to {wanted.base_url}, and the project does not "
            "configure this endpoint (`base_url` and `key_env` of `[tool.kwlogic.route.endpoint]`)"
        )


class _Checked:
    """Arrays by name, each held to its kind and shape."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as inside:
            if sum(entry.file_size for entry in inside.infolist()) > 2 * MOST_BYTES:
                raise RouteError("its arrays are too large")
        self.arrays = np.load(io.BytesIO(data), allow_pickle=False)

    def take(self, name: str, kind: str, shape: tuple[int | None, ...]) -> Any:
        found = self.arrays[name]
        if found.ndim != len(shape) or any(w is not None and w != h for w, h in zip(shape, found.shape)) or found.dtype.kind != kind:
            raise RouteError(f"the array `{name}` has the wrong form")
        if kind == "f" and not np.isfinite(found).all():
            raise RouteError(f"the array `{name}` holds numbers that are not finite")
        return found


def ends_ok(ends: Any, total: int) -> bool:
    return bool(len(ends) and ends[0] == 0 and ends[-1] == total and (np.diff(ends) >= 0).all())


def _fitted(state: Mapping[str, Any], vocabulary: Any, arrays: _Checked, embedder: Embedder | None) -> Fitted:
    kernels = tuple(str(k) for k in state["kernels"])
    outside, dense = bool(state["outside"]), int(state["dense"])
    classes = len(kernels) + outside
    tfidf = None
    if vocabulary is not None:
        tfidf = TfIdf({str(g): i for i, g in enumerate(vocabulary)}, arrays.take("idf", "f", (len(vocabulary),)))
        if len(tfidf.index) != len(vocabulary):
            raise RouteError("the vocabulary has an entry twice")
    encoder = Encoder(tfidf, embedder if dense else None, dense)
    starts, ends = arrays.take("starts", "i", (classes + 1,)), arrays.take("row_ends", "i", (None,))
    ids = arrays.take("row_ids", "i", (None,))
    rows = Rows(ends, ids, arrays.take("row_weights", "f", (len(ids),)), encoder.size)
    if not ends_ok(ends, len(ids)) or not ends_ok(starts, len(rows)) or (len(ids) and not 0 <= ids.min() <= ids.max() < encoder.size):
        raise RouteError("its examples are inconsistent")
    examples = Examples(rows, starts)
    if not kernels:
        raise RouteError("it knows no kernel")
    scorer = _scorer(state["scorer"], examples, arrays, encoder, classes)
    size = (len(FEATURES),)
    confidence = Confidence(
        arrays.take("mean", "f", size),
        arrays.take("scale", "f", size),
        arrays.take("weights", "f", size),
        _finite(state["bias"]),
        _finite(state["temperature"]),
        _finite(state["rest"]),
    )
    certificate = dict(state["certificate"])
    certificate["shares"] = tuple((float(a), float(b)) for a, b in certificate["shares"])
    quality = dict(state["quality"])
    quality["curve"] = tuple((float(a), float(b)) for a, b in quality["curve"])
    quality["reliability"] = tuple((float(a), float(b), int(n)) for a, b, n in quality["reliability"])
    return Fitted(
        kernels,
        Model(encoder, scorer, examples, len(kernels), outside),
        confidence,
        Certificate(**certificate),
        Quality(**quality),
        _finite(state["decile"]),
        _finite(state["abstained"]),
        tuple(map(str, state["notes"])),
    )


def _scorer(kind: str, examples: Examples, arrays: _Checked, encoder: Encoder, classes: int) -> Linear | Nearest:
    if kind == "linear":
        weights = arrays.take("linear", "f", (encoder.size, classes)).astype(np.float32)
        return Linear(weights, arrays.take("linear_bias", "f", (classes,)))
    ends, kernels = arrays.take("centre_ends", "i", (encoder.size + 1,)), arrays.take("centre_kernels", "i", (None,))
    centres = Rows(ends, kernels, arrays.take("centre_weights", "f", (len(kernels),)), classes)
    if not ends_ok(ends, len(kernels)) or (len(kernels) and not 0 <= kernels.min() <= kernels.max() < classes):
        raise RouteError("its centres are inconsistent")
    if not encoder.dense:
        return Nearest(examples, centres)
    axes = arrays.take("axes", "f", (encoder.dense, None))
    return Nearest(examples, centres, Dense(encoder.size - encoder.dense, axes, arrays.take("dense", "f", (classes, axes.shape[1]))))


def _finite(value: Any) -> float:
    found = float(value)
    if not np.isfinite(found):
        raise RouteError("a number is not finite")
    return found
