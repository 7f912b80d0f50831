"""A report as JSON, whole and as the summary that is kept."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from facecompare.evaluation.evaluate import EvaluationReport

LEFT_OUT = {"version", "machine", "worst", "latency_ms"}
# Field → its key in JSON: reports and summaries keep the keys that they have had from the start.
KEYS = {
    "at_fmrs": "at_fars",
    "fmrs": "fars",
    "fmr": "far",
    "true_match_rate": "true_accepts",
    "false_match_rate": "false_accepts",
    "false_non_match_rate": "false_rejects",
    "true_matches": "true_accepts",
    "false_non_matches": "false_rejects",
    "false_matches": "false_accepts",
    "true_non_matches": "true_rejects",
}


def to_json(report: EvaluationReport) -> str:
    """Every figure; what is not a number, as an infinite distance, is null."""
    return json.dumps(_plain(asdict(report)), indent=1) + "\n"


def to_summary(report: EvaluationReport, source: str) -> str:
    """What a model card is made of: no names, and no times, which are another run's already."""
    kept = {name: value for name, value in asdict(report).items() if name not in LEFT_OUT}
    kept |= {"source": source, "failures": len(report.failures)}
    return json.dumps(_plain(kept), indent=1) + "\n"


def _plain(value: Any) -> Any:
    """As JSON has it: keys are texts, and what is no finite number is null."""
    if isinstance(value, dict):
        return {_key(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _key(name: object) -> str:
    """A key as a text; what is neither a text nor a whole number has none that a reader wants."""
    if not isinstance(name, str | int):
        raise TypeError(f"found {name!r} as a key; expected a text or a whole number")
    return KEYS.get(str(name), str(name))
