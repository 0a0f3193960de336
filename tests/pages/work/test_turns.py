"""How long a thread has the interpreter."""

import sys
from collections.abc import Iterator

import pytest

from pages.parts.work.turns import LONG, SHORT, long_turn, take_short_turns


@pytest.fixture(autouse=True)
def short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    take_short_turns()
    yield
    sys.setswitchinterval(before)


def turn() -> float:
    return round(sys.getswitchinterval(), 6)


def test_turns_are_short_again_once_the_last_long_one_is_over_whichever_began_first() -> None:
    first, second = long_turn(), long_turn()
    first.__enter__()
    second.__enter__()
    assert turn() == LONG
    first.__exit__(None, None, None)
    assert turn() == LONG
    second.__exit__(None, None, None)
    assert turn() == SHORT


def test_what_fails_in_a_long_turn_ends_it() -> None:
    with pytest.raises(ZeroDivisionError), long_turn():
        _ = 1 / 0
    assert turn() == SHORT
