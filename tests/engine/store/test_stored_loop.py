"""Stored loops: restored as they were, also after releasing their history from memory."""

from typing import Any

import pytest

from engine import LearningLoop, LoopSettings
from engine.errors import DamagedError
from engine.evaluation.apprentice_agreement import MatchingRecord
from engine.evaluation.event_rows import latest_rows, rows
from engine.loop import guards
from engine.loop.service_only_settings import ServiceSettings
from engine.loop.state import LoopState
from engine.pausable_steps import finish
from engine.simulation.drift import with_other_tastes
from engine.simulation.simulated_visitors import crowd
from engine.store import Store, StoredLoop
from engine.store.database_check import check_database
from engine.store.stored_loop import SNAPSHOT_INTERVAL
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits, next_answers
from tests.engine.requests import CONTEXTS, DRINKS, Json
from tests.engine.store.snapshot_loops import LEARNERS, loop_with_snapshots
from tests.engine.store.workers import WORLD, beliefs, from_scratch, serve_next


@pytest.mark.no_cover
@pytest.mark.parametrize("settings", LEARNERS.values(), ids=LEARNERS)
def test_with_or_without_snapshots_it_is_the_same_loop(
    plain_store: Store, settings: LoopSettings
) -> None:
    kept = loop_with_snapshots(plain_store, settings)
    memory = LearningLoop(settings, seed=7)
    list(crowd(memory, WORLD, 40))
    scratch = from_scratch(plain_store, kept.id)
    back = StoredLoop.open(plain_store, kept.id)
    assert beliefs(kept.loop) == beliefs(memory) == beliefs(scratch) == beliefs(back.loop)
    assert len(plain_store.snapshots(kept.id)) == 10  # Five of the loop and five of its curve.
    for loop in (kept.loop, back.loop):
        assert list(loop.events) == list(scratch.events)
        assert [s.earned for s in loop.events.values()] == [
            s.earned for s in scratch.events.values()
        ]
        assert [s.number for s in loop.events.values()] == list(range(40))
        assert len(loop.log.history) == len(scratch.log.history)
        assert "nobody" not in loop.events
        with pytest.raises(KeyError):
            loop.events["nobody"]
        with pytest.raises(IndexError):
            loop.log[10_000]
        assert rows(loop.log) == rows(scratch.log)


def test_events_of_the_past_can_still_be_rewarded(plain_store: Store) -> None:
    settings = LoopSettings(reward_aggregation="sum")
    kept = StoredLoop.create(plain_store, owner="me", seed=1, settings=settings)
    memory = LearningLoop(settings, seed=1)
    for number in range(30):
        for loop in (kept.loop, memory):
            loop.rank(DRINKS, CONTEXTS[number % 4], event_id=f"e{number}",
                      defer_activation=number % 5 == 0)  # fmt: skip
            if number % 2:
                loop.reward(f"e{number}", 0.5)
        kept.snapshot_if_due(every=7)
    for loop in (kept.loop, memory):
        loop.activate("e0")
        loop.reward("e0", 1.0)
        loop.reward("e1", -0.25)
        loop.expire("e2")
    kept.snapshot_if_due(every=1)
    assert (kept.loop.events["e1"].rewards, kept.loop.events["e1"].number) == ([0.5, -0.25], 1)
    assert (kept.loop.events["e2"].open, kept.loop.events["e2"].earned) == (False, 0.0)
    assert kept.loop.events["e10"].activated is False
    repeated = kept.loop.rank(DRINKS, CONTEXTS[1], event_id="e1")
    assert repeated == memory.answer("e1")
    one, other = (loop.preview(DRINKS, CONTEXTS[0]) for loop in (kept.loop, memory))
    assert (one.means, one.sds) == (other.means, other.sds)
    # Retraining reads the past, too.
    for loop in (kept.loop, memory):
        loop.configure(crosses=1)
    one, other = (loop.preview(DRINKS, CONTEXTS[0]) for loop in (kept.loop, memory))
    assert (one.means, one.sds) == (other.means, other.sds)


SUMS = {
    "online": LoopSettings(reward_aggregation="sum"),
    "apprentice": LoopSettings(reward_aggregation="sum", learning_mode="apprentice"),
    "classic": LoopSettings.classic(reward_aggregation="sum", learning_rate=0.3),
}


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize("settings", SUMS.values(), ids=SUMS)
def test_a_further_part_for_an_event_of_the_past_teaches_as_without_snapshots(
    plain_store: Store, settings: LoopSettings
) -> None:
    """Events wait for ten minutes, so all 40 may still receive rewards, also after reopening."""
    kept = loop_with_snapshots(plain_store, settings)
    loops = [kept.loop, StoredLoop.open(plain_store, kept.id).loop]
    for number, event_id in enumerate(list(kept.loop.events)[::14]):
        loops[number % 2].reward(event_id, 0.5)
        for loop in loops:
            loop.catch_up()
            assert learned_bits(loop.learner) == learned_bits(LoopState(loop.log).learner)
    loops[0].undo(2)
    loops[1].catch_up()
    for loop in (*loops, StoredLoop.open(plain_store, kept.id).loop):
        assert learned_bits(loop.learner) == learned_bits(LoopState(loop.log).learner)


