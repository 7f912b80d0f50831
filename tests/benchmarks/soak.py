"""What a server's memory does, and whether threads change a distance.

    python -m tests.benchmarks.soak [PHOTO …]

Starts `facecompare serve`, sends 1,000 comparisons from four clients at once, prints the server's
peak memory on the way (Linux). Then 8 threads × 200 comparisons in this process, against one.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
from tqdm import tqdm

from facecompare.compare import compare
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from tests.support import pictures

COMPARISONS, CLIENTS = 1_000, 4
THREADS, EACH = 8, 200


def peak_rss_mb(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak
    return int(peak[1]) * 1024 / 1e6


def server_memory(paths: list[Path]) -> None:
    environment = os.environ | {"FACECOMPARE_RECORDS": f"{tempfile.mkdtemp()}/log.sqlite3"}
    command = [sys.executable, "-m", "facecompare", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr
        address = server.stderr.readline().split(" on ")[1].split()[0]
        pairs = itertools.cycle(list(itertools.product(paths, paths)))
        try:
            with httpx.Client(timeout=120) as client, ThreadPoolExecutor(CLIENTS) as pool:

                def send(pair: tuple[Path, Path]) -> int:
                    files = {"image1": pair[0].read_bytes(), "image2": pair[1].read_bytes()}
                    return client.post(f"{address}/api/compare", files=files).status_code

                for part in range(10):
                    some = list(itertools.islice(pairs, COMPARISONS // 10))
                    statuses = set(pool.map(send, some))
                    done = (part + 1) * COMPARISONS // 10
                    print(
                        f"{done:5} comparisons: peak {peak_rss_mb(server.pid):.0f} MB, {statuses}"
                    )
        finally:
            server.terminate()


def threads_agree(paths: list[Path]) -> None:
    engine = load_engine("dlib-fast", Settings.from_env())
    pairs = list(itertools.combinations([Photo(path.read_bytes()) for path in paths], 2))
    one = RequestOptions(threads=1)
    alone = [compare(*pair, engine, one).match.distance for pair in pairs]
    jobs = list(itertools.islice(itertools.cycle(range(len(pairs))), THREADS * EACH))
    with ThreadPoolExecutor(THREADS) as pool:
        answers = pool.map(lambda job: compare(*pairs[job], engine, one).match.distance, jobs)
        wrong = sum(
            answer != alone[job]
            for job, answer in zip(jobs, tqdm(answers, total=len(jobs)), strict=True)
        )
    print(f"{THREADS} threads × {EACH} comparisons: {wrong} differ from one thread's")


if __name__ == "__main__":
    chosen = [Path(name) for name in sys.argv[1:]] or sorted(pictures.FACES.glob("*.jpg"))
    server_memory(chosen)
    threads_agree(chosen)
