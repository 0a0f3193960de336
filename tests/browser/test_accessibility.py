"""Pages in the states that are listed here: nothing serious or moderate for axe-core, and, but for
Play, Compare and Race, which tests of their own look at, nothing cut off, small or faint in the
windows that `cramped` is given.

Another scheme changes colours alone. Those are measured, text by text, by `cramped` and by tests of
how a page looks; axe-core looks at both schemes of what they do not see.
"""

from collections.abc import Iterator
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab, OpenCompare, OpenEvaluate, OpenPage, OpenRace, OpenWorlds
from tests.browser.data import DataPage
from tests.browser.legibility import cramped
from tests.browser.page import NARROW, AppPage
from tests.browser.play import REGRET
from tests.browser.why import WhyPage

pytestmark = pytest.mark.browser

BAD = {"moderate", "serious", "critical"}
NOT_OURS = ("[disabled]", "[aria-disabled=true]", "[data-disabled=true]")
"""What cannot be used now need not stand out (WCAG 1.4.3)."""
ALL = {"resultTypes": ["violations"]}
COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules about colours: a scheme changes nothing else."""


def violations(page: AppPage, state: str, options: dict[str, list[str]] = ALL) -> Iterator[str]:
    """What axe-core finds on what is shown now."""
    page.settle()
    page.page.mouse.move(0, 0)
    for fault in sorted(page.lasting(partial(_found, page, options))):
        yield f"{state}, {page.schemes[0]}: {fault}"


def in_both_schemes(page: AppPage, state: str) -> Iterator[str]:
    """That, and then in the other scheme."""
    yield from violations(page, state)
    page.turn(page.schemes[1])
    yield from violations(page, state, COLOURS)


def wrong(page: AppPage, state: str) -> Iterator[str]:
    """That, and what does not fit or is too faint in the other scheme."""
    yield from violations(page, state)
    page.turn(page.schemes[1])
    yield from (f"{state}, {fault}" for fault in sorted(cramped(page)))


def _found(page: AppPage, options: dict[str, list[str]]) -> set[str]:
    page.stand_still()
    found = Axe().run(page.page, {"exclude": [[each] for each in NOT_OURS]}, options)
    return {
        f"{one['id']} ({one['impact']}): {'; '.join(n['html'][:120] for n in one['nodes'][:3])}"
        for one in found.response["violations"]
        if one["impact"] in BAD
    }


def test_play_in_each_of_its_states(open_page: OpenPage) -> None:
    play = open_page()
    found = [*violations(play, "empty")]
    play.press("let-in-100")
    play.expect_visitors(100)
    play.press("reward-1")
    play.expect_visitors(101)
    play.press("bookmark")
    play.page.get_by_role("radio", name="0 · crowd").click()
    expect(play.keyed("past")).to_be_visible()
    found += in_both_schemes(play, "a past moment")
    play.press("back-to-now")
    expect(play.keyed("past")).to_be_hidden()
    play.switch("play-truth")
    expect(play.chart(REGRET).locator("svg.marks")).to_be_visible()
    for key, shown in (("log", "Download"), ("code", "POST /rank"), ("hypotheses", "Believed")):
        play.keyed(key).locator("summary").click()
        expect(play.keyed(key)).to_contain_text(shown)
    found += in_both_schemes(play, "truth shown, all open")
    play.open_settings()
    found += violations(play, "settings")
    play.close_popover()
    play.page.set_viewport_size(NARROW)
    found += violations(play, "phone")
    assert not found, "\n".join(found)


def test_the_first_screens_of_the_other_pages(
    open_compare: OpenCompare,
    open_race: OpenRace,
    open_evaluate: OpenEvaluate,
    open_worlds: OpenWorlds,
    new_tab: NewTab,
    server: Server,
) -> None:
    data = DataPage(new_tab(), server.address)
    data.open()
    found = [*violations(open_compare(), "Compare")]
    found += violations(open_race(), "Race")
    found += wrong(open_evaluate("?visitors=300&truth=1"), "Evaluate")
    found += wrong(open_worlds(), "Worlds")
    found += wrong(data, "Data")
    why = WhyPage(data.page, server.address)
    why.open()
    found += wrong(why.wait(), "Why")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "path",
    [
        "/learn",
        "/learn?lesson=barista&step=reveal&language=de",
        "/words",
        "/use",
        "/show",
        "/?you=1",
    ],
)
def test_lessons_and_words_and_where_you_choose(new_tab: NewTab, server: Server, path: str) -> None:
    page = AppPage(new_tab(), server.address).visit(f"{server.address}{path}")
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    page.come_to_rest()
    found = list(wrong(page, path))
    assert not found, "\n".join(found)
    assert not page.complaints


def test_what_comes_later_on_the_other_pages(
    open_compare: OpenCompare, open_race: OpenRace
) -> None:
    found = [*violations(open_compare().why(), "Compare, why")]
    race = open_race("?visitors=200&crowds=2")
    race.race()
    found += violations(race, "Race, after")
    race.press("link")
    found += in_both_schemes(race, "Race, links")
    assert not found, "\n".join(found)
