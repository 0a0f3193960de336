"""Retention of a log: old events are erased, and the model stays the same."""

from datetime import timedelta

import pytest

from engine.loop.entries import Ranked
from engine.loop.service_only_settings import ServiceSettings
from engine.simulation.drift import with_other_tastes
from engine.store import LoopLibrary, Store
from engine.store.database_check import check_database
from engine.store.stored_loop import StoredLoop
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits
from tests.engine.store.workers import WORLD


def served_for_ten_days(store: Store, clock: ManualClock, days: int) -> StoredLoop:
    """A loop with an event a day, under a retention in days; tastes change after the eighth."""
    stored = StoredLoop.create(store, owner="me", world=WORLD, seed=7, clock=clock)
    stored.configure_service(ServiceSettings(log_retention_days=days))
    for day in range(10):
        visit(stored, f"day {day}")
        if day == 7:
            stored.change_world(with_other_tastes(WORLD, 3, 1))
        clock.advance(days=1)
    return stored


def visit(stored: StoredLoop, event_id: str, reward: float = 1.0) -> Ranked:
    request = WORLD.request(0).under(event_id)
    ranked: Ranked = stored.serve(request)
    stored.take_reward(event_id, reward)
    return ranked


@pytest.mark.parametrize("aggregation", ["earliest", "sum"])
def test_old_events_go_and_the_model_stays(plain_store: Store, aggregation: str) -> None:
    clock = ManualClock()
    stored = served_for_ten_days(plain_store, clock, 5)
    stored.configure(reward_aggregation=aggregation)
    assert stored.apply_retention()
    assert stored.is_lost
    again = StoredLoop.open(plain_store, stored.id, clock=clock)
    assert list(again.loop.events) == [f"day {day}" for day in range(5, 10)]
    assert learned_bits(again.loop.learner) == learned_bits(stored.loop.learner)
    assert again.loop.state.changes == (3,)
    assert again.world_now == stored.world_now
    assert again.loop.settings == stored.loop.settings
    assert again.loop.state.service.log_retention_days == 5
    assert list(check_database(plain_store)) == []
    assert plain_store.loop_info(stored.id).events == 5


def test_decisions_go_on_as_if_nothing_had_been_erased(plain_store: Store) -> None:
    clock = ManualClock()
    whole = served_for_ten_days(plain_store, clock, -1)
    clock = ManualClock()
    shorter = served_for_ten_days(plain_store, clock, 5)
    shorter.apply_retention()
    shorter = StoredLoop.open(plain_store, shorter.id, clock=clock)
    for number in range(3):
        there, here = visit(whole, f"{number}", 0.5), visit(shorter, f"{number}", 0.5)
        assert (here.probabilities, here.shown, here.means) == (
            there.probabilities, there.shown, there.means,
        )  # fmt: skip


def test_a_reward_for_an_erased_event_goes_with_it(plain_store: Store) -> None:
    clock = ManualClock()
    stored = StoredLoop.create(plain_store, world=WORLD, seed=7, clock=clock)
    stored.configure(reward_wait_time=timedelta(days=1))
    stored.configure_service(ServiceSettings(log_retention_days=2))
    stored.serve(WORLD.request(0).under("old"))
    clock.advance(hours=23)
    stored.take_reward("old", 1.0)
    visit(stored, "new")
    clock.advance(days=2)
    clock.advance(minutes=30)
    stored.delete_log(stored.loop.now - timedelta(days=2, hours=1))
    again = StoredLoop.open(plain_store, stored.id, clock=clock)
    assert list(again.loop.events) == ["new"]
    assert again.loop.events["new"].earned == 1.0


@pytest.mark.parametrize("days", [-1, 9, 90])
def test_younger_events_stay(plain_store: Store, days: int) -> None:
    stored = served_for_ten_days(plain_store, ManualClock(), days)
    assert not stored.apply_retention()
    assert not stored.is_lost
    assert len(stored.loop.events) == 10


def test_a_library_shortens_the_logs_of_applications_alone(plain_store: Store) -> None:
    clock = ManualClock()
    ours, theirs = (served_for_ten_days(plain_store, clock, 5) for _ in range(2))
    clock.advance(days=1)
    plain_store.rotate_key(theirs.id, "me", 1)
    used = plain_store.loop_info(theirs.id).used
    library = LoopLibrary(plain_store)
    assert library.apply_retention() == 1
    assert library.apply_retention() == 0
    assert plain_store.loop_info(ours.id).events == 10
    assert plain_store.loop_info(theirs.id).events < 10
    assert plain_store.loop_info(theirs.id).used == used
