"""How the Play page looks: what is in sight, how large, how readable."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenPage
from tests.browser.legibility import offenders
from tests.browser.play import BARS, BELLS, MAP, REGRET, WORLDS, PlayPage

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EITHER_THEME = pytest.mark.parametrize("scheme", ["light", "dark"])
REWARDS = ("reward-1", "reward-2", "reward-3")


def open_at(open_page: OpenPage, size: dict[str, int], scheme: str) -> PlayPage:
    return open_page(viewport=size, color_scheme=scheme)


def bottom(element: Locator) -> float:
    """Where an element ends, in pixels from the top of the page."""
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"]


def lowest(play: PlayPage, *others: str) -> float:
    """Where the offer, its reward buttons and some charts end."""
    parts = [play.keyed("offer"), *map(play.button, REWARDS), *map(play.chart, others)]
    return max(map(bottom, parts))


def in_every_world(play: PlayPage, scheme: str, check: Callable[[str], None]) -> None:
    """Before and after a click in each world; the dark theme has the same sizes as the light."""
    for title in WORLDS if scheme == "light" else WORLDS[:1]:
        play.choose_world(title)
        check(f"{title}, at first")
        play.press("reward-1")
        play.expect_visitors(1)
        check(f"{title}, after a click")


@EITHER_THEME
def test_on_a_phone_nothing_scrolls_sideways_and_the_offer_can_be_answered_at_once(
    open_page: OpenPage, scheme: str
) -> None:
    play = open_at(open_page, NARROW, scheme)
    found = []

    def check(when: str) -> None:
        width = play.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        if width > 0:
            found.append(f"{when}: {width} px wider than the screen")
        if (end := lowest(play)) > NARROW["height"]:
            found.append(f"{when}: the reward buttons end at {end:.0f} px")

    in_every_world(play, scheme, check)
    assert not found, found


@EITHER_THEME
def test_on_a_laptop_offer_rewards_beliefs_and_map_are_on_the_first_screen(
    open_page: OpenPage, scheme: str
) -> None:
    play = open_at(open_page, WIDE, scheme)
    found = []

    def check(when: str) -> None:
        if (end := lowest(play, BARS, BELLS, MAP)) > WIDE["height"]:
            found.append(f"{when}: ends at {end:.0f} px")

    in_every_world(play, scheme, check)
    assert not found, found


def test_the_reward_buttons_stay_where_they_are(open_page: OpenPage) -> None:
    play = open_at(open_page, WIDE, "light")
    found = []
    for title in WORLDS:
        play.choose_world(title)
        places = set()
        for visitors in range(1, 6):
            places.add(bottom(play.button("reward-3")))
            play.press("step")
            play.expect_visitors(visitors)
        if len(places) > 1:
            found.append(f"{title}: end at {sorted(places)} px")
    assert not found, found


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")],
    ids=["laptop-light", "laptop-dark", "phone-light"],
)
def test_all_text_is_large_and_distinct_enough_to_read(
    open_page: OpenPage, size: dict[str, int], scheme: str
) -> None:
    play = open_at(open_page, size, scheme)
    faults: set[str] = set()

    def look() -> None:
        faults.update(offenders(play.page))

    look()
    play.press("let-in-100")
    play.expect_visitors(100)
    expect(play.button("start")).to_be_enabled()
    play.press("reward-1")
    play.expect_visitors(101)
    play.switch("truth")
    expect(play.chart(REGRET).locator("svg")).to_be_visible()
    look()
    for key, shown in (("log", "Download"), ("code", "POST /rank")):
        play.keyed(key).locator("summary").click()
        expect(play.keyed(key)).to_contain_text(shown)
    look()
    play.open_settings()
    look()
    assert not faults, "\n".join(sorted(faults))


def test_charts_follow_when_the_system_turns_dark(open_page: OpenPage) -> None:
    play = open_at(open_page, WIDE, "light")
    ink = play.page.locator(".role-axis-label text").first
    expect(ink).to_have_css("fill", "rgb(20, 23, 28)")
    play.page.emulate_media(color_scheme="dark")
    expect(ink).not_to_have_css("fill", "rgb(20, 23, 28)")
    assert not offenders(play.page)
