"""The style sheet stands in the page that a browser gets first."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.parts.first_paint import page_routes


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
