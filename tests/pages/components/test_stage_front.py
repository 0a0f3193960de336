"""Votes counted before a step on the stage, as reported by a browser."""

import pytest

from pages.parts.components.stage_front import counted


def test_a_step_tells_how_many_hands_there_were_before_its_own_screen() -> None:
    step = {"means": "next", "hands": {"screen": "room-1", "counts": [0, 2, 1]}}
    assert counted(step, "room-1") == (0, 2, 1)
    assert counted(step, "room-2") == (), "those of the screen before count once"


@pytest.mark.parametrize(
    "hands", [None, [1], {"screen": "a"}, {"screen": "a", "counts": "12"},
              {"screen": "a", "counts": [True]}, {"screen": "a", "counts": [-1]},
              {"screen": "a", "counts": [1.5]}, {"screen": "a", "counts": [1] * 10}],
)  # fmt: skip
def test_other_messages_do_not_count(hands: object) -> None:
    assert counted({"hands": hands}, "a") == ()
    assert counted(None, "a") == ()
