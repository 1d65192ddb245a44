"""The service behind `kwlogic train` and `standalone_train.py`: material in, a folder with the router and its report out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from kwlogic.core.codec_json import write_json
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.route.bundle import router_files, write_files
from kwlogic.weave.route.config import RouteConfig
from kwlogic.weave.route.data import EncoderError, RouteError
from kwlogic.weave.route.prompts import document_of, said_in
from kwlogic.weave.route.router import Router
from kwlogic.weave.route.service import modules_of, of_store
from kwlogic.weave.run.data import RunConfig
from kwlogic.weave.store.store import Store
from kwlogic.weave.train.data import Material, Silent, Trained, Watch
from kwlogic.weave.train.report import benchmark, model_card
from kwlogic.weave.train.transcript import transcript

ZIP = "bundle.zip"
CARD = "model_card.md"
EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip of the same content is the same bytes


def material_of_store(store: Store, config: RouteConfig | None = None) -> Material:
    found = of_store(store, config)
    modules = modules_of(store, found.prompts.examples)
    outside = [*found.prompts.outside, *(config.out_of_scope if config is not None else ())]
    return Material(found.prompts.examples, outside, found.prompts.patterns, modules, found.specs, inputs=recorded_inputs(store))


def recorded_inputs(store: Store) -> dict[str, str]:
    """The inputs that prompts led to, by prompt: of runs with a trace, and where feedback tells them."""
    found: dict[str, str] = {}
    runs = {r.trace_id: r.inputs for r in store.runs() if r.trace_id and r.inputs}
    for trace in store.traces():
        prompt = said_in(trace.document, "prompt")
        if prompt and trace.trace_id in runs:
            found[prompt] = runs[trace.trace_id]
    for one in store.feedback():
        document = document_of(one.document)
        if one.success is not False and isinstance(document.get("prompt"), str) and isinstance(document.get("inputs"), dict):
            found[document["prompt"]] = write_json(document["inputs"])
    return found


async def train(
    material: Material,
    out: Path,
    config: RouteConfig | None = None,
    run: RunConfig | None = None,
    source: str = "a store",
    watch: Watch | None = None,
) -> Trained:
    """Fit, calibrate, certify, and write the bundle. Raises Diagnosed (KW866, KW867, KW869)."""
    watch = watch or Silent()
    watch.start(5)
    try:
        _made(out)
        watch.step("fitting")
        router = _fitted(material, config or RouteConfig())
        notes: list[str] = list(router.notes)
        watch.step("benchmark")
        folder = out / "benchmark"
        _made(folder)
        page = _benchmark(router, folder, notes)
        watch.step("transcript")
        live = await transcript(router, material, run or RunConfig())
        watch.step("writing")
        texts = {"benchmark/benchmark.md": page, "realtime_demo.md": live, CARD: model_card(router, source)}
        files = router_files(router, material.modules or None)
        packed = pack({**files, CARD: texts[CARD].encode()})
        whole = {**{n: t.encode("utf-8", "backslashreplace") for n, t in texts.items()}, ZIP: packed, **files}
        write_files(whole, out)
        watch.step("done")
        pictures = sorted(folder.glob("*.svg"))
        return Trained(router, (*(out / n for n in whole), *pictures), tuple(notes))
    finally:
        watch.stop()


def _fitted(material: Material, config: RouteConfig) -> Router:
    if not material.examples:
        help = "store kernels with `kwlogic store add`, and traces or feedback with their prompts"
        raise Diagnosed(diagnostic("KW867", "there is no kernel with an example prompt to train on", help=help))
    try:
        return Router.fit(material.examples, material.outside, config.settings, material.calibration)
    except EncoderError as error:
        raise Diagnosed(diagnostic("KW869", str(error))) from error
    except RouteError as error:
        raise Diagnosed(diagnostic("KW867", str(error))) from error


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Diagnosed(diagnostic("KW866", f"`{folder}` cannot be made: {error.strerror or error}")) from error


def _benchmark(router: Router, folder: Path, notes: list[str]) -> str:
    try:
        return benchmark(router, router.fitted.held, folder, notes)
    except OSError as error:
        raise Diagnosed(diagnostic("KW866", f"the pictures cannot be written: {error}")) from error


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".npz") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()
