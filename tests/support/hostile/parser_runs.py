"""Our readers of untrusted bytes on mutated inputs."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator

from tests.support.hostile.mutations import mutated
from tests.support.hostile.parsers import PARSERS, TEXTS
from tests.support.hostile.seeds import portraits

CPU_S = 3.0


def mutated_inputs(name: str, number: int, run: int) -> Iterator[str]:
    """The faults of a reader: what it raised against its contract, and what took too long."""
    seeds = list(TEXTS.get(name) or portraits().values())
    for each in range(number):
        begun = time.process_time()
        try:
            PARSERS[name](mutated(run, each, seeds))
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            yield f"{name}, input {each}: {error!r} in {place.filename}:{place.lineno}"
        if (took := time.process_time() - begun) > CPU_S:
            yield f"{name}, input {each}: {took:.1f} s of CPU"
