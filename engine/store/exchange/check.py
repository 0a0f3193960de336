"""Whether entries from a file are a log that a loop could have written."""

import math
from dataclasses import dataclass

from engine.errors import FullError, UnreadableError
from engine.loop.entries import Activated, Configured, Entry, Expired, Ranked, Rewarded, Undone
from engine.loop.guards import MAX_REWARDS
from engine.loop.settings import LoopSettings
from engine.protocol.request import MAX_REWARD, MIN_REWARD
from engine.worlds.world import World

_SUM = 1e-6


@dataclass(slots=True)
class _Event:
    activated: bool
    rewards: int = 0
    open: bool = True


class LogChecker:
    """Follows a log entry by entry with no more in memory than where each event stands.

    Attributes:
        events: how many events count.

    Args:
        world: whose visitors the loop serves; None if any actions may be offered.
        max_events: how many events may count.
    """

    def __init__(self, world: World | None, max_events: int) -> None:
        self._world, self._most = world, max_events
        self._events: dict[str, _Event] = {}
        self._counting: list[tuple[type, str, bool]] = []
        self._settings: list[LoopSettings] = []

    @property
    def events(self) -> int:
        return len(self._events)

    def follow(self, entry: Entry | Undone) -> None:
        """Take one more entry.

        Raises:
            UnreadableError: if it cannot follow what came before.
            FullError: if it is one event too many.
        """
        if not self._counting and not isinstance(entry, Configured):
            raise UnreadableError("a log begins with settings")
        match entry:
            case Configured():
                _need(
                    entry.settings.max_events <= self._most,
                    f"its settings allow {entry.settings.max_events:,} events, "
                    f"but at most {self._most:,} are allowed here",
                )
                self._settings.append(entry.settings)
            case Ranked():
                self._rank(entry)
            case Undone():
                self._undo(entry.entries)
                return
            case _:
                self._go_on(entry)
        defaulted = isinstance(entry, Expired) and entry.default_reward is not None
        name = "" if isinstance(entry, Configured) else entry.event_id
        self._counting.append((type(entry), name, defaulted))

    def _rank(self, ranked: Ranked) -> None:
        _need(ranked.event_id not in self._events, f"event {ranked.event_id!r} was ranked before")
        if len(self._events) >= self._most:
            raise FullError(f"it holds more than {self._most:,} events")
        _check_answer(ranked)
        if self._world is not None:
            _check_world(ranked, self._world)
        self._events[ranked.event_id] = _Event(not ranked.request.defer_activation)

    def _go_on(self, entry: Activated | Rewarded | Expired) -> None:
        event = self._events.get(entry.event_id)
        if event is None:
            raise UnreadableError(f"event {entry.event_id!r} was not ranked before")
        _need(event.open, f"the wait of event {entry.event_id!r} was over")
        match entry:
            case Activated():
                _need(not event.activated, f"event {entry.event_id!r} was active already")
                event.activated = True
            case Rewarded(_, _, value):
                _need(MIN_REWARD <= value <= MAX_REWARD, "its reward is not within -1 to 1")
                summed = self._settings[-1].reward_aggregation == "sum"
                most = MAX_REWARDS if summed else 1
                _need(event.rewards < most, f"event {entry.event_id!r} has a reward already")
                event.rewards += 1
            case Expired(_, _, default):
                needs_default = event.activated and not event.rewards
                _need((default is not None) == needs_default, "its default reward does not apply")
                if default is not None:
                    _need(MIN_REWARD <= default <= MAX_REWARD, "its default is not within -1 to 1")
                    event.rewards += 1
                event.open = False

    def _undo(self, entries: int) -> None:
        _need(0 < entries < len(self._counting), f"{entries} entries cannot be taken back")
        for kind, name, defaulted in reversed(self._counting[-entries:]):
            if kind is Configured:
                self._settings.pop()
            elif kind is Ranked:
                del self._events[name]
            elif kind is Activated:
                self._events[name].activated = False
            elif kind is Rewarded:
                self._events[name].rewards -= 1
            else:
                self._events[name].open = True
                self._events[name].rewards -= defaulted
        del self._counting[-entries:]


def _need(holds: bool, reason: str) -> None:
    if not holds:
        raise UnreadableError(reason)


def _check_answer(ranked: Ranked) -> None:
    """Whether an answer fits its request, and its numbers could be a policy's."""
    size, allowed = len(ranked.request.actions), ranked.request.allowed
    _need(ranked.request.event_id == ranked.event_id, "its request has another eventId")
    vectors = [ranked.probabilities, ranked.errors, ranked.means, ranked.sds]
    if ranked.draw is not None:
        _need(len(ranked.draw) == size, f"its draw does not have {size} values")
    _need(all(len(vector) == size for vector in vectors), f"not all its lists have {size} values")
    _need(ranked.chosen in allowed and ranked.shown in allowed, "it shows what it cannot show")
    _need(all(0 <= p <= 1 for p in ranked.probabilities), "a probability is not within 0 to 1")
    total = math.fsum(ranked.probabilities[i] for i in allowed)
    _need(abs(total - 1) < _SUM, f"its probabilities add up to {total:g}")
    _need(abs(math.fsum(ranked.probabilities) - total) < _SUM, "an excluded action is probable")
    _need(ranked.probabilities[ranked.chosen] > 0, "it chose what it had no probability for")
    _need(0 < ranked.propensity <= 1, "its propensity is not within 0 to 1")
    _need(min(*ranked.sds, *ranked.errors) >= 0, "a standard deviation is negative")


def _check_world(ranked: Ranked, world: World) -> None:
    offered = ranked.request.to_json()["actions"]
    _need(offered == list(world.actions), f"it offers what {world.title} does not")
    try:
        world.context_of(ranked.request)
    except KeyError:
        raise UnreadableError(f"nobody in {world.title} comes in this context") from None
