"""A report as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from facecompare.engines.calibration import ErrorRate
from facecompare.evaluation.evaluate import EvaluationReport, Verification
from facecompare.evaluation.identification import Identification
from facecompare.evaluation.metrics import AtThreshold, Share
from facecompare.evaluation.references import ReferenceFigures
from facecompare.evaluation.reliability import Reliability
from facecompare.evaluation.strata import Stratum
from facecompare.evaluation.variants import Variant
from facecompare.results.markdown import markdown_table

RATES = (
    "FMR and FNMR are the false match and false non-match rates of comparisons (ISO/IEC 19795-1), "
    "TMR is 1 − FNMR; FAR and FRR name whole systems, with their failures to acquire (FTA): FAR = "
    "FMR × (1 − FTA), FRR = FTA + FNMR × (1 − FTA). A photo without a usable face counts as a "
    "non-match here."
)
REFERENCES = ("photos", "people", "threshold", "FMR", "FNMR", "FNMR of one photo of theirs")
PLOTS = {
    "roc.png": "True match rate by false match rate",
    "det.png": "False non-match rate by false match rate",
    "reliability.png": "The share of genuine pairs by score",
    "distances.png": "Distances of genuine and impostor pairs",
    "worst.png": "The genuine pairs farthest apart and the impostor pairs nearest",
}


def to_markdown(report: EvaluationReport, plots: Sequence[str] = ()) -> str:
    """The same for people; `plots` are file names beside it."""
    v = report.verification
    lines = [
        f"# {report.engine}: error rates",
        "",
        f"{v.pairs:,} pairs ({v.genuine:,} genuine, {v.impostor:,} impostor) of {report.images:,} "
        f"photos{of_people(report.people)}; facecompare {report.version}, weights "
        f"{report.model_digest[:12]}. Brackets hold 95 % intervals. {RATES}",
        "",
        *_verification(v),
        *all_pairs_line(report.all_pairs),
        *_failures(report),
        *(_reliability(report.reliability) if report.reliability else []),
        *(_identification(report.identification) if report.identification else []),
        *(_references(report.references) if report.references else []),
        *(_strata(report.strata) if report.strata else []),
        *(_variants(report.variants) if report.variants else []),
        *_latency(report),
        *_worst(report),
        *(f"![{PLOTS[name]}]({name})\n" for name in plots),
    ]
    return "\n".join(lines)


def tmr_at(fmr: float, impostor: int) -> str:
    """What a figure is called; a rate that is less than one pair is none of them."""
    return f"TMR at FMR {fmr:.1%}" + (f" (none of {impostor:,})" if fmr * impostor < 1 else "")


def of_people(count: int) -> str:
    """Nothing where folders do not tell who is who."""
    return f" of {count:,} people" if count else ""


def section_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table, followed by an empty line."""
    return [*markdown_table(header, rows), ""]


def percent(share: float, digits: int = 2) -> str:
    """12.34 %; a dash for what is no number."""
    return "–" if math.isnan(share) else f"{100 * share:.{digits}f} %"


def interval(share: Share, digits: int = 2) -> str:
    """12.34 % [11.9, 12.8]."""
    low, high = (f"{100 * bound:.{digits}f}" for bound in (share.low, share.high))
    return f"{percent(share.value, digits)} [{low}, {high}]"


def _verification(v: Verification) -> list[str]:
    at_fmrs = [
        [
            tmr_at(at.fmr, v.impostor),
            f"{interval(at.true_match_rate)}, threshold {at.threshold:.3f}",
        ]
        for at in v.at_fmrs
    ]
    s = v.separability
    figures = [
        [
            f"accuracy, {v.folds} folds",
            f"{percent(v.accuracy)} ± {percent(v.accuracy_standard_error)}, "
            f"threshold {v.threshold:.3f}",
        ],
        ["AUC", f"{v.auc.value:.4f} [{v.auc.low:.4f}, {v.auc.high:.4f}]"],
        ["EER", interval(v.eer)],
        *at_fmrs,
        ["genuine distances", f"{s.genuine_mean:.3f} ± {s.genuine_deviation:.3f}"],
        ["impostor distances", f"{s.impostor_mean:.3f} ± {s.impostor_deviation:.3f}"],
        ["ratio of means; d′", f"{s.ratio:.2f}; {s.decidability:.2f}"],
    ]
    at = [_at(each) for each in v.at_thresholds]
    header = ("threshold", "accuracy", "FMR", "FNMR", "false non-matches", "false matches")
    return [
        *section_table(("figure", "value"), figures),
        *section_table((*header, "precision", "recall", "F1"), at),
    ]


def _at(at: AtThreshold) -> list[str]:
    c = at.confusion
    return [
        f"{at.threshold:g}",
        interval(at.accuracy),
        interval(at.false_match_rate),
        interval(at.false_non_match_rate),
        f"{c['false_non_matches']} of {at.false_non_match_rate.of}",
        f"{c['false_matches']} of {at.false_match_rate.of}",
        *(f"{value:.4f}" for value in (at.precision, at.recall, at.f1)),
    ]


