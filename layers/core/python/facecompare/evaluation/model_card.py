"""The model card: what the engines are, what was measured, and what they must not be used for.

Its words are in `model_card.md`, its figures come from evaluations that are kept as JSON, and its
engines from the catalogue; a card that disagrees with any of them is out of date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from facecompare.engines.calibration import ErrorRate
from facecompare.engines.protocol import EngineCard
from facecompare.errors import BadDataset
from facecompare.evaluation.report import (
    RATES,
    REFERENCES,
    all_pairs_line,
    of_people,
    section_table,
    tmr_at,
)
from facecompare.model_store.files import ModelFile

MODEL_CARD = "MODEL_CARD.md"
EVALUATIONS = "evaluations"  # a folder beside the models: <engine id>.json
Summary = Mapping[str, Any]


def model_card(
    cards: Sequence[EngineCard], files: Sequence[ModelFile], summaries: Mapping[str, Summary]
) -> str:
    """The whole text. `summaries` are the kept evaluations by engine id."""
    text = Template(Path(__file__).with_name("model_card.md").read_text("utf-8"))
    return text.substitute(
        engines="\n".join(_engines(cards)),
        files="\n".join(_files(files)),
        origins="\n".join(_origins(files)),
        rates=RATES,
        figures="\n".join(_figures(engine, summary) for engine, summary in summaries.items()),
    )


def read_summaries(models_dir: Path, cards: Sequence[EngineCard]) -> dict[str, Summary]:
    """The kept evaluations of these engines, in their order.

    Raises  BadDataset for a file that is no summary, or is of another engine.
    """
    found: dict[str, Summary] = {}
    for card in cards:
        path = models_dir / EVALUATIONS / f"{card.id}.json"
        if not path.is_file():
            continue
        try:
            summary = json.loads(path.read_text("utf-8"))
            named = summary["engine"]
        except (ValueError, TypeError, KeyError) as exc:
            raise BadDataset(
                f"{path.name} is no summary of an evaluation ({exc}); run: facecompare "
                "evaluate --summary"
            ) from exc
        if named != card.id:
            raise BadDataset(f"{path.name} is an evaluation of {named}; expected {card.id}")
        found[card.id] = summary
    return found


def _engines(cards: Sequence[EngineCard]) -> list[str]:
    rows = [
        [f"`{c.id}`", c.title, str(c.dimension), _metric(c), _thresholds(c), c.licence]
        for c in cards
    ]
    return section_table(("engine", "what", "dimension", "metric", "threshold", "licence"), rows)


def _metric(card: EngineCard) -> str:
    if card.second is None:
        return card.metric
    weight, second = card.second.weight, card.second.card.metric
    return f"{weight:g} × {card.metric} + {1 - weight:g} × {second}"


def _thresholds(card: EngineCard) -> str:
    if card.second is None:
        return f"{card.default_threshold:g}"
    return f"{card.second.threshold:g}, combined"


def _files(files: Sequence[ModelFile]) -> list[str]:
    rows = [[f"`{f.file}`", f"{f.bytes:,}", f"`{f.sha256[:16]}…`", f.licence] for f in files]
    return section_table(("file", "bytes", "SHA-256", "licence"), rows)


def _origins(files: Sequence[ModelFile]) -> list[str]:
    """One row for files that come from the same source, such as MTCNN's three."""
    together: dict[tuple[str, str], list[str]] = {}
    for file in files:
        together.setdefault((file.provenance, file.training), []).append(f"`{file.file}`")
    rows = [[", ".join(names), *origin] for origin, names in together.items()]
    return section_table(("files", "provenance", "trained on"), rows)


def _figures(engine: str, summary: Summary) -> str:
    v = summary["verification"]
    lines = [
        f"## `{engine}`, measured",
        "",
        f"{summary['source']}: {v['genuine']:,} genuine and {v['impostor']:,} impostor pairs of "
        f"{summary['images']:,} photos{of_people(summary['people'])}, none of which chose any "
        f"setting; {summary['failures']} photos without a usable face. Weights "
        f"`{summary['model_digest'][:12]}`. Brackets hold 95 % intervals.",
        "",
        *_verification(v),
        *_at_thresholds(v["at_thresholds"]),
        *all_pairs_line(ErrorRate(**row) if (row := summary.get("all_pairs")) else None),
        *_reliability(summary["reliability"]),
        *_identification(summary["identification"]),
        *_references(summary.get("references", ())),
        *_strata(summary["strata"]),
        *_variants(summary["variants"]),
    ]
    return "\n".join(lines)


