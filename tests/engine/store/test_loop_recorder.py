"""A loop that is recorded in a database entry by entry."""

import pytest

from engine import PersonalizerError
from engine.loop.entries import Undone
from engine.store import Store, StoredLoop
from tests.engine.requests import DRINKS
from tests.engine.store.workers import beliefs, serve_next


def test_two_who_have_it_open_see_each_other(store: Store, kept: StoredLoop) -> None:
    other = StoredLoop.open(store, kept.id)
    serve_next(other)
    assert kept.loop.catch_up()
    assert not kept.loop.catch_up()
    kept.loop.undo_event()
    serve_next(other)
    assert [type(entry) for entry in other.loop.log.history].count(Undone) == 1
    kept.loop.catch_up()
    assert beliefs(kept.loop) == beliefs(other.loop)


def test_a_lost_race_is_retried(store: Store, kept: StoredLoop) -> None:
    other = StoredLoop.open(store, kept.id)
    tries = []

    def work() -> str:
        tries.append(len(kept.loop.events))
        if len(tries) == 1:
            serve_next(other)
        return kept.loop.rank(DRINKS).event_id

    event = kept.loop.together(work)
    assert tries == [1, 2]
    assert list(StoredLoop.open(store, kept.id).loop.events)[2] == event


def test_work_on_an_event_of_another_process_is_repeated_once_the_event_is_read(
    store: Store, kept: StoredLoop
) -> None:
    event = StoredLoop.open(store, kept.id).loop.rank(DRINKS).event_id
    assert event not in kept.loop.events
    kept.loop.together(lambda: kept.loop.reward(event, 1.0))
    assert kept.loop.events[event].rewards == [1.0]


def test_work_that_fails_in_the_middle_never_happened(kept: StoredLoop) -> None:
    before = beliefs(kept.loop), kept.loop.log.position

    def work() -> None:
        kept.loop.rank(DRINKS)
        kept.loop.together(lambda: kept.loop.rank(DRINKS))
        kept.loop.reward("nobody", 1.0)

    with pytest.raises(PersonalizerError):
        kept.loop.together(work)
    assert (beliefs(kept.loop), kept.loop.log.position) == before
    with pytest.raises(ValueError, match="taken back"):
        kept.loop.together(lambda: kept.loop.undo(1))
