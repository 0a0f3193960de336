"""The five-minute demo with a two-key clicker and counted votes."""

import re

import pytest
from playwright.sync_api import expect

from pages.parts.scene.show_acts import ACTS
from tests.browser.app import Server
from tests.browser.conftest import NewTab
from tests.browser.stage import PROJECTORS, StagePage

pytestmark = pytest.mark.browser

COMES = 120_000
"""Milliseconds within which a crowd, or a log, has come."""
SAID = {
    "play": (
        *("What would you offer?", "highest sample", "for Alice", "it would offer"),
        *("kinds of visitors", "it is right for", "the best offer for each"),
    ),
    "evaluate": ("where it was shown.", "If everybody had got it", "If everybody had got it"),
    "compare": (
        "No visitors yet.",
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
        if comes_to(stage, screen):
            break
    expect(stage.sentence).to_contain_text(said, timeout=COMES)


def comes_to(stage: StagePage, screen: str) -> bool:
    """True if the address names a screen within five seconds; the address follows the screen."""
    for _ in range(100):
        if f"screen={screen}&" in f"{stage.page.url}&":
            return True
        stage.page.wait_for_timeout(50)
    return False


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
        # Votes count for the current screen, not for the previous or next one.
        stage.page.wait_for_function(_COUNTS_ANEW, arg=counted)
        counted = stage.page.evaluate(_COUNTED)
        for key in ("4", "2", "2"):
            stage.page.keyboard.press(key)
        expect(stage.page.locator(".stage-hands b").nth(1)).to_have_text("2")
        if visitor == 2:
            found |= {fault for size in sizes for fault in stage.faults(size)}
        after = f"Visitor {visitor + 1} of 6" if visitor < 6 else "After 6 visitors: the audience"
        step(stage, f"room-{visitor + 1}" if visitor < 6 else "room-over", after)
    expect(stage.page).to_have_url(re.compile("picks=111111"))
    expect(stage.picture).to_be_visible()
    found |= {fault for size in sizes for fault in stage.faults(size)}
    stage.press_until("PageUp", "Visitor 6 of 6")
    expect(stage.page).to_have_url(re.compile("picks=11111(&|$)"))
    stage.press_until("PageDown", "After 6 visitors")
    acts = SAID if all_looks else {"play": SAID["play"]}
    for act, sentences in acts.items():
        for screen, said in zip(ACTS[act][-len(sentences) :], sentences, strict=True):
            step(stage, screen, said)
        expect(stage.page).to_have_url(re.compile(f"show={act}"))
    if all_looks:
        step(stage, "line-up", "Which method earns most")
        stage.press_until("PageUp", "Served worse than")
    assert not found, "\n".join(sorted(found))
    assert not stage.complaints
