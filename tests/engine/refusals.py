"""Refusal messages, each of which must be one sentence."""

from collections.abc import Callable

import pytest

from engine import PersonalizerError


def refusal(call: Callable[[], object]) -> PersonalizerError:
    """The error with which a call is refused."""
    with pytest.raises(PersonalizerError) as caught:
        call()
    return caught.value


def assert_one_sentence(error: PersonalizerError, value: str, allowed: str) -> None:
    """Assert that the message is one sentence with the field, the given value and the allowed
    values.
    """
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