def test_waits_of_the_past_end(plain_store: Store) -> None:
    kept = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    kept.loop.rank(WORLD.actions, WORLD.features(WORLD.contexts[0]), event_id="old")
    kept.snapshot_if_due(every=1)
    back = StoredLoop.open(plain_store, kept.id)
    assert list(back.loop.state.waiting) == ["old"]
    back.loop.expire("old")
    assert not back.loop.events["old"].open
    assert not back.loop.state.waiting


def test_functions_over_the_whole_log_read_the_archive(plain_store: Store) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings(learning_mode="apprentice"))
    records = []
    for loop in (kept.loop, from_scratch(plain_store, kept.id)):
        record = MatchingRecord()
        record.follow(loop)
        records.append(repr(list(record.rows())))
    assert records[0] == records[1]
    assert records[0].count("visitor") == 40
    assert latest_rows(kept.loop, 7) == rows(kept.loop.log)[-7:]
    assert latest_rows(kept.loop, 100) == rows(kept.loop.log)


def test_nothing_is_kept_before_the_first_event(store: Store) -> None:
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    kept.loop.configure(default_reward=0.5)
    assert not kept.is_saved
    assert store.loops("me") == []
    kept.belong_to("you")
    serve_next(kept)
    assert kept.is_saved
    (about,) = store.loops("you")
    assert (about.id, about.world, about.seed, about.events) == (kept.id, "coffee", 7, 1)
    assert StoredLoop.open(store, kept.id).loop.settings.default_reward == 0.5


def test_a_loop_comes_back_with_the_same_next_answer(store: Store, kept: StoredLoop) -> None:
    for _ in range(30):
        serve_next(kept)
    kept.loop.undo(3)
    back = StoredLoop.open(store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop) == beliefs(from_scratch(store, kept.id))
    assert len(back.loop.log) == len(kept.loop.log)
    assert store.loop_info(kept.id).events == len(back.loop.events)


def test_a_loop_without_a_store_stays_in_memory() -> None:
    kept = StoredLoop.create(None, world=WORLD, seed=7)
    kept.belong_to("me")
    serve_next(kept)
    assert not kept.is_saved
    assert not kept.snapshot_if_due(every=1)


def test_its_verbs_are_the_loops_own_and_write_a_snapshot_when_one_is_due(
    plain_store: Store,
) -> None:
    stored = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    assert stored.lock is stored.loop.lock
    answer = stored.rank(WORLD.actions, WORLD.features(WORLD.contexts[0]))
    stored.reward(answer.event_id, 1.0)
    assert stored.loop.events[answer.event_id].earned == 1.0

    def change_often() -> None:
        for number in range(SNAPSHOT_INTERVAL):
            stored.configure(default_reward=number % 2)
        # Not in the middle of an atomic commit.
        assert plain_store.snapshots(stored.id) == []

    stored.together(change_often)
    (snapshot,) = plain_store.snapshots(stored.id)
    assert snapshot.mark.position == stored.loop.log.position
    latest = stored.rank(WORLD.actions)
    undone = stored.undo_event()
    assert undone
    assert undone.event_id == stored.preview(WORLD.actions).event_id == latest.event_id


