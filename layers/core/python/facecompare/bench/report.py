"""All measurements of one run, and the table they are printed as."""

from __future__ import annotations

from dataclasses import dataclass

from facecompare.bench.cold import FirstVerdict, first_verdict
from facecompare.bench.contenders import PLAIN, QUICKEST, Bench
from facecompare.bench.machine import description
from facecompare.bench.rounds import Timed, in_turn
from facecompare.bench.throughput import per_second_processes, per_second_threads
from facecompare.config import Settings
from facecompare.engines.protocol import EngineCard
from facecompare.pipeline.decode import Photo
from facecompare.results.markdown import markdown_table
from facecompare.telemetry import STAGES

PEER = "face_recognition"


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """Times in milliseconds, rates in comparisons a second, memory in 10⁶ bytes."""

    machine: dict[str, str]
    engine: str
    views: int
    second_opinions: str
    """who gives one, and on how many pairs"""
    stages_ms: dict[str, float]
    embedding: dict[str, Timed]
    detection: dict[str, Timed]
    pair: dict[str, Timed]
    per_second_threads: dict[int, float]
    per_second_processes: dict[int, float]
    first_verdict: FirstVerdict


def measure(
    paths: tuple[str, str], photos: tuple[Photo, Photo], settings: Settings, *, cold: bool
) -> BenchmarkReport:
    """Everything, in one run; a minute or two, most of it in dlib's own networks."""
    bench = Bench.of(photos, settings)
    pair = in_turn(bench.pairs(), rounds=9)
    stages = [bench.pair(threads=1).timing.stages_ms for _ in range(9)]
    threads = per_second_threads(bench, comparisons=24)
    return BenchmarkReport(
        machine=description(),
        engine=bench.engine.card.id,
        views=bench.views(),
        second_opinions=_second_opinions(bench.engine.card),
        stages_ms={name: sorted(each[name] for each in stages)[4] for name in STAGES},
        embedding=in_turn(bench.embeddings(), rounds=15),
        detection=in_turn(bench.detections(), rounds=3),
        pair=pair,
        per_second_threads=threads,
        per_second_processes=per_second_processes(photos, settings, comparisons=24),
        first_verdict=first_verdict(paths, runs=9 if cold else 1),
    )


def benchmark_table(report: BenchmarkReport) -> str:
    """Markdown, ratios first; the documentation's speed section is this text."""
    embedding, detection, pair = report.embedding, report.detection, report.pair
    rows = [
        _row("face network, one chip, one thread", embedding["ours"], embedding["dlib"], "dlib"),
        _row("CNN detector, 600 × 750, one thread", detection["ours"], detection["dlib"], "dlib"),
    ]
    for threads in ("one thread", "two threads"):
        rows.append(_row(f"two photos to verdict, {threads}", pair[threads], pair.get(PEER), PEER))
    rows.append(_row(f"the same with {PLAIN}, one thread", pair[PLAIN], pair.get(PEER), PEER))
    for threads in ("one thread", "two threads"):
        quickest = pair[f"{QUICKEST}, {threads}"]
        rows.append(_row(f"the same with {QUICKEST}, {threads}", quickest, pair.get(PEER), PEER))
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    stages = ", ".join(f"{name} {value:.1f}" for name, value in report.stages_ms.items())
    views = "1 view" if report.views == 1 else f"{report.views} views"
    lines = [
        f"Engine {report.engine} ({views} of a face), on {machine}:",
        "",
        *markdown_table(("what", "times faster than", "ours, ms", "theirs, ms"), rows),
        "",
        f"Stages of one pair on one thread, ms: {stages}.",
        f"A pair takes {pair['one thread'].median_ms / pair[PLAIN].median_ms:.2f} times what it "
        f"takes with {PLAIN}. {report.second_opinions}",
        f"Comparisons a second: {_rates(report.per_second_threads, 'thread')}; "
        f"{_rates(report.per_second_processes, 'process')}.",
        f"Process start to first verdict: {report.first_verdict.cold_ms / 1000:.2f} s, "
        f"{report.first_verdict.peak_rss_mb:.0f} MB at most.",
    ]
    return "\n".join(lines)


def _row(what: str, ours: Timed, theirs: Timed | None, whose: str) -> tuple[str, ...]:
    if theirs is None:
        return what, f"{whose} is not installed", f"{ours.median_ms:.1f}", "–"
    ratio = theirs.median_ms / ours.median_ms
    times = f"{whose}: **{ratio:.1f}×**"
    return what, times, f"{ours.median_ms:.1f}", f"{theirs.median_ms:.0f}"


def _second_opinions(card: EngineCard) -> str:
    if card.second is None:
        return "One network decides."
    return f"{card.second.card.id} gives a second opinion on 100 % of pairs: both decide together."


def _rates(rates: dict[int, float], unit: str) -> str:
    plural = {"thread": "threads", "process": "processes"}[unit]
    return ", ".join(
        f"{rate:.1f} with {count} {unit if count == 1 else plural}" for count, rate in rates.items()
    )
