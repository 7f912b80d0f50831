"""Files of pairs: what is read, and how wrong ones are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from facecompare.errors import BadDataset
from facecompare.evaluation.pairs import LabelledPair, check_images, read_labelled_pairs
from facecompare.evaluation.strata import read_groups
from tests.support.spreadsheets import FORMS, spreadsheet


def written(folder: Path, text: str, name: str = "pairs.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_lfw_s_view_1(tmp_path: Path) -> None:
    lines = "Ann_Lee\t1\t2\nAnn_Lee\t3\tBob_Ray\t12\n"
    assert read_labelled_pairs(written(tmp_path, "2\n" + lines * 2))[:2] == [
        LabelledPair("Ann_Lee/Ann_Lee_0001.jpg", "Ann_Lee/Ann_Lee_0002.jpg", True),
        LabelledPair("Ann_Lee/Ann_Lee_0003.jpg", "Bob_Ray/Bob_Ray_0012.jpg", False),
    ]


def test_lfw_s_view_2_has_folds(tmp_path: Path) -> None:
    fold = "A\t1\t2\nA\t1\tB\t1\n"
    pairs = read_labelled_pairs(written(tmp_path, "2\t1\n" + fold * 2))
    assert [pair.fold for pair in pairs] == [0, 0, 1, 1]


def test_csv(tmp_path: Path) -> None:
    lines = "a.jpg, sub/b.png,1\na.jpg,c.jpg,False\n\n"
    assert read_labelled_pairs(written(tmp_path, "image1,image2,same\n" + lines * 2, "pairs.csv"))[
        :2
    ] == [
        LabelledPair("a.jpg", "sub/b.png", True),
        LabelledPair("a.jpg", "c.jpg", False),
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pairs.txt", "", "does not begin with LFW's counts"),
        ("pairs.txt", "a.jpg b.jpg 1\n", "does not begin with LFW's counts"),
        ("pairs.txt", "1\nA\t1\n", "line 2 of pairs.txt is 'A\\t1'"),
        ("pairs.txt", "1\nA\tone\ttwo\n", "line 2 of pairs.txt"),
        (
            "pairs.txt",
            "1\nA\t1\t2\n",
            "1 pairs of one person and 0 of two people; expected at least 2",
        ),
        ("pairs.txt", "1\nA\t1\tB\t2\n", "0 pairs of one person and 1 of two people"),
        ("pairs.txt", "1\n", "0 pairs of one person and 0 of two people"),
        ("pairs.csv", "one,two,same\n", "begins with 'one,two,same'; expected image1,image2,same"),
        ("pairs.csv", "", "begins with ''"),
        ("pairs.csv", "image1,image2,same\na.jpg,b.jpg\n", "line 2 of pairs.csv is 'a.jpg,b.jpg'"),
        ("pairs.csv", "image1,image2,same\na.jpg,b.jpg,perhaps\n", "line 2 of pairs.csv"),
        ("pairs.csv", "image1,image2,same\n../a.jpg,b.jpg,1\n", "leads out of the folder"),
        ("pairs.csv", "image1,image2,same\n/etc/passwd,b.jpg,1\n", "leads out of the folder"),
    ],
)
def test_what_is_wrong_with_a_file_of_pairs_is_told(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(BadDataset) as caught:
        read_labelled_pairs(written(tmp_path, text, name))
    assert words in caught.value.message


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadDataset, match=r"cannot be read as a text of pairs"):
        read_labelled_pairs(path)
    with pytest.raises(BadDataset, match=r"cannot be read as a text of pairs"):
        read_labelled_pairs(tmp_path / "nowhere.txt")


def test_missing_photos_are_counted_and_some_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    with pytest.raises(BadDataset, match=r"4 of 5 photos are not in .*: b, c, d …"):
        check_images(tmp_path, ["a.jpg", "b", "c", "d", "e"])
    with pytest.raises(BadDataset, match="is no folder"):
        check_images(tmp_path / "elsewhere", ["a.jpg"])


def test_groups_are_read_by_file_name(tmp_path: Path) -> None:
    path = written(tmp_path, "image,group\nx/a.jpg,f\nb.jpg,m\n", "groups.csv")
    assert read_groups(path) == {"a.jpg": "f", "b.jpg": "m"}
    with pytest.raises(BadDataset, match="expected a header and two columns"):
        read_groups(written(tmp_path, "image\na.jpg\n", "groups.csv"))
    with pytest.raises(BadDataset, match="cannot be read"):
        read_groups(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("form", FORMS)
def test_labelled_pairs_and_groups_may_be_a_spreadsheet_s(form: str, tmp_path: Path) -> None:
    rows = [("a.jpg", "sub/b.png", "1"), ("a.jpg", "ö;c.jpg", "0")] * 2
    path = tmp_path / "pairs.csv"
    path.write_bytes(spreadsheet(form, [("image1", "image2", "same"), *rows]))
    assert read_labelled_pairs(path) == [
        LabelledPair(one, other, same == "1") for one, other, same in rows
    ]
    path.write_bytes(spreadsheet(form, [("image", "group"), ("sub/ö.jpg", "x, y")]))
    assert read_groups(path) == {"ö.jpg": "x, y"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_lfw_s_format_may_begin_with_a_mark(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_bytes(("2\n" + "A\t1\t2\nA\t1\tB\t1\n" * 2).encode(encoding))
    assert len(read_labelled_pairs(path)) == 4
