"""Crashing and concurrent processes: no acknowledged event is lost or doubled."""

import numpy as np

from engine.loop.service_only_settings import ServiceSettings
from engine.store import Store, StoredLoop
from tests.engine.store.workers import beliefs, crash, from_scratch, together


def test_a_killed_process_loses_and_doubles_nothing(url: str, kept: StoredLoop) -> None:
    seen = crash(url, kept.id, rounds=4, rng=np.random.default_rng(1))
    assert seen.acknowledged >= seen.rounds
    assert seen.kept >= seen.acknowledged


def test_processes_on_one_loop_end_with_the_same_posterior(
    url: str, store: Store, kept: StoredLoop
) -> None:
    processes, events = 4, 15
    result = together(url, kept.id, processes, events)
    assert all(each == result[0] for each in result)
    back = StoredLoop.open(store, kept.id)
    assert len(back.loop.events) == 1 + processes * events
    assert result[0] == beliefs(back.loop) == beliefs(from_scratch(store, kept.id))
    assert store.loop_info(kept.id).events == 1 + processes * events
    kept.loop.catch_up()
    assert beliefs(kept.loop) == result[0]


def test_processes_on_one_loop_serve_the_same_model_of_the_last_update(
    url: str, store: Store, kept: StoredLoop
) -> None:
    kept.configure_service(ServiceSettings(update_frequency=172_800))
    before = [means for _, _, means, *_ in beliefs(kept.loop)]
    result = together(url, kept.id, 2, 10)
    assert all(each == result[0] for each in result)
    back = StoredLoop.open(store, kept.id)
    assert result[0] == beliefs(back.loop) == beliefs(from_scratch(store, kept.id))
    assert [means for _, _, means, *_ in result[0]] == before
    back.configure_service(ServiceSettings())
    assert [means for _, _, means, *_ in beliefs(back.loop)] != before
