"""What is written agrees with what is there: every page, link, name and table.

Commands: `tests/documentation/test_commands.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import facecompare
from facecompare import errors
from facecompare.api.errors import STATUS
from facecompare.cli.main import exit_code
from facecompare.config import CHECKOUT, DEBUG_VARIABLE, ENGINES, ENV_PREFIX, setting_names
from facecompare.engines.cards import CARDS
from facecompare.errors import FaceCompareError
from facecompare.pipeline.remedies import REMEDIES
from tests.documentation import commands, pages, service, tables
from tests.support import pictures

README = CHECKOUT / "README.md"
README_LINES = 120
PAGES = pages.texts()
PARTS = [part for page in pages.pages() for part in tables.parts(page)]


def leaves(branch: type[FaceCompareError] = FaceCompareError) -> set[type[FaceCompareError]]:
    children = branch.__subclasses__()
    return set().union(*(leaves(child) for child in children)) if children else {branch}


def documented(part_name: str) -> str:
    return "".join(part.body for part in PARTS if part.name == part_name)


# Pages and links


def test_the_readme_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= README_LINES


def test_every_page_is_one_click_from_the_readme() -> None:
    linked = [pages.inside(README, link) for link in pages.links(PAGES["README.md"])]
    reached = {target[0] for target in linked if target} | {README}
    assert {pages.name_of(page) for page in set(pages.pages()) - reached} == set()


def test_every_link_inside_the_repository_resolves() -> None:
    broken = []
    for name, text in PAGES.items():
        for link in pages.links(text):
            target = pages.inside(CHECKOUT / name, link)
            if target and not _resolves(*target):
                broken.append(f"{name}: {link}")
    assert broken == []


def _resolves(path: Path, anchor: str) -> bool:
    if not path.exists() or not path.is_relative_to(CHECKOUT):
        return False
    return not anchor or anchor in pages.anchors(path.read_text("utf-8"))


def test_a_link_to_nothing_would_be_found() -> None:
    assert pages.links("[a](b.md#c) ![d](e.png)\n```sh\n[no](link)\n```\n") == ["b.md#c", "e.png"]
    assert pages.anchors("# A `b`-c, d\n## E (f)\n") == {"a-b-c-d", "e-f"}
    assert not _resolves(CHECKOUT / "README.md", "there-is-no-such-heading")
    assert not _resolves(CHECKOUT / "NOTHING.md", "")


# Names


def test_every_setting_is_documented_and_no_other_is_named() -> None:
    known = {ENV_PREFIX + name.upper() for name in setting_names()} | {DEBUG_VARIABLE}
    current = "".join(text for name, text in PAGES.items() if name not in pages.HISTORY)
    assert set(re.findall(rf"(?<!\w){ENV_PREFIX}[A-Z0-9_]+", current)) == known
    rows = re.findall(rf"^\| `({ENV_PREFIX}\w+)` \|", documented("settings"), re.MULTILINE)
    assert rows == [ENV_PREFIX + name.upper() for name in setting_names()]


def test_every_error_has_a_status_and_no_other_class_has() -> None:
    assert set(STATUS) == leaves()


def test_every_error_has_a_code_of_its_own_and_an_exit_code() -> None:
    codes = [error.code for error in leaves()]
    assert len(set(codes)) == len(codes)
    assert {exit_code(error("found")) for error in leaves()} == {2, 3, 4}


def test_every_error_is_documented_and_no_other_is() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", documented("errors"), re.MULTILINE))
    own = {error.code: str(status) for error, status in STATUS.items()}
    assert rows == own | {code: str(status) for code, (status, _) in tables.HTTP_ERRORS.items()}


def test_http_s_own_errors_are_what_the_page_says(client: TestClient) -> None:
    answers = [client.get("/api/nothing"), client.put("/api/compare")]
    for answer in answers:
        assert tables.HTTP_ERRORS[answer.json()["code"]][0] == answer.status_code
    assert len({answer.status_code for answer in answers}) == 2


def test_every_name_of_a_field_is_one() -> None:
    """`like_this` in a page is a field, an error, an option, a setting, or a file of that name."""
    known = _names()
    unknown = [
        f"{name}: {code}"
        for name, text in PAGES.items()
        if name not in pages.HISTORY
        for code in pages.inline_code(text)
        if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", code) and code not in known
    ]
    assert unknown == []


def _names() -> set[str]:
    from infra.settings import DeploySettings

    modules = (path for folder in pages.FOLDERS for path in (CHECKOUT / folder).rglob("*.py"))
    files = {name for path in modules for name in (path.stem, path.parent.name)}
    codes = {error.code for error in leaves()} | set(tables.HTTP_ERRORS)
    packages = {"face_recognition", "face_recognition_models"}
    options = set(DeploySettings.__dataclass_fields__)
    measures = {name for name, _ in REMEDIES}
    return files | codes | packages | options | measures | service.field_names()


def test_every_deploy_option_that_is_named_is_one() -> None:
    for name, text in PAGES.items():
        if name not in pages.HISTORY:
            for option in re.findall(r"-c (\w+)=", text):
                commands.context(["-c", f"{option}=value"])


def test_input_errors_are_4xx_and_the_others_are_not() -> None:
    for error, status in STATUS.items():
        assert (status < 500) is issubclass(error, errors.InputError)


def test_settings_and_catalogue_know_the_same_engines() -> None:
    assert tuple(card.id for card in CARDS) == ENGINES


def test_every_moved_module_is_where_upgrading_says() -> None:
    package = CHECKOUT / "layers" / "core" / "python"
    rows = re.findall(
        r"^\| `(facecompare[\w.]*)` \| `(facecompare[\w.]*)` \|", PAGES["UPGRADING.md"], re.M
    )
    assert len(rows) > 40
    for old, new in rows:
        assert not (package / old.replace(".", "/")).with_suffix(".py").exists(), old
        assert (package / new.replace(".", "/")).with_suffix(".py").exists(), new


# Generated parts


def test_every_marked_part_has_a_generator_and_every_generator_a_part() -> None:
    assert {part.name for part in PARTS} == tables.GENERATED.keys() | tables.MEASURED.keys()


@pytest.mark.parametrize("part", PARTS, ids=tables.describe)
def test_no_generated_part_is_stale(part: tables.Part) -> None:
    if part.name in tables.GENERATED:
        assert part.body.strip() == tables.fresh(part).strip(), "run: make docs"
    else:
        assert part.argument.startswith(tables.MEASURED[part.name])


def test_no_marker_is_left_open() -> None:
    for name, text in PAGES.items():
        begun = len(re.findall(r"^<!-- [a-z]+(?:: .+)? -->$", text, re.MULTILINE))
        assert begun == sum(pages.name_of(part.page) == name for part in PARTS), name


# Other promises


def test_the_newest_changelog_entry_is_the_version() -> None:
    newest = re.search(r"^## \[(\S+)\] – \d{4}-\d{2}-\d{2}$", PAGES["CHANGELOG.md"], re.MULTILINE)
    assert newest is not None
    assert newest[1] == facecompare.__version__


def test_upgrading_speaks_of_the_version() -> None:
    minor = ".".join(facecompare.__version__.split(".")[:2])
    assert re.search(rf"^## .+ → {re.escape(minor)}$", PAGES["UPGRADING.md"], re.MULTILINE)


@pytest.mark.parametrize("name", sorted(pages.HISTORY))
def test_no_line_of_the_past_is_told_of_two_versions(name: str) -> None:
    points = re.findall(r"^- (?:.+\n)(?:  .+\n)*", PAGES[name], re.MULTILINE)
    assert len(points) > 40
    assert {point for point in points if points.count(point) > 1} == set()


def test_decisions_stand_by_date_newest_first() -> None:
    dates = re.findall(r"^- \*\*(\d{4}-\d{2}-\d{2}), ", PAGES["CONTRIBUTING.md"], re.MULTILINE)
    assert len(dates) > 30
    assert dates == sorted(dates, reverse=True)


def test_every_committed_photo_has_its_source_beside_it() -> None:
    sources = (pictures.FACES / "SOURCES.md").read_text("utf-8")
    named = set(re.findall(r"`([\w.-]+\.jpg)`", sources))
    assert named == {photo.name for photo in pictures.FACES.glob("*.jpg")}


def test_no_constraint_names_a_place() -> None:
    lines = (CHECKOUT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 40
    assert all(re.fullmatch(r"[\w.-]+==[\w.+!]+", pin) for pin in pins)


def test_every_make_target_is_explained() -> None:
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: ((?:\\\n|.)+)$", makefile, re.MULTILINE)
    assert phony is not None
    made_as_a_folder = {"node_modules"}
    targets = set(phony[1].replace("\\", "").split()) | made_as_a_folder
    assert commands.make_targets().keys() == targets


def test_every_make_target_is_on_a_page() -> None:
    current = "".join(text for name, text in PAGES.items() if name not in pages.HISTORY)
    named = set(re.findall(r"\bmake ([a-z][a-z_-]*)", current))
    assert commands.make_targets().keys() - named == set()


def test_no_generated_row_ends_in_the_middle_of_a_sentence() -> None:
    rows = re.findall(r"^\| `[A-Z]+ /.* \|$", documented("operations"), re.MULTILINE)
    assert len(rows) > 15
    assert [row for row in rows if not row.endswith((". |", "? |"))] == []
