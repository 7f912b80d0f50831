"""What is written agrees with what is there."""

from __future__ import annotations

import re
from pathlib import Path

import facecompare
from facecompare import errors
from facecompare.api.errors import STATUS
from facecompare.cli.main import exit_code
from facecompare.config import ENGINES, ENV_PREFIX, setting_names
from facecompare.engines.cards import CARDS
from facecompare.errors import FaceCompareError
from tests.support import pictures

CHECKOUT = Path(__file__).resolve().parents[1]
README = (CHECKOUT / "README.md").read_text()


def leaves(branch: type[FaceCompareError] = FaceCompareError) -> set[type[FaceCompareError]]:
    children = branch.__subclasses__()
    return set().union(*(leaves(child) for child in children)) if children else {branch}


def test_every_error_has_a_status_and_no_other_class_has() -> None:
    assert set(STATUS) == leaves()


def test_every_error_has_a_code_of_its_own_and_an_exit_code() -> None:
    codes = [error.code for error in leaves()]
    assert len(set(codes)) == len(codes)
    assert {exit_code(error("found")) for error in leaves()} == {2, 3, 4}


def test_the_readme_lists_every_error_with_its_status() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", README, re.MULTILINE))
    assert rows == {error.code: str(status) for error, status in STATUS.items()} | {
        "not_found": "404",
        "method_not_allowed": "405",
        "internal_error": "500",
    }


def test_input_errors_are_4xx_and_the_others_are_not() -> None:
    for error, status in STATUS.items():
        assert (status < 500) is issubclass(error, errors.InputError)


def test_the_readme_lists_every_setting() -> None:
    rows = re.findall(rf"^\| `({ENV_PREFIX}\w+)` \|", README, re.MULTILINE)
    assert rows == [ENV_PREFIX + name.upper() for name in setting_names()]


def test_the_readme_names_every_command() -> None:
    for command in ("compare", "predict", "detect", "embed", "log", "serve", "models", "bench"):
        assert f"facecompare {command}" in README


def test_settings_and_catalogue_know_the_same_engines() -> None:
    assert tuple(card.id for card in CARDS) == ENGINES


def test_the_newest_changelog_entry_is_the_version() -> None:
    changelog = (CHECKOUT / "CHANGELOG.md").read_text()
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\] – \d{4}-\d{2}-\d{2}$", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == facecompare.__version__


def test_every_committed_photo_has_its_source_beside_it() -> None:
    for photo in pictures.FACES.glob("*.jpg"):
        assert f"`{photo.name}`" in (photo.parent / "SOURCES.md").read_text()


def test_every_relative_link_of_the_readme_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README):
        assert (CHECKOUT / target).exists(), target


def test_no_constraint_names_a_place() -> None:
    lines = (CHECKOUT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 40
    assert all(re.fullmatch(r"[\w.-]+==[\w.+!]+", pin) for pin in pins)
