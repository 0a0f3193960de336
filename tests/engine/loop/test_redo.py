"""Undo of an action, and redo: the full state returns unless the log was changed in between."""

from engine.loop import logged_state
from engine.loop.entries import Undone
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.loop.checkpointed_loops import assert_same, from_scratch, keeping
from tests.engine.refusals import refusal


def test_redo_restores_each_undo_to_the_bit() -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 20))
    before = from_scratch(list(loop.log), ManualClock())
    loop.undo(2)
    loop.undo(30)
    loop.redo()
    loop.redo()
    assert_same(loop, before)
    taken = [entry.entries for entry in loop.log.history if isinstance(entry, Undone)]
    assert taken == [2, 30]
    assert refusal(loop.redo).code == "BadRequest"


def test_an_act_is_taken_back_as_long_as_it_is_the_last() -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 20))
    entries, before = len(loop.log), from_scratch(list(loop.log), ManualClock())
    list(crowd(loop, COFFEE, 30))
    end = loop.log.mark
    list(crowd(loop, COFFEE, 1))
    assert not loop.undo_act(entries, end)
    loop.undo(2)
    assert loop.undo_act(entries, end)
    assert_same(loop, before)


def test_nothing_comes_back_once_something_else_was_done() -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 5))
    loop.undo(4)
    list(crowd(loop, COFFEE, 1))
    assert refusal(loop.redo).code == "BadRequest"
    loop.undo(2)
    loop.redo()
    assert refusal(loop.redo).code == "BadRequest"


def test_undos_of_which_no_state_is_kept_come_back_the_same() -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 8))
    before = from_scratch(list(loop.log), ManualClock())
    for _ in range(2 * logged_state.WITH_STATE):
        loop.undo(2)
    for _ in range(2 * logged_state.WITH_STATE):
        loop.redo()
    assert_same(loop, before)


def test_only_the_undo_that_is_meant_comes_back() -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 5))
    loop.undo(2)
    meant = loop.log.position
    loop.undo(2)
    history = loop.log.history
    assert refusal(lambda: loop.redo(meant)).code == "BadRequest"
    assert loop.log.history == history
    loop.redo(loop.log.position)
    assert len(loop.log.history) == len(history) + 2


def test_lost_redos_take_no_memory() -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 5))
    for act in (lambda work: work(), loop.together):
        loop.undo(2)
        assert loop.can_bring_back
        act(lambda: list(crowd(loop, COFFEE, 1)))
        assert not loop._taken


def test_in_a_transaction_nothing_is_brought_back() -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 5))
    loop.undo(2)
    history = loop.log.history
    assert refusal(lambda: loop.together(loop.redo)).code == "BadRequest"
    assert loop.log.history == history
    loop.redo()
