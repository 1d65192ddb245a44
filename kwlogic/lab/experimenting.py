"""Experiments: a file says what to measure and over what to sweep; here it is read, run with seeds, and written down.

A file in TOML: ``kind`` (see ``lab.kinds``), ``seeds``, ``[fixed]`` and ``[sweep]`` with parameters of the kind, and ``[[plot]]``
tables. Everything in it is checked before anything runs.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from kwlogic.lab.kinds import ExperimentKind, Parameter, Row, Value, kinds
from kwlogic.lab.opened import Refused
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Source, Span
from kwlogic.workspace.config import key_span
from kwlogic.workspace.read import read_source

MOST_RUNS = 100_000
KEYS = {
    "title": "text",
    "kind": "the name of a kind",
    "seeds": "a list of integers",
    "fixed": "a table",
    "sweep": "a table of lists",
    "plot": "tables",
}
PLOT_KEYS = ("x", "y", "by", "log", "title", "file", "where")
Tick = Callable[[int, int], None]
"""Told how many of how many runs are done."""


@dataclass(frozen=True, slots=True)
class PlotWish:
    """Columns on the axes, one line for each value of ``by``; ``log``: x, y or both axes logarithmic; ``where``: rows to keep."""

    x: str
    y: str
    by: str = ""
    log: str = ""
    title: str = ""
    file: str = ""
    where: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Experiment:
    """A file that was read and found to make sense. ``sweep``: parameters with the values that they go through."""

    path: Path
    title: str
    kind: ExperimentKind
    seeds: tuple[int, ...]
    fixed: Mapping[str, Value]
    sweep: Mapping[str, tuple[Value, ...]]
    plots: tuple[PlotWish, ...]

    def runs(self) -> Iterator[tuple[dict[str, Value], int]]:
        """Parameters and seed of every run, in order."""
        base = {name: p.default for name, p in self.kind.parameters.items()} | dict(self.fixed)
        for values in product(*self.sweep.values()):
            for seed in self.seeds:
                yield base | dict(zip(self.sweep, values)), seed

    @property
    def count(self) -> int:
        total = len(self.seeds)
        for values in self.sweep.values():
            total *= len(values)
        return total


@dataclass(frozen=True, slots=True)
class Outcome:
    """``rows`` hold the swept parameters, the seed and the measures; ``files`` were written; ``notes``: what was left out, and why."""

    experiment: Experiment
    rows: tuple[Row, ...]
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    interrupted: bool = False


def experiment(path: Path | str, out: Path | None = None, tick: Tick = lambda done, total: None, plots: bool = True) -> Outcome:
    """Runs the experiment that a file describes, and writes results and figures to ``out`` (beside the file by default).

    Raises Refused where the file makes no sense. Without matplotlib the figures are left out, and a note says so.
    """
    from kwlogic.lab.tables import write_tables

    asked = read_experiment(Path(path))
    rows, cut = _run_until_interrupted(asked, tick)
    folder = out if out is not None else asked.path.parent / asked.path.stem
    files, notes = write_tables(folder, rows)
    if plots and asked.plots:
        from kwlogic.lab.plots import write_plots

        more, said = write_plots(folder, asked, rows)
        files, notes = (*files, *more), (*notes, *said)
    said = (f"interrupted after {len(rows):,} of {asked.count:,} runs",) if cut else ()
    return Outcome(asked, rows, files, (*said, *notes), cut)


def _run_until_interrupted(asked: Experiment, tick: Tick) -> tuple[tuple[Row, ...], bool]:
    """The rows that there are, and whether the user had enough."""
    rows: list[Row] = []
    try:
        for row in run_each(asked, tick):
            rows.append(row)
    except KeyboardInterrupt:
        return tuple(rows), True
    return tuple(rows), False


def run_all(asked: Experiment, tick: Tick = lambda done, total: None) -> tuple[Row, ...]:
    """The rows of all runs, in order."""
    return tuple(run_each(asked, tick))


def run_each(asked: Experiment, tick: Tick) -> Iterator[Row]:
    tick(0, asked.count)
    for number, (parameters, seed) in enumerate(asked.runs(), 1):
        if parameters.get("data"):
            parameters["data"] = str(asked.path.parent / str(parameters["data"]))
        measured = asked.kind.run(parameters, seed)
        yield {**{n: parameters[n] for n in asked.sweep}, "seed": seed, **measured}
        tick(number, asked.count)


# ---------------------------------------------------------------- reading


def read_experiment(path: Path) -> Experiment:
    """Raises Refused, with all that is wrong."""
    shown = path.as_posix()
    try:
        source = read_source(path, shown)
        document = tomllib.loads(source.text)
    except Diagnosed as error:
        raise Refused(*error.diagnostics) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refused(diagnostic("KW450", f"`{shown}` is no TOML: {error or 'nested too deeply'}", Span(shown, 0, 0))) from error
    return _Reading(path, source).read(document)


class _Reading:
    def __init__(self, path: Path, source: Source) -> None:
        self.path, self.source = path, source
        self.problems: list[Diagnostic] = []

    def wrong(self, key: str, message: str, help: str | None = None) -> None:
        self.problems.append(diagnostic("KW450", message, key_span(self.source, key), "here", help=help))

    def read(self, document: Mapping[str, Any]) -> Experiment:
        for key in document:
            if key not in KEYS:
                self.wrong(key, f"`{key}` is not a key of an experiment", near(key, KEYS))
        kind = self.kind(document.get("kind"))
        if kind is None:
            raise Refused(*self.problems, sources={self.source.path: self.source})
        fixed = {k: self.value(kind, k, v) for k, v in self.table(document, "fixed").items() if self.known(kind, k)}
        sweep = {k: self.values(kind, k, v) for k, v in self.table(document, "sweep").items() if self.known(kind, k)}
        for name in fixed.keys() & sweep.keys():
            self.wrong(name, f"`{name}` is both fixed and swept", "keep one of the two")
        asked = Experiment(self.path, self.title(document), kind, self.seeds(document), fixed, sweep, self.plots(document, kind, sweep))
        if not self.problems:
            self.whole(asked)
        if self.problems:
            raise Refused(*self.problems, sources={self.source.path: self.source})
        return asked

    def title(self, document: Mapping[str, Any]) -> str:
        title = document.get("title", self.path.stem)
        if not isinstance(title, str):
            self.wrong("title", "`title` must be text")
        return str(title)

    def kind(self, name: object) -> ExperimentKind | None:
        known = kinds()
        if isinstance(name, str) and name in known:
            return known[name]
        if name is None:
            self.wrong("kind", "the experiment does not say what to measure", f'write `kind = "..."`: {_listed(known)}')
        else:
            self.wrong("kind", f"`{name}` is not a kind of experiment", near(str(name), known))
        return None

    def table(self, document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = document.get(name, {})
        if not isinstance(found, dict):
            self.wrong(name, f"`{name}` must be a table")
            return {}
        return found

    def known(self, kind: ExperimentKind, name: str) -> bool:
        if name not in kind.parameters:
            self.wrong(name, f"`{name}` is not a parameter of `{kind.name}`", near(name, kind.parameters))
        return name in kind.parameters

    def values(self, kind: ExperimentKind, name: str, given: object) -> tuple[Value, ...]:
        if not isinstance(given, list) or not given:
            self.wrong(name, f"`{name}` is swept, so it must be a list of values")
            return ()
        return tuple(self.value(kind, name, v) for v in given)

    def value(self, kind: ExperimentKind, name: str, given: object) -> Value:
        parameter = kind.parameters[name]
        problem = misfit(parameter, given)
        if problem:
            help = near(given, parameter.choices) if isinstance(given, str) and parameter.choices else parameter.what
            self.wrong(name, f"`{name}` {problem}", help)
        return given if isinstance(given, int | float | str | bool) else parameter.default

    def seeds(self, document: Mapping[str, Any]) -> tuple[int, ...]:
        seeds = document.get("seeds", [1])
        if not isinstance(seeds, list) or not seeds or any(isinstance(s, bool) or not isinstance(s, int) for s in seeds):
            self.wrong("seeds", "`seeds` must be a list of integers, with at least one")
            return (1,)
        return tuple(seeds)

    def plots(self, document: Mapping[str, Any], kind: ExperimentKind, sweep: Mapping[str, object]) -> tuple[PlotWish, ...]:
        found = document.get("plot", [])
        if not isinstance(found, list) or any(not isinstance(p, dict) for p in found):
            self.wrong("plot", "plots are written as tables, `[[plot]]`")
            return ()
        columns = [*sweep, "seed", *kind.measures]
        return tuple(self.plot(p, columns) for p in found)

    def plot(self, table: Mapping[str, Any], columns: list[str]) -> PlotWish:
        for key in table:
            if key not in PLOT_KEYS:
                self.wrong(key, f"`{key}` is not a key of a plot", near(key, PLOT_KEYS))
        for key in ("x", "y", "by"):
            column = table.get(key, "" if key == "by" else None)
            if column != "" and column not in columns:
                self.wrong(key, f"the `{key}` of a plot must be a column, and `{column}` is none", near(str(column), columns))
        where = table.get("where", {})
        if not isinstance(where, dict) or any(k not in columns for k in where):
            self.wrong("where", "`where` gives columns and the value that they are to have")
            where = {}
        log, file = table.get("log", ""), table.get("file", "")
        if log not in ("", "x", "y", "xy"):
            self.wrong("log", '`log` is "x", "y" or "xy"')
        if not isinstance(file, str) or "/" in file or "\\" in file or file.startswith("."):
            self.wrong("file", "`file` is the name of a file, without a folder")
            file = ""
        words = {k: str(table.get(k, "")) for k in ("x", "y", "by", "title")}
        return PlotWish(**words, log=str(log), file=file, where=tuple(where.items()))

    def whole(self, asked: Experiment) -> None:
        """What only the values together show."""
        if asked.count > MOST_RUNS:
            self.wrong("sweep", f"these are {asked.count:,} runs, and {MOST_RUNS:,} are the most", "sweep over less")
        shapes = [s for s in (*asked.sweep.get("shape", ()), asked.fixed.get("shape", "")) if str(s).startswith("workflow:")]
        if not shapes:
            return
        from kwlogic.lab.measure_cost import workflow_names

        data = str(asked.fixed.get("data", ""))
        try:
            names = workflow_names(str(asked.path.parent / data))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self.wrong("data", f"`{data}` holds no workflow graphs: {error}", "`data` names a file beside the experiment")
            return
        for shape in shapes:
            name = str(shape).removeprefix("workflow:")
            if name not in names:
                self.wrong("shape", f"`{data}` has no graph `{name}`", near(name, names))


def misfit(parameter: Parameter, given: object) -> str:
    """Why a value does not fit, empty where it does."""
    wanted = type(parameter.default)
    if isinstance(given, bool) != (wanted is bool) or not isinstance(given, wanted if wanted is not float else int | float):
        words = {bool: "true or false", int: "an integer", float: "a number", str: "text"}
        return f"must be {words[wanted]}"
    if isinstance(given, str) and parameter.choices:
        fits = given in parameter.choices or any(c.endswith(":") and given.startswith(c) for c in parameter.choices)
        return "" if fits else f"must be {parameter.what}, and `{given}` is not"
    if not isinstance(given, bool | str) and isinstance(given, int | float) and not parameter.low <= given <= parameter.high:
        return f"must be between {parameter.low:,} and {parameter.high:,}"
    return ""


def near(word: object, known: Any) -> str:
    found = difflib.get_close_matches(str(word), list(known), 1, 0.5)
    return f"did you mean `{found[0]}`?" if found else _listed(known)


def _listed(known: Any) -> str:
    return "there are " + ", ".join(f"`{k}`" for k in known)
