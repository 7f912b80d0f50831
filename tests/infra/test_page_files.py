from __future__ import annotations

import re
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from infra.page_files import PageFiles

WEB = CHECKOUT / "web"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "app.js").write_text('import "./dom.js";', "utf-8")
    (tmp_path / "index.html").write_text(
        '<script src="js/app.js"></script><a href="/api/openapi.json">', "utf-8"
    )
    return tmp_path


def test_assets_are_named_by_their_content_and_the_index_by_itself(page: Path) -> None:
    before = PageFiles.of(page)
    (page / "js" / "app.js").write_text('import "./format.js";', "utf-8")
    after = PageFiles.of(page)
    assert set(before.assets).isdisjoint(after.assets)
    assert before.index != after.index


def test_the_index_names_published_files_and_leaves_the_api_alone(page: Path) -> None:
    (key,) = PageFiles.of(page).assets
    assert PageFiles.of(page).index == (
        f'<script src="{key}"></script><a href="/api/openapi.json">'
    )


def test_every_file_that_the_real_page_refers_to_is_published() -> None:
    published = PageFiles.of(WEB)
    named = set(re.findall(r'(?:src|href)="(?!api/)([^"/#][^"]*)"', published.index))
    assert named
    assert named <= set(published.assets)
    everything = {path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.is_file()}
    names = {key.split("/", 2)[2] for key in published.assets}
    assert everything - names == {"index.html", "README.md"}
