"""What can be known of the page without a browser."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from facecompare.api.security_headers import FIRST_STYLE
from facecompare.config import DEFAULT_ENGINE
from facecompare.engines.cards import engine_card
from facecompare.pipeline.match import decisive_threshold
from tests.support.figures import percent

WEB = Path(__file__).parents[2] / "web"
JS = WEB / "js"
SCRIPTS = {
    path.relative_to(JS).as_posix(): path.read_text("utf-8") for path in sorted(JS.rglob("*.js"))
}
ENTRIES = {"app.js", "reference/reference.js"}
TYPES = {"service/types.js"}  # comments only, which no module needs at run time
STYLES = {path.name: path.read_text("utf-8") for path in sorted((WEB / "css").glob("*.css"))}
CODE = "\n".join(SCRIPTS.values())
MAX_LINES = 200  # of a module; texts are a list
LANGUAGES = {name for name in SCRIPTS if name.startswith("texts/")}
ENGLISH = SCRIPTS["texts/en.js"]


class Tags(HTMLParser):
    """All start tags with their attributes, and the text inside each kind of element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self.named: dict[str, str] = {}  # the words of elements with data-text
        self._open = ""
        self._name: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open, self._name = tag, dict(attrs).get("data-text")

    def handle_data(self, data: str) -> None:
        self.text[self._open] = self.text.get(self._open, "") + data.strip()
        if self._name and data.strip():
            self.named[self._name] = self.named.get(self._name, "") + data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._name = None

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(attribute))]


PAGES = {path.name: Tags(path.read_text("utf-8")) for path in sorted(WEB.glob("*.html"))}
PAGE = PAGES["index.html"]
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def in_all_pages(attribute: str) -> list[str]:
    return [value for page in PAGES.values() for value in page.values(attribute)]


@each_page
def test_a_page_refers_only_to_files_that_exist(page: Tags) -> None:
    links = [
        link
        for link in page.values("href") + page.values("src")
        if link != "/" and not link.startswith(("api/", "/api/", "#"))
    ]
    assert links
    assert [link for link in links if not (WEB / link).is_file()] == []


@each_page
def test_a_page_refers_only_to_files_beside_it_to_the_first_page_and_to_the_api(page: Tags) -> None:
    links = page.values("href") + page.values("src")
    absolute = [link for link in links if "//" in link or link.startswith("/")]
    assert {link for link in absolute if link != "/" and not link.startswith("/api/")} == set()


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
    used = ENTRIES.union(*(imported(name, kind) for name in SCRIPTS for kind in (STATIC, DYNAMIC)))
    assert used == SCRIPTS.keys() - TYPES


def test_what_the_first_view_needs_is_preloaded_and_nothing_else() -> None:
    preloaded = {
        attributes["href"]
        for _, attributes in PAGE.tags
        if attributes.get("rel") == "modulepreload"
    }
    needed = loaded_with("app.js") - {"app.js"} | {"texts/en.js"}  # most visitors' language
    assert preloaded == {f"js/{name}" for name in needed}


def test_modules_are_small() -> None:
    long = {name for name, code in SCRIPTS.items() if code.count("\n") > MAX_LINES}
    assert long == LANGUAGES


def test_every_style_sheet_is_used() -> None:
    assert {link for link in in_all_pages("href") if link.endswith(".css")} == {
        f"css/{name}" for name in STYLES
    }


