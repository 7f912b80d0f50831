"""One person among many photos: `facecompare find` beside `facecompare batch`.

    python -m tests.benchmarks.find LFW [PHOTOS]

Looks for the person of LFW's first photo among the next 1,000, and has a batch compare the same
pairs, in turns; then interrupts a search in the middle and starts it again. Prints both rates,
their quotient, and whether all runs have the same rows.
"""

from __future__ import annotations

import csv
import re
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, sleep

from tests.support.measured.arguments import at_least_one, benchmark_parser, existing_folder
from tests.support.processes import obey_interrupts

PHOTOS, ROUNDS = 1_000, 3
INTERRUPTED_AFTER = 0.4  # of the time that a whole search takes


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "facecompare", *map(str, arguments)]


def seconds(arguments: list[str]) -> float:
    """Of a whole run, from its start to its end."""
    began = monotonic()
    run = subprocess.run(arguments, capture_output=True, text=True, check=False)
    taken = monotonic() - began
    assert run.returncode in (0, 1, 5, 6), run.stderr  # a verdict, or photos without a face
    print(f"  {arguments[3]:5} {taken:6.1f} s   {run.stderr.strip().splitlines()[-1]}", flush=True)
    return taken


def searched(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def interrupted(search: list[str], after_s: float) -> str:
    """What a run that is interrupted says last."""
    with subprocess.Popen(
        search, stderr=subprocess.PIPE, text=True, preexec_fn=obey_interrupts
    ) as run:
        assert run.stderr
        run.stderr.readline()  # what is to be done: the engine is loaded
        sleep(after_s)
        run.send_signal(signal.SIGINT)
        told = run.stderr.read().strip()
    assert run.returncode == 130, run.returncode
    return told.splitlines()[-1]


def main(lfw: Path, count: int) -> None:
    images, folder = lfw / "images", Path(tempfile.mkdtemp())
    reference, *photos = sorted(images.rglob("*.jpg"))[: count + 1]
    many = folder / "photos"
    many.mkdir()
    for photo in photos:
        (many / photo.name).symlink_to(photo.resolve())
    pairs = folder / "pairs.csv"
    rows = [(str(reference.resolve()), str(many / photo.name)) for photo in photos]
    with pairs.open("w", newline="") as file:
        csv.writer(file).writerows([("image1", "image2"), *rows])

    batch_s, find_s = [], []
    for number in range(ROUNDS):
        batch = command("batch", pairs, "--out", folder / f"batch{number}.csv")
        batch_s.append(seconds(batch))
        search = command("find", reference, many, "--out", folder / f"find{number}.csv")
        find_s.append(seconds(search))
    whole = searched(folder / "find0.csv")
    assert len(whole) == len(photos)

    out = folder / "resumed.csv"
    search = command("find", reference, many, "--out", out)
    told = interrupted(search, INTERRUPTED_AFTER * statistics.median(find_s))
    resumed = subprocess.run(search, capture_output=True, text=True, check=False)
    found = re.search(r"([\d,]+) photos are done already", resumed.stderr)
    assert found
    done = int(found[1].replace(",", ""))

    pairs_of_batch = {Path(row["image2"]).name: row for row in searched(folder / "batch0.csv")}
    same = sum(
        pairs_of_batch[Path(row["file"]).name][name] == row[name]
        for row in whole
        for name in ("verdict", "distance", "error_code")
    )
    rates = [len(photos) / statistics.median(each) for each in (batch_s, find_s)]
    print(f"batch: {rates[0]:.1f} photos/s; find: {rates[1]:.1f} photos/s, whole commands")
    print(f"find ÷ batch: {rates[1] / rates[0]:.3f} (medians of {ROUNDS} runs each)")
    print(f"verdicts, distances and errors as the batch's: {same:,} of {3 * len(whole):,}")
    print(f"interrupted: {told!r}; {done:,} photos were done")
    print(f"resumed: the rows are {'the same' if searched(out) == whole else 'DIFFERENT'}")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("photos", nargs="?", type=at_least_one, default=PHOTOS, metavar="PHOTOS")
    options = line.parse_args()
    main(options.lfw, options.photos)
