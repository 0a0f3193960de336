"""The demo of 5 minutes with a two-key clicker and counted votes; that of 15 by keys alone."""

import re
from contextlib import suppress
from itertools import islice

import pytest
from playwright.sync_api import expect

from pages.parts.scene.show_acts import ACTS, SCRIPTS
from tests.browser.app import Server
from tests.browser.conftest import NewTab
from tests.browser.stage import LOST, PROJECTORS, StagePage

pytestmark = pytest.mark.browser

COMES = 120_000
"""Milliseconds within which a crowd, or a log, has come."""
SAID = {
    "play": (
        *("What would you offer?", "highest sample", "for Alice", "For whom else does it count?"),
        *("kinds of visitors", "it is right for", "the best offer for each"),
    ),
    "evaluate": ("where it was shown.", "If everybody had got it", "The truth is"),
    "compare": (
        "choose as today",
        "choose as today",
        "Online since visitor",
        "Served worse than",
    ),
}
"""Sentence of each screen after the welcome screen, by act."""


def step(stage: StagePage, screen: str, said: str) -> None:
    """Step forward, pressing again if a press was lost, until the next screen is there."""
    for _ in range(6):
        stage.settle()
        stage.page.keyboard.press("PageDown")
        with suppress(AssertionError):  # The address follows the screen.
            expect(stage.page).to_have_url(re.compile(rf"screen={screen}(&|$)"), timeout=LOST)
            break
    expect(stage.sentence).to_contain_text(said, timeout=COMES)


def vote(stage: StagePage, before: str | None) -> str:
    """Count hands for the current screen, not for the one before; return its name."""
    stage.page.wait_for_function(_COUNTS_ANEW, arg=before)
    for key in ("4", "2", "2"):
        stage.page.keyboard.press(key)
    expect(stage.page.locator(".stage-hands b").nth(1)).to_have_text("2")
    return str(stage.page.evaluate(_COUNTED))


_COUNTED = "() => JSON.parse(document.documentElement.dataset.hands ?? 'null')?.screen ?? null"
_COUNTS_ANEW = f"before => ![before, null].includes(({_COUNTED})())"
"""True if votes are counted for another screen than before."""


def test_the_show_goes_from_page_to_page_and_the_room_picks_for_six(
    new_tab: NewTab, server: Server, all_looks: bool
) -> None:
    sizes = (PROJECTORS[1], PROJECTORS[0]) if all_looks else PROJECTORS[:1]
    stage = StagePage(new_tab(viewport=PROJECTORS[0]), server.address)
    stage.show("/?stage=1&show=play&screen=room-1&world=coffee&seed=7")
    found = set[str]()
    expect(stage.sentence).to_contain_text("Visitor 1 of 6")
    counted = None
    for visitor in range(1, 7):
        stage.settle()
        counted = vote(stage, counted)
        if visitor == 2:
            found |= {fault for size in sizes for fault in stage.faults(size)}
        after = f"Visitor {visitor + 1} of 6" if visitor < 6 else "After 6 visitors: the audience"
        step(stage, f"room-{visitor + 1}" if visitor < 6 else "room-over", after)
    expect(stage.page).to_have_url(re.compile("picks=111111"))
    expect(stage.picture).to_be_visible()
    found |= {fault for size in sizes for fault in stage.faults(size)}
    stage.press_until("PageUp", "Visitor 6 of 6")
    expect(stage.page).to_have_url(re.compile("picks=11111(&|$)"))
    vote(stage, None)
    step(stage, "room-over", "After 6 visitors")
    for act, sentences in SAID.items():
        screens = zip(ACTS[act].screens[-len(sentences) :], sentences, strict=True)
        for screen, said in screens if all_looks else islice(screens, 3):
            step(stage, screen, said)
        expect(stage.page).to_have_url(re.compile(f"show={act}"))
        if not all_looks:
            break
    else:
        step(stage, "line-up", "Which method earns most")
        stage.press_until("PageUp", "Served worse than")
    assert not found, "\n".join(sorted(found))
    assert not stage.complaints


@pytest.mark.nightly
def test_the_demo_of_15_minutes_is_presented_by_keys_alone(new_tab: NewTab, server: Server) -> None:
    stage = StagePage(new_tab(viewport=PROJECTORS[0]), server.address)
    stage.show("/show?stage=1&length=15&world=coffee&seed=7")
    names = [(act, screen) for act, one in SCRIPTS[15].items() for screen in one.screens]
    expect(stage.page).to_have_url(re.compile("show=long-play&screen=visitor-1"), timeout=COMES)
    found = set[str]()
    for act, screen in names[1:]:
        said = stage.sentence.inner_text()
        step(stage, screen, "")
        expect(stage.page).to_have_url(re.compile(f"show={act}"))
        expect(stage.sentence).not_to_have_text(said, timeout=COMES)
        expect(stage.sentence).not_to_have_text(_PROGRESS, timeout=COMES)
        if act != "long-use":
            expect(stage.picture).to_be_visible(timeout=COMES)
        found |= {f"{act}, {screen}: {fault}" for fault in stage.faults(PROJECTORS[0])}
    assert not found, "\n".join(sorted(found))
    assert not stage.complaints


_PROGRESS = re.compile("have (answered|come)|No race yet|Simulating")
"""Sentences of screens whose visitors are still on their way."""
