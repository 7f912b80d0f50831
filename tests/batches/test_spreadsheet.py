"""Pairs files as spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from facecompare.batches.pairs_file import Pair, read_pairs
from facecompare.batches.spreadsheet import csv_rows, decoded, open_text
from facecompare.cli.main import main
from facecompare.errors import BadManifest
from tests.support.pictures import FACES
from tests.support.spreadsheets import FORMS, spreadsheet

ROWS = [("image1", "image2"), ("änn;1,\t.jpg", 'b"ob".jpg'), ("c.jpg", "d e.jpg")]
PAIRS = [Pair(number, *row) for number, row in enumerate(ROWS[1:], 1)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_pairs(form: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(spreadsheet(form, ROWS))
    assert list(read_pairs(decoded(path.read_bytes()).splitlines(keepends=True))) == PAIRS
    with open_text(path) as lines:
        assert list(read_pairs(lines)) == PAIRS


@pytest.mark.parametrize("form", [form for form in FORMS if "CRLF, padded" in form])
def test_a_label_column_is_still_ignored(form: str) -> None:
    data = spreadsheet(form, [("same", "image1", "image2"), ("1", "a", "b")])
    assert list(read_pairs(decoded(data).splitlines(keepends=True))) == [Pair(1, "a", "b")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("image1;image2\na;b;c\n", "line 2 has 3 cells; expected 2"),
        ("image1;image2\na,b\n", "line 2 has 1 cells; expected 2"),
        ("image1|image2\na|b\n", "line 1 has the fields image1|image2"),
        ("sep=;\nimage1,image2\n", "line 2 has the fields image1,image2"),
        ('sep=;\nimage1;image2\n"a;b\n', "line 3 is no CSV"),
        ("\ufeff", "the pairs file is empty"),
        ("image1\timage2\n\t\n", "a header and no pairs"),
    ],
)
def test_what_is_none_of_them_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(BadManifest, match=told.replace("|", r"\|")):
        list(read_pairs(text.splitlines(keepends=True)))


def test_an_empty_file_has_no_rows() -> None:
    assert list(csv_rows([])) == []


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-8 with a mark", "Windows-1252"])
def test_a_batch_takes_them(encoding: str, tmp_path: Path) -> None:
    pairs, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    rows = [("image1", "image2"), ("obama.jpg", "obama2.jpg")]
    pairs.write_bytes(spreadsheet(f"semicolons, {encoding}, CRLF, padded", rows))
    assert main(["batch", str(pairs), "--images", str(FACES), "--out", str(out)]) == 0
    assert len(out.read_text().splitlines()) == 2
