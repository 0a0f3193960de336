"""Evaluation of a loop in memory, from the store and from its files gives the same result."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.files.event_range import EventRange
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.files.loop_decisions import batches
from engine.evaluation.logged_decisions import Decisions, decisions_from, usable
from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.target_policies import Baseline, FixedAction, LoggedPolicy, UniformTarget
from engine.simulation.simulated_visitors import crowd
from engine.store import LoopLibrary, StoredLoop
from tests.engine.evaluation.files.sample_files import numbers_of, refused
from tests.engine.store.exchange.files import reading_of
from tests.engine.store.workers import WORLD

TARGETS = (
    LoggedPolicy(),
    Baseline(),
    UniformTarget(),
    *(FixedAction(item.id) for item in WORLD.items),
)


def numbers_of_log(result: Iterable[Decisions]) -> list[float]:
    return numbers_of(evaluate(result, TARGETS))


def test_a_loop_is_the_same_in_the_store_and_in_its_files(
    library: LoopLibrary, exported: StoredLoop, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.evaluation.files.loop_decisions.BATCH", 5)
    loop = exported.loop
    wanted = numbers_of_log([decisions_from(usable(loop))])
    stored = [*batches(library.open(exported.id).loop.events.values())]
    assert len(stored) == 3
    assert numbers_of_log(stored) == pytest.approx(wanted)
    data = "\n".join(lines).encode()
    assert numbers_of_log(open_log(data).batches()) == pytest.approx(wanted)
    (log,) = open_log("\n".join(reading_of(loop.log).lines("here")).encode()).batches()
    # No beliefs are in dsjson.
    assert numbers_of_log([log]) == pytest.approx(
        numbers_of_log([replace(decisions_from(usable(loop)), means=None)])
    )


def test_a_window_of_a_loop_is_by_number_and_time(exported: StoredLoop) -> None:
    events = list(exported.loop.events.values())
    (log,) = batches(events, EventRange(first=3, last=7))
    assert log.reward.tolist() == [event.earned for event in events[2:7]]
    (log,) = batches(events, EventRange(since=events[8].ranked.time))
    assert len(log) == len(events) - 8


def test_an_apprentice_s_events_count_where_the_choices_match() -> None:
    loop = LearningLoop(LoopSettings(learning_mode="apprentice"), seed=1)
    list(crowd(loop, WORLD, 60))
    (log,) = batches(loop.events.values())
    matched = sum(event.ranked.matches for event in loop.events.values())
    assert (len(log), log.unmatched) == (matched, 60 - matched)


def test_a_loop_s_file_that_was_cut_or_edited_is_refused(lines: list[str]) -> None:
    (fault,) = refused("\n".join(lines[:-1]).encode())
    assert fault == (0, "it ends without its seal, the last line: it was cut")
    assert refused("\n".join([lines[0], "{}", *lines[1:]]).encode())[0][0] == 2
