"""Every pair of LFW View 1 DevTest through each output, and where two of them disagree.

    python -m tests.benchmarks.verdicts LFW_FOLDER [ENGINE]

Sends each pair to the API, runs `facecompare compare` on it and `facecompare batch` over all, and
reads the log's CSV. Printed are how many pairs of one person and of two have each word, and every
pair of which an output has another word than the API's, the API another than its own grey zone, or
the command line other words, rates or an exit code than its verdict's.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fastapi.testclient import TestClient
from tqdm import tqdm

from facecompare.api.app import local_app
from facecompare.cli.main import main as command
from facecompare.cli.output import VERDICT_WORDS
from facecompare.cli.photos import VERDICT_CODES
from facecompare.config import Settings
from facecompare.engines.calibration import Doubt, Verdict
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.benchmarks.views import Pairs, listed
from tests.support.measured.arguments import benchmark_parser, engine_name, existing_folder

RATES = {
    Verdict.SAME: ["FMR"],
    Verdict.UNCERTAIN: ["FMR", "FNMR"],
    Verdict.DIFFERENT: ["FNMR"],
}
Answer = dict[str, Any]


def main(folder: Path, engine_id: str = "") -> int:
    """0 when all outputs agree on every pair."""
    pairs = listed(folder / "pairsDevTest.txt")
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["FACECOMPARE_RECORDS"] = f"{scratch}/records.sqlite3"
        if engine_id:
            os.environ["FACECOMPARE_ENGINE"] = engine_id
        answers, texts = asked(pairs, folder / "images")
        rows = {"log": logged(), "batch": batched(pairs, folder / "images", Path(scratch))}
    told = Counter(
        (answer.get("verdict"), same) for answer, (*_, same) in zip(answers, pairs, strict=True)
    )
    for (word, same), count in sorted(told.items(), key=str):
        print(f"{count:5} pairs of {'one person' if same else 'two people'}: {word}")
    found = list(disagreements(pairs, answers, texts, rows))
    print(*found, sep="\n")
    print(f"{len(pairs):,} pairs, {len(found):,} disagreements")
    return bool(found)


def asked(pairs: Pairs, images: Path) -> tuple[list[Answer], list[tuple[str, int]]]:
    """The API's answer to each pair, and what the command prints of the same comparison and ends
    with."""
    settings = Settings.from_env()
    service = FaceService(settings, SqliteLog(settings.records))
    service.engine()
    app = local_app(settings, SqliteLog(settings.records), SqliteKeys(settings.records), service)
    client, answers, texts = TestClient(app), [], []
    for one, other, _ in tqdm(pairs, unit="pair"):
        paths = images / one, images / other
        files = {f"image{n}": path.read_bytes() for n, path in enumerate(paths, start=1)}
        answers.append(client.post("/api/compare", files=files).json())
        texts.append(printed(paths, service))
    return answers, texts


def printed(paths: tuple[Path, Path], service: FaceService) -> tuple[str, int]:
    """What `facecompare compare` prints, and its exit code."""
    text = io.StringIO()
    with (
        patch("facecompare.service.load_engine", lambda *_: service.engine()),
        redirect_stdout(text),
        redirect_stderr(io.StringIO()),
    ):
        code = command(["compare", *map(str, paths)])
    return text.getvalue(), code


def logged() -> list[dict[str, str]]:
    """The records' CSV, in the order in which they were made."""
    text = io.StringIO()
    with redirect_stdout(text):
        command(["log", "--csv"])
    return list(csv.DictReader(io.StringIO(text.getvalue())))[::-1]


def batched(pairs: Pairs, images: Path, scratch: Path) -> list[dict[str, str]]:
    """The results of a batch."""
    pairs_file, out = scratch / "pairs.csv", scratch / "results.csv"
    lines = ["image1,image2", *(f"{one},{other}" for one, other, _ in pairs)]
    pairs_file.write_text("\n".join(lines) + "\n", "utf-8")
    with redirect_stdout(io.StringIO()):
        command(["batch", str(pairs_file), "--images", str(images), "--out", str(out)])
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def disagreements(
    pairs: Pairs,
    answers: list[Answer],
    texts: list[tuple[str, int]],
    rows: dict[str, list[dict[str, str]]],
) -> Iterator[str]:
    """A line for each pair and output whose word is another one than it should be."""
    numbered = zip(pairs, answers, texts, *rows.values(), strict=True)
    for (one, other, _), answer, (text, code), *others in numbered:
        word, pair = answer.get("verdict", "none"), f"{one} {other}"
        if word != by_zone(answer):
            yield f"{pair}: the API says {word}, its grey zone {by_zone(answer)}"
        for name, row in zip(rows, others, strict=True):
            if row["verdict"] != word:
                yield f"{pair}: the API says {word}, the {name} {row['verdict']}"
        if not fits(text, code, answer):
            yield f"{pair}: the API says {word}, the command {text.strip()} ({code})"


def by_zone(answer: Answer) -> str:
    """The word for the distance that decided."""
    if answer.get("uncertain_because") == Doubt.NETWORKS_CONTRADICT:
        return Verdict.UNCERTAIN
    combined = answer["combined_distance"]
    distance = answer["distance"] if combined is None else combined
    if distance < answer["uncertain_from"]:
        return Verdict.SAME
    return Verdict.UNCERTAIN if distance < answer["uncertain_to"] else Verdict.DIFFERENT


def fits(text: str, code: int, answer: Answer) -> bool:
    """Whether the command's words, rates and exit code are this verdict's."""
    verdict = Verdict(answer["verdict"])
    rates = RATES[verdict] if answer["score"] is not None else []
    words = text.split("   ")[0], re.findall(r"F\w*MR", text)
    return (*words, code) == (VERDICT_WORDS[verdict], rates, VERDICT_CODES[verdict])


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("engine", nargs="?", type=engine_name, default="", metavar="ENGINE")
    options = line.parse_args()
    raise SystemExit(main(options.lfw, options.engine))