def test_an_act_of_others_who_are_faster_is_not_taken_back(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others arrive just after the check that the action is the last."""
    mine = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    serve_next(mine)
    entries = len(mine.loop.log)
    serve_next(mine)
    end, theirs = mine.loop.log.mark, StoredLoop.open(plain_store, mine.id)
    check = guards.check_entries

    def come_first(state: object, most: int) -> None:
        monkeypatch.setattr(guards, "check_entries", check)
        serve_next(theirs)
        check(state, most)

    monkeypatch.setattr(guards, "check_entries", come_first)
    assert not mine.undo_act(entries, end)
    assert mine.loop.log.history == theirs.loop.log.history
    assert len(mine.loop.events) == 3


def test_a_world_that_changed_is_there_again_however_it_is_opened(plain_store: Store) -> None:
    other = with_other_tastes(WORLD, 7, 6)
    kept = StoredLoop.create(plain_store, world=WORLD, seed=7)
    list(crowd(kept.loop, WORLD, 6))
    kept.change_world(other)
    list(crowd(kept.loop, other, 4))
    for every in (1_000, 1):
        kept.snapshot_if_due(every)
        back = StoredLoop.open(plain_store, kept.id)
        assert (back.world, back.world_now, back.loop.state.changes) == (WORLD, other, (6,))
        assert beliefs(back.loop) == beliefs(kept.loop)
    past = finish(kept.as_of(5))
    assert past.world_now == WORLD


@pytest.mark.parametrize("every", [1, 1_000])
def test_what_applications_called_comes_back_as_it_was(plain_store: Store, every: int) -> None:
    kept = StoredLoop.create(plain_store, owner="me", seed=7)
    for number in range(3):
        event = kept.rank(DRINKS, CONTEXTS[number]).event_id
        kept.take_reward(event, 1.0)
        kept.take_reward(event, 0.5)
    model = kept.loop.learner.fork()
    kept.reset_model()
    kept.rank(DRINKS, event_id="open")
    kept.import_model(model)
    kept.take_reward("open", 1.0)
    kept.snapshot_if_due(every=every)
    back = StoredLoop.open(plain_store, kept.id)
    for loop in (kept, back):
        loop.reward(loop.rank(DRINKS, CONTEXTS[3]).event_id, 1.0)
        break
    back.catch_up()
    assert learned_bits(back.loop.learner) == learned_bits(kept.loop.learner)
    assert back.loop.state.forgotten == kept.loop.state.forgotten == 4
    assert back.loop.state.dangling == 3


@pytest.mark.nightly
@pytest.mark.parametrize("aggregation", ["earliest", "sum"])
@pytest.mark.parametrize("every", [1, 4, SNAPSHOT_INTERVAL])
def test_the_served_model_and_a_retrained_one_come_back_as_they_were(
    plain_store: Store, every: int, aggregation: Any
) -> None:
    clock = ManualClock()
    settings = LoopSettings(reward_aggregation=aggregation)
    kept = StoredLoop.create(plain_store, seed=7, settings=settings, clock=clock)
    kept.configure_service(ServiceSettings(update_frequency=60))
    kept.save()
    loops = [kept]
    for number in range(9):
        clock.advance(seconds=25)
        opened = StoredLoop.open(plain_store, kept.id, clock=clock)
        loops = [*loops, opened][-2:]
        event = loops[number % len(loops)].rank(DRINKS, CONTEXTS[number % 4]).event_id
        loops[0].reward(event, 1.0)
        if number == 4:
            loops[0].configure(default_reward=0.5)
            loops[0].reset_model(retrain_days=0)
        loops[0].snapshot_if_due(every)
        for stored in loops:
            stored.catch_up()
        log = from_scratch(plain_store, kept.id).log
        expected = next_answers(LearningLoop.resume(log, seed=7, clock=clock))
        assert [next_answers(stored.loop) for stored in loops] == [expected] * len(loops)
    answers, length = next_answers(loops[0].loop), len(loops[0].loop.log)
    clock.advance(minutes=1)
    assert next_answers(loops[0].loop) != answers
    event = loops[0].rank(DRINKS, CONTEXTS[0]).event_id
    loops[0].undo(len(loops[0].loop.log) - length)
    clock.advance(minutes=-1)
    assert next_answers(loops[0].loop) == answers
    assert event not in loops[0].loop.events


@pytest.mark.parametrize("every", [1, SNAPSHOT_INTERVAL])
def test_a_multi_slot_call_comes_back_as_it_was(plain_store: Store, every: int) -> None:
    stored = StoredLoop.create(plain_store, seed=2)
    slots: list[Json] = [{"id": "hero"}, {"id": "side", "excludedActions": ["latte"]}]
    for number in range(4):
        stored.rank_multi_slot(DRINKS, slots, CONTEXTS[number], f"{number}", number == 3)
        stored.snapshot_if_due(every)
        stored.reward_multi_slot(f"{number}", {"hero": 1.0, "side": 0.5})
    again = StoredLoop.open(plain_store, stored.id)
    assert tuple(again.loop.log) == tuple(stored.loop.log)
    assert learned_bits(again.loop.learner) == learned_bits(stored.loop.learner)
    answer = again.rank_multi_slot(DRINKS, slots, CONTEXTS[1], "1")
    assert answer == stored.rank_multi_slot(DRINKS, slots, CONTEXTS[1], "1")
    again.activate_multi_slot("3")
    assert [event.earned for event in again.loop.events.values()] == [1.0, 0.5] * 4
    assert len(again.loop.log) == len(stored.loop.log) + 2


def test_without_its_log_a_loop_goes_on_with_its_model_and_settings(plain_store: Store) -> None:
    kept = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    for _ in range(5):
        serve_next(kept)
    kept.configure(default_reward=0.25)
    kept.configure_service(ServiceSettings(policy_name="mine"))
    kept.change_world(with_other_tastes(WORLD, 3, 1))
    other = StoredLoop.open(plain_store, kept.id)
    kept.delete_log()
    assert kept.is_lost
    with pytest.raises(DamagedError):
        other.catch_up()
    assert other.is_lost
    back = StoredLoop.open(plain_store, kept.id)
    assert len(back.loop.events) == 0
    assert learned_bits(back.loop.learner) == learned_bits(kept.loop.learner)
    assert back.loop.settings == kept.loop.settings
    assert back.loop.state.service == kept.loop.state.service
    assert back.world_now == kept.world_now
    assert list(check_database(plain_store)) == []
