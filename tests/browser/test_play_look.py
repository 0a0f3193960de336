"""Look of the Play page: visibility, sizes and legibility."""

import re
from collections.abc import Sequence
from functools import partial

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from pages.parts.text.theme import on_paper
from tests.browser.conftest import OpenPage
from tests.browser.legibility import offenders
from tests.browser.page import NARROW, SIZES, WIDE
from tests.browser.play import MAP, PICTURE, REGRET, WORLDS, PlayPage
from tests.browser.test_accessibility import COLOURS, in_both_schemes, violations

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

CHARTS = (PICTURE, MAP)
SCALE = 224
"""Pixels that a reward of 1 is long at least on any screen as wide as a projector's."""
ROWS = 120
"""Pixels of the picture's head and first rows."""
TABLET_ROWS = 12
"""Largest number of actions whose picture is on a tablet's first screen as a whole."""
TWO_LINES = 48
"""Pixels of two lines of a sentence."""
REWARDS = ("reward-1", "reward-2", "reward-3")


def bottom(element: Locator) -> float:
    """Bottom edge of an element, in pixels from the top of the page."""
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"]


def below_the_fold(play: PlayPage, size: ViewportSize) -> set[str]:
    """Parts missing from the first screen: on a phone, some rows of the chart above the answers; on
    a tablet, a chart of up to `TABLET_ROWS` rows, else or below slots some; on a laptop, the chart
    and the map, on a large one without slots what is earned, too.
    """
    is_phone = size["width"] <= NARROW["width"]
    parts = [play.keyed("offer"), *map(play.button, REWARDS), play.keyed("moved").locator("p").last]
    rows = play.page.evaluate(_ROWS)
    has_slots = bool(play.keyed("slots").count())
    has_picture = size["width"] > 640 and rows <= TABLET_ROWS and not has_slots
    parts += [play.chart(PICTURE)] if size["width"] >= 1280 or has_picture else []
    parts += [play.chart(MAP)] if size["width"] >= 1280 else []
    parts += [play.keyed("panel-earned")] if size == WIDE and not has_slots else []
    found = {f"ends at {end:.0f} px" for end in map(bottom, parts) if end > size["height"]}
    picture, card = (one.bounding_box() for one in (play.chart(PICTURE), play.keyed("offer")))
    foot = card["y"] if is_phone and card else size["height"]
    if picture and (room := foot - picture["y"]) < ROWS:
        found.add(f"{room:.0f} px of the picture are on the first screen")
    return found


def crowded(play: PlayPage, size: ViewportSize) -> set[str]:
    """Parts with too little space beside the chart, or in it."""
    found = set(play.clipped)
    if size["width"] >= 1024 and play.scale < SCALE:
        found.add(f"a reward of 1 is {play.scale:.0f} px long")
    if play.tall_pictures:
        found.add("a picture on the map stands in the cell above")
    said = play.who.bounding_box()
    if size["width"] > 640 and said and said["height"] < TWO_LINES:
        found.add("the picture moves up where what decided is said in one line")
    if play.bar_rows > 1:
        found.add(f"a toolbar of {play.bar_rows} rows")
    around = play.keyed("panel-visit").bounding_box()
    for key in REWARDS:
        box = play.button(key).bounding_box()
        assert around
        assert box
        if box["x"] + box["width"] > around["x"] + around["width"] + 1:
            found.add(f"{key} sticks out of its column")
    return found | ({f"scrolls sideways by {play.excess} px"} if play.excess > 0 else set())


_ROWS = """document.querySelectorAll(".st-key-picture path[aria-label*=', chance ']").length"""
"""Number of rows of the chart."""


def faults_at(play: PlayPage, size: ViewportSize) -> set[str]:
    """Faults in a window of this size."""
    return below_the_fold(play, size) | crowded(play, size)


def dark_marks(play: PlayPage) -> set[str]:
    """Dark-theme colours used by charts."""
    painted: list[str] = play.page.evaluate(
        """() => [...document.querySelectorAll(".panel-picture svg *")]
            .flatMap(mark => [mark.getAttribute("fill"), mark.getAttribute("stroke")])"""
    )
    return set(painted) & set(on_paper())


