"""What can be known of the page without a browser."""

from __future__ import annotations

import os
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
INDEX = (WEB / "index.html").read_text("utf-8")
JS = WEB / "js"
SCRIPTS = {
    path.relative_to(JS).as_posix(): path.read_text("utf-8") for path in sorted(JS.rglob("*.js"))
}
TYPES = {"service/types.js"}  # comments only, which no module needs at run time
STYLES = {path.name: path.read_text("utf-8") for path in sorted((WEB / "css").glob("*.css"))}
CODE = "\n".join(SCRIPTS.values())
MAX_LINES = 200  # of a module; texts.js is a list


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


def test_the_page_refers_only_to_files_that_exist() -> None:
    links = [
        link
        for link in PAGE.values("href") + PAGE.values("src")
        if not link.startswith(("/api/", "#"))
    ]
    assert [link for link in links if not (WEB / link).is_file()] == []


def test_the_page_refers_only_to_files_beside_it_and_to_the_api() -> None:
    absolute = [link for link in PAGE.values("href") + PAGE.values("src") if "//" in link]
    assert absolute == []


STATIC = re.compile(r'^import [^;]*?from "(\.[^"]+)";', re.MULTILINE)
DYNAMIC = re.compile(r'\bimport\("(\.[^"]+)"\)')


def imported(name: str, kind: re.Pattern[str]) -> set[str]:
    folder = (JS / name).parent
    code = re.sub(
        r"/\*\*.*?\*/", "", SCRIPTS[name], flags=re.DOTALL
    )  # types are imported in comments
    return {(folder / link).resolve().relative_to(JS).as_posix() for link in kind.findall(code)}


def loaded_with(name: str) -> set[str]:
    """The module and all that it cannot run without."""
    found, new = set(), {name}
    while new:
        found |= new
        new = set().union(*(imported(each, STATIC) for each in new)) - found
    return found


def test_every_module_is_used_and_exists() -> None:
    used = {"app.js"}.union(
        *(imported(name, kind) for name in SCRIPTS for kind in (STATIC, DYNAMIC))
    )
    assert used == SCRIPTS.keys() - TYPES


def test_what_the_first_view_needs_is_preloaded_and_nothing_else() -> None:
    preloaded = {
        attributes["href"]
        for _, attributes in PAGE.tags
        if attributes.get("rel") == "modulepreload"
    }
    assert preloaded == {f"js/{name}" for name in loaded_with("app.js") - {"app.js"}}


def test_the_types_in_comments_hold() -> None:
    compiler = WEB.parent / "node_modules" / ".bin" / "tsc"
    if not compiler.is_file():
        pytest.skip("TypeScript is not installed: types are NOT checked; see: make node_modules")
    project = Path(__file__).with_name("jsconfig.json")
    node = {"PATH": f"{compiler.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [compiler, "--project", project], capture_output=True, text=True, env=os.environ | node
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_modules_are_small() -> None:
    long = {name for name, code in SCRIPTS.items() if code.count("\n") > MAX_LINES}
    assert long == {"texts.js"}


def test_every_style_sheet_is_used() -> None:
    assert {link for link in PAGE.values("href") if link.endswith(".css")} == {
        f"css/{name}" for name in STYLES
    }


def test_there_is_no_script_and_no_style_inside_the_page() -> None:
    assert PAGE.text.get("script", "") == ""
    assert [tag for tag, _ in PAGE.tags if tag == "style"] == []
    handlers = [name for _, attributes in PAGE.tags for name in attributes if name.startswith("on")]
    assert handlers + PAGE.values("style") == []


def test_every_id_that_a_module_asks_for_exists_once() -> None:
    asked = set(re.findall(r'(?:byId|fromTemplate)\("([\w-]+)"\)', CODE))
    assert asked
    assert asked - set(PAGE.values("id")) == set()
    assert len(PAGE.values("id")) == len(set(PAGE.values("id")))


def test_every_view_that_is_linked_exists() -> None:
    linked = {link.removeprefix("#/") for link in PAGE.values("href") if link.startswith("#/")} - {
        ""
    }
    assert {f"view-{name}" for name in linked} == {
        name for name in PAGE.values("id") if name.startswith("view-")
    }
    assert linked == set(re.findall(r"^  (\w+): (?:create|async)", SCRIPTS["app.js"], re.MULTILINE))


def test_every_part_that_a_module_asks_for_exists() -> None:
    asked = set(re.findall(r"\bparts\.(\w+)", CODE))
    assert asked
    assert asked - set(PAGE.values("data-part")) == set()


@pytest.mark.parametrize(
    "danger", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://"]
)
def test_no_module_makes_html_or_code_out_of_data(danger: str) -> None:
    assert [name for name, code in SCRIPTS.items() if danger in code] == []


def test_all_words_of_the_page_come_from_the_one_module_of_texts() -> None:
    own_words = {tag: text for tag, text in PAGE.text.items() if text}
    assert own_words.keys() == {"title", "p"}
    assert own_words["p"].startswith("This page compares photos with JavaScript")


def test_every_text_is_used_and_every_used_text_exists() -> None:
    texts = set(re.findall(r"^  (\w+):", SCRIPTS["texts.js"], re.MULTILINE))
    in_code = set(re.findall(r"\btexts\.(\w+)", CODE)) - {"js"}
    destructured = re.findall(r"\{ (\w+) \} = texts;", CODE)
    used = in_code | set(destructured) | set(PAGE.values("data-text") + PAGE.values("data-label"))
    assert used == texts


def test_colours_are_named_in_one_style_sheet() -> None:
    literal = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", re.IGNORECASE)
    found = {name: literal.findall(css) for name, css in STYLES.items()}
    assert {name for name, colours in found.items() if colours} == {"colours.css"}


def test_every_colour_that_is_used_is_named() -> None:
    named = set(re.findall(r"^\s+(--[\w-]+):", "\n".join(STYLES.values()), re.MULTILINE))
    used = set(re.findall(r"var\((--[\w-]+)\)", "\n".join(STYLES.values())))
    used |= set(re.findall(r'"(--[\w-]+)"', CODE))
    assert used == named


def test_every_example_photo_has_its_source() -> None:
    examples = WEB / "examples"
    sources = (examples / "SOURCES.md").read_text("utf-8")
    photos = {path.name for path in examples.glob("*.jpg")}
    credits = set(re.findall(r'^    "([\w.]+)": "', SCRIPTS["texts.js"], re.MULTILINE))
    assert photos == credits == set(re.findall(r"^\| `([\w.]+)` \|", sources, re.MULTILINE))


def test_the_figures_of_accuracy_are_those_of_the_readme() -> None:
    readme = (WEB.parent / "models" / "README.md").read_text("utf-8").replace(" %", "%")
    rows = re.findall(
        r'\["([\w-]+)[^"]*", "([\d.]+)\\u00a0%", "([\d.]+)\\u00a0%"\]', SCRIPTS["texts.js"]
    )
    assert len(rows) == 2
    for engine, at6, at5 in rows:
        assert re.search(rf"\| `{engine}`[^|]*\|[^|]*\| {at6}% \| {at5}% \|", readme), engine
