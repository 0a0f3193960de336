"""Undo and redo on the Play page: act by act, however many visitors one let in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from engine.loop.entries import Configured, Undone
from engine.simulation.simulated_visitors import Visitor
from engine.store import Limits, LoopLibrary, Store
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.loop_library_access import loop_projections
from tests.engine.comparable import learned_bits
from tests.pages.presses import answer


def told(session: PlaySession) -> tuple[object, ...]:
    """State of the loop, the current visitor, and the settings."""
    opened, setup = session.open, session.setup.of_loop(session.open.stored)
    log = [entry for entry in opened.loop.log if not isinstance(entry, Configured)]
    return log, learned_bits(opened.loop.learner), opened.context, setup


def let_in(session: PlaySession, visitors: int) -> None:
    """Serve a crowd completely, in any number of slices."""
    session.live.enqueue(visitors)
    while session.live.waiting:
        session.live.wait()


def test_a_crowd_is_one_act_however_many_slices_it_took() -> None:
    session = PlaySession(PlaySetup())
    answer(session, 1.0)
    before = told(session)
    let_in(session, 200)
    after = told(session)
    assert [act.kind for act in session.open.undo_stack.done] == ["answer", "crowd"]
    session.undo()
    assert told(session) == before
    undone = [e.entries for e in session.open.loop.log.history if isinstance(e, Undone)]
    assert undone == [400]
    session.redo()
    assert told(session) == after
    assert not session.can_redo


def test_each_kind_of_act_is_taken_back_and_brought_back_in_turn() -> None:
    session = PlaySession(PlaySetup(next=True))
    states = []
    acts: tuple[Callable[[], None], ...] = (
        lambda: answer(session, 1.0),
        session.live.step,
        lambda: session.adopt(replace(session.setup, policy="greedy")),
        lambda: let_in(session, 10),
        lambda: answer(session, None),
        lambda: session.adopt(replace(session.setup, mode="apprentice")),
    )
    for act in acts:
        states.append(told(session))
        act()
    states.append(told(session))
    for state in states[-2::-1]:
        session.undo()
        assert told(session) == state
    assert not session.can_undo
    for state in states[1:]:
        assert session.can_redo
        session.redo()
        assert told(session) == state
    assert session.refusals.sentences == []


def test_an_act_that_others_have_followed_is_no_more_taken_back_as_a_whole() -> None:
    session = PlaySession(PlaySetup())
    let_in(session, 20)
    other = PlaySession(PlaySetup(), stored=session.open.stored)
    answer(other, 0.5)
    session.advance()
    session.undo()
    assert len(session.open.loop.events) == 20
    other.advance()
    other.undo()
    assert len(session.open.loop.events) == 19
    assert not session.can_redo


def test_visitors_whom_others_let_in_between_two_slices_split_a_crowd() -> None:
    session = PlaySession(PlaySetup())
    opened = session.open
    opened.serve(3, crowd=1)
    answer(PlaySession(PlaySetup(), stored=opened.stored), 0.5)
    opened.serve(3, crowd=1)
    session.undo()
    assert len(opened.loop.events) == 4


@pytest.mark.parametrize("visitors", [1, 3])
def test_refused_operations_are_no_actions(visitors: int) -> None:
    session = PlaySession(PlaySetup())
    answer(session, 1.0)
    failing = patch("pages.parts.play.current_loop.serve", side_effect=KeyError)
    with failing, pytest.raises(KeyError):
        session.open.serve(visitors)
    assert len(session.open.undo_stack.done) == 1


@pytest.fixture
def processes(data_folder: Path) -> tuple[PlaySession, PlaySession]:
    """Two processes with the same loop, which has learned from one visitor."""
    data_folder.mkdir()
    store = Store.open(f"sqlite:///{data_folder}/loops.db", Limits())
    here, there = LoopLibrary(store, loop_projections), LoopLibrary(store, loop_projections)
    one = PlaySession(PlaySetup(), library=here)
    answer(one, 1.0)
    return one, PlaySession(PlaySetup(), library=there, stored=there.open(one.open.stored.id))


@pytest.mark.parametrize(
    "act",
    [
        lambda session: let_in(session, 3),
        lambda session: session.adopt(replace(session.setup, policy="greedy")),
    ],
)
def test_what_others_did_before_an_act_is_not_taken_back_with_it(
    processes: tuple[PlaySession, PlaySession], act: Callable[[PlaySession], None]
) -> None:
    one, other = processes
    answer(other, 0.5)  # No session here knows of the change yet.
    act(one)
    one.undo()
    assert [event.rewards for event in one.open.loop.events.values()] == [[1.0], [0.5]]
    assert one.setup.of_loop(one.open.stored).policy == PlaySetup().policy


def test_what_others_did_meanwhile_is_not_taken_back_with_an_act(
    processes: tuple[PlaySession, PlaySession], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = processes
    arrivals = one.open.arrivals
    as_visitor = arrivals.as_visitor

    def overtaken(number: int) -> Visitor:
        if len(other.open.loop.events) == 1:
            answer(other, 0.5)
        return as_visitor(number)

    monkeypatch.setattr(arrivals, "as_visitor", overtaken)
    let_in(one, 2)
    assert len(one.open.loop.events) == 4
    one.undo()
    assert [event.rewards for event in one.open.loop.events.values()] == [[1.0], [0.5]]
