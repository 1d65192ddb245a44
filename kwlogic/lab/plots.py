"""Figures of experiments: medians over the seeds, with the range from least to most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from kwlogic.lab.kinds import Row

if TYPE_CHECKING:
    from kwlogic.lab.experimenting import Experiment, PlotWish

MISSING = "figures were left out, as matplotlib is not installed: `pip install 'kwlogic[lab]'` brings it"
MARKS = "osD^vPX*<>"


def write_plots(folder: Path, asked: Experiment, rows: Sequence[Row]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The figures written, and what was left out."""
    try:
        import matplotlib
    except ImportError:
        return (), (MISSING,)
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "kwlogic", "svg.fonttype": "none", "font.family": "DejaVu Sans"})
    from matplotlib.figure import Figure

    files: list[Path] = []
    for number, wish in enumerate(asked.plots, 1):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        _draw(figure.add_subplot(), asked, wish, [r for r in rows if all(r.get(k) == v for k, v in wish.where)])
        path = folder / (wish.file or f"{number}-{wish.y}.svg")
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
        files.append(path)
    return tuple(files), ()


def _draw(axes: Any, asked: Experiment, wish: PlotWish, rows: Sequence[Row]) -> None:
    groups = list(dict.fromkeys(r[wish.by] for r in rows)) if wish.by else [None]
    words = any(isinstance(r[wish.x], str) for r in rows)
    places = {x: i for i, x in enumerate(dict.fromkeys(r[wish.x] for r in rows))} if words else {}
    for number, group in enumerate(groups):
        own = [r for r in rows if not wish.by or r[wish.by] == group]
        at: dict[Any, list[float]] = {}
        for row in own:
            at.setdefault(row[wish.x], []).append(float(row[wish.y]))
        xs = list(at) if words else sorted(at)
        ys = [_middle(at[x]) for x in xs]
        label = f"{wish.by} = {group}" if wish.by and not isinstance(group, str) else group
        if words:
            wide = 0.8 / len(groups)
            axes.barh([places[x] + (number - (len(groups) - 1) / 2) * wide for x in xs], ys, wide * 0.9, label=label)
            continue
        drawn = axes.plot(xs, ys, marker=MARKS[number % len(MARKS)], markersize=4, linewidth=1.4, label=label)
        if all(not isinstance(r[wish.y], bool) for r in own):
            axes.fill_between(xs, [min(at[x]) for x in xs], [max(at[x]) for x in xs], alpha=0.15, color=drawn[0].get_color(), linewidth=0)
    _dress(axes, asked, wish, words, places)
    if wish.by:
        axes.legend(frameon=False, fontsize=8)


def _middle(values: list[float]) -> float:
    """The median; of yes and no the share of yes."""
    return sum(values) / len(values) if set(values) <= {0.0, 1.0} else median(values)


def _dress(axes: Any, asked: Experiment, wish: PlotWish, words: bool, places: dict[Any, int]) -> None:
    axes.set_title(wish.title or asked.title, fontsize=11)
    if words:
        axes.set_yticks(list(places.values()), list(places), fontsize=8)
        axes.invert_yaxis()
        axes.set_xlabel(wish.y.replace("_", " "))
    else:
        axes.set_xlabel(wish.x.replace("_", " "))
        axes.set_ylabel(wish.y.replace("_", " "))
        if "x" in wish.log:
            axes.set_xscale("log")
        if "y" in wish.log:
            axes.set_yscale("log")
    axes.grid(alpha=0.25, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