@each_page
def test_the_only_style_inside_a_page_is_the_one_that_the_policy_names(page: Tags) -> None:
    assert page.text.get("script", "") == ""
    assert [tag for tag, _ in page.tags].count("style") == 1
    digest = b64encode(sha256(page.text["style"].encode()).digest()).decode()
    assert f"sha256-{digest}" == FIRST_STYLE, "write it into FIRST_STYLE of api/security_headers.py"
    handlers = [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert handlers + page.values("style") == []


def asked_ids(names: set[str]) -> set[str]:
    code = "\n".join(SCRIPTS[name] for name in names)
    return set(re.findall(r'(?:byId|dialogById|fromTemplate)\("([\w-]+)"\)', code))


def test_every_id_that_a_module_asks_for_exists_once() -> None:
    of_reference = {name for name in SCRIPTS if name.startswith("reference/")}
    for page, names in (
        (PAGES["index.html"], SCRIPTS.keys() - of_reference),
        (PAGES["reference.html"], of_reference),
    ):
        ids = page.values("id")
        assert asked_ids(set(names))
        assert asked_ids(set(names)) - set(ids) == set()
        assert len(ids) == len(set(ids))


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
    for names in re.findall(r"const \{([^}]*)\} = (?:this\.#)?parts;", CODE.replace("\n", " ")):
        asked |= set(re.findall(r"(\w+)(?:: \w+)?(?:,|\s*$)", names))
    assert len(asked) > 80
    assert asked - set(in_all_pages("data-part")) == set()


@pytest.mark.parametrize(
    "danger", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://"]
)
def test_no_module_makes_html_or_code_out_of_data(danger: str) -> None:
    assert [name for name, code in SCRIPTS.items() if danger in code] == []


@each_page
def test_all_words_of_a_page_come_from_the_one_module_of_texts(page: Tags) -> None:
    own_words = {tag: text for tag, text in page.text.items() if text}
    known = dict(re.findall(r'^  (\w+):\s+"(.+?)",$', ENGLISH, re.MULTILINE))
    static = {key: words for key, words in page.named.items() if words}
    assert static == {key: known[key] for key in static}
    assert own_words.keys() - {"style"} == {"title", "p"} | (
        {"h1", "a", "span"} if static else set()
    )
    words = own_words["p"].removesuffix(static.get("introduction", ""))
    assert re.fullmatch(r"This page .+ with JavaScript, which is switched off\.", words)
    assert len(static) == (8 if page is PAGE else 0)


def test_every_text_is_used_and_every_used_text_exists() -> None:
    texts = set(re.findall(r"^  (\w+):", ENGLISH, re.MULTILINE))
    in_code = set(re.findall(r"\btexts\.(\w+)", CODE)) - {"js"}
    destructured = re.findall(r"\{ (\w+) \} = texts;", CODE)
    used = in_code | set(destructured) | set(in_all_pages("data-text") + in_all_pages("data-label"))
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
    credits = set(re.findall(r'^    "(\w+\.\w+)":', ENGLISH, re.MULTILINE))
    assert photos == credits == set(re.findall(r"^\| `([\w.]+)` \|", sources, re.MULTILINE))


def at_threshold(engine: str, threshold: float) -> dict[str, Any]:
    """What the engine's kept evaluation says at this threshold."""
    path = WEB.parent / "models" / "evaluations" / f"{engine}.json"
    found = json.loads(path.read_text("utf-8"))["verification"]["at_thresholds"]
    [at] = [at for at in found if at["threshold"] == threshold]
    return dict(at)


def test_the_figures_of_accuracy_are_those_of_the_evaluations() -> None:
    texts = ENGLISH.replace("\\u00a0", " ")
    [table] = re.findall(r"^  accuracyRows: \[\n(.+?)^  \],$", texts, re.DOTALL | re.MULTILINE)
    rows = re.findall(r'\["([\w-]+)( \(default\))?", "([\d.]+)", "(.+?)"\]', table)
    assert len(rows) == table.count("\n") == 5
    expected = [
        (engine, default, at, percent(at_threshold(engine, float(at))["accuracy"]["value"], 1))
        for engine, default, at, _ in rows
    ]
    assert rows == expected, f"write into accuracyRows of web/js/texts/en.js: {expected}"
    own = f"{decisive_threshold(engine_card(DEFAULT_ENGINE)):g}"
    defaults = [(engine, threshold) for engine, default, threshold, _ in rows if default]
    assert defaults == [(DEFAULT_ENGINE, own)]


def test_the_page_tells_how_many_pairs_of_one_person_the_default_refuses() -> None:
    threshold = decisive_threshold(engine_card(DEFAULT_ENGINE))
    refused = at_threshold(DEFAULT_ENGINE, threshold)["false_rejects"]["value"]
    texts = ENGLISH.replace("\\u00a0", " ")
    [meaning] = re.findall(r"^  accuracyMeaning:\n(.+?),$", texts, re.DOTALL | re.MULTILINE)
    expected = f"default's {percent(refused, 1)} of them"
    assert expected in meaning, f"write into accuracyMeaning of web/js/texts/en.js: {expected}"
