"""From a key to Play's picture: the Python code of the page runs as it is, and its calls arrive."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab
from tests.browser.legibility import cramped
from tests.browser.page import AppPage
from tests.browser.play import PlayPage
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser


class ConnectPage(AppPage):
    """A tab with the Connect page."""

    PATH = "/connect"

    def code(self, client: str) -> str:
        """The code for a client."""
        self.page.get_by_role("tab", name=client, exact=True).click()
        block = self.page.get_by_role("tabpanel").locator("code:visible")
        return block.text_content() or ""

    @property
    def calls(self) -> list[str]:
        """Headings of the listed calls, newest first."""
        return self.keyed("connect-calls").locator("summary").all_inner_texts()


def run(code: str, folder: Path) -> str:
    """Run a script in its own process; return its output."""
    script = folder / "application.py"
    script.write_text(code, encoding="utf-8")
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@pytest.mark.parametrize(
    "client", ["Python", pytest.param("Python, older client", marks=pytest.mark.nightly)]
)
def test_the_python_of_the_page_teaches_the_loop_on_play(
    new_tab: NewTab, server: Server, tmp_path: Path, client: str
) -> None:
    play = PlayPage(new_tab(), server.address).open()
    before = play.chances
    play.go_to("Connect")
    connect = ConnectPage(play.page, server.address)
    connect.press("connect-make-1")
    expect(connect.button("connect-make-1")).to_have_text(re.compile("Rotate key 1"))
    code = connect.code(client)
    assert run(code, tmp_path).count("shown") == 50
    rows = connect.keyed("connect-calls").locator("summary")
    expect(rows.first).to_contain_text("learned")
    expect(rows.first).to_contain_text("Reward")
    assert {"Rank", "Reward"} <= {word for call in connect.calls for word in call.split()}
    rows.first.click()
    expect(connect.keyed("connect-calls").get_by_text('"value"')).to_be_visible()
    play.go_to("Play")
    play.expect_visitors(50)
    assert play.chances != before
    run(code, tmp_path)
    play.expect_visitors(100)
    assert not play.complaints


def test_test_calls_go_over_http_and_the_page_fits(
    new_tab: NewTab, server: Server, all_looks: bool
) -> None:
    connect = ConnectPage(new_tab(), server.address).open()
    connect.press("connect-make-1")
    connect.press("connect-send")
    expect(connect.page.get_by_text("100 sent, 100 answered")).to_be_visible()
    connect.keyed("connect-settings").locator("summary").click()
    expect(connect.keyed("connect-save")).to_be_visible()
    faults = list(violations(connect, "Connect"))
    if all_looks:
        for look in connect.in_all_looks():
            faults += [f"{look}: {fault}" for fault in cramped(connect)]
    assert not faults, "\n".join(faults)
    assert not connect.complaints
