"""What can be known of the page without a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
INDEX = (WEB / "index.html").read_text("utf-8")
SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted((WEB / "js").glob("*.js"))}
STYLES = {path.name: path.read_text("utf-8") for path in sorted((WEB / "css").glob("*.css"))}
CODE = "\n".join(SCRIPTS.values())
FIRST_LOAD_BYTES = 100_000  # budget of part 4, example photos not counted


class Tags(HTMLParser):
    """All start tags with their attributes, and the text inside each kind of element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.text[self._open] = self.text.get(self._open, "") + data.strip()

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(attribute))]


PAGE = Tags(INDEX)


def test_the_page_refers_only_to_files_that_exist():
    links = [
        link for link in PAGE.values("href") + PAGE.values("src") if not link.startswith("/api/")
    ]
    assert [link for link in links if not (WEB / link).is_file()] == []


def test_the_page_refers_only_to_files_beside_it_and_to_the_api():
    absolute = [link for link in PAGE.values("href") + PAGE.values("src") if "//" in link]
    assert absolute == []


def test_every_module_that_is_imported_exists_and_is_preloaded():
    imported = set(re.findall(r'^import .*from "\./([\w.-]+)";', CODE, re.MULTILINE))
    preloaded = {
        attributes["href"]
        for _, attributes in PAGE.tags
        if attributes.get("rel") == "modulepreload"
    }
    assert imported | {"app.js"} == SCRIPTS.keys()
    assert preloaded == {f"js/{name}" for name in imported}


def test_every_style_sheet_is_used():
    assert {link for link in PAGE.values("href") if link.endswith(".css")} == {
        f"css/{name}" for name in STYLES
    }


def test_there_is_no_script_and_no_style_inside_the_page():
    assert PAGE.text.get("script", "") == ""
    assert [tag for tag, _ in PAGE.tags if tag == "style"] == []
    handlers = [name for _, attributes in PAGE.tags for name in attributes if name.startswith("on")]
    assert handlers + PAGE.values("style") == []


def test_every_id_that_a_module_asks_for_exists_once():
    asked = set(re.findall(r'(?:byId|fromTemplate)\("([\w-]+)"\)', CODE))
    assert asked
    assert asked - set(PAGE.values("id")) == set()
    assert len(PAGE.values("id")) == len(set(PAGE.values("id")))


def test_every_part_that_a_module_asks_for_exists():
    asked = set(re.findall(r"\bparts\.(\w+)", CODE))
    assert asked
    assert asked - set(PAGE.values("data-part")) == set()


@pytest.mark.parametrize(
    "danger", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://"]
)
def test_no_module_makes_html_or_code_out_of_data(danger: str):
    assert [name for name, code in SCRIPTS.items() if danger in code] == []


def test_all_words_of_the_page_come_from_the_one_module_of_texts():
    own_words = {tag: text for tag, text in PAGE.text.items() if text}
    assert own_words.keys() == {"title", "p"}
    assert own_words["p"].startswith("This page compares photos with JavaScript")


def test_every_text_is_used_and_every_used_text_exists():
    texts = set(re.findall(r"^  (\w+):", SCRIPTS["texts.js"], re.MULTILINE))
    in_code = set(re.findall(r"\btexts\.(\w+)", CODE)) - {"js"}
    destructured = re.findall(r"\{ (\w+) \} = texts;", CODE)
    used = in_code | set(destructured) | set(PAGE.values("data-text") + PAGE.values("data-label"))
    assert used == texts


def test_colours_are_named_in_one_style_sheet():
    literal = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", re.IGNORECASE)
    found = {name: literal.findall(css) for name, css in STYLES.items()}
    assert {name for name, colours in found.items() if colours} == {"colours.css"}


def test_every_colour_that_is_used_is_named():
    named = set(re.findall(r"^\s+(--[\w-]+):", "\n".join(STYLES.values()), re.MULTILINE))
    used = set(re.findall(r"var\((--[\w-]+)\)", "\n".join(STYLES.values())))
    used |= set(re.findall(r'"(--[\w-]+)"', CODE))
    assert used == named


def test_the_whole_page_is_small():
    assert sum(path.stat().st_size for path in WEB.rglob("*") if path.is_file()) < FIRST_LOAD_BYTES
