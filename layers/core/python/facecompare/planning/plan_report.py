"""A plan as Markdown; the documentation's section on heavy loads is this text."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10

from facecompare.batches.chunk import MAX_PAIRS
from facecompare.planning.plan import (
    DAY_S,
    MINUTE_S,
    Bound,
    Plan,
    Run,
    bounds,
)
from facecompare.planning.workload import HOUR_S, MESSAGE_S, VCPUS, Target, dollars_a_pair
from facecompare.results.markdown import markdown_table

SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plan_table(plan: Plan) -> str:
    """What was assumed, the time of each run with what binds it, and the money by item."""
    times = (*_times(plan), *_warnings(plan), "", *_bounds(plan))
    return "\n".join((*_assumptions(plan), "", *times, "", *_money(plan)))


def _assumptions(plan: Plan) -> Iterator[str]:
    work, rates = plan.work, plan.work.rates
    pairs_per_s = work.worker_pairs_per_s
    yield (
        f"A core decodes, finds and embeds {rates.photos_per_s:.1f} photos a second, and "
        f"{rates.found_per_s:.1f} without embedding them; a pair takes {work.photos_per_pair:g} "
        f"photos of {rates.photo_bytes / 1000:.0f} KB, and {work.pairs_a_message} pairs are a "
        "message."
    )
    if rates.second is not None:
        yield rates.second.sentence
    yield (
        f"A Lambda worker ({work.memory_mb:,} MB, {work.vcpus:.1f} vCPUs) then does "
        f"{pairs_per_s[Target.LAMBDA]:.1f} pairs a second, with {MESSAGE_S:g} s of waiting assumed "
        f"for each message; a {work.instance} {pairs_per_s[Target.GPU]:.1f}."
    )
    yield _bottleneck(plan)


def _bottleneck(plan: Plan) -> str:
    """Which part of a GPU instance the others wait for."""
    work, gpu = plan.work, plan.work.rates.gpu_photos_per_s
    vcpus, cores = VCPUS[work.instance], work.cores_photos_per_s
    assumed = f"Its GPU is assumed, not measured, to embed {gpu:,.0f} photos a second; "
    prepared = f"its {vcpus} vCPUs prepare {cores:,.0f}"
    if cores < gpu:
        return (
            f"{assumed}{prepared}, so they bind and the GPU is busy {cores / gpu:.0%} of the time."
        )
    return f"{assumed}{prepared}, so the GPU binds."


def _times(plan: Plan) -> Iterator[str]:
    header = ("pairs", "workers", "limits", "time", "pairs a second", "what binds")
    rows = (
        (
            _power(run.pairs),
            f"{run.workers:,} × {_worker(plan, run)}",
            run.stage,
            _duration(run.seconds),
            f"{run.pairs_per_s:,.0f}",
            run.binding.limit,
        )
        for run in plan.runs
    )
    return markdown_table(header, rows)


def _warnings(plan: Plan) -> Iterator[str]:
    """Runs that outlast the queue's retention period."""
    for run in plan.runs:
        if run.seconds is None or run.batches <= run.batches_waiting:
            continue
        days = plan.stages[run.stage].queue_days
        yield ""
        yield (
            f"{_power(run.pairs)} pairs with {run.target}, {run.stage}: a message is kept for "
            f"{days} days, so of the {run.batches:,} batches of {MAX_PAIRS:,} pairs at most "
            f"{run.batches_waiting:,} may wait at once."
        )


def _bounds(plan: Plan) -> Iterator[str]:
    """Every limit, also those that do not bind, in pairs a second."""
    header = ("pairs a second through", *plan.stages, "what helps")
    rows = (
        (name, *(f"{bound.pairs_per_s:,.0f}" for bound in row), row[0].remedy)
        for name, row in _by_limit(plan).items()
    )
    return markdown_table(header, rows)


def _by_limit(plan: Plan) -> dict[str, list[Bound]]:
    """Limits that both kinds of workers share are listed once, for Lambda's."""
    rows: dict[str, list[Bound]] = {}
    for target in Target:
        columns = [bounds(plan.work, target, limits) for limits in plan.stages.values()]
        for row in zip(*columns, strict=True):
            rows.setdefault(row[0].limit, list(row))
    return rows


def _money(plan: Plan) -> Iterator[str]:
    """Whatever the limits, a pair costs the same."""
    sizes = list(dict.fromkeys(run.pairs for run in plan.runs))
    each = {target: dollars_a_pair(plan.work, target) for target in Target}
    shared = [item for item in each[Target.LAMBDA] if item in each[Target.GPU]]
    rows = {
        item: dollars[item] for dollars in each.values() for item in dollars if item not in shared
    }
    rows |= {item: each[Target.LAMBDA][item] for item in shared}
    rows |= {f"**all of it with {target}**": sum(each[target].values()) for target in Target}
    return markdown_table(
        ("US dollars", *map(_power, sizes)),
        ((item, *(f"{dollars * pairs:,.2f}" for pairs in sizes)) for item, dollars in rows.items()),
    )


def _worker(plan: Plan, run: Run) -> str:
    return {Target.LAMBDA: "Lambda", Target.GPU: plan.work.instance}[run.target]


def _power(pairs: int) -> str:
    exponent = round(log10(pairs))
    if 10**exponent == pairs and exponent > 3:
        return "10" + str(exponent).translate(SUPERSCRIPT)
    return f"{pairs:,}"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for unit, size in (("days", DAY_S), ("h", HOUR_S), ("min", MINUTE_S)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
