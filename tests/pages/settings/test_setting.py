"""Settings: parsed from a link, written into a link, displayed."""

from typing import Any

import pytest

from pages.parts.settings.setting import SWITCH, Setting, numbers


def short(text: str) -> str:
    if len(text) > 3:
        raise ValueError
    return text


SPEED = Setting(4, "Speed", numbers(1, 4, 2_000))
PLACE = Setting("in", "Place", {"in": "Inside", "out": "Outside"}, aliases={"within": "in"})
SHARE = Setting(5, "Share", range(5_001), unit="%")
LIGHT = Setting(False, "Light", SWITCH)
WORD = Setting("abc", "Word", check=short, words="three letters at most")


@pytest.mark.parametrize(
    ("setting", "text", "value", "said"),
    [
        (SPEED, "2000", 2_000, "2,000"),
        (PLACE, "out", "out", "Outside"),
        (SHARE, "12", 12, "12 %"),
        (LIGHT, "1", True, "on"),
        (WORD, "xyz", "xyz", "xyz"),
    ],
)
def test_a_value_is_read_written_and_said(
    setting: Setting[Any], text: str, value: object, said: str
) -> None:
    assert setting.parse(text) == value
    assert setting.text(value) == text
    assert setting.said(value) == said


def test_a_word_of_old_is_understood_and_not_written() -> None:
    assert PLACE.parse("within") == "in"
    assert PLACE.text("in") == "in"
    assert "within" not in PLACE.allowed


@pytest.mark.parametrize(
    ("setting", "text", "allowed"),
    [
        (SPEED, "2,000", "one of 1, 4, 2000"),
        (SPEED, "2", "one of 1, 4, 2000"),
        (PLACE, "Inside", "one of in, out"),
        (SHARE, "5001", "a whole number from 0 to 5,000"),
        (SHARE, "-1", "a whole number from 0 to 5,000"),
        (SHARE, "٣", "a whole number from 0 to 5,000"),
        (LIGHT, "yes", "one of 0, 1"),
        (WORD, "abcd", "three letters at most"),
    ],
)
def test_what_cannot_be_used_is_refused(setting: Setting[Any], text: str, allowed: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        setting.parse(text)
    assert setting.allowed == allowed


def test_options_that_grow_are_offered_as_they_are_now() -> None:
    options = {1: "one"}
    setting = Setting(1, "Grows", lambda: options)
    options[2] = "two"
    assert setting.parse("2") == 2
    assert setting.allowed == "one of 1, 2"


def test_a_number_that_no_widget_offers_is_told_apart() -> None:
    assert [SHARE.allows(value) for value in (0, 5_000, 5_001, -1, 0.5)] == [True, True] + 3 * [
        False
    ]
    assert PLACE.allows("a world of one's own")


def test_a_line_that_no_menu_offers_is_told_apart() -> None:
    menu = Setting("in", "Place", {"in": "Inside"}, "menu", check=short)
    assert [menu.allows(value) for value in ("in", "own", "nothing of that", -1)] == [
        True,
        True,
        False,
        False,
    ]
