"""The screens of a talk: the current screen, and steps forward and back."""

from functools import partial

import pytest
import streamlit as st

from pages.parts.scene.stage_show import SCREEN, Screen, Show, Stage, advance, enter_or_leave


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The query parameters of the address."""
    said: dict[str, str] = {}
    monkeypatch.setattr(st, "query_params", said)
    monkeypatch.setattr(st, "session_state", {})
    return said


def nothing() -> None:
    """Draw an empty screen."""


def screen(name: str, done: list[str]) -> Screen:
    """A screen that records steps to it and back."""
    do, undo = partial(done.append, name), partial(done.append, f"-{name}")
    return Screen(name, lambda: name, nothing, "", do=do, undo=undo)


def test_the_address_says_whether_a_page_is_on_the_stage_and_which_screen(
    address: dict[str, str],
) -> None:
    assert Stage.in_link() == Stage(on=False, screen="")
    enter_or_leave()
    address[SCREEN] = "map"
    assert Stage.in_link() == Stage(on=True, screen="map")
    enter_or_leave()
    assert address == {}


def test_a_stage_goes_on_where_it_was_left_for_the_same_loop(address: dict[str, str]) -> None:
    at = {"stage": "1", SCREEN: "map", "show": "play"}
    address.update(at | {"loop": "one"})
    enter_or_leave()
    assert address == {"loop": "one"}
    enter_or_leave()
    assert address == at | {"loop": "one"}
    enter_or_leave()
    address["loop"] = "another"
    enter_or_leave()
    assert address == {"stage": "1", "loop": "another"}


@pytest.mark.parametrize(("asked", "at"), [("", 0), ("two", 1), ("nowhere", 0)])
def test_a_show_is_at_the_screen_that_is_asked_for(
    address: dict[str, str], asked: str, at: int
) -> None:
    address[SCREEN] = asked
    assert Show.of([screen("one", []), screen("two", [])]).at == at


def test_a_step_on_lets_something_happen_and_a_step_back_takes_it_back(
    address: dict[str, str],
) -> None:
    done: list[str] = []
    screens = [screen(name, done) for name in ("one", "two", "three")]
    for by in (1, 1, 1, -1, -1, -1):
        advance(Show.of(screens), 1 if by > 0 else -1)
    assert done == ["two", "three", "-three", "-two"]
    assert address == {SCREEN: "one"}


def test_a_step_whose_action_has_no_effect_stays_or_leads_to_the_screen_for_this_case(
    address: dict[str, str],
) -> None:
    def nobody() -> bool:
        return False

    for otherwise, there in (("", "one"), ("three", "three")):
        two = Screen("two", str, nothing, "", do=nobody, otherwise=otherwise)
        address[SCREEN] = "one"
        advance(Show.of([screen("one", []), two, screen("three", [])]), 1)
        assert address[SCREEN] == there


def test_while_something_comes_about_there_is_only_the_way_back(address: dict[str, str]) -> None:
    done: list[str] = []
    screens = [screen(name, done) for name in ("one", "two", "three")]
    address[SCREEN] = "two"
    advance(Show.of(screens, is_busy=True), 1)
    assert (done, address[SCREEN]) == ([], "two")
    advance(Show.of(screens, is_busy=True), -1)
    assert (done, address[SCREEN]) == (["-two"], "one")


def test_a_step_takes_effect_once_per_drawn_screen(address: dict[str, str]) -> None:
    """A second press that comes before the next screen is drawn would let in a second visitor."""
    done: list[str] = []
    show = Show.of([screen(name, done) for name in ("one", "two", "three")])
    advance(show, 1)
    advance(show, 1)
    assert (done, address[SCREEN]) == (["two"], "two")


def test_a_press_that_brings_the_address_of_before_the_last_step_does_not_lead_back(
    address: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two quick presses interrupts the drawing of the first one's screen."""
    screens = [screen(name, []) for name in ("one", "two", "three")]
    for before, after in (("", "two"), ("two", "three")):
        advance(Show.of(screens), 1)
        assert Show.of(screens).screen.name == after
        for _ in range(2):
            address[SCREEN] = before
            assert Show.of(screens).screen.name == address[SCREEN] == after
    monkeypatch.setattr("pages.parts.scene.stage_show.has_gone_back", lambda: True)
    address[SCREEN] = "two"
    assert Show.of(screens).screen.name == "two"


def test_once_the_browser_has_the_address_of_a_step_a_link_may_lead_back(
    address: dict[str, str],
) -> None:
    screens = [screen(name, []) for name in ("one", "two")]
    advance(Show.of(screens), 1)
    for _ in range(2):
        assert Show.of(screens).screen.name == "two"
    address[SCREEN] = "one"
    assert Show.of(screens).screen.name == "one"
