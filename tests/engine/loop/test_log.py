"""The log: appended once, never edited."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine import EpsilonGreedy, EventLog, LearningLoop, LoopSettings
from engine.loop.entries import Activated, Configured, Entry, Expired, Rewarded, Undone
from engine.loop.log import START
from engine.simulation.simulated_visitors import crowd
from tests.engine.store.workers import WORLD

NOW = datetime(2026, 1, 1, tzinfo=UTC)


ENTRIES: list[Entry] = [
    Configured(NOW, LoopSettings()),
    Activated("a", NOW),
    Rewarded("a", NOW, 0.5),
    Expired("b", NOW, None),
]


def log_of(*entries: Entry | Undone) -> EventLog:
    log = EventLog()
    for entry in entries:
        log.append(entry)
    return log


def test_an_empty_log_holds_nothing() -> None:
    log = EventLog()
    assert (len(log), list(log), log.history, log.undos) == (0, [], (), 0)


def test_entries_are_read_in_the_order_in_which_they_were_appended() -> None:
    log = log_of(*ENTRIES)
    assert list(log) == ENTRIES
    assert [log[i] for i in range(len(log))] == ENTRIES
    assert log.history == tuple(ENTRIES)


@pytest.mark.parametrize("entries", [1, 2, 3])
def test_undone_entries_stay_in_the_history(entries: int) -> None:
    undone = Undone(NOW, entries)
    log = log_of(*ENTRIES, undone)
    assert list(log) == ENTRIES[:-entries]
    assert len(log) == 4 - entries
    assert log.history == (*ENTRIES, undone)


def test_undoing_counts_entries_that_still_count() -> None:
    log = log_of(*ENTRIES, Undone(NOW, 1), Undone(NOW, 1), ENTRIES[3], Undone(NOW, 1))
    assert list(log) == ENTRIES[:2]
    assert log.undos == 3
    assert len(log.history) == 8


def test_the_number_of_undos_stays_the_same_while_the_log_only_grows() -> None:
    log = EventLog()
    for entry in ENTRIES:
        log.append(entry)
        assert log.undos == 0
    log.append(Undone(NOW, 1))
    assert log.undos == 1


class Kept:
    """An archive of entries that counts its reads."""

    def __init__(self, entries: Sequence[Entry | Undone]) -> None:
        self._entries, self.asked = entries, 0

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        self.asked += 1
        return iter(self._entries[start:stop])

    def of_event(self, event_id: str, stop: int) -> list[tuple[int, Entry]]:
        raise NotImplementedError


def evict(log: EventLog) -> None:
    log.evict(Kept(log.history))


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log.append(Activated("b", NOW)),
        lambda log: log.append(Undone(NOW, 2)),
        evict,
    ],
    ids=["append", "undo", "evict"],
)
def test_a_reader_gets_the_entries_that_counted_when_it_began(
    change: Callable[[EventLog], object],
) -> None:
    log = log_of(*ENTRIES)
    begun, half_way = log.since(1), iter(log)
    first = next(half_way)
    change(log)
    log.append(Rewarded("a", NOW, -1))
    assert list(begun) == ENTRIES[1:]
    assert [first, *half_way] == ENTRIES


def test_what_failed_together_is_forgotten_but_by_those_who_read_it_then() -> None:
    log = log_of(*ENTRIES[:2])
    readers: list[Iterator[Entry]] = []
    assert not log.in_transaction
    with suppress(ZeroDivisionError), log.transaction():
        assert log.in_transaction
        for entry in ENTRIES[2:]:
            log.append(entry)
        readers += log.since(1), iter(log)
        assert next(readers[1]) == ENTRIES[0]
        raise ZeroDivisionError
    assert not log.in_transaction
    assert (list(log), log.history, log.undos) == (ENTRIES[:2], tuple(ENTRIES[:2]), 1)
    log.append(Rewarded("a", NOW, -1))
    assert [list(reader) for reader in readers] == [ENTRIES[1:], ENTRIES[1:]]


def test_a_log_is_read_backwards_without_asking_the_archive_for_each_entry() -> None:
    numbered: list[Entry] = [Activated(str(number), NOW) for number in range(100)]
    log = log_of(ENTRIES[0], *numbered)
    assert list(reversed(log)) == [*numbered[::-1], ENTRIES[0]]
    log.append(Undone(NOW, 7))
    archive = Kept(log.history)
    log.evict(archive)
    log.append(ENTRIES[1])
    assert list(reversed(log)) == [ENTRIES[1], *numbered[92::-1], ENTRIES[0]]
    assert 0 < archive.asked <= 6


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


def test_nothing_together_is_nothing() -> None:
    log = EventLog()
    with log.transaction():
        pass
    with suppress(ZeroDivisionError), log.transaction():
        raise ZeroDivisionError
    assert (log.position, len(log), log.undos) == (0, 0, 0)
    assert replace(START, position=3).counting == 0
