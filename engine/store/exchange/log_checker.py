"""Check that entries from a file form a log that a loop could have written."""

import json
import math
from datetime import datetime
from functools import cache
from typing import NamedTuple

from engine.errors import FullError, UnreadableError
from engine.loop.entries import (
    Activated,
    Configured,
    Dangling,
    Entry,
    Expired,
    ModelImported,
    ModelReset,
    Ranked,
    Rewarded,
    ServiceConfigured,
    Undone,
    WorldChanged,
)
from engine.loop.guards import MAX_CHANGES, MAX_REWARDS
from engine.loop.settings import LoopSettings
from engine.protocol.request import MAX_ID_LENGTH, MAX_REWARD, MIN_REWARD
from engine.worlds.world import World

YEARS = (2000, 2100)
"""In which anything may have happened."""
_SUM = 1e-6
_NO_EVENT = -1
"""Number in place of an event's, for entries that change neither events nor settings."""


class _Stand(NamedTuple):
    """Status of an event, as far as it restricts the next entries; rewards by number."""

    activated: bool
    open: bool
    rewards: int


_stand = cache(_Stand)
"""Shared objects of equal status: a file may hold hundreds of thousands of events."""


class LogChecker:
    """Check a log entry by entry, with only the status of each event in memory.

    Attributes:
        fell: number of the first line with a time before that of the previous line; 0 for none.

    Args:
        world: of the loop at its start; None to allow any actions.
        max_events: largest number of events that count.
    """

    def __init__(self, world: World | None, max_events: int) -> None:
        self._worlds, self._most = [world], max_events
        self._latest: datetime | None = None
        self.fell = 0
        self._settings: list[LoopSettings] = []
        self._numbers: dict[str, int] = {}
        self._stands: list[_Stand] = []
        self._of: list[int | None] = []
        self._before: list[_Stand | None] = []
        """Of each entry that counts, its event and the event's previous status; None twice for
        settings and worlds, whose positions are in `_changed`."""
        self._changed: list[int] = []

    @property
    def events(self) -> int:
        """Number of events that count."""
        return len(self._stands)

    def follow(self, entry: Entry | Undone, number: int = 0) -> None:
        """Check the next entry, from a numbered line.

        Raises:
            UnreadableError: if the entry cannot follow the entries before it.
            FullError: if there are too many events.
        """
        if not self._of and not isinstance(entry, Configured):
            raise UnreadableError("a log begins with settings")
        first, last = YEARS
        _need(first <= entry.time.year <= last, f"its time is not in the years {first} to {last}")
        if self._latest is not None and entry.time < self._latest:
            self.fell = self.fell or number
        # Entries restored after an undo keep their times.
        self._latest = None if isinstance(entry, Undone) else entry.time
        match entry:
            case Configured(settings=settings):
                requested, most = f"{settings.max_events:,}", f"at most {self._most:,}"
                reason = f"its settings allow {requested} events, but {most} are allowed here"
                _need(settings.max_events <= self._most, reason)
                self._settings.append(settings)
                self._note(None, None)
            case WorldChanged():
                self._change(entry)
            case Ranked():
                self._rank(entry)
            case Undone():
                self._undo(entry.entries)
            case ModelImported():
                raise UnreadableError("it brings a model along, which no file may")
            case ServiceConfigured() | ModelReset():
                self._note(_NO_EVENT, None)
            case Dangling():
                self._dangle(entry)
            case _:
                self._go_on(entry)

    def _change(self, changed: WorldChanged) -> None:
        stated, events = changed.before, len(self._stands)
        _need(self._worlds[0] is not None, "the loop serves no world that could change")
        _need(
            stated == events,
            f"it says that {stated:,} events were ranked before it, not {events:,}",
        )
        _need(len(self._changed) < MAX_CHANGES, f"the world changes more than {MAX_CHANGES} times")
        self._changed.append(len(self._of))
        self._worlds.append(changed.world)
        self._note(None, None)

    def _dangle(self, entry: Dangling) -> None:
        is_valid = 1 <= len(entry.event_id) <= MAX_ID_LENGTH
        if entry.act == "reward":
            is_valid &= entry.value is not None and MIN_REWARD <= entry.value <= MAX_REWARD
        else:
            is_valid &= entry.value is None
        _need(is_valid, "no call of an application could be so")
        self._note(_NO_EVENT, None)

    def _rank(self, ranked: Ranked) -> None:
        _need(ranked.event_id not in self._numbers, f"event {ranked.event_id!r} was ranked before")
        if len(self._stands) >= self._most:
            raise FullError(f"it holds more than {self._most:,} events")
        _check_answer(ranked)
        if (world := self._worlds[-1]) is not None:
            _check_world(ranked, world)
        self._note(len(self._stands), None)
        self._numbers[ranked.event_id] = len(self._stands)
        self._stands.append(_stand(not ranked.request.defer_activation, True, 0))

    def _go_on(self, entry: Activated | Rewarded | Expired) -> None:
        number = self._numbers.get(entry.event_id)
        if number is None:
            raise UnreadableError(f"event {entry.event_id!r} was not ranked before")
        stand = self._stands[number]
        _need(stand.open, f"the wait of event {entry.event_id!r} was over")
        match entry:
            case Activated():
                _need(not stand.activated, f"event {entry.event_id!r} was active already")
                after = _stand(True, True, stand.rewards)
            case Rewarded(_, _, value):
                _need(MIN_REWARD <= value <= MAX_REWARD, "its reward is not within -1 to 1")
                summed = self._settings[-1].reward_aggregation == "sum"
                most = MAX_REWARDS if summed else 1
                _need(stand.rewards < most, f"event {entry.event_id!r} has a reward already")
                after = _stand(stand.activated, True, stand.rewards + 1)
            case Expired(_, _, default):
                needs_default = stand.activated and not stand.rewards
                _need((default is not None) == needs_default, "its default reward does not apply")
                if default is not None:
                    _need(MIN_REWARD <= default <= MAX_REWARD, "its default is not within -1 to 1")
                after = _stand(stand.activated, False, stand.rewards)
        self._note(number, stand)
        self._stands[number] = after

    def _note(self, number: int | None, before: _Stand | None) -> None:
        self._of.append(number)
        self._before.append(before)

    def _undo(self, entries: int) -> None:
        _need(0 < entries < len(self._of), f"{entries} entries cannot be taken back")
        for _ in range(entries):
            number, before = self._of.pop(), self._before.pop()
            if number == _NO_EVENT:
                continue
            if number is None and self._changed and self._changed[-1] == len(self._of):
                self._changed.pop()
                self._worlds.pop()
            elif number is None:
                self._settings.pop()
            elif before is None:
                self._stands.pop()
                self._numbers.popitem()
            else:
                self._stands[number] = before


