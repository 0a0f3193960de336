"""Nothing is lost: reload, restart, a second tab."""

import os
import re
import signal
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.browser.app import Server, free_port, running
from tests.browser.conftest import OpenPage
from tests.browser.page import AppPage
from tests.browser.play import PlayPage


def loop_of(page: AppPage) -> str:
    """The loop's id, once the address names it."""
    page.page.wait_for_url(re.compile("loop="))
    return parse_qs(urlsplit(page.page.url).query)["loop"][0]


def teach(page: PlayPage, visitors: int = 10) -> None:
    """Let a small crowd in and answer one visitor by hand."""
    page.press(f"let-in-{visitors}")
    page.expect_visitors(visitors)
    page.press("reward-1")
    page.expect_visitors(visitors + 1)
    page.settle()


def test_a_reload_keeps_the_loop_and_its_next_answer(open_page: OpenPage) -> None:
    page = open_page("?seed=11&floor=10&next=1")
    teach(page)
    loop, who, chances, offered = loop_of(page), page.who.inner_text(), page.chances, page.offered
    page.page.reload()
    page.expect_visitors(11)
    expect(page.who).to_have_text(who)
    page.settle()
    assert loop_of(page) == loop
    assert "floor=10" in page.page.url
    assert (page.chances, page.offered) == (chances, offered)


def test_a_second_tab_sees_each_click_within_a_second(open_page: OpenPage) -> None:
    one = open_page()
    teach(one)
    other = open_page(f"?loop={loop_of(one)}")
    other.expect_visitors(11)
    one.press("reward-1")
    one.expect_visitors(12)
    expect(other.visitors).to_have_text("12", timeout=2_000)
    other.press("reward-2")
    expect(one.visitors).to_have_text("13", timeout=2_000)


def test_a_killed_server_comes_back_with_the_loop(open_page: OpenPage, tmp_path: Path) -> None:
    port = free_port()
    with running(data=tmp_path, port=port) as server:
        page = open_page(address=server.address)
        teach(page)
        loop, before = loop_of(page), page.events()
        _kill(server)
    page.complaints.clear()
    with running(data=tmp_path, port=port):
        page.open(f"?loop={loop}")
        page.expect_visitors(11)
        assert page.events() == before
        page.press("reward-1")
        page.expect_visitors(12)
    page.complaints.clear()


def _kill(server: Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    time.sleep(0.2)
