"""Hostile photos of every kind, made by code: what each costs, and how it is answered.

All of them, in a server too: `make bombs`.
"""

from __future__ import annotations

import pytest

from tests.support.hostile.bombs import bombs
from tests.support.hostile.mutations import mutated
from tests.support.hostile.parser_runs import mutated_inputs
from tests.support.hostile.parsers import PARSERS
from tests.support.hostile.seeds import portraits
from tests.support.measured.bomb_runs import CommandLine
from tests.support.measured.fuzz_runs import RUN, fuzz

FILES, INPUTS = 300, 100
# One or two of each kind of cost: pixels, depth, alpha, scans, markers, fill bytes, grids, turns,
# strips, runs, items.
KINDS = (
    "JPEG: 51 MP, progressive CMYK",
    "JPEG: 10,000 scans of 12 MP",
    "JPEG: 14 MB of 0xFF, first",
    "JPEG: 2 million APP1 markers, first",
    "PNG: 51 MP, colour and alpha, 16 bits",
    "PNG: 1 million tEXt",
    "WEBP: 51 MP, lossless with alpha",
    "WEBP: 51 MP, frames of one pixel",
    "TIFF: 3 million strips",
    "GIF: 2 million comments",
    "BMP: RLE8, runs of one",
    "PNG: 10 MP, 19,000 empty chunks",
    "HEIF: a grid of 961 × one tile, 400 px",
    "AVIF: 65,000 items",
)


@pytest.fixture(scope="module")
def command_line() -> CommandLine:
    return CommandLine()


@pytest.mark.parametrize("name", KINDS)
def test_a_hostile_photo_is_cheap_and_answered(name: str, command_line: CommandLine) -> None:
    cost = command_line.cost(bombs()[name]())
    assert cost.broken == [], cost


def test_mutated_photos_of_every_format_have_typed_errors_and_keep_the_budget() -> None:
    found = fuzz(FILES)
    assert found.faults == []
    assert found.outcomes.total() == FILES
    assert {"faces", "damaged_image"} <= found.outcomes.keys()


@pytest.mark.parametrize("name", PARSERS)
def test_a_reader_of_untrusted_bytes_keeps_its_contract(name: str) -> None:
    assert list(mutated_inputs(name, INPUTS, RUN)) == []


def test_the_same_number_makes_the_same_file() -> None:
    seeds = list(portraits().values())
    assert mutated(1, 7, seeds) == mutated(1, 7, seeds)
    assert len({mutated(1, number, seeds) for number in range(50)}) > 45
