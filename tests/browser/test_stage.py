"""The stage in a browser: large texts, everything in sight, and a talk with a two-key clicker."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab
from tests.browser.page import NARROW
from tests.browser.stage import PROJECTORS, StagePage
from tests.browser.test_accessibility import in_both_schemes

pytestmark = pytest.mark.browser

Open = Callable[[str], StagePage]
Faults = Callable[[StagePage], set[str]]


@pytest.fixture
def show(new_tab: NewTab, server: Server) -> Iterator[Open]:
    """Opens a page on the stage; no error on the console, no request to another host."""
    shown: list[StagePage] = []

    def show(path: str) -> StagePage:
        shown.append(StagePage(new_tab(viewport=PROJECTORS[0]), server.hall).show(path))
        return shown[-1]

    yield show
    assert not [complaint for page in shown for complaint in page.complaints]


@pytest.fixture
def faults(all_looks: bool) -> Faults:
    """Return a check for faults on the first projector; at night, on every projector."""
    sizes = PROJECTORS[::-1] if all_looks else PROJECTORS[:1]
    return lambda stage: {fault for size in sizes for fault in stage.faults(size)}


def test_a_talk_about_play_with_a_clicker(show: Open, faults: Faults, all_looks: bool) -> None:
    stage = show("/?stage=1")
    expect(stage.picture).to_be_visible()
    found = faults(stage)
    asked = stage.sentence.inner_text()
    assert "What would you offer?" in asked
    stage.press_until("PageDown", "highest sample")
    stage.press_until("ArrowRight", "Evening")
    expect(stage.picture).to_be_visible()
    found |= faults(stage)
    if all_looks:
        found |= {*in_both_schemes(stage, "answer")}
    stage.press_until("PageUp", "highest sample")
    stage.press_until("ArrowLeft", asked)

    for hand in "1221":
        stage.raise_hand(hand)
    tally = stage.page.locator(".stage-hands b")
    expect(tally.nth(0)).to_have_text("2")
    expect(tally.nth(1)).to_have_text("2")
    found |= faults(stage)
    stage.page.keyboard.press("Backspace")
    expect(tally.nth(0)).to_have_text("1")

    dark = stage.page.locator(".stage-dark")
    stage.page.keyboard.press("b")
    expect(dark).to_be_visible()
    stage.page.keyboard.press("PageDown")  # Restores the light without any further effect.
    expect(dark).to_be_hidden()
    assert stage.sentence.inner_text() == asked
    stage.press_until(" ", "highest sample")
    expect(tally.first).to_have_text("1")  # The hands stay in sight beside the offer.
    found |= faults(stage)
    stage.press_until(" ", " for ")
    expect(tally).to_have_count(0)
    stage.press_until("PageUp", "highest sample")
    stage.tap_until(0.2, asked)
    stage.tap_until(0.8, "highest sample")
    assert not found, "\n".join(found)


def test_f_leads_to_the_stage_and_back_with_the_same_loop(show: Open, faults: Faults) -> None:
    stage = show("/?stage=1&screen=map")
    expect(stage.page.get_by_test_id("stHeader")).to_be_hidden()
    expect(stage.page.get_by_role("button")).to_have_count(0)
    assert not (found := faults(stage)), "\n".join(found)
    page = stage.button("let-in-100")
    stage.leave_or_enter("f", page)
    stage.press("next")
    expect(stage.keyed("moved")).to_contain_text("Step:")
    expect(stage.page).to_have_url(re.compile("loop="))
    stage.leave_or_enter("f", stage.sentence)
    asked = stage.sentence.inner_text()
    assert "What would you offer?" in asked, "another loop begins with the first screen"
    stage.press_until("PageDown", "highest sample")
    stage.press_until("PageDown", " for ")
    answered = stage.sentence.inner_text()
    stage.leave_or_enter("Escape", page)
    stage.leave_or_enter("f", stage.sentence)
    expect(stage.sentence).to_have_text(answered)


def test_of_two_presses_at_once_the_second_waits_its_turn(show: Open) -> None:
    stage = show("/?stage=1")
    asked = stage.sentence.inner_text()
    stage.come_to_rest()
    for _ in range(2):
        stage.page.keyboard.press("PageDown")
    expect(stage.sentence).to_contain_text(" for ")
    stage.come_to_rest()
    for _ in range(2):
        stage.page.keyboard.press("PageUp")
    expect(stage.sentence).to_have_text(asked)


def test_hands_that_are_counted_leave_the_picture_of_a_guess_its_room(
    show: Open, faults: Faults
) -> None:
    stage = show("/learn?lesson=barista&stage=1&screen=guess")
    expect(stage.picture).to_be_visible()
    stage.raise_hand("2")
    expect(stage.page.locator(".stage-hands b").nth(1)).to_have_text("1")
    assert not (found := faults(stage)), "\n".join(found)
    stage.page.set_viewport_size(NARROW)
    names = stage.page.locator(".stage-hands span")
    cut = "names => names.filter(name => name.scrollWidth > name.clientWidth).length"
    assert names.evaluate_all(cut) == 0, "names of what hands are for are cut on a phone"


def test_hands_stand_in_the_rows_of_a_picture_that_has_many(show: Open, faults: Faults) -> None:
    """With fewer than twelve rows, votes had too little space and their names overlapped."""
    stage = show("/?stage=1&world=movies")
    expect(stage.picture).to_be_visible()
    stage.raise_hand("2")
    hands = stage.page.locator(".stage-hands div")
    expect(hands.nth(1).locator("b")).to_have_text("1")
    assert not (found := faults(stage)), "\n".join(found)
    row = stage.picture.locator("text", has_text=hands.nth(8).inner_text().split(maxsplit=1)[1])
    boxes = hands.nth(8).bounding_box(), row.bounding_box()
    assert boxes[0]
    assert boxes[1]
    apart = boxes[0]["y"] + boxes[0]["height"] / 2 - boxes[1]["y"] - boxes[1]["height"] / 2
    assert abs(apart) < boxes[0]["height"] / 4, "hands are beside another row"
    stage.page.set_viewport_size({"width": 320, "height": 256})  # As 1280x1024, enlarged 4 times.
    names = [stage.picture.locator("text", has_text=name).first for name in ("Soup", "Eleven")]

    def crowded() -> set[str]:
        one, other = (name.bounding_box() for name in names)
        return set() if one and other and other["y"] - one["y"] > one["height"] else {"crowded"}

    assert not stage.lasting(crowded), "names lie over one another"


@pytest.mark.nightly
def test_lines_of_a_text_keep_their_distance_in_a_larger_window(show: Open) -> None:
    stage = show("/?stage=1&screen=map")
    lines = stage.picture.locator("text", has_text="Time of day").locator("tspan")
    expect(lines).to_have_count(2)

    def lines_apart() -> float:
        """Distance of the lines in heights of the type."""
        return float(lines.last.evaluate(_APART))

    apart = lines_apart()
    assert apart > 1
    stage.page.set_viewport_size({"width": 1920, "height": 1080})
    assert not stage.lasting(lambda: set() if abs(lines_apart() - apart) < 0.01 else {"apart"})


@pytest.mark.nightly
def test_the_legend_of_evaluate_is_whole_on_a_phone(show: Open) -> None:
    stage = show("/evaluate?stage=1&screen=truth")
    names = stage.picture.locator(".role-legend-label text")
    expect(names).to_have_count(3)
    stage.page.set_viewport_size(NARROW)
    assert not stage.lasting(lambda: {*names.evaluate_all(_CUT)})


_CUT = """names => names.filter(name => name.getBoundingClientRect().right
    > name.closest("svg").getBoundingClientRect().right).map(name => name.textContent)"""
_APART = """line => Number(line.getAttribute("dy")) / parseFloat(getComputedStyle(line).fontSize)"""


@pytest.mark.nightly
@pytest.mark.parametrize(
    "path",
    [
        *("/compare?stage=1&screen=gains", "/race?stage=1", "/data?stage=1", "/worlds?stage=1"),
        *("/use?stage=1&screen=reward", "/show?stage=1", "/connect?stage=1"),
    ],
)
def test_the_other_pages_fit_on_any_projector(show: Open, path: str) -> None:
    stage = show(path)
    stage.settle()
    found = {fault for size in PROJECTORS[::-1] for fault in stage.faults(size)}
    found |= {*in_both_schemes(stage, path)}
    assert not found, "\n".join(found)
