"""Effects of the response headers in a browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab
from tests.browser.page import AppPage

pytestmark = pytest.mark.browser


def test_a_script_that_got_into_the_page_does_not_run(new_tab: NewTab, server: Server) -> None:
    page = AppPage(new_tab(), server.address).visit(f"{server.address}/words")
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    assert not page.complaints
    ran = page.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const image = new Image();
            image.setAttribute("onerror", "window.ran = true");
            image.src = "data:,";
            document.body.append(image);
            try { setTimeout("window.ran = true"); } catch {}
            return new Promise(resolve => setTimeout(() => resolve(window.ran === true), 300));
        }"""
    )
    assert not ran
    blocked = [said for said in page.complaints if "Content Security Policy" in said]
    assert len(blocked) == len(page.complaints) >= 2