def _need(holds: bool, reason: str) -> None:
    if not holds:
        raise UnreadableError(reason)


def _check_answer(ranked: Ranked) -> None:
    """Check an answer against its request, and the numbers for the output of a policy."""
    size, allowed = len(ranked.request.actions), ranked.request.allowed
    _need(ranked.request.event_id == ranked.event_id, "its request has another eventId")
    vectors = [ranked.probabilities, ranked.errors, ranked.means, ranked.sds]
    if ranked.draw is not None:
        _need(len(ranked.draw) == size, f"its draw does not have {size} values")
    _need(all(len(vector) == size for vector in vectors), f"not all its lists have {size} values")
    places = {ranked.chosen, ranked.shown, ranked.baseline}
    _need(places <= {*allowed}, "it shows what it cannot show")
    _need(all(0 <= p <= 1 for p in ranked.probabilities), "a probability is not within 0 to 1")
    total = math.fsum(ranked.probabilities[i] for i in allowed)
    _need(abs(total - 1) < _SUM, f"its probabilities add up to {total:g}")
    _need(abs(math.fsum(ranked.probabilities) - total) < _SUM, "an excluded action is probable")
    _need(ranked.probabilities[ranked.chosen] > 0, "it chose what it had no probability for")
    _need(0 < ranked.propensity <= 1, "its propensity is not within 0 to 1")
    _need(min(*ranked.sds, *ranked.errors) >= 0, "a standard deviation is negative")


def _check_world(ranked: Ranked, world: World) -> None:
    offered = json.loads(ranked.request.actions_text)
    _need(offered == list(world.actions), f"it offers what {world.title} does not")
    try:
        world.context_of(ranked.request)
    except KeyError:
        raise UnreadableError(f"nobody in {world.title} comes in this context") from None
