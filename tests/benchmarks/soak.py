"""What grows in a server that compares for long, and whether threads change a distance.

    python -m tests.benchmarks.soak [--comparisons 3000] [--parts 10] [--each 200]

Starts `facecompare serve`, sends comparisons from two clients at once, and prints after each part
its memory, descriptors, threads, processes and records, with all of its children (Linux). Then 8
threads × --each comparisons in this process, against one; 0 leaves them out. The exit code is 1
when something has grown since the first part, when a record is missing, or when a distance differs.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

from facecompare.compare import compare
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from tests.support import pictures
from tests.support.measured.arguments import at_least_one, benchmark_parser, none_or_more
from tests.support.measured.served import served
from tests.support.measured.soak_runs import HEAD, State, grown, soak

CLIENTS = 2
THREADS = 8


def server_grows(comparisons: int, parts: int) -> list[str]:
    print(HEAD, flush=True)
    wrong, states = list[str](), list[State]()
    with served() as server:
        for each in soak(server, comparisons, parts, CLIENTS):
            print(each, flush=True)
            if isinstance(each, State):
                states.append(each)
            else:
                wrong.append(each)
    return wrong + grown(states)


def threads_differ(each: int) -> list[str]:
    engine = load_engine("dlib-fast", Settings.from_env())
    photos = [Photo(path.read_bytes()) for path in sorted(pictures.FACES.glob("*.jpg"))]
    pairs = list(itertools.combinations(photos, 2))
    one = RequestOptions(threads=1)
    alone = [compare(*pair, engine, one).match.distance for pair in pairs]
    jobs = list(itertools.islice(itertools.cycle(range(len(pairs))), THREADS * each))
    with ThreadPoolExecutor(THREADS) as pool:
        answers = pool.map(lambda job: compare(*pairs[job], engine, one).match.distance, jobs)
        wrong = sum(
            answer != alone[job]
            for job, answer in zip(jobs, tqdm(answers, total=len(jobs)), strict=True)
        )
    print(f"{THREADS} threads × {each} comparisons: {wrong} differ from one thread's")
    return [f"{wrong} distances differ"] if wrong else []


def main(comparisons: int, parts: int, each: int) -> int:
    """0 when nothing has grown."""
    wrong = server_grows(comparisons, parts) + (threads_differ(each) if each else [])
    print("\n".join(wrong) or "nothing has grown")
    return bool(wrong)


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("--comparisons", type=at_least_one, default=3_000, metavar="N")
    line.add_argument("--parts", type=at_least_one, default=10, metavar="N")
    line.add_argument("--each", type=none_or_more, default=200, metavar="N")
    options = line.parse_args()
    if options.comparisons < options.parts:
        line.error(f"found {options.comparisons} comparisons; expected one for each part or more")
    raise SystemExit(main(options.comparisons, options.parts, options.each))
