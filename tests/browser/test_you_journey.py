"""The first minute of a new visitor on a phone, who then chooses personally and races."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FloatRect, Locator, expect

from tests.browser.conftest import OpenPage
from tests.browser.page import NARROW, SIZES, AppPage
from tests.browser.play import PlayPage
from tests.browser.test_accessibility import in_both_schemes, violations

pytestmark = pytest.mark.browser

Look = Callable[[AppPage, str], Iterator[str]]
STEP = re.compile(r"^[123]/3\b")
"""Beginning of each sentence in the first minute."""


def ring_is_whole(play: PlayPage, key: str) -> bool:
    """True if a ring three pixels outside of a button has the same colour on all four sides."""
    box = play.keyed(key).bounding_box()
    assert box
    wide, high = round(box["width"]) + 6, round(box["height"]) + 6
    left, top = round(box["x"]) - 3, round(box["y"]) - 3
    seen = play.page.screenshot(clip={"x": left, "y": top, "width": wide, "height": high})
    grey = Image.open(BytesIO(seen)).convert("L").tobytes()
    middles = ((0, high // 2), (wide - 1, high // 2), (wide // 2, 0), (wide // 2, high - 1))
    found = [grey[x + wide * y] for x, y in middles]
    return max(found) - min(found) < 20


def box_of(locator: Locator) -> FloatRect:
    """Place and size of an element, once it is visible."""
    expect(locator).to_be_visible()
    box = locator.bounding_box()
    assert box is not None
    return box


def test_somebody_new_on_a_phone_answers_lets_people_in_chooses_and_races(
    open_page: OpenPage, all_looks: bool
) -> None:
    play = open_page(viewport=NARROW, new_here=True)
    faults = set[str]()
    sizes = SIZES if all_looks else (NARROW,)

    def look(at: str, others: Look = in_both_schemes) -> None:
        wrong = play.lasting(lambda: {*play.clipped, *(["wide"] if play.excess > 0 else [])})
        faults.update(f"{at}: {one}" for one in wrong)
        if all_looks:
            faults.update(others(play, at))

    stood: dict[int, set[int]] = {size["width"]: set() for size in sizes}
    for step, key in (("1/3", "reward-1"), ("2/3", "reward-3"), ("3/3", "let-in-100")):
        expect(play.page.get_by_text(step)).to_be_visible()
        play.settle()
        for size in sizes:
            play.page.set_viewport_size(size)
            box = box_of(play.keyed("panel-visit").locator(".reward-bar"))
            stood[size["width"]].add(round(box["y"]))
            said = box_of(play.page.get_by_text(step))
            skip = box_of(play.button("skip-first-minute"))
            if not said["y"] <= skip["y"] + skip["height"] / 2 <= said["y"] + said["height"]:
                faults.add(f"{step}, {size['width']} px: Skip is not beside what it is about")
        play.page.set_viewport_size(NARROW)
        if step == "1/3":
            look(step, violations)  # In the other scheme, the third sentence says the same.
        elif step == "3/3":
            look(step)
            if not ring_is_whole(play, key):
                faults.add(f"{step}: the ring around its button is cut")
        play.press(key)
    assert all(len(places) == 1 for places in stood.values()), f"the answers move: {stood}"
    play.expect_visitors(102)
    expect(play.page.get_by_text(STEP)).to_have_count(0)

    again = PlayPage(play.page.context.new_page(), play.address).open()
    again.settle()
    expect(again.page.get_by_text("Click how they like it")).to_be_visible()
    expect(again.page.get_by_text(STEP)).to_have_count(0)
    again.page.close()

    play.choose_yourself()
    expect(play.page.get_by_role("heading", name="What do you offer?")).to_be_visible()
    play.press("choice-0")
    for visitor in range(2, 11):
        expect(play.page.get_by_text(f"Visitor {visitor}. What do you offer?")).to_be_visible()
        play.settle()
        play.page.keyboard.press("1234"[visitor % 4])
    expect(play.page).to_have_url(re.compile("picks=0[0-3]{9}$"))
    look("chosen")
    play.page.get_by_role("link", name="Race against this").click()
    play.press("start")
    expect(play.keyed("verdict")).to_contain_text("In this one run of 10 visitors")
    look("raced")
    assert not faults, "\n".join(sorted(faults))
