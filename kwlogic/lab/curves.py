"""Plain figures of curves and bars for reports, as SVG or PNG by the name of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Curves:
    """``series``: points by name. ``bars``: the first series as bars. ``diagonal``: where x and y agree. ``level``: a line to stay below."""

    title: str
    x: str
    y: str
    series: Mapping[str, Points]
    bars: bool = False
    diagonal: bool = False
    level: float | None = None


def write_curves(path: Path, figure: Curves) -> bool:
    """False where matplotlib is not installed; then nothing is written. Raises OSError."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("svg" if path.suffix == ".svg" else "agg")
    matplotlib.rcParams.update({"svg.hashsalt": "kwlogic", "svg.fonttype": "none", "font.family": "DejaVu Sans"})
    from matplotlib.figure import Figure

    page = Figure(figsize=(6.0, 4.0), layout="constrained")
    axes = page.add_subplot()
    for number, (name, points) in enumerate(figure.series.items()):
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        if figure.bars:
            wide = (max(xs) - min(xs)) / max(1, len(xs)) if len(xs) > 1 else 0.05
            axes.bar(xs, ys, wide * 0.9, alpha=0.6, label=name)
        else:
            axes.plot(xs, ys, marker="osD^"[number % 4], markersize=3, linewidth=1.4, label=name)
    if figure.diagonal:
        axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle="--")
    if figure.level is not None:
        axes.axhline(figure.level, color="grey", linewidth=0.8, linestyle="--")
    axes.set(title=figure.title, xlabel=figure.x, ylabel=figure.y)
    if len(figure.series) > 1:
        axes.legend(frameon=False, fontsize=8)
    page.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    return True
