"""Clicks that were lost with the connection."""

import pytest

from pages.parts.components.lost_presses import Buttons


def test_a_press_that_arrived_is_not_missing_and_one_that_did_not_is() -> None:
    buttons, done = Buttons(), list[str]()
    told = {"session": buttons.session, "taken": 0, "pressed": "step"}
    missing = buttons.missing(told)
    assert missing == (
        "step",
        "Step did not arrive: the connection was lost. Press it again.",
    )
    buttons.counting(lambda: done.append("step"))()
    assert buttons.missing(told) is None
    assert done == ["step"]


def test_presses_counted_by_another_process_are_unknown() -> None:
    missing = Buttons().missing({"session": "before", "taken": 3, "pressed": "undo"})
    assert missing == ("undo", "It is not known whether Undo arrived. Check whether it counted.")


@pytest.mark.parametrize(
    "told", [None, {}, {"pressed": "erase", "session": "", "taken": 0}, "step"]
)
def test_other_messages_are_no_presses(told: object) -> None:
    assert Buttons().missing(told) is None
