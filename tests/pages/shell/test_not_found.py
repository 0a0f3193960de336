"""Page for addresses without a page, in the app's own style."""

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from pages.parts.shell.first_paint import page_routes
from pages.parts.shell.not_found import not_found_route
from pages.parts.shell.page_list import HOME, MENU


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of the app's pages, in front of a server that answers at every further
    address.
    """
    others = Starlette(routes=[Route("/{anything:path}", lambda _: PlainTextResponse("Streamlit"))])
    routes = [*page_routes(), not_found_route(), Mount("/", others)]
    with TestClient(Starlette(routes=routes)) as client:
        yield client


@pytest.mark.parametrize("path", ["/nosuch", "/Race", "/no-such?stage=1", "/race2", "/no_such"])
def test_a_name_that_no_page_has_leads_to_those_that_there_are(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no page at this address" in answer.text
    leads = re.findall(r'<li><a href="([^"]+)">', answer.text)
    pages = {page.name for group in MENU.values() for page in group}
    assert set(leads) == {"/" if name == HOME else f"/{name}" for name in pages}
    assert {client.get(path).status_code for path in leads} == {200}


def test_the_requested_address_is_not_on_the_page_and_no_script_runs(
    client: TestClient,
) -> None:
    text = client.get("/nosuch?x=<b>y</b>").text
    assert "nosuch" not in text
    assert "<b>" not in text
    assert "<script" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/health",
        "/favicon.png",
        "/manifest.json",
        "/static/media/x",
        "/media/x",
        "/oauth2callback",
    ],
)
def test_streamlit_files_are_still_found(client: TestClient, path: str) -> None:
    assert client.get(path).text == "Streamlit"


@pytest.mark.parametrize("path", ["/", "/race", "/show", "/why"])
def test_a_page_is_that_page(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200
    assert "There is no page" not in client.get(path).text