def all_pairs_line(row: ErrorRate | None) -> list[str]:
    """The false match rate that counts: that of millions of pairs."""
    if row is None:
        return []
    return [f"At {row.threshold:g}, FMR of all pairs of two people: {_all_pairs(row)}.", ""]


def _failures(report: EvaluationReport) -> list[str]:
    found = ", ".join(f"{count:,} {name}" for name, count in sorted(report.detectors.items()))
    lines = [f"Failures to enrol: {len(report.failures)} photos. Faces found by: {found}.", ""]
    return lines + [f"- {each.image}: {each.code}" for each in report.failures] + [""]


def _reliability(found: Reliability) -> list[str]:
    scores = [
        [f"{each.low}–{each.high}", f"{each.genuine.of:,}", interval(each.genuine)]
        for each in found.scores
    ]
    fmrs = [
        [
            f"{each.fmr:g}",
            f"{each.threshold:.3f}",
            f"{interval(each.listed)} of {each.listed.of:,}",
            _all_pairs(each.all_pairs),
        ]
        for each in found.fmrs
    ]
    header = ("FMR asked for", "threshold", "FMR of listed pairs", "FMR of all pairs of two people")
    return [
        "## Calibration",
        "",
        f"Fitted on {found.source}; these are its figures measured on these pairs.",
        "",
        *section_table(("score", "pairs", "genuine"), scores),
        *section_table(header, fmrs),
    ]


def _all_pairs(row: ErrorRate | None) -> str:
    return "–" if row is None else f"{row.share:.3%} [{row.low:.3%}, {row.high:.3%}]"


def _identification(found: Identification) -> list[str]:
    ranks = [[f"rank {rank}", percent(share)] for rank, share in found.ranks.items()]
    return [
        "## Identification",
        "",
        f"{found.gallery:,} people with a photo each in the gallery, {found.probes:,} probes of "
        f"them, {found.strangers:,} photos of others.",
        "",
        *section_table(
            ("figure", "value"),
            [
                *ranks,
                [f"found below {found.threshold:g}", percent(found.found)],
                [f"strangers rejected at {found.threshold:g}", percent(found.rejected)],
            ],
        ),
    ]


def _references(found: Sequence[ReferenceFigures]) -> list[str]:
    rows = [
        [
            str(each.photos),
            f"{each.people:,}",
            f"{each.threshold:.3f}",
            interval(each.false_match_rate, 3),
            interval(each.false_non_match_rate),
            interval(each.with_one),
        ]
        for each in found
    ]
    return ["## Several photos of one person", "", *section_table(REFERENCES, rows)]


def _strata(strata: Sequence[Stratum]) -> list[str]:
    rows = [
        [
            each.group,
            f"{each.genuine:,}",
            f"{each.impostor:,}",
            "–" if each.auc is None else "{:.4f} [{:.4f}, {:.4f}]".format(*each.auc),
            "–" if each.equal_error_rate is None else percent(each.equal_error_rate),
            interval(each.at_threshold.false_match_rate) if each.impostor else "–",
            interval(each.at_threshold.false_non_match_rate) if each.genuine else "–",
        ]
        for each in strata
    ]
    threshold = strata[0].at_threshold.threshold
    header = ("group", "genuine", "impostor", "AUC", "EER", f"FMR at {threshold:g}", "FNMR")
    warnings = [f"**{each.group}**: {each.warning}.\n" for each in strata if each.warning]
    return ["## By group", "", *section_table(header, rows), *warnings]


def _variants(variants: Sequence[Variant]) -> list[str]:
    rows = [
        [
            each.kind,
            each.name,
            f"{each.auc.value:.4f} [{each.auc.low:.4f}, {each.auc.high:.4f}]",
            *(percent(value) for value in (each.equal_error_rate, each.false_match_rate)),
            percent(each.false_non_match_rate),
            str(each.failures),
        ]
        for each in variants
    ]
    header = ("change", "how", "AUC", "EER", "FMR", "FNMR", "failures to enrol")
    return ["## Ablation and robustness", "", *section_table(header, rows)]


def _latency(report: EvaluationReport) -> list[str]:
    rows = [
        [stage, f"{times['median']:.1f}", f"{times['p95']:.1f}"]
        for stage, times in report.latency_ms.items()
    ]
    return [
        "## Time for a photo",
        "",
        f"Milliseconds on one thread ({report.machine}), when each photo was embedded.",
        "",
        *section_table(("stage", "median", "95th percentile"), rows),
    ]


def _worst(report: EvaluationReport) -> list[str]:
    rows = [
        ["genuine" if pair.same else "impostor", pair.image1, pair.image2, _distance(pair.distance)]
        for pair in report.worst
    ]
    return [
        "## The worst pairs",
        "",
        *section_table(("kind", "image 1", "image 2", "distance"), rows),
    ]


def _distance(distance: float) -> str:
    return "no face" if math.isinf(distance) else f"{distance:.3f}"
