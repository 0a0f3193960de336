"""The five-minute show, in German, with a clicker of two keys and hands that are counted."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab
from tests.browser.stage import PROJECTORS, StagePage

pytestmark = pytest.mark.browser

HEARD = 700
"""Milliseconds after which the server knows of a hand."""


COMES = 120_000
"""Milliseconds within which a crowd, or a log, has come."""


def step(stage: StagePage, said: str) -> None:
    """One step on, pressed again where it was not heard, until what that leads to is there."""
    stage.settle()
    before = screen_of(stage)
    for _ in range(20):
        stage.page.keyboard.press("PageDown")
        stage.page.wait_for_timeout(400)
        stage.settle()
        if screen_of(stage) != before:
            break
    expect(stage.sentence).to_contain_text(said, timeout=COMES)


def screen_of(stage: StagePage) -> tuple[str, ...]:
    """Which screen of which page is shown, as the address says."""
    asked = parse_qs(urlsplit(stage.page.url).query)
    return (*asked.get("show", ()), *asked.get("screen", ()))


def test_the_show_goes_from_page_to_page_and_the_room_picks_for_six(
    new_tab: NewTab, server: Server
) -> None:
    stage = StagePage(new_tab(viewport=PROJECTORS[0]), server.address)
    stage.show("/?stage=1&show=play&screen=room-1&world=coffee&seed=7&language=de")
    found = set[str]()
    for visitor in range(1, 7):
        expect(stage.sentence).to_contain_text(f"Besucher {visitor} von 6")
        stage.settle()
        for key in ("4", "2", "2"):
            stage.page.keyboard.press(key)
        expect(stage.page.locator(".stage-hands b").nth(1)).to_have_text("2")
        if visitor == 2:
            found |= stage.faults(PROJECTORS[1]) | stage.faults(PROJECTORS[0])
        stage.page.wait_for_timeout(HEARD)
        stage.page.keyboard.press("PageDown")
    expect(stage.sentence).to_contain_text("Nach 6 Besuchern: der Saal")
    expect(stage.page).to_have_url(re.compile("picks=111111"))
    expect(stage.picture).to_be_visible()
    found |= stage.faults(PROJECTORS[1]) | stage.faults(PROJECTORS[0])
    stage.press_until("PageUp", "Besucher 6 von 6")
    expect(stage.page).to_have_url(re.compile("picks=11111(&|$)"))
    stage.press_until("PageDown", "Nach 6 Besuchern")
    for said in ("Was würden Sie anbieten?", "wird angeboten", "für Alice", "anbieten."):
        step(stage, said)
    for said in ("Arten von Besuchern", "liegt sie bei", "das jeweils beste", "gezeigt wurde."):
        step(stage, said)
    expect(stage.page).to_have_url(re.compile("/evaluate.*show=evaluate"))
    for said in ("Für alle brächte es", "Für alle brächte es", "Noch ist niemand gekommen."):
        step(stage, said)
    expect(stage.page).to_have_url(re.compile("/compare.*show=compare"))
    for said in ("Sie wählt für", "Online seit", "Schlechter bedient", "Welche Art zu wählen"):
        step(stage, said)
    expect(stage.page).to_have_url(re.compile("/race.*show=race"))
    stage.press_until("PageUp", "Schlechter bedient")
    assert not found, "\n".join(sorted(found))
    assert not stage.complaints
