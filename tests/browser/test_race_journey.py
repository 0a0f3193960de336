"""Journeys through the Race page in a real browser, with real processes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import OpenRace
from tests.browser.race import REGRET, REWARD, RacePage

pytestmark = pytest.mark.browser

QUICK = "?visitors=200&crowds=2"


def workers(pid: int) -> int:
    """Number of race processes of a server."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    children = [child for thread in threads for child in read(thread / "children").split()]
    return sum("spawn_main" in read(Path(f"/proc/{child}/cmdline")) for child in children)


def read(file: Path) -> str:
    """Text of a file in /proc; empty if the process has ended."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_bet_watch_a_race_and_see_the_winner(open_race: OpenRace, server: Server) -> None:
    """The processes of the race end with the race."""
    page = open_race("?visitors=200&crowds=5")
    expect(page.page.get_by_role("heading", name="Methods")).to_be_visible()
    page.bet("A/B test")
    # The race of a closed tab continues for as long as the tab may return.
    wait_until(page, lambda: workers(server.pid) == 0, "a process of somebody else is left")
    page.press("start")
    expect(page.button("stop")).to_be_visible()
    wait_until(page, lambda: workers(server.pid) > 0, "no process races")
    page.finish()
    wait_until(page, lambda: workers(server.pid) == 0, "a process is left")
    expect(page.verdict).to_contain_text(re.compile(r"You bet on A/B test: it came \w+ of 4"))
    earned = re.compile(r"earned (most: )?0\.\d+ \(0\.\d+\sto\s0\.\d+\) per visitor")
    expect(page.verdict).to_contain_text(earned)
    runs = page.rows("runs")
    assert len(runs) == 20
    assert {run["contender"] for run in runs} == {"ours", "epsilon", "ab", "classic"}
    curves = page.rows("curves")
    assert {row["measure"] for row in curves} == {"recent_reward", "cumulative_regret", "weight"}

    page.bet("This engine")
    page.press("start")
    expect(page.page).to_have_url(re.compile("seed=8"))
    page.press("stop")
    expect(page.verdict).to_contain_text("Stopped after")


@pytest.mark.nightly
def test_a_ready_made_race_is_seen_as_it_runs_and_can_be_stopped(
    open_race: OpenRace, server: Server
) -> None:
    page = open_race("?world=shop")
    page.choose("race-preset", "Tastes change halfway")
    expect(page.page).to_have_url(re.compile("drift=halfway"))
    page.settle()
    page.press("start")
    for name in (REWARD, REGRET):
        rule = page.chart(name).locator("[aria-label*='Tastes change after visitor: 1,000']")
        expect(rule).to_have_count(1)
    progress = page.page.get_by_text(re.compile(r"[1-9]\d* of [\d,]+ choices made"))
    expect(progress).to_be_visible()
    (choices,) = re.findall(r"of ([\d,]+) choices", progress.inner_text())
    assert workers(server.pid)
    page.press("stop")
    expect(page.verdict).to_contain_text("Stopped after")
    expect(page.button("start")).to_be_enabled()
    expect(page.chart(REWARD).locator("svg")).to_be_visible()
    assert 1 <= len(page.rows("runs")) < int(choices.replace(",", "")) / 2_000


def wait_until(page: RacePage, happens: Callable[[], bool], otherwise: str) -> None:
    for _ in range(2_400):  # Two minutes, the time in which a closed tab may return.
        if happens():
            return
        page.page.wait_for_timeout(50)
    raise AssertionError(otherwise)


@pytest.mark.nightly
def test_two_people_get_the_same_race_from_the_same_link(open_race: OpenRace) -> None:
    page = open_race(f"{QUICK}&world=news&seed=3&who=ours,segments&field=place&drift=slow")
    page.race()
    visitor = open_race(page.link)
    visitor.race()
    assert visitor.rows("runs") == page.rows("runs")


def test_the_keyboard_bets_starts_and_stops(open_race: OpenRace) -> None:
    page = open_race("?visitors=2000&crowds=100")
    page.tab_to("race-bet")
    page.page.keyboard.press("Space")
    expect(page.keyed("race-bet").get_by_role("radio").first).to_be_checked()
    page.settle()
    page.page.keyboard.press("p")
    expect(page.button("stop")).to_be_visible()
    page.settle()
    page.page.keyboard.press("p")
    expect(page.button("start")).to_be_enabled()
