"""Refusals, and the one sentence that each must be."""

from collections.abc import Callable

import pytest

from engine import PersonalizerError


def refusal(call: Callable[[], object]) -> PersonalizerError:
    """The error with which a call is refused."""
    with pytest.raises(PersonalizerError) as caught:
        call()
    return caught.value


def assert_one_sentence(error: PersonalizerError, value: str, allowed: str) -> None:
    """The message is one sentence with the field, the value met and what is allowed."""
    assert str(error) == error.message
    assert "\n" not in error.message
    assert error.message.count(", but must be ") == 1
    met, must = error.message.split(", but must be ")
    assert error.target in met
    assert met.partition(" is ")[2].startswith(value)
    assert allowed in must
    assert must.endswith(".")
    assert ". " not in must
    assert error.message.count("  ") == 0
