"""Checks of JSON parts; refusals name their position."""

from collections.abc import Callable

import pytest

from engine.errors import PersonalizerError
from engine.worlds.json_checks import check_known, each_in, number_in, object_in, text_in


def letter(value: object, place: str) -> str:
    return text_in(value, place, 1)


def test_what_is_right_is_taken_as_it_is() -> None:
    assert object_in({"a": 1}, "x", ("a", "b")) == {"a": 1}
    assert text_in("Two words", "x", 9) == "Two words"
    assert number_in(1, "x", 0, 1) == 1.0
    assert each_in(["a", "b"], "x", 2, lambda one, place: f"{place}={one}") == ("x[0]=a", "x[1]=b")


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: object_in([], "x"), "x is [], but must be an object."),
        (lambda: object_in({"c": 1}, "x", ("b", "a")), "a name in x is 'c', but must be one of"),
        (lambda: check_known("c", "x.y", ["a", "b"]), "x.y is 'c', but must be one of a, b."),
        (lambda: text_in("a\nb", "x", 9), "must be a text of 1 to 9 characters in one line."),
        (lambda: text_in(" ", "x", 9), "x is ' ', but"),
        (lambda: number_in(True, "x", 0, 1), "x is True, but must be a number from 0 to 1."),
        (lambda: each_in({}, "x", 2, letter), "x is {}, but must be a list of 1 to 2."),
        (lambda: each_in([1, 2, 3], "x", 2, letter), "the length of x is 3, but must be 1 to 2."),
        (lambda: each_in(["a", 1], "x", 2, letter), "x[1] is 1, but must be a text of 1 to 1"),
    ],
)
def test_what_is_not_is_refused_with_its_place(check: Callable[[], object], said: str) -> None:
    with pytest.raises(PersonalizerError) as refused:
        check()
    assert said in refused.value.message
