"""`facecompare evaluate` and `facecompare calibrate`: error rates on one's own photos."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facecompare.cli.output import progress, say, write_file
from facecompare.config import Settings
from facecompare.engines.calibration import calibration_path, find_calibration
from facecompare.errors import BadField

if TYPE_CHECKING:
    from facecompare.evaluation.dataset import Dataset, EmbeddingRun


def add_commands(commands: Any) -> None:
    """Add the commands to the parser."""
    evaluate = _command(
        commands,
        "evaluate",
        run_evaluate,
        "measure error rates on pairs of photos",
        "example: facecompare evaluate --images lfw --pairs pairsDevTest.txt --out report",
    )
    evaluate.add_argument(
        "--out", metavar="DIR", type=Path, help="write report.md, report.json, plots"
    )
    evaluate.add_argument("--json", action="store_true", help="print all figures as JSON")
    evaluate.add_argument("--identify", action="store_true", help="also who is it, in a gallery")
    evaluate.add_argument("--ablation", action="store_true", help="also with parts changed")
    evaluate.add_argument("--robustness", action="store_true", help="also with photos made worse")
    evaluate.add_argument(
        "--strata", metavar="FILE.csv", type=Path, help="image,group: also by group"
    )
    evaluate.add_argument(
        "--summary", metavar="FILE.json", type=Path, help="write what `models card` is made of"
    )
    evaluate.add_argument("--source", metavar="TEXT", help="what these pairs are, for the summary")
    calibrate = _command(
        commands,
        "calibrate",
        run_calibrate,
        "measure what this engine's distances stand for, and keep it beside the models",
        "example: facecompare calibrate --images lfw --pairs pairsDevTrain.txt",
    )
    calibrate.add_argument("--source", help="what is written into it as its origin")
    calibrate.add_argument("--out", metavar="FILE.json", type=Path, help="write it here instead")


def run_evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the report, or write it with its plots."""
    out: Path | None = arguments.out
    if out is not None:
        _make(out)

    def work(dataset: Dataset, run: EmbeddingRun) -> None:
        from facecompare.engines.catalogue import load_engine
        from facecompare.evaluation.evaluate import ReportParts, evaluate
        from facecompare.evaluation.report import to_json, to_markdown, to_summary
        from facecompare.evaluation.strata import read_groups

        groups = read_groups(arguments.strata) if arguments.strata else None
        wanted = ReportParts(arguments.identify, arguments.ablation, arguments.robustness, groups)
        engine = load_engine(arguments.engine or settings.engine, settings)
        name, digest = engine.card.id, engine.model_digest
        calibration = find_calibration(name, digest, settings.models_dir)
        evaluation = evaluate(dataset, engine, calibration, run, wanted)
        if arguments.summary:
            source = arguments.source or arguments.pairs.name
            write_file(arguments.summary, to_summary(evaluation.report, source).encode())
        if out is None:
            print((to_json if arguments.json else to_markdown)(evaluation.report), end="")
            return
        from facecompare.evaluation.plots import draw_plots

        plots = draw_plots(evaluation, dataset.folder, out)
        write_file(out / "report.json", to_json(evaluation.report).encode())
        write_file(out / "report.md", to_markdown(evaluation.report, plots).encode())
        say(f"wrote {out / 'report.md'}, report.json and {len(plots)} plots")

    return _with_dataset(arguments, settings, work)


def run_calibrate(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the calibration of this engine."""

    def work(dataset: Dataset, run: EmbeddingRun) -> None:
        from facecompare.engines.catalogue import load_engine
        from facecompare.evaluation.fitting import calibration_of
        from facecompare.evaluation.recipes import EmbeddingRecipe

        engine = load_engine(arguments.engine or settings.engine, settings)
        name, digest = engine.card.id, engine.model_digest
        embedded = run.embed(dataset, EmbeddingRecipe(name))
        source = arguments.source or f"{arguments.pairs.name}, {len(embedded)} photos"
        calibration = calibration_of(engine.card, digest, source, dataset.pairs, embedded)
        path = arguments.out or calibration_path(settings.models_dir, name)
        _make(path.parent)
        write_file(path, calibration.to_json().encode())
        counts = f"{calibration.genuine:,} genuine pairs, {calibration.impostor:,} impostor"
        say(f"wrote {path}: {counts}")

    return _with_dataset(arguments, settings, work)


def _command(
    commands: Any, name: str, run: Any, text: str, example: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, epilog=example
    )
    parser.set_defaults(run=run)
    parser.add_argument("--images", metavar="FOLDER", type=Path, required=True)
    parser.add_argument(
        "--pairs",
        metavar="FILE",
        type=Path,
        required=True,
        help="LFW's format, or image1,image2,same",
    )
    parser.add_argument("--engine", help="see: facecompare models list")
    parser.add_argument(
        "--cache", metavar="FILE", type=Path, help="where embeddings are kept from run to run"
    )
    parser.add_argument("--processes", metavar="N", help="one for each core by default")
    return parser


def _with_dataset(
    arguments: argparse.Namespace,
    settings: Settings,
    work: Callable[[Dataset, EmbeddingRun], None],
) -> int:
    import sklearn  # noqa: F401  or minutes pass before it is missed

    from facecompare.engines.catalogue import load_engine
    from facecompare.evaluation.cache import EmbeddingCache
    from facecompare.evaluation.dataset import Dataset, EmbeddingRun
    from facecompare.evaluation.embedding import Embedder
    from facecompare.evaluation.pairs import read_labelled_pairs

    dataset = Dataset.of(arguments.images, read_labelled_pairs(arguments.pairs))
    digest = load_engine(arguments.engine or settings.engine, settings).model_digest
    processes = _processes(arguments.processes)
    with (
        closing(EmbeddingCache(arguments.cache or settings.embeddings, digest)) as cache,
        Embedder(cache, settings, processes) as embedder,
    ):
        work(dataset, EmbeddingRun(embedder, progress))
    return 0


def _processes(text: str | None) -> int:
    if text is None:
        return os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count() or 1
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise BadField(f"--processes is {text!r}; a number from 1 to 256 is accepted")
    return int(text)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise BadField(f"{folder} cannot be made ({exc.strerror}); name another folder") from exc
