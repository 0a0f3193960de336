"""Choices as a text: round trips, and refusals."""

import pytest

from engine.experiments.choice_codec import MOST, decode_choices, encode_choices
from engine.worlds import WORLDS
from tests.engine.refusals import assert_one_sentence, refusal

MOVIES = WORLDS["movies"]


def test_a_text_is_read_as_it_was_written() -> None:
    choices = (0, 11, 3, 9, 10)
    assert encode_choices(choices) == "0b39a"
    assert decode_choices("0b39a", MOVIES) == choices
    assert decode_choices("", MOVIES) == ()
    assert len(decode_choices("1" * MOST, MOVIES)) == MOST


@pytest.mark.parametrize(
    ("text", "value", "allowed"),
    [("01c", "'c'", "a character from 0 to b"), ("0 1", "' '", "a character from 0 to b"),
     ("0²", "'²'", "a character from 0 to b"), ("0" * 101, "'0000", "at most 100 characters")],
)  # fmt: skip
def test_impossible_choices_are_refused_with_their_place(
    text: str, value: str, allowed: str
) -> None:
    error = refusal(lambda: decode_choices(text, MOVIES))
    assert_one_sentence(error, value, allowed)
    assert error.target == "choices"


def test_the_place_is_named() -> None:
    assert refusal(lambda: decode_choices("01c", MOVIES)).message.startswith(
        "visitor 3 of choices is 'c'"
    )
