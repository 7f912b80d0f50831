"""`facecompare evaluate` and `facecompare calibrate`: error rates on one's own photos."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from facecompare.cli.command import Command
from facecompare.cli.output import make_folder, notice, progress, tell, write_file
from facecompare.cli.parameters import ENGINE, FILE, FOLDER, PROCESSES
from facecompare.config import DEFAULT_ENGINE, Settings
from facecompare.engines.calibration import Calibration
from facecompare.engines.calibration_files import (
    calibration_path,
    calibration_text,
    find_calibration,
)

if TYPE_CHECKING:
    from facecompare.engines.protocol import Engine
    from facecompare.evaluation.dataset import Dataset, EmbeddingRun
    from facecompare.evaluation.evaluate import Evaluation

F = TypeVar("F", bound=Callable[..., Any])


class Loaded(NamedTuple):
    """What both commands work on."""

    dataset: Dataset
    run: EmbeddingRun
    engine: Engine


# The photos, the pairs, and how they are embedded.
DATASET_OPTIONS = (
    click.option("--images", metavar="DIR", type=FOLDER, required=True, help="The photos' folder."),
    click.option(
        "--pairs",
        metavar="FILE",
        type=FILE,
        required=True,
        help="Pairs in LFW's format, or CSV with the columns image1, image2 and same.",
    ),
    click.option(
        "--engine",
        metavar="ENGINE",
        type=ENGINE,
        show_default=f"FACECOMPARE_ENGINE, else {DEFAULT_ENGINE}",
        help="Detector and embedding network; see: facecompare models list.",
    ),
    click.option(
        "--cache",
        metavar="FILE",
        type=FILE,
        show_default="FACECOMPARE_EMBEDDINGS",
        help="Keep embeddings here from run to run.",
    ),
    click.option(
        "--processes",
        metavar="N",
        type=PROCESSES,
        show_default="one for each core",
        help="Embed with so many processes.",
    ),
)


def dataset_options(function: F) -> F:
    """All of `DATASET_OPTIONS`, in their order."""
    for option in reversed(DATASET_OPTIONS):
        function = option(function)
    return function


@click.command(
    cls=Command,
    examples=(
        "facecompare evaluate --images lfw --pairs pairsDevTest.txt --out report",
        "facecompare evaluate --images lfw --pairs pairsDevTest.txt --json",
    ),
)
@dataset_options
@click.option(
    "--out", metavar="DIR", type=FOLDER, help="Write report.md, report.json and plots here."
)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
@click.option("--identify", is_flag=True, help="Measure 1:N identification too.")
@click.option("--ablation", is_flag=True, help="Measure variants of the pipeline too.")
@click.option("--robustness", is_flag=True, help="Measure robustness to degradation too.")
@click.option(
    "--strata",
    metavar="FILE.csv",
    type=FILE,
    help="Measure by group too: CSV with the columns image and group.",
)
@click.option(
    "--summary", metavar="FILE.json", type=FILE, help="Write what `models card` is made of."
)
@click.option(
    "--source",
    metavar="TEXT",
    show_default="the name of FILE",
    help="The origin of these pairs, for the summary.",
)
def evaluate(
    settings: Settings,
    pairs: Path,
    out: Path | None,
    as_json: bool,
    identify: bool,
    ablation: bool,
    robustness: bool,
    strata: Path | None,
    summary: Path | None,
    source: str | None,
    **embedding: Any,
) -> int:
    """Measure error rates on pairs of your own photos.

    The false match rate (FMR) and the false non-match rate (FNMR) at each threshold, as a report
    on stdout or, with --out, as files. Embeddings are cached, so that a second run is quick.
    """
    if out is not None:
        make_folder(out)
    with _loaded(settings, pairs, **embedding) as loaded:
        from facecompare.evaluation.evaluate import ReportParts
        from facecompare.evaluation.strata import read_groups

        wanted = ReportParts(
            identify, ablation, robustness, read_groups(strata) if strata else None
        )
        evaluation = _evaluation(loaded, wanted, settings)
        if summary:
            from facecompare.evaluation.report_json import to_summary

            write_file(summary, to_summary(evaluation.report, source or pairs.name).encode())
        if out is None:
            _print_report(evaluation, as_json)
        else:
            _write_report(evaluation, loaded.dataset, out)
    return 0


@click.command(
    cls=Command,
    examples=("facecompare calibrate --images lfw --pairs pairsDevTrain.txt",),
)
@dataset_options
@click.option(
    "--source",
    metavar="TEXT",
    show_default="the name of FILE and the number of photos",
    help="The origin of these pairs, for the calibration.",
)
@click.option(
    "--out",
    metavar="FILE.json",
    type=FILE,
    show_default="beside the models",
    help="Write the calibration here.",
)
def calibrate(
    settings: Settings, pairs: Path, source: str | None, out: Path | None, **embedding: Any
) -> int:
    """Fit a score and FMR calibration to your own photos.

    With it, a distance of this engine has a score, and --fmr finds a threshold.
    """
    with _loaded(settings, pairs, **embedding) as loaded:
        calibration = _calibration(loaded, source, pairs)
        path = out or calibration_path(settings.models_dir, loaded.engine.card.id)
        make_folder(path.parent)
        write_file(path, calibration_text(calibration).encode())
        counts = f"{calibration.genuine:,} genuine pairs, {calibration.impostor:,} impostor"
        notice(f"wrote {path}: {counts}")
    return 0


def _evaluation(loaded: Loaded, wanted: Any, settings: Settings) -> Evaluation:
    from facecompare.evaluation.evaluate import evaluate

    name, digest = loaded.engine.card.id, loaded.engine.model_digest
    calibration = find_calibration(name, digest, settings.models_dir)
    return evaluate(loaded.dataset, loaded.engine, calibration, loaded.run, wanted)


def _calibration(loaded: Loaded, source: str | None, pairs: Path) -> Calibration:
    from facecompare.evaluation.calibrate import calibration_of
    from facecompare.evaluation.recipes import EmbeddingRecipe

    dataset, run, engine = loaded
    embedded = run.embed(dataset, EmbeddingRecipe(engine.card.id))
    origin = source or f"{pairs.name}, {len(embedded)} photos"
    return calibration_of(engine.card, engine.model_digest, origin, dataset.pairs, embedded)


def _print_report(evaluation: Evaluation, as_json: bool) -> None:
    from facecompare.evaluation.report import to_markdown
    from facecompare.evaluation.report_json import to_json

    if as_json:
        sys.stdout.write(to_json(evaluation.report))
    else:
        tell(to_markdown(evaluation.report).rstrip("\n"))


def _write_report(evaluation: Evaluation, dataset: Dataset, out: Path) -> None:
    from facecompare.evaluation.plots import draw_plots
    from facecompare.evaluation.report import to_markdown
    from facecompare.evaluation.report_json import to_json

    plots = draw_plots(evaluation, dataset.folder, out)
    write_file(out / "report.json", to_json(evaluation.report).encode())
    write_file(out / "report.md", to_markdown(evaluation.report, plots).encode())
    notice(f"wrote {out / 'report.md'}, report.json and {len(plots)} plots")


@contextmanager
def _loaded(
    settings: Settings,
    pairs: Path,
    *,
    images: Path,
    engine: str | None,
    cache: Path | None,
    processes: int | None,
) -> Iterator[Loaded]:
    """The data and the engine; the processes end with it."""
    import sklearn  # noqa: F401  or minutes pass before it is missed

    from facecompare.engines.catalogue import load_engine
    from facecompare.evaluation.cache import EmbeddingCache
    from facecompare.evaluation.dataset import Dataset, EmbeddingRun
    from facecompare.evaluation.embedding import Embedder
    from facecompare.evaluation.pairs import read_labelled_pairs

    dataset = Dataset.of(images, read_labelled_pairs(pairs))
    loaded = load_engine(engine or settings.engine, settings)
    with (
        closing(EmbeddingCache(cache or settings.embeddings, loaded.model_digest)) as embeddings,
        Embedder(embeddings, settings, processes or _cores()) as embedder,
    ):
        yield Loaded(dataset, EmbeddingRun(embedder, progress), loaded)


def _cores() -> int:
    """Those that this process may use, where Python 3.13 tells."""
    return os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count() or 1
