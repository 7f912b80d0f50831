"""Many pairs at once, beside one call of the API after the other.

    python -m tests.benchmarks.batch LFW [PAIRS]

Makes 20,000 pairs, half of them of one person where there are as many, from LFW's photos; runs
`facecompare batch` over them, kills it in the middle, and starts it again; then sends some of the
pairs to `facecompare serve`, one at a time. Prints rates, and the memory on the way (Linux).
"""

from __future__ import annotations

import csv
import os
import random
import re
import subprocess
import sys
import tempfile
from itertools import combinations
from pathlib import Path
from time import monotonic, sleep

import httpx2 as httpx

from tests.support.measured.arguments import at_least_one, benchmark_parser, existing_folder

PAIRS, CALLS = 20_000, 100
SEED = 20_061
SAMPLES_S = 10.0
KILLED_AFTER_S = 30.0


def make_pairs(images: Path, count: int) -> list[tuple[str, str]]:
    """As many of one person as there are, but half at most; the others of two people."""
    people = sorted(folder.name for folder in images.iterdir() if folder.is_dir())
    photos = {
        person: [f"{person}/{path.name}" for path in sorted((images / person).iterdir())]
        for person in people
    }
    draw = random.Random(SEED)
    same = [pair for each in photos.values() for pair in combinations(each, 2)]
    pairs = set(draw.sample(same, min(len(same), count // 2)))
    while len(pairs) < count:
        one, other = draw.sample(people, 2)
        pairs.add((draw.choice(photos[one]), draw.choice(photos[other])))
    ordered = sorted(pairs)
    draw.shuffle(ordered)
    return ordered


def rss_mb(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def known_photos(begun: subprocess.Popen[str]) -> tuple[int, int]:
    """(photos in all, those that are done), as the command says when it begins."""
    assert begun.stderr
    line = begun.stderr.readline().replace(",", "")
    photos, done = re.findall(r"(\d+) photos", line)
    return int(photos), int(done)


def run_batch(command: list[str], until_s: float | None = None) -> tuple[int, int, float]:
    """(photos, done before, seconds); killed after `until_s`."""
    began = monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
        photos, done = known_photos(run)
        while run.poll() is None:
            sleep(SAMPLES_S)
            elapsed = monotonic() - began
            if run.poll() is None:
                print(f"  {elapsed:4.0f} s  {rss_mb(run.pid):4.0f} MB")
            if until_s is not None and elapsed > until_s:
                run.kill()
    return photos, done, monotonic() - began


def call_rate(images: Path, pairs: list[tuple[str, str]]) -> float:
    """Pairs a second, one request after the other."""
    environment = os.environ | {"FACECOMPARE_RECORDS": f"{tempfile.mkdtemp()}/log.sqlite3"}
    command = [sys.executable, "-m", "facecompare", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr
        address = server.stderr.readline().split(" on ")[1].split()[0]
        try:
            with httpx.Client(timeout=60) as client:
                for number, pair in enumerate(pairs[: CALLS + 5]):
                    if number == 5:  # after some to warm up
                        began = monotonic()
                    files = {
                        name: (images / path).read_bytes()
                        for name, path in zip(("image1", "image2"), pair, strict=True)
                    }
                    assert client.post(f"{address}/api/compare", files=files).status_code == 200
                return CALLS / (monotonic() - began)
        finally:
            server.terminate()


def check(out: Path, pairs: list[tuple[str, str]]) -> None:
    """Every pair has one row, in order."""
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["image1"], row["image2"]) for row in rows] == pairs
    assert [int(row["pair"]) for row in rows] == list(range(1, len(pairs) + 1))
    verdicts = dict.fromkeys(("true", "false", ""), 0)
    for row in rows:
        verdicts[row["same_person"]] += 1
    print(f"{len(rows):,} rows, each pair once: {verdicts}")


def main(lfw: Path, count: int) -> None:
    images, folder = lfw / "images", Path(tempfile.mkdtemp())
    pairs = make_pairs(images, count)
    manifest, out = folder / "pairs.csv", folder / "results.csv"
    with manifest.open("w", newline="") as file:
        csv.writer(file).writerows([("image1", "image2"), *pairs])
    command = [sys.executable, "-m", "facecompare", "batch", str(manifest)]
    command += ["--images", str(images), "--out", str(out)]

    calls_s = call_rate(images, pairs)
    print(f"first run, killed after {KILLED_AFTER_S:.0f} s:")
    run_batch(command, KILLED_AFTER_S)
    print("second run:")
    photos, done, seconds = run_batch(command)
    check(out, pairs)
    photos_s = (photos - done) / seconds
    pairs_s = photos_s * count / photos
    print(f"{photos:,} photos, {done:,} of them done when the first run was killed")
    print(f"batch: {photos_s:.1f} distinct photos/s, so {pairs_s:.0f} pairs/s")
    print(f"one API call at a time: {calls_s:.1f} pairs/s, {2 * calls_s:.1f} photos/s")
    faster = pairs_s / calls_s, photos_s / calls_s / 2
    print("times faster: {:.1f} by the pair, {:.1f} by the photo".format(*faster))


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("pairs", nargs="?", type=at_least_one, default=PAIRS, metavar="PAIRS")
    options = line.parse_args()
    main(options.lfw, options.pairs)
