"""ROC, DET, histogram, reliability and the worst pairs, as PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from facecompare.evaluation.evaluate import Evaluation, RankedPair
from facecompare.evaluation.metrics import BEYOND, Pairs, error_curves
from facecompare.evaluation.reliability import Reliability
from facecompare.evaluation.report import PLOTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from facecompare.evaluation.metrics import Distances

SIZE = (6.4, 4.8)  # inches
DPI = 120
LEAST_RATE = 1e-4  # where the logarithmic axes begin
GENUINE, IMPOSTOR, MARK = "#0a7350", "#c2410c", "#1f2937"


def draw_plots(evaluation: Evaluation, images: Path, out: Path) -> list[str]:
    """Write the plots into the folder; their names."""
    pairs, report = evaluation.pairs, evaluation.report
    thresholds = [at.threshold for at in report.verification.at_thresholds]
    with mpl.rc_context({"font.size": 10, "axes.grid": True, "grid.alpha": 0.3}):
        figures = (
            _roc(pairs),
            _det(pairs, report.verification.eer.value),
            _reliability(report.reliability),
            _histogram(pairs, thresholds),
            _worst(report.worst, images),
        )
        drawn = [(name, each) for name, each in zip(PLOTS, figures, strict=True) if each]
        for name, figure in drawn:
            figure.savefig(out / name, dpi=DPI, bbox_inches="tight")
    return [name for name, _ in drawn]


def _axes(x: str, y: str, title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE)
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y, title=title)
    return figure, axes


def _roc(pairs: Pairs) -> Figure:
    fmr, fnmr = error_curves(pairs)
    figure, axes = _axes("false match rate", "true match rate", "ROC")
    axes.step(np.maximum(fmr, LEAST_RATE), 1 - fnmr, where="post", color=GENUINE)
    axes.set(xscale="log", xlim=(LEAST_RATE, 1), ylim=(max(0.0, 1 - 5 * fnmr[-2] - 0.5), 1.005))
    return figure


def _det(pairs: Pairs, eer: float) -> Figure:
    fmr, fnmr = error_curves(pairs)
    figure, axes = _axes("false match rate", "false non-match rate", "DET")
    axes.plot(np.maximum(fmr, LEAST_RATE), np.maximum(fnmr, LEAST_RATE), color=IMPOSTOR)
    axes.plot([LEAST_RATE, 1], [LEAST_RATE, 1], color=MARK, linewidth=0.8, linestyle=":")
    axes.plot([eer], [eer], "o", color=MARK, label=f"EER {eer:.2%}")
    axes.set(xscale="log", yscale="log", xlim=(LEAST_RATE, 1), ylim=(LEAST_RATE, 1))
    axes.legend()
    return figure


def _reliability(found: Reliability | None) -> Figure | None:
    if found is None:
        return None
    figure, axes = _axes("score", "share of genuine pairs", "Reliability of the score")
    bins = [each for each in found.scores if each.genuine.of]
    middles = [(each.low + each.high) / 2 for each in bins]
    shares = [each.genuine.value for each in bins]
    spread = [
        [max(0.0, each.genuine.value - each.genuine.low) for each in bins],
        [max(0.0, each.genuine.high - each.genuine.value) for each in bins],
    ]
    axes.plot([0, 100], [0, 1], color=MARK, linewidth=0.8, linestyle=":")
    axes.errorbar(middles, shares, spread, fmt="o", color=GENUINE, capsize=3)
    for each, middle, value in zip(bins, middles, shares, strict=True):
        axes.annotate(f"  {each.genuine.of:,}", (middle, value))
    axes.set(xlim=(0, 105), ylim=(-0.02, 1.05))
    return figure


def _histogram(pairs: Pairs, thresholds: list[float]) -> Figure:
    figure, axes = _axes("distance", "pairs", "Distances")
    bins = np.linspace(0, min(BEYOND, float(np.nanmax(_finite(pairs.distances))) + 0.05), 60)
    for values, colour, label in (
        (pairs.genuine, GENUINE, "one person"),
        (pairs.impostor, IMPOSTOR, "two people"),
    ):
        axes.hist(_finite(values), list(bins), color=colour, alpha=0.6, label=label)
    for threshold in thresholds:
        axes.axvline(threshold, color=MARK, linewidth=1, linestyle="--")
        axes.annotate(f" {threshold:g}", (threshold, axes.get_ylim()[1]), va="top")
    axes.legend()
    return figure


def _finite(values: Distances) -> Distances:
    kept: Distances = values[np.isfinite(values)]
    return kept


def _worst(pairs: tuple[RankedPair, ...], images: Path) -> Figure:
    columns = max(1, len(pairs) // 2)
    figure = Figure(figsize=(1.7 * columns, 7.4))
    grid = figure.subplots(4, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for place, pair in enumerate(pairs):
        top, column = 2 * (place // columns), place % columns
        distance = f"{pair.distance:.2f}" if np.isfinite(pair.distance) else "no face"
        grid[top][column].set_title(
            f"{'same' if pair.same else 'different'}\n{distance}", fontsize=8
        )
        for row, name in enumerate((pair.image1, pair.image2)):
            with Image.open(images / name) as photo:
                grid[top + row][column].imshow(ImageOps.exif_transpose(photo).convert("RGB"))
    return figure
