"""The service behind `kwlogic route`: a router out of spec files, a store or a bundle, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from kwlogic.core.program import Kernel, Program
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.weave.route.bundle import load_bundle
from kwlogic.weave.route.config import RouteConfig, route_config
from kwlogic.weave.route.data import EncoderError, RouteError
from kwlogic.weave.route.dispatch import Dispatch, dispatch
from kwlogic.weave.route.prompts import Prompts, prompts_of_program, prompts_of_store
from kwlogic.weave.route.router import Router
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.config import run_config
from kwlogic.weave.run.data import ChatModel
from kwlogic.weave.store.store import Store
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import find_project, project_of
from kwlogic.workspace.data import Project
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select


@dataclass(frozen=True, slots=True)
class Specs:
    """``kernels``: those that can be asked for. ``problems``: errors in files that were passed over."""

    program: Program
    kernels: tuple[Kernel, ...]
    sources: Mapping[str, Source]
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """``specs`` None: kernels are known by name only, so a prompt is routed and no arguments are read."""

    router: Router
    project: Project
    specs: Specs | None = None
    patterns: Mapping[str, Sequence[str]] = field(default_factory=dict)


def ready(cwd: Path, paths: tuple[str, ...] = (), url: str | None = None, bundle: str | None = None) -> Ready:
    """The router of a ``bundle``, else one fitted on spec files (``paths``, or those of the project) and on the store (of
    ``url``, or the one that the project has). Raises Diagnosed."""
    project = project_of(paths, cwd)
    config = route_config(project)
    place = bundle or (str(project.root / config.bundle) if config.bundle and not paths and url is None else None)
    if place is not None:
        found = load_bundle(cwd / place)
        own = specs_of(paths, project, cwd) if paths else specs_of_modules(found.modules) if found.modules else None
        patterns = prompts_of_program(own.program, own.kernels, config.prompts).patterns if own is not None else {}
        return Ready(found.router, project, own, patterns)
    return fitted(gathered(cwd, project, config, paths, url), project, config)


@dataclass(frozen=True, slots=True)
class Gathered:
    prompts: Prompts
    specs: Specs | None


def gathered(cwd: Path, project: Project, config: RouteConfig, paths: tuple[str, ...], url: str | None) -> Gathered:
    """The examples of everything that was named; without a name, of the project's spec files and store."""
    specs = specs_of(paths, project, cwd) if paths or url is None else None
    prompts = prompts_of_program(specs.program, specs.kernels, config.prompts) if specs is not None else Prompts()
    if url is not None or (not paths and _has_store(project)):
        from kwlogic.weave.store.find import project_store

        with project_store(cwd, url) as store:
            own = of_store(store, config)
        _join(prompts, own.prompts)
        specs = specs if specs is not None else own.specs
    prompts.outside.extend(config.out_of_scope)
    return Gathered(prompts, specs)


def of_store(store: Store, config: RouteConfig | None = None, promoted: bool = False) -> Gathered:
    """The examples and the modules of a store."""
    prompts = prompts_of_store(store, promoted)
    modules = modules_of(store, prompts.examples)
    specs = specs_of_modules(modules) if modules else None
    if specs is not None:
        wanted = [k for k in specs.kernels if k.name in prompts.examples]
        _join(prompts, prompts_of_program(specs.program, wanted, config.prompts if config is not None else {}))
    return Gathered(prompts, specs)


def modules_of(store: Store, names: Mapping[str, object]) -> dict[str, str]:
    """The text of each module that declares one of the kernels, as its latest version has it."""
    return {k.module: k.spec for k in store.kernels() if k.spec and k.module and k.name in names}


def _has_store(project: Project) -> bool:
    return "store" in project.config.tables or (project.root / ".kwlogic" / "store.sqlite").exists()


def _join(prompts: Prompts, more: Prompts) -> None:
    for name, examples in more.examples.items():
        prompts.add(name, *examples)
    for name, patterns in more.patterns.items():
        known = prompts.patterns.setdefault(name, [])
        known += [p for p in patterns if p not in known]
    prompts.outside.extend(more.outside)


def fitted(found: Gathered, project: Project, config: RouteConfig) -> Ready:
    prompts = found.prompts
    if not prompts.examples:
        help = "give kernels examples: `prompts` of `[tool.kwlogic.route]`, documentation, traces or feedback"
        raise Diagnosed(diagnostic("KW867", "there is no kernel to route to", help=help))
    try:
        router = Router.fit(prompts.examples, prompts.outside, config.settings)
    except EncoderError as error:
        raise Diagnosed(diagnostic("KW869", str(error))) from error
    except RouteError as error:
        raise Diagnosed(diagnostic("KW867", str(error))) from error
    return Ready(router, project, found.specs, prompts.patterns)


def specs_of(paths: tuple[str, ...], project: Project, cwd: Path) -> Specs:
    """The kernels of spec files; files with errors are passed over. Raises Diagnosed where a path is not there."""
    selections, missing = select(paths, project, cwd)
    if missing:
        raise Diagnosed(*missing)
    loaded = load(selections, project, cwd)
    program, problems = elaborate_all(loaded, cwd)
    errors = tuple(d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR)
    kernels = tuple(k for n, k in program.kernels.items() if n.rpartition(".")[0] in loaded.wanted and not k.tparams)
    return Specs(program, kernels, loaded.sources, errors)


def specs_of_modules(modules: Mapping[str, str]) -> Specs:
    """The kernels of texts of modules, which need not be files."""
    with TemporaryDirectory(prefix="kwlogic-route-") as folder:
        root = Path(folder).resolve()
        write_modules(modules, root)
        return specs_of((".",), find_project(root, root), root)


def write_modules(modules: Mapping[str, str], folder: Path) -> list[Path]:
    """The texts as files of a folder; a module's name is never a path."""
    paths = []
    for number, text in enumerate(modules.values()):
        paths.append(folder / f"module{number}.kw")
        paths[-1].write_text(text, encoding="utf-8", errors="backslashreplace")
    return paths


async def ask(found: Ready, prompt: str, model: bool = True, models: Mapping[str, ChatModel] | None = None) -> Dispatch:
    """Where a prompt goes, with which arguments. ``model``: whether the configured one is asked where they cannot be read;
    ``models`` stand before those of the configuration."""
    if found.specs is None:
        return Dispatch(found.router.route(prompt), ())
    config = run_config(found.project)
    if not model or not (config.models or models):
        return await dispatch(found.router, prompt, found.specs.program, None, found.patterns)
    async with Backends(config, models) as backends:
        return await dispatch(found.router, prompt, found.specs.program, backends, found.patterns)
