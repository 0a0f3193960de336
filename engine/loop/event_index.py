"""Events of a loop by id: in memory, or read from the archived log on demand."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, ValuesView
from dataclasses import replace
from functools import cached_property
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from engine.loop.entries import Entry, OfNoEvent, Ranked, Undone
from engine.loop.event import EventState
from engine.loop.log import Archive, EventLog, Mark
from engine.pausable_steps import Steps

STEP = 50
"""Entries read in one step."""
Digests = NDArray[np.uint64]
"""8 bytes of a digest of each event id, in the order of Rank calls."""


class ArchivedEvents:
    """Events ranked before a place in the log, read on demand.

    Args:
        mark: the place; later entries of the archive are not read.
        digests: of the event ids.
    """

    def __init__(self, archive: Archive, mark: Mark, digests: Digests) -> None:
        self._archive, self._mark, self.digests = archive, mark, digests

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self.digests)

    def __len__(self) -> int:
        return len(self.digests)

    def load(self, event_id: str) -> EventState | None:
        """State of an event at that place; None for an unknown event."""
        wanted = digest_of(event_id)
        at = int(np.searchsorted(self.digests, wanted, sorter=self._order))
        if at == len(self) or self.digests[self._order[at]] != wanted:
            return None
        known, runs = self._archive.of_event(event_id, self._mark.position), self._mark.runs
        counting = (e for at, e in known if any(start <= at < stop for start, stop in runs))
        state = events_of(counting).get(event_id)
        return state and replace(state, number=int(self._order[at]))

    def states(self) -> Iterator[EventState]:
        """States of all events at that place, in the order of Rank calls."""
        runs = (self._archive.read(*run) for run in self._mark.runs)
        return iter(events_of(chain.from_iterable(runs)).values())


def events_of(entries: Iterable[Entry | Undone], before: int = 0) -> dict[str, EventState]:
    """States of the events ranked in some entries, by id, in the order of Rank calls.

    Args:
        before: number of events ranked earlier.
    """
    states: dict[str, EventState] = {}
    for entry in entries:
        if isinstance(entry, Ranked):
            states[entry.event_id] = EventState.begin(entry, before + len(states))
        elif not isinstance(entry, OfNoEvent | Undone) and entry.event_id in states:
            states[entry.event_id].follow(entry)
    return states


def reading_events(log: EventLog, start: int = 0) -> Steps[dict[str, EventState]]:
    """`events_of` for the entries that count in a log, from a position on, in steps."""
    entries = list[Entry]()
    for entry in log.since(start):
        entries.append(entry)
        if len(entries) % STEP == 0:
            yield None
    return events_of(entries)


class EventIndex(Mapping[str, EventState]):
    """Events of a loop by id, in the order of Rank calls, archived ones first.

    With another index as its archive, it is a writable copy, valid while the other does not change.
    """

    def __init__(self, archive: "ArchivedEvents | EventIndex | None" = None) -> None:
        self._archive = archive
        self._touched: dict[str, EventState] = {}
        self._new: dict[str, EventState] = {}
        self._digests: Digests = np.zeros(0, dtype=np.uint64)

    def __len__(self) -> int:
        return (len(self._archive) if self._archive is not None else 0) + len(self._new)

    def __iter__(self) -> Iterator[str]:
        return (state.ranked.event_id for state in self._states())

    def __contains__(self, event_id: object) -> bool:
        return isinstance(event_id, str) and self._find(event_id) is not None

    def __getitem__(self, event_id: str) -> EventState:
        state = self._find(event_id)
        if state is None:
            raise KeyError(event_id)
        return state

    def _find(self, event_id: str) -> EventState | None:
        state = self._new.get(event_id) or self._touched.get(event_id)
        if state is None and self._archive is not None and (state := self._archive.load(event_id)):
            self._touched[event_id] = state
        return state

    def _states(self) -> Iterator[EventState]:
        if self._archive is not None:
            for state in self._archive.states():
                yield self._touched.get(state.ranked.event_id, state)
        yield from self._new.values()

    def values(self) -> ValuesView[EventState]:
        """States of the events, read in one pass over the log."""
        return _States(self)

    def add(self, ranked: Ranked) -> EventState:
        """Add an event with its Rank entry."""
        self._new[ranked.event_id] = event = EventState.begin(ranked, len(self))
        return event

    def load(self, event_id: str) -> EventState | None:
        """Copy of an event's state; None for an unknown event."""
        state = self._find(event_id)
        return state and _copy(state)

    def states(self) -> Iterator[EventState]:
        """Copies of the states of all events, in the order of Rank calls."""
        return map(_copy, self._states())

    @property
    def digests(self) -> Digests:
        """Digests of the event ids; read only."""
        before = 0 if self._archive is None else len(self._archive)
        if not len(self._digests) and before:
            assert self._archive is not None
            self._digests = self._archive.digests
        fresh = islice(self._new, len(self._digests) - before, None)
        if new := [digest_of(event_id) for event_id in fresh]:
            self._digests = np.append(self._digests, np.array(new, dtype=np.uint64))
        return self._digests


def _copy(state: EventState) -> EventState:
    return replace(state, rewards=[*state.rewards], times=[*state.times])


class _States(ValuesView[EventState]):
    _mapping: EventIndex

    def __iter__(self) -> Iterator[EventState]:
        return self._mapping._states()


def digest_of(event_id: str) -> np.uint64:
    """8 bytes of a digest of an event id; collisions are rare."""
    raw = hashlib.blake2b(event_id.encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(raw))
