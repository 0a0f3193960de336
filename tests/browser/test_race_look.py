"""How the Race page looks: what is in sight, how readable."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenRace
from tests.browser.legibility import offenders
from tests.browser.race import REGRET, REWARD

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ALL = "who=ours,single,epsilon,greedy,softmax,ucb,ab,segments,classic,uniform"


def test_a_laptop_shows_the_bet_the_start_and_who_is_ahead(open_race: OpenRace) -> None:
    page = open_race("?visitors=200&crowds=2", viewport=WIDE)
    bet, start = page.keyed("race-bet").bounding_box(), page.button("start").bounding_box()
    assert bet
    assert start
    assert max(bet["y"] + bet["height"], start["y"] + start["height"]) < WIDE["height"] / 2
    page.race()
    for name in (REWARD, REGRET):
        box = page.chart(name).bounding_box()
        assert box
        assert box["y"] + box["height"] <= WIDE["height"]


def test_on_a_phone_the_start_is_in_sight_and_nothing_scrolls_sideways(
    open_race: OpenRace,
) -> None:
    page = open_race(f"?visitors=200&crowds=2&{ALL}", viewport=NARROW)
    expect(page.button("start")).to_be_in_viewport()
    page.race()
    assert page.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")],
    ids=["laptop-light", "laptop-dark", "phone-light"],
)
def test_all_text_is_large_and_distinct_enough_to_read(
    open_race: OpenRace, size: dict[str, int], scheme: str
) -> None:
    page = open_race(
        f"?visitors=200&crowds=2&drift=halfway&{ALL}", viewport=size, color_scheme=scheme
    )
    faults = offenders(page.page)
    page.bet("Ours")
    page.race()
    faults |= offenders(page.page)
    page.press("settings")
    expect(page.page.get_by_role("dialog", name="Settings")).to_be_visible()
    faults |= offenders(page.page)
    assert not faults, "\n".join(sorted(faults))