def _verification(v: Summary) -> list[str]:
    auc = v["auc"]
    rows = [
        [
            f"accuracy, {v['folds']} folds",
            f"{_percent(v['accuracy'])} ± {_percent(v['accuracy_standard_error'])}",
        ],
        ["AUC", f"{auc['value']:.4f} [{auc['low']:.4f}, {auc['high']:.4f}]"],
        ["EER", _share(v["eer"])],
        *([tmr_at(at["far"], v["impostor"]), _share(at["true_accepts"])] for at in v["at_fars"]),
    ]
    return section_table(("figure", "value"), rows)


def _at_thresholds(thresholds: Sequence[Summary]) -> list[str]:
    rows = [
        [
            f"{at['threshold']:g}",
            *(_share(at[n]) for n in ("accuracy", "false_accepts", "false_rejects")),
        ]
        for at in thresholds
    ]
    return section_table(("threshold", "accuracy", "FMR", "FNMR"), rows)


def _reliability(found: Summary | None) -> list[str]:
    if found is None:
        return []
    rows = [
        [
            f"{each['far']:g}",
            f"{each['threshold']:.3f}",
            f"{_share(each['listed'])} of {each['listed']['of']}",
            _all_pairs(each["all_pairs"]),
        ]
        for each in found["fars"]
    ]
    top = found["scores"][-1]
    header = ("FMR asked for", "threshold", "FMR of listed pairs", "FMR of all pairs of two people")
    return [
        f"Of the {top['genuine']['of']} pairs with a score of 90 to 100, "
        f"{_share(top['genuine'])} are genuine. Calibrated on {found['source']}.",
        "",
        *section_table(header, rows),
    ]


def _all_pairs(row: Summary | None) -> str:
    return "–" if row is None else f"{row['share']:.3%} [{row['low']:.3%}, {row['high']:.3%}]"


def _identification(found: Summary | None) -> list[str]:
    if found is None:
        return []
    ranks = ", ".join(f"rank {n} {_percent(share)}" for n, share in found["ranks"].items())
    return [
        f"Identification: {found['probes']} probes of {found['gallery']} people with a photo each "
        f"in the gallery: {ranks}. At {found['threshold']:g}, {_percent(found['found'])} are found "
        f"and {_percent(found['rejected'])} of {found['strangers']:,} photos of others rejected.",
        "",
    ]


def _references(found: Sequence[Summary]) -> list[str]:
    """Summaries of versions before 0.9 have none."""
    if not found:
        return []
    rows = [
        [
            str(each["photos"]),
            str(each["people"]),
            f"{each['threshold']:.3f}",
            _share(each["false_accepts"]),
            _share(each["false_rejects"]),
            _share(each["with_one"]),
        ]
        for each in found
    ]
    return [
        "Several photos of one person as a reference, at the threshold that the calibration has "
        "for an FMR of 0.1 %:",
        "",
        *section_table(REFERENCES, rows),
    ]


def _strata(strata: Sequence[Summary]) -> list[str]:
    if not strata:
        return []
    rows = [
        [
            each["group"],
            f"{each['genuine']:,} / {each['impostor']:,}",
            "–" if each["auc"] is None else "{:.4f} [{:.4f}, {:.4f}]".format(*each["auc"]),
            _share(each["at_threshold"]["false_accepts"]),
            _share(each["at_threshold"]["false_rejects"]),
            each["warning"] or "",
        ]
        for each in strata
    ]
    header = ("group", "genuine / impostor", "AUC", "FMR", "FNMR", "")
    return section_table(header, rows)


def _variants(variants: Sequence[Summary]) -> list[str]:
    if not variants:
        return []
    rows = [
        [
            each["kind"],
            each["name"],
            "{value:.4f} [{low:.4f}, {high:.4f}]".format(**each["auc"]),
            *(
                _percent(each[name])
                for name in ("equal_error_rate", "false_accepts", "false_rejects")
            ),
            str(each["failures"]),
        ]
        for each in variants
    ]
    header = ("change", "how", "AUC", "EER", "FMR", "FNMR", "failures to enrol")
    return section_table(header, rows)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _share(share: Summary) -> str:
    if share["value"] is None:
        return "–"
    return f"{_percent(share['value'])} [{100 * share['low']:.2f}, {100 * share['high']:.2f}]"
