"""What a browser does about the headers of every answer."""

import pytest

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser


def test_a_script_that_got_into_the_page_does_not_run(open_page: OpenPage) -> None:
    page = open_page()
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
    page.complaints.clear()
