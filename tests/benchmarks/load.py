"""Four times what a server can do, for a minute.

    python -m tests.benchmarks.load [--seconds 60] [--times 4]

Starts `facecompare serve`, measures one comparison alone and how many it can do a second, and then
sends four times as many, whatever it answers (open loop), from a cheap client in a process of its
own; the client takes its part of the same processors. Printed are the times of those that were
accepted and of those that were refused, of health, records and page meanwhile, the records, and the
memory before, during and after it. Then clients that leave, and many requests of one idempotency
key. The exit code is 1 when a bound is broken; all bounds are printed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from tests.support.measured import load_checks as checks
from tests.support.measured.arguments import benchmark_parser, positive
from tests.support.measured.http_client import percentile
from tests.support.measured.open_loop import Load
from tests.support.measured.process_tree import Usage, memory_bytes, watched
from tests.support.measured.served import Served, served

ALONE, CLIENTS_EACH, CAPACITY = 40, 2, 120  # requests, clients for a core, requests
LEAVING, SAME_KEY = 20, 50
RECOVERY_S, SLOWER = 5.0, 1.5  # within so long it is as fast as before, but for this factor
TIMES_ALONE, REFUSED_S, BESIDE_S = 5.0, 0.1, 0.2
LOOKED_AT_S = 0.25  # memory; each 20 ms would take a tenth of two cores
MEMORY = 1.25  # of what it took when it was busy and not overloaded


def ms(values: list[float], share: float) -> float:
    return 1000 * percentile(values, share)


def bounds(
    loaded: Load, alone: float, records: int, memory: tuple[Usage, int], after: float
) -> Iterator[tuple[str, bool]]:
    """(what was found beside what is allowed, whether it is kept)."""
    usage, flat = memory
    slow, refused = ms(loaded.accepted, 0.99), ms(loaded.refused, 0.99)
    yield (
        f"accepted {len(loaded.accepted)}: p50 {ms(loaded.accepted, 0.5):.0f} ms, p99 {slow:.0f} "
        f"ms; at most {1000 * TIMES_ALONE * alone:.0f}",
        bool(loaded.accepted) and slow <= 1000 * TIMES_ALONE * alone,
    )
    yield (
        f"refused {len(loaded.refused)}: p99 {refused:.0f} ms; at most {1000 * REFUSED_S:.0f}",
        bool(loaded.refused) and refused <= 1000 * REFUSED_S,
    )
    known = sum(map(len, (loaded.accepted, loaded.refused)))
    yield (
        f"statuses {loaded.statuses}; expected 200, 429 and 503 only",
        known == sum(loaded.statuses.values()),
    )
    yield (
        f"refused without Retry-After {loaded.without_retry_after}; expected 0",
        loaded.without_retry_after == 0,
    )
    yield (
        f"records {records}; expected {len(loaded.accepted)}, the answers",
        records == len(loaded.accepted),
    )
    for name, values in loaded.beside.items():
        yield (
            f"{name} {len(values)}: p99 {ms(values, 0.99):.0f} ms; at most {1000 * BESIDE_S:.0f}",
            ms(values, 0.99) <= 1000 * BESIDE_S,
        )
    yield f"health, records and page failed {loaded.beside_failed}", loaded.beside_failed == 0
    yield (
        f"memory {usage.base / 1e6:.0f} MB before, {usage.peak / 1e6:.0f} during; at most "
        f"{flat / 1e6:.0f}",
        usage.peak <= flat,
    )
    yield (
        f"afterwards {1000 * after:.0f} ms alone; at most {1000 * SLOWER * alone:.0f} within "
        f"{RECOVERY_S:.0f} s",
        after <= SLOWER * alone,
    )


def overloaded(server: Served, times: float, seconds: float) -> Iterator[tuple[str, bool]]:
    alone = checks.unloaded_median(server, ALONE)
    with watched(server.pid, every_s=LOOKED_AT_S) as busy:
        most = checks.capacity(server, CLIENTS_EACH * (os.cpu_count() or 1), CAPACITY)
    print(f"one comparison alone {1000 * alone:.0f} ms; {most:.1f} a second at most", flush=True)
    before = server.records()
    with watched(server.pid, every_s=LOOKED_AT_S) as usage:
        loaded = checks.apart(server, times * most, seconds)
    time.sleep(RECOVERY_S / 2)
    begun = time.monotonic()
    after = checks.unloaded_median(server, 5)
    if time.monotonic() - begun > RECOVERY_S:
        after = float("inf")
    checks.settled(server)
    records = server.records() - before - 5
    print(f"{times:.0f} times that for {seconds:.0f} s:", flush=True)
    yield from bounds(loaded, alone, records, (usage, round(MEMORY * busy.peak)), after)
    now = memory_bytes(server.pid)
    yield f"memory {now / 1e6:.0f} MB after it", now <= MEMORY * busy.peak


def every_check(times: float, seconds: float) -> Iterator[tuple[str, bool]]:
    with served() as server:
        yield from overloaded(server, times, seconds)
    with served() as server:
        checks.unloaded_median(server, 2)
        left = checks.left_records(server, LEAVING)
        yield f"{LEAVING} clients that leave: {left} records; expected 0", left == 0
        wrong = checks.one_key(server, SAME_KEY)
        yield f"{SAME_KEY} requests of one idempotency key: {wrong or 'one comparison'}", not wrong


def main(times: float, seconds: float) -> int:
    """0 when every bound is kept."""
    broken = 0
    for text, kept in every_check(times, seconds):
        broken += not kept
        print(f"  {'ok    ' if kept else 'BROKEN'} {text}", flush=True)
    print(f"{broken} bounds broken")
    return bool(broken)


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("--seconds", type=positive, default=60, metavar="S")
    line.add_argument("--times", type=positive, default=4, metavar="FACTOR")
    options = line.parse_args()
    raise SystemExit(main(options.times, options.seconds))