def test_in_every_size_one_can_answer_at_once_and_nothing_is_cut_off(open_page: OpenPage) -> None:
    """The first screen contains offer, answers, chart and the effect of the click. No click moves
    the buttons. Each world is checked in every size after a click; before a click, with shorter
    texts, each size is checked with one world. The screen fits on a single sheet of paper.
    """
    play = open_page()
    found: set[str] = set()

    def check(when: str, sizes: Sequence[ViewportSize]) -> None:
        for size in sizes:
            play.page.set_viewport_size(size)
            faults = play.lasting(partial(faults_at, play, size))
            where = f"{when}, {size['width']}x{size['height']}"
            found.update(f"{where}: {fault}" for fault in faults)
        play.page.set_viewport_size(WIDE)

    for number, title in enumerate(WORLDS):
        play.choose_world(title)
        check(f"{title}, at first", SIZES[number :: len(WORLDS)])
        play.come_to_rest()
        places = {bottom(play.button("reward-3"))}
        for visitors in range(1, 4):
            play.page.keyboard.press("s" if visitors > 1 else "1")
            play.expect_visitors(visitors)
            places.add(bottom(play.button("reward-3")))
        play.press("reward-1")
        play.expect_visitors(4)
        check(f"{title}, after clicks", SIZES)
        if len(places) > 1:
            found.add(f"{title}: the buttons move between {sorted(places)} px")
    assert not found, "\n".join(sorted(found))
    paper = play.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    play.turn("dark")
    play.come_to_rest()
    play.page.emulate_media(media="print")
    assert not play.lasting(partial(dark_marks, play)), "charts are dark on paper"
    play.page.emulate_media(media="screen")


def test_a_page_with_slots_fits_in_every_size_and_can_be_read_by_everybody(
    open_page: OpenPage,
) -> None:
    """The first screen has both offers, the answers and the effect of the click."""
    play = open_page("?world=home")
    play.press("reward-1")
    play.expect_visitors(1)
    found = {*in_both_schemes(play, "one slot answered")}
    for size in SIZES:
        play.page.set_viewport_size(size)
        faults = play.lasting(partial(below_the_fold, play, size))
        faults |= {f"scrolls sideways by {play.excess} px"} if play.excess > 0 else set()
        found |= {f"{size['width']}x{size['height']}: {fault}" for fault in faults}
    assert not found, "\n".join(sorted(found))


def test_in_every_look_all_fits_and_can_be_read_by_everybody(open_page: OpenPage) -> None:
    """Settings open beside the page, so that both are checked at once. Each chart can be saved."""
    play = open_page()
    saving = play.page.get_by_role("button", name="Download as PNG")
    expect(saving).to_have_count(len(CHARTS))
    drawn = play.chart(MAP).bounding_box()
    assert drawn
    assert bottom(saving.last) <= drawn["y"] + 1, "the button lies over words of the chart"
    with play.page.expect_download() as download:
        saving.last.click()
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"
    play.open_settings()
    faults = {*violations(play, "empty, settings"), *offenders(play)}
    play.close_popover()
    play.press("let-in-100")
    play.expect_visitors(100)
    play.expect_crowd_over()
    play.press("reward-1")
    play.expect_visitors(101)
    play.press("bookmark")
    play.page.get_by_role("radio", name="0 · crowd").click()
    expect(play.keyed("past")).to_be_visible()
    faults.update(in_both_schemes(play, "a past moment"))
    play.press("back-to-now")
    expect(play.keyed("past")).to_be_hidden()
    play.settle()  # The part above has disappeared: everything below moves up.
    play.switch("play-truth")
    expect(play.chart(REGRET).locator("svg.marks")).to_be_visible()
    for key, shown in (("log", "Download"), ("code", "POST /rank"), ("hypotheses", "Weight")):
        play.look_closer(key)
        expect(play.keyed(key)).to_contain_text(shown)
    faults |= {*violations(play, "truth shown, all open"), *offenders(play)}
    faults.update(violations(play, "all open, in the other scheme", COLOURS))
    play.page.set_viewport_size(NARROW)
    faults.update(violations(play, "phone"))
    assert not faults, "\n".join(sorted(faults))


def test_a_picture_does_not_grow_with_clicks(open_page: OpenPage) -> None:
    play, sizes = open_page(), []
    for number in range(1, 7):
        play.press(f"reward-{1 + 2 * (number % 2)}")
        expect(play.visitors).to_have_text(str(number))
        play.settle()
        sizes.append(play.page.evaluate(_DEFINITIONS))
    assert sizes[0] == sizes[-1] > 0


_DEFINITIONS = "document.querySelectorAll('.st-key-panel-picture svg.marks defs *').length"


@pytest.mark.nightly
def test_the_row_that_a_click_changes_comes_out_from_behind_the_answers(
    open_page: OpenPage,
) -> None:
    play = open_page("?world=movies&seed=13", viewport={"width": 390, "height": 700})
    row = play.keyed("picture").locator(f"path[aria-label^='{play.offered}, ']")

    def hidden() -> float:
        """Pixels of the row behind the answers."""
        row_box, answers = row.bounding_box(), play.keyed("visit").bounding_box()
        assert row_box
        assert answers
        return row_box["y"] + row_box["height"] - answers["y"]

    assert hidden() > 1, "another seed offers a movie of the last rows"
    play.press("reward-1")
    assert not play.lasting(lambda: {"hidden"} if hidden() > 1 else set())
