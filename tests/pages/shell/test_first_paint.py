"""Style sheets in the start page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.parts.shell.first_paint import page, page_routes


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=page_routes())) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/play", "/compare", "/race", "/evaluate", "/data"])
def test_each_page_has_the_sheet_before_all_that_streamlit_draws(
    client: TestClient, path: str
) -> None:
    text = client.get(path).text
    assert text.count(".st-key-toolbar") > 1
    assert text.count(".st-key-on-stage") == 0, "the stage's own is read on the stage alone"
    assert client.get(f"{path}?stage=1").text.count(".st-key-on-stage") > 1
    assert text.index("</style>") < text.index('<div id="root">')
    assert text.rindex('rel="stylesheet"') < text.index("<style>"), "Streamlit's own comes first"


def test_each_page_asks_at_once_for_the_fonts_that_its_words_are_set_in(client: TestClient) -> None:
    asked = re.findall(r'as="font"[^>]* href="\./([^"]+)"', client.get("/race").text)
    assert len(asked) == 3
    assert all((Path(st.__file__).parent / "static" / one).is_file() for one in asked)


def test_no_browser_keeps_a_page_of_an_older_app(client: TestClient) -> None:
    assert client.get("/").headers["cache-control"] == "no-cache"


def test_the_first_page_by_name_keeps_its_query(
    client: TestClient,
) -> None:
    asked = client.get("/play?world=shop&seed=7&you=1", follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (307, "/?world=shop&seed=7&you=1")
    assert client.get("/play", follow_redirects=False).headers["location"] == "/"


def test_another_address_is_not_ours(client: TestClient) -> None:
    assert client.get("/nosuch").status_code == 404


def test_no_rule_has_a_browser_reckon_all_styles_anew_at_each_click() -> None:
    """Streamlit changes classes of every redrawn element, and each change may match a rule on a
    part of a class name. Rules for print or narrow windows are exempt."""
    wide = "@media (min-width: 641px) { [class*=st-key-first-] > * { color: red; } }"
    assert "[class*=" not in read_by_wide_windows(page())
    assert "[class*=" in read_by_wide_windows(f"{page()}{wide}")
    assert ".st-key-toolbar" in read_by_wide_windows(page())


def test_has_selectors_match_few_elements() -> None:
    """After each change inside an element with a `:has()` test, a browser recalculates the styles
    of all possible subjects of such rules, identified by a class, attribute or tag. The subject
    must be a rare class, not `p` or `[data-testid=...]`.
    """
    own = read_by_wide_windows(page()).split("<style>", 1)[1].split("</style>")[0]
    wide = ".stMain:has(.st-key-hero) p { color: red; } .st-key-hero:has(p) { color: red; }"
    assert list(about_many(own)) == []
    assert list(about_many(f"{own} {wide}")) == [".stMain§ p"]
    assert "aria-label" not in "".join(re.findall(r":has\([^{]*", own)), "which charts change"


def about_many(sheet: str) -> Iterator[str]:
    """Yield selectors with a `:has()` on an ancestor and a common subject; ``§`` replaces the
    test."""
    for rule in re.findall(r"([^{};]*:has\([^{};]*)\{", sheet):
        selectors = rule
        while ":has(" in selectors:
            selectors = re.sub(r":has\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", "§", selectors)
        selectors = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", selectors)
        for selector in selectors.split(","):
            around, _, last = selector.strip().rpartition(" ")
            if "§" in around and not re.search(r"\.st(?:-key-|Main|Toast)", last):
                yield selector.strip()


def read_by_wide_windows(sheet: str) -> str:
    """Remove comments, and rules for print, forced colours, and narrow or low windows."""
    rules = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    low = r"max-width: (?:\d{1,3}|1[01]\d\d)px|max-height: [1-6]\d\dpx"
    small = rf"@media [^{{}}]*(?:print|forced-colors|{low})[^{{}}]*\{{"
    return re.sub(small + r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}", "", rules)


_PAIR = r'\b(?:pair|both)\("(\w+)"|draw_pair\(scene, "(\w+)"|key="pair-(\w+)"'


def test_each_pair_of_pictures_is_one_below_the_other_where_there_is_no_room() -> None:
    pairs = {
        name
        for path in (Path(__file__).parents[3] / "pages").rglob("*.py")
        for name in re.findall(_PAIR, path.read_text())
    }
    names = {"".join(parts) for parts in pairs}
    assert len(names) > 9
    lists = re.findall(r":is\(([^()]*st-key-pair-(?:along|raced)[^()]*)\)", page())
    assert len(lists) == 2, "one list of those of lessons, and one of all others"
    assert set(re.findall(r"\.st-key-pair-(\w+)", "".join(lists))) == names
