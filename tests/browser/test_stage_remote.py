"""A talk with a phone in the hand: it steers the projector; the room's phones only look."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from pages.parts.components.remote_page.routes import LOOK_PATH, REMOTE_PATH, TOKEN
from tests.browser.app import Server
from tests.browser.conftest import NewTab
from tests.browser.page import NARROW, PATIENCE, AppPage

pytestmark = pytest.mark.browser

SIZES = (ViewportSize(width=1280, height=720), ViewportSize(width=1024, height=768))
LEAST = 20
"""Pixels of the smallest word on the stage."""


@pytest.fixture
def projector(new_tab: NewTab, server: Server) -> Iterator[AppPage]:
    page = AppPage(new_tab(SIZES[0]), server.hall)
    yield page
    assert not page.complaints, page.complaints


def title_of(stage: AppPage) -> str:
    """The stage's sentence, once stable."""
    stage.settle()
    return stage.page.locator(".st-key-stage-said h1").inner_text()


def press(phone: Page, button: str) -> None:
    phone.get_by_role("button", name=button, exact=True).click()


def _link_in_sight(projector: AppPage) -> str:
    """The remote's link; check that its code is fully visible after the press."""
    box = projector.open_more("Stage")
    expect(box.get_by_role("button", name="Open the stage")).to_be_visible()
    projector.come_to_rest()
    assert REMOTE_PATH not in box.inner_text()
    expect(box.get_by_role("img", name="the remote")).to_have_count(0)
    box.get_by_text("Private: remote control on your phone").click()
    link = box.locator("code").first.inner_text()
    assert f"{REMOTE_PATH}#" in link
    code = box.get_by_role("img", name="the remote")
    expect(code).to_be_visible()
    projector.come_to_rest()
    projector.stand_still()  # The box of the code opens within half a second.
    assert projector.promised(_IN_SIGHT, code.element_handle()) > 0.99
    return link


def test_a_phone_steers_the_projector_and_the_rooms_phones_only_look(
    projector: AppPage, new_tab: NewTab, server: Server
) -> None:
    stage = projector.page
    projector.open()
    projector.come_to_rest()
    link = _link_in_sight(projector)
    projector.press("go-on-stage")
    expect(projector.keyed("on-stage")).to_be_visible()

    phone = new_tab(NARROW, has_touch=True, color_scheme="dark")
    phone.goto(link)
    heading = phone.get_by_role("heading", level=1)
    expect(heading).to_contain_text("What would you offer?", timeout=PATIENCE)
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]
    phone.reload()  # Like a device that was asleep.
    press(phone, "Next")
    stage.wait_for_url(re.compile("screen=offer-1"))
    press(phone, "Next")
    stage.wait_for_url(re.compile("screen=answer-1"))
    expect(heading).to_have_text(title_of(projector))
    for screen in ("others", "visitor-2"):
        press(phone, "Next")
        stage.wait_for_url(re.compile(f"screen={screen}"))
    expect(phone.get_by_text(re.compile("5 of"))).to_be_visible()
    expect(heading).to_have_text(title_of(projector))
    stage.keyboard.press("2")
    expect(phone.locator("#hands tr").nth(1)).to_contain_text(re.compile(r"\D1$"))
    press(phone, "Blank the screen")
    expect(stage.locator(".stage-dark")).to_be_visible()
    press(phone, "Show the screen again")
    expect(stage.locator(".stage-dark")).to_be_hidden()
    for screen in ("others", "answer-1"):
        press(phone, "Back")
        stage.wait_for_url(re.compile(f"screen={screen}"))

    # A reload of the stage's tab loses no device.
    stage.reload()
    with stage.expect_response(lambda answer: answer.url.endswith("/hear") and answer.ok):
        projector.settle()
    with phone.expect_response(lambda answer: answer.url.endswith("/state") and answer.ok):
        projector.settle()
    press(phone, "Next")
    stage.wait_for_url(re.compile("screen=others"))
    press(phone, "Back")
    stage.wait_for_url(re.compile("screen=answer-1"))
    expect(projector.keyed("stage-said")).to_contain_text("Cold brew for Alice")

    # The audience: by the short address, in a separate browser.
    corner = projector.keyed("stage-corner")
    address = corner.locator("p").inner_text().replace("\N{WORD JOINER}", "")
    assert LOOK_PATH in address
    code = address.rpartition("/")[2]
    room = AppPage(new_tab(NARROW), server.address)
    room.visit(f"{server.address}{LOOK_PATH}/{code}")
    _only_looks(room, code)
    assert "screen=answer-1" in stage.url


def _only_looks(room: AppPage, code: str) -> None:
    """Check that no action here reaches the loop or the stage."""
    expect(room.keyed("past")).to_contain_text("This session belongs to somebody else")
    room.page.wait_for_url(re.compile(r"loop=[\w-]{16,}"))
    for verb in ("next", "let-in-100"):
        expect(room.button(verb)).to_be_disabled()
    expect(room.keyed("undo")).to_have_count(0)
    for token in (code, ""):
        answer = room.page.request.post(
            f"{room.address}{REMOTE_PATH}/press", headers={TOKEN: token}, data="next"
        )
        assert answer.status == 404
    assert not room.complaints


def test_two_loops_stand_side_by_side_and_can_be_read_from_the_last_row(
    projector: AppPage,
) -> None:
    projector.open("?stage=1&beside=no-crosses&screen=beside")
    picture = projector.chart("Two sessions side by side")
    expect(picture.locator("svg")).to_be_visible()
    for sentence in (re.compile("on (both sides|the left)"), "Both served 11 visitors"):
        projector.settle()
        projector.page.keyboard.press("PageDown")
        expect(projector.keyed("stage-said")).to_contain_text(sentence)
    for size in SIZES:
        projector.page.set_viewport_size(size)
        assert projector.lasting(lambda: _unreadable(projector)) == set()


def _unreadable(stage: AppPage) -> set[str]:
    """Texts that are too small, cut off or outside of the window, and an unreadable QR code."""
    small = {text for text, size in stage.page.evaluate(_SIZES_OF_WORDS) if size < LEAST - 0.05}
    code = stage.keyed("stage-corner").locator("img").bounding_box()
    narrow = {"code"} if code is None or code["width"] < 99 else set()
    wide = {"page"} if stage.excess > 0 else set()
    return small | narrow | wide | set(stage.clipped)


_IN_SIGHT = """part => new Promise(done => new IntersectionObserver(
    ([seen]) => done(seen.intersectionRatio)).observe(part))"""
"""Visible share of an element after scrolling."""

_SIZES_OF_WORDS = """() => [...document.querySelectorAll(
    ".st-key-on-stage :is(h1, p, svg.marks text)")].filter(each => each.textContent).map(
    each => [each.textContent, parseFloat(getComputedStyle(each).fontSize)])"""
