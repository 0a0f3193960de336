"""A lesson, by keys alone, on a laptop, a small projector and a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pages.parts.lessons.lessons import LESSONS
from tests.browser.conftest import OpenLearn, OpenPage
from tests.browser.learn import LearnPage
from tests.browser.page import LYING, NARROW
from tests.browser.stage import PROJECTORS
from tests.browser.test_accessibility import in_both_schemes

pytestmark = pytest.mark.browser


@pytest.mark.nightly
def test_a_lesson_by_keys_alone_in_each_of_its_screens(open_learn: OpenLearn) -> None:
    page = open_learn()
    found = [*in_both_schemes(page, "cards")]
    page.on("begin-barista")
    expect(page.page.get_by_role("heading", name="Can you beat the engine?")).to_be_visible()
    expect(page.chart("No visitors served yet")).to_be_visible()
    hidden = page.out_of_sight(*PROJECTORS)
    wide = page.page.viewport_size
    page.page.set_viewport_size(LYING)
    assert not page.lasting(lambda: page.flat_pictures), "pictures have no height"
    page.page.set_viewport_size(NARROW)
    assert page.is_below("lesson-guess", "high-chart-beginning"), (
        "a question before what explains it"
    )
    assert wide is not None
    page.page.set_viewport_size(wide)
    page.tab_to("lesson-guess-barista")
    for _ in range(8):  # From no value over 0 to 7.
        page.page.keyboard.press("ArrowRight")
    page.come_to_rest()  # A slider tells of itself a moment after the last key.
    page.on("lesson-guessed")
    for visit in range(20):
        expect(page.page.get_by_text(f"Visit {visit + 1} of 20")).to_be_visible()
        page.settle()
        page.page.keyboard.press("1234"[visit % 4])
    found += in_both_schemes(page, "doing")
    hidden |= page.out_of_sight(*PROJECTORS)
    page.on()
    expect(page.page.get_by_role("heading", name="You guessed 7.")).to_be_visible()
    for screen in ("revealed", "exit"):
        page.page.set_viewport_size(
            NARROW if screen == "revealed" else {"width": 1024, "height": 768}
        )
        assert not page.lasting(lambda: {*page.clipped, *(["wide"] if page.excess > 0 else [])})
        found += in_both_schemes(page, screen)
        hidden |= page.out_of_sight(*PROJECTORS)
        page.on() if screen == "revealed" else page.on("lesson-option-some")
    page.on()
    expect(page.page.get_by_text("Key point")).to_be_visible()
    found += in_both_schemes(page, "end")
    assert not found, "\n".join(found)
    assert not hidden


@pytest.mark.nightly
def test_a_picture_keeps_its_place_through_the_screens_of_a_lesson(open_learn: OpenLearn) -> None:
    page = open_learn("?lesson=watch_first", viewport={"width": 1280, "height": 720})
    page.shifts()
    page.guess()
    places = [page.place_of_the_picture]
    for key in ("lesson-guessed", "lesson-look", "lesson-look", *["lesson-next"] * 2):
        page.shifts()
        page.on(key)
        page.come_to_rest()
        assert page.shifts() < 0.05, key
        places.append(page.place_of_the_picture)
    page.on("lesson-option-more")
    page.come_to_rest()
    assert page.shifts() < 0.05
    places.append(page.place_of_the_picture)
    first, none, then, *later = places
    assert none is None
    assert set(later) == {then}
    assert first
    assert then
    assert first[::2] == then[::2], "another left edge or width"


@pytest.mark.nightly
def test_the_link_beside_the_menu_of_worlds_stands_at_its_height(open_learn: OpenLearn) -> None:
    world = open_learn().keyed("lesson-world")
    boxes = [world.locator(part).bounding_box() for part in ("input", "a")]
    menu, link = (box["y"] + box["height"] / 2 for box in boxes if box)
    assert abs(menu - link) <= 1


@pytest.mark.nightly
@pytest.mark.parametrize("key", LESSONS)
def test_nothing_moves_as_a_lesson_opens_on_a_phone(open_learn: OpenLearn, key: str) -> None:
    page = open_learn(f"?lesson={key}", viewport=NARROW)
    page.shifts()
    page.come_to_rest()
    assert page.shifts() < 0.05


@pytest.mark.nightly
@pytest.mark.parametrize("key", LESSONS)
def test_nothing_moves_on_a_phone_from_screen_to_screen(open_learn: OpenLearn, key: str) -> None:
    page = open_learn(f"?lesson={key}", viewport=NARROW)
    page.shifts()
    page.guess()
    option = page.page.locator("[class*=st-key-lesson-option-] button:visible")
    for name in ("lesson-guessed", "lesson-skip", "lesson-next", "option", "lesson-next"):
        page.come_to_rest()
        page.shifts()
        if name == "option":
            option.first.click()
            expect(page.page.get_by_text("your answer")).to_be_visible()
        else:
            page.press(name)
        page.come_to_rest()
        assert page.shifts() < 0.05, name


@pytest.mark.nightly
def test_a_lesson_is_made_on_play_and_opened_from_its_file(
    open_page: OpenPage, tmp_path: Path
) -> None:
    play = open_page("?world=coffee&seed=5")
    play.open_more("Link")
    play.press("make-lesson")
    made = play.page.get_by_role("dialog", name="Make a lesson of this")
    for key in ("title", "question", "reveal"):
        text = play.keyed(f"own-{key}").locator("input, textarea")
        text.fill(f"My {key}")
        text.press("Tab")
    expect(made.get_by_text("Link with the whole lesson")).to_be_visible()
    play.settle()
    assert not [*in_both_schemes(play, "making")]
    with play.page.expect_download() as download:
        made.get_by_text("Save as a file").click()
    file = tmp_path / "lesson.json"
    download.value.save_as(file)
    learn = LearnPage(play.page, play.address).open()
    learn.keyed("own-file").locator("summary").click()
    field = play.page.locator(".upload-input")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(file.read_text(encoding="utf-8").replace("100", "-1"), encoding="utf-8")
    field.set_input_files(wrong)
    expect(play.page.get_by_text("but must be a whole number from 0 to 1000")).to_be_visible()
    field.set_input_files(file)
    expect(play.page.get_by_role("heading", name="My question")).to_be_visible()
    learn.guess()
    learn.on("lesson-guessed")
    learn.on("lesson-skip")
    expect(play.page.get_by_text("My reveal")).to_be_visible()
    assert not learn.clipped
