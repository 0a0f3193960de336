"""The style sheet stands in the page that a browser gets first."""

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.parts.first_paint import page, page_routes


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
    assert text.count(".st-key-on-stage") > 1
    assert text.index("</style>") < text.index('<div id="root">')
    assert text.rindex('rel="stylesheet"') < text.index("<style>"), "Streamlit's own comes first"


def test_no_browser_keeps_a_page_of_an_older_app(client: TestClient) -> None:
    assert client.get("/").headers["cache-control"] == "no-cache"


def test_another_address_is_not_ours(client: TestClient) -> None:
    assert client.get("/nosuch").status_code == 404


def test_no_rule_has_a_browser_reckon_all_styles_anew_at_each_click() -> None:
    """Streamlit changes classes of all that is drawn anew: whoever asks for a part of a class's
    name may be meant by each of them. What only paper or narrow windows read is let off."""
    sheet = re.sub(r"/\*.*?\*/", "", page(), flags=re.DOTALL)
    always = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", sheet)
    assert ".st-key-toolbar" in always
    assert "[class*=st-key-pair-]" in sheet
    assert "[class*=" not in always
