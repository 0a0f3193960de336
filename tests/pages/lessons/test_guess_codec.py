"""A guess is stored in the link and restored; impossible guesses are refused."""

from typing import Any

import pytest

from pages.parts.lessons.guess_codec import allowed_guesses, format_guess, parse_guess
from pages.parts.lessons.lesson import Cells, Guess, Guessed, Pick, Slider
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.page_settings import LearnSetup

SHARE, NUMBER = Slider(0, 1, 0.01, percent=True), Slider(5, 20, 5)
PICK, MAP = Pick(("few", "many")), Cells(("a", "b"), ("x", "y", "z"))


@pytest.mark.parametrize(
    ("asked", "guess", "text"),
    [
        (SHARE, 0.57, "0.57"),
        (SHARE, 0.0, "0"),
        (NUMBER, 15.0, "15"),
        (PICK, "many", "many"),
        (MAP, frozenset({0, 5, 3}), "0.3.5"),
        (MAP, frozenset[int](), "none"),
    ],
)
def test_a_guess_is_restored(asked: Guessed, guess: Guess, text: str) -> None:
    assert format_guess(guess) == text
    assert parse_guess(text, asked) == guess
    assert allowed_guesses(asked)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        *((SHARE, text) for text in ("", "-0.1", "1.01", "nan", "inf", "1e-2", "0.575", " 0.5")),
        *((SHARE, text) for text in ("0,5", "٠", "0.50000000001", "9" * 400)),
        *((NUMBER, text) for text in ("0", "7", "25", "none", "few")),
        *((PICK, text) for text in ("FEW", "few ", "0", "none")),
        *((MAP, text) for text in ("6", "0.0", "0..1", ".", "-1", "1.2.", "x", "0 1", "00000001")),
    ],
)
def test_an_impossible_guess_is_ignored(asked: Guessed, text: str) -> None:
    assert parse_guess(text, asked) is None


def test_a_link_with_an_impossible_guess_opens_without_it() -> None:
    told = {"lesson": "barista", "guess": "21", "picks": "01z"}
    setup, ((_, guess), (_, picks)) = LearnSetup.read(told)
    assert (setup.lesson, setup.guess, setup.picks) == ("barista", "", "")
    assert "guess in the link is '21', but must be 0, 1, … 20;" in guess
    assert "visitor 3 of choices is 'z'" in picks
    setup, refused = LearnSetup.read({"lesson": "one_draw", "guess": "9", "picks": "0"})
    assert setup.guessed == 9.0
    ((name, sentence),) = refused
    assert name == "picks"
    assert "nothing is chosen here" in sentence
    assert len(LearnSetup.read({"guess": "9"})[1]) == 1


@pytest.mark.parametrize("named", ["lesson", "world", "seed"])
def test_what_was_guessed_and_chosen_elsewhere_goes_with_what_is_refused(named: str) -> None:
    told = {"lesson": "barista", "guess": "9", "picks": "0123", named: "no-such"}
    setup, ((_, said),) = LearnSetup.read(told)
    assert setup.guess == setup.picks == ""
    assert said.startswith(f"{named} in the link is ")


def test_nobody_chose_for_more_visitors_than_come() -> None:
    told = {"lesson": "barista", "picks": "0" * LESSONS["barista"].picks}
    assert LearnSetup.read(told)[0].query() == told
    setup, ((_, said),) = LearnSetup.read({**told, "picks": told["picks"] + "0"})
    assert setup.picks == ""
    assert "at most 40 characters" in said
    lab: Any = setup.chosen.begin(7)
    assert len(lab.duel.visitors) == setup.chosen.picks


def test_another_lesson_begins_without_the_guess_of_the_last() -> None:
    setup = LearnSetup(lesson="barista", guess="9", picks="0123")
    assert setup.at("barista", "exit").guessed == 9.0
    assert setup.at("one_draw").guess == setup.at("one_draw").picks == ""
