"""Logs to evaluate: that of an open loop, and ready-made ones."""

from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from threading import RLock

from engine import LearningLoop, LoopSettings
from engine.evaluation.decisions import Decisions, unmatched_in, usable
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.joined import joining
from engine.evaluation.targets import Given, greedy, replaying
from engine.loop.event import EventState
from engine.loop.lock import locked
from engine.simulation.crowd import crowd
from engine.steps import Steps
from engine.store import StoredLoop
from engine.worlds import World
from pages.parts.settings.known_worlds import world_of
from pages.parts.work.jobs import shared

_KEPT = 10
"""Ready-made logs that are kept; the largest take some 20 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Logged decisions, and where they were made.

    Attributes:
        events: what the decisions are made of, in their order; none of a file.
        world: where it was; it knows the truth.
        bounds: of the rewards, where they were told.
        guess: what the loop would choose by its best guess, now that it has learned from the log.
        service: what the retired service's learner would have done, had it learned from the log.
        loop: whose log it is; it may have gone on since.
    """

    decisions: Decisions
    events: Sequence[EventState] = ()
    world: World | None = None
    guess: Given | None = None
    service: Given | None = None
    loop: LearningLoop | None = None
    bounds: Bounds | None = None


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A log that anybody can have made again: that of a new loop that served simulated visitors."""

    world: str
    seed: int
    visitors: int


@dataclass(frozen=True, slots=True)
class OfLoop:
    """The log of a stored loop, as far as it had come."""

    id: str
    position: int


class Logs:
    """The last ready-made logs of this process, by what was asked for."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._kept: deque[tuple[ReadyMade, Log]] = deque(maxlen=_KEPT)

    @locked
    def keep(self, asked: ReadyMade, log: Log) -> None:
        """Keep a log, in place of the oldest."""
        self._kept.append((asked, log))

    @locked
    def find(self, asked: object) -> Log | None:
        """One that is kept."""
        return next((log for other, log in self._kept if other == asked), None)


@cache
def logs() -> Logs:
    """Those of this process."""
    return Logs()


def making(asked: ReadyMade) -> Steps[Log]:
    """Have visitors served; yields the share of them that have been."""
    return shared(asked, lambda: _making(asked))


def reading(stored: StoredLoop) -> Steps[Log]:
    """The log of a stored loop as it is now; where its world was changed, no single one knows the
    truth about all who came."""
    asked = OfLoop(stored.id, stored.loop.log.position)
    return shared(asked, lambda: _reading(stored))


def _making(asked: ReadyMade) -> Steps[Log]:
    world = world_of(asked.world)
    loop = LearningLoop(LoopSettings(), seed=asked.seed)
    for number, _ in enumerate(crowd(loop, world, asked.visitors), 1):
        yield number / asked.visitors
    log = yield from _log(loop, world, nullcontext())
    logs().keep(asked, log)
    return log


def _reading(stored: StoredLoop) -> Steps[Log]:
    world = None if stored.loop.state.changes else stored.world
    return (yield from _log(stored.loop, world, stored.lock))


def _log(
    loop: LearningLoop, world: World | None, lock: AbstractContextManager[object]
) -> Steps[Log]:
    """The log; nobody adds to it while it is read, in one step, with the lock held."""
    yield 1.0
    with lock:
        events = usable(loop)
        unmatched = unmatched_in(loop, events)
        work = greedy(events, loop)
    decisions = yield from joining(events, unmatched)
    guess = yield from work
    service = yield from replaying(events, LoopSettings.classic(), "classic", loop.seed)
    return Log(decisions, events, world, guess, service, loop)
