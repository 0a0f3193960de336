"""Snapshots: a loop that let go of its past is the same loop."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from engine import EpsilonGreedy, LearningLoop, LoopSettings
from engine.errors import StaleError
from engine.evaluation.event_table import latest_rows
from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.matching import MatchingRecord
from engine.loop.entries import Ranked
from engine.loop.log import START, EventLog
from engine.simulation.crowd import crowd
from engine.store import Store, StoredLoop, StoreError, keep, reopen
from engine.store.snapshot_codec import dump, fingerprint, load
from tests.engine.helpers import CONTEXTS, DRINKS
from tests.workers import WORLD, beliefs, from_scratch, serve_next

LEARNERS = {
    "online": LoopSettings(),
    "apprentice": LoopSettings(learning_mode="apprentice"),
    "classic": LoopSettings.classic(),
    "sums": LoopSettings(reward_aggregation="sum"),
}


def taught(store: Store, settings: LoopSettings, events: int = 40, every: int = 15) -> StoredLoop:
    """A loop with a snapshot every so many entries."""
    kept = keep(store, owner="me", world="coffee", seed=7, settings=settings)
    for _ in range(events):
        serve_next(kept)
        kept.snapshot_if_due(every)
    return kept


@pytest.fixture
def plain_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store.open(f"sqlite:///{tmp_path_factory.mktemp('kept')}/events.db")


@pytest.mark.parametrize("settings", LEARNERS.values(), ids=LEARNERS)
def test_with_or_without_snapshots_it_is_the_same_loop(
    plain_store: Store, settings: LoopSettings
) -> None:
    kept = taught(plain_store, settings)
    memory = LearningLoop(settings, seed=7)
    list(crowd(memory, WORLD, 40))
    scratch = from_scratch(plain_store, kept.id)
    back = reopen(plain_store, kept.id)
    assert beliefs(kept.loop) == beliefs(memory) == beliefs(scratch) == beliefs(back.loop)
    taken = 0 if settings.reward_aggregation == "sum" else 2
    assert len(list(plain_store.snapshots(kept.id, fingerprint()))) == taken
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
        assert loop.log.rows() == scratch.log.rows()


@pytest.mark.no_cover
@pytest.mark.parametrize("settings", LEARNERS.values(), ids=LEARNERS)
@pytest.mark.parametrize("entries", [1, 5, 21, 43, 70])
def test_undo_reaches_behind_snapshots(
    plain_store: Store, settings: LoopSettings, entries: int
) -> None:
    kept = taught(plain_store, settings)
    memory = LearningLoop(settings, seed=7)
    list(crowd(memory, WORLD, 40))
    for loop in (kept.loop, memory):
        loop.undo(entries)
    assert beliefs(kept.loop) == beliefs(memory)
    assert list(kept.loop.events) == list(memory.events)
    back = reopen(plain_store, kept.id)
    assert beliefs(back.loop) == beliefs(memory)
    assert plain_store.about(kept.id).events == len(memory.events)
    curve = LearningCurve(WORLD)
    curve.follow(memory)
    for each in (kept, back):
        assert each.curve is not None
        each.curve.follow(each.loop)
        np.testing.assert_array_equal(each.curve.rewards, curve.rewards)
        assert list(each.curve.rows()) == list(curve.rows())
    for _ in range(20):
        serve_next(kept)
        kept.snapshot_if_due(15)
    list(crowd(memory, WORLD, 20))
    assert beliefs(kept.loop) == beliefs(memory)
    assert beliefs(reopen(plain_store, kept.id).loop) == beliefs(memory)


def test_events_of_the_past_can_still_be_rewarded(plain_store: Store) -> None:
    settings = LoopSettings(reward_aggregation="sum")
    kept = keep(plain_store, owner="me", seed=1, settings=settings)
    memory = LearningLoop(settings, seed=1)
    for number in range(30):
        for loop in (kept.loop, memory):
            loop.rank(DRINKS, CONTEXTS[number % 4], event_id=f"e{number}",
                      defer_activation=number % 5 == 0)  # fmt: skip
            if number % 2:
                loop.reward(f"e{number}", 0.5)
        kept.snapshot_if_due(every=7)
    assert kept.curve is None
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


def test_waits_of_the_past_end(plain_store: Store) -> None:
    kept = keep(plain_store, owner="me", world="coffee", seed=7)
    kept.loop.rank(WORLD.actions, WORLD.features(WORLD.contexts[0]), event_id="old")
    kept.snapshot_if_due(every=1)
    back = reopen(plain_store, kept.id)
    assert list(back.loop.state.waiting) == ["old"]
    back.loop.expire("old")
    assert not back.loop.events["old"].open
    assert not back.loop.state.waiting


def test_what_reads_the_whole_log_reads_the_past(plain_store: Store) -> None:
    kept = taught(plain_store, LoopSettings(learning_mode="apprentice"))
    records = []
    for loop in (kept.loop, from_scratch(plain_store, kept.id)):
        record = MatchingRecord()
        record.follow(loop)
        records.append(repr(list(record.rows())))
    assert records[0] == records[1]
    assert records[0].count("visitor") == 40
    assert latest_rows(kept.loop, 7) == kept.loop.log.rows()[-7:]
    assert latest_rows(kept.loop, 100) == kept.loop.log.rows()


def test_a_snapshot_of_other_code_is_ignored(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = taught(plain_store, LoopSettings())
    monkeypatch.setattr("engine.store.stored_loop.fingerprint", lambda: "of other code")
    back = reopen(plain_store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop)
    assert back.snapshot_if_due(every=1)
    assert len(plain_store.snapshots(kept.id, "of other code")) == 1
    assert plain_store.snapshots(kept.id, fingerprint()) == []


@pytest.mark.parametrize("data", [b"", b"PK not a zip", dump({"settings": {"crosses": 9}})])
def test_a_damaged_snapshot_is_ignored(plain_store: Store, data: bytes) -> None:
    kept = taught(plain_store, LoopSettings())
    with plain_store._writing() as connection:
        connection.execute(text("UPDATE snapshots SET data = :data"), {"data": data})
    back = reopen(plain_store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop)
    kept.loop.undo(3)
    assert beliefs(kept.loop) == beliefs(from_scratch(plain_store, kept.id))


def test_a_snapshot_that_cannot_be_written_is_no_failure(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = taught(plain_store, LoopSettings(), events=5, every=1_000)

    def fail(*_: object) -> None:
        raise StoreError("full")

    monkeypatch.setattr(plain_store, "put_snapshot", fail)
    assert not kept.snapshot_if_due(every=1)
    serve_next(kept)
    assert len(kept.loop.events) == 6


def test_only_plain_things_are_frozen_and_thawed() -> None:
    shared = CONTEXTS[0]
    value = {"a": [1, 2.5, None, True, "é"], 3: (np.arange(6.0).reshape(2, 3), shared),
             "zeros": np.zeros((3, 4)), "none": np.zeros((0, 4)), "minus": np.array([1.0, -0.0]),
             "whole": np.array([3, 0], dtype=np.uint64)}  # fmt: skip
    back = load(dump(value))
    assert back["a"] == value["a"]
    np.testing.assert_array_equal(back[3][0], np.arange(6.0).reshape(2, 3))
    assert (back["zeros"].shape, back["none"].shape) == ((3, 4), (0, 4))
    assert np.signbit(back["minus"]).tolist() == [False, True]
    assert back["whole"].dtype == np.uint64
    for wrong in (object(), LearningLoop(), {1, 2}, np.array([object()])):
        with pytest.raises(TypeError):
            dump({"x": wrong})
    with pytest.raises(StaleError):
        load(dump({}).replace(b"dict", b"dick"))


def test_a_model_is_frozen_to_the_last_bit() -> None:
    loop = LearningLoop(seed=7)
    list(crowd(loop, WORLD, 30))
    loop.contributions(loop.preview(WORLD.actions, WORLD.features(WORLD.contexts[0])))
    model = load(dump(loop.model))
    ranked = loop.preview(WORLD.actions, WORLD.features(WORLD.contexts[3]))
    request = ranked.request
    one, other = (m.belief(request.context, request.actions) for m in (loop.model, model))
    np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(one.means, other.means)
    np.testing.assert_array_equal(one.covariances, other.covariances)
    assert model.contributions(request.context, request.actions[0]) == loop.model.contributions(
        request.context, request.actions[0]
    )


# -- the log --------------------------------------------------------------------------


def test_a_log_knows_what_still_counts() -> None:
    loop = LearningLoop(LoopSettings(policy=EpsilonGreedy()), seed=7)
    list(crowd(loop, WORLD, 4))
    mark = loop.log.mark
    assert loop.log.counted_at(START)
    assert loop.log.counted_at(mark)
    list(crowd(loop, WORLD, 1))
    loop.undo(2)
    assert loop.log.counted_at(mark)
    loop.undo(1)
    assert not loop.log.counted_at(mark)
    list(crowd(loop, WORLD, 3))
    assert not loop.log.counted_at(mark)
    assert loop.log.mark.counting == len(loop.log) == len(list(loop.log))
    assert [loop.log[i] for i in range(-len(loop.log), 0)] == list(loop.log)


def test_taking_back_an_event_says_which_it_was() -> None:
    loop = LearningLoop(seed=7)
    assert loop.undo_event() is None
    answer = loop.rank(DRINKS)
    loop.reward(answer.event_id, 1.0)
    taken = loop.undo_event()
    assert isinstance(taken, Ranked)
    assert taken.event_id == answer.event_id
    assert not loop.events


def test_a_log_in_memory_holds_and_drops() -> None:
    log = EventLog()
    assert not log.in_transaction
    log.rollback()
    log.commit()
    assert json.dumps([log.position, len(log)]) == "[0, 0]"
    assert replace(START, position=3).counting == 0
