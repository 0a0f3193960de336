"""Logs to evaluate: of an open loop, or simulated with a new loop."""

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from threading import RLock

import numpy as np

from engine import LearningLoop, LoopSettings
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.batch_concatenation import decisions_steps
from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.logged_decisions import Decisions, unmatched_in, usable
from engine.evaluation.offline_evaluation import bounds_of
from engine.evaluation.target_policies import GivenProbabilities, greedy, replaying
from engine.evaluation.world_periods import in_present_rewards, over_events
from engine.loop.event import EventState
from engine.loop.lock import locked
from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import crowd
from engine.simulation.usual_reward import stated_prices, usual_reward
from engine.store import StoredLoop
from engine.worlds import Item, World
from engine.worlds.world_history import Versions
from pages.parts.settings.known_worlds import world_of
from pages.parts.text.reward_scale import RewardScale
from pages.parts.work.job_queue import shared

_KEPT = 10
"""Number of simulated logs kept; the largest take about 20 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationLog:
    """Logged decisions with their source.

    Attributes:
        events: events of the decisions, in the same order; empty for a file.
        worlds: of the visitors, which know the truth, over the events of the log.
        bounds: least and largest reward, if stated.
        unit: of the rewards of a file, or empty.
        is_stated: True if a person stated the probabilities of a file.
        guess: target of the loop's best guess after learning from the log.
        service: target of the retired service's learner, trained on the log.
        loop: loop that made the log; it may have continued since.
    """

    decisions: Decisions
    events: Sequence[EventState] = ()
    worlds: Versions | None = None
    guess: GivenProbabilities | None = None
    service: GivenProbabilities | None = None
    loop: LearningLoop | None = None
    bounds: Bounds | None = None
    unit: str = ""
    is_stated: bool = False

    @property
    def world(self) -> World | None:
        """Present world of the visitors."""
        return self.worlds.now if self.worlds is not None else None

    @property
    def items(self) -> Mapping[str, Item]:
        """Actions of the worlds by id, the present ones first; empty without a world."""
        worlds = [] if self.worlds is None else [self.worlds.now, *self.worlds.worlds]
        return {item.id: item for world in reversed(worlds) for item in world.items}

    @property
    def places(self) -> Mapping[str, int]:
        """Position of each action of `items`, which is that of its colour."""
        return {item: place for place, item in enumerate(self.items)}

    @property
    def scale(self) -> RewardScale:
        """Scale of the rewards: of the world, or by the mean size of the rewards."""
        if self.world is not None:
            return RewardScale.of(self.world)
        rewards = self.decisions.reward
        size = float(np.abs(rewards).mean()) if len(rewards) else 0.0
        return RewardScale.of_size(size, self.unit, 1.0 if self.unit else 0.0)


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """Parameters of a reproducible log, made by a new loop with simulated visitors."""

    world: str
    seed: int
    visitors: int


@dataclass(frozen=True, slots=True)
class LoopSource:
    """Log of a stored loop up to a position."""

    id: str
    position: int


class Logs:
    """Cache of the latest simulated logs of this process, by parameters."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._kept: deque[tuple[ReadyMade, EvaluationLog]] = deque(maxlen=_KEPT)

    @locked
    def keep(self, source: ReadyMade, log: EvaluationLog) -> None:
        """Store a log, dropping the oldest if full."""
        self._kept.append((source, log))

    @locked
    def find(self, source: object) -> EvaluationLog | None:
        """Return the cached log of a source, or None."""
        return next((log for other, log in self._kept if other == source), None)


@cache
def logs() -> Logs:
    """Return the cache of this process."""
    return Logs()


def making(source: ReadyMade) -> Steps[EvaluationLog]:
    """Simulate a log; yields the share of visitors served."""
    return shared(source, lambda: _making(source))


def reading(stored: StoredLoop) -> Steps[EvaluationLog]:
    """Read the present log of a stored loop; without worlds if they differ too much."""
    source = LoopSource(stored.id, stored.loop.log.position)
    return shared(source, lambda: _reading(stored))


def _making(source: ReadyMade) -> Steps[EvaluationLog]:
    world = world_of(source.world)
    settings = LoopSettings(usual_reward=usual_reward(world), prices=stated_prices(world))
    loop = LearningLoop(settings, seed=source.seed)
    for number, _ in enumerate(crowd(loop, world, source.visitors), 1):
        yield number / source.visitors
    log = yield from _log(loop, Versions([world]), nullcontext())
    logs().keep(source, log)
    return log


def _reading(stored: StoredLoop) -> Steps[EvaluationLog]:
    assert stored.world is not None, "sessions evaluate only loops with a world"
    versions = Versions([stored.world])
    with stored.lock:
        if stored.loop.state.changes:
            changed = stored.follow(LearningCurve).versions
            versions = Versions([*changed.worlds], [*changed.since])
    return (yield from _log(stored.loop, versions, stored.lock))


def _log(
    loop: LearningLoop, versions: Versions, lock: AbstractContextManager[object]
) -> Steps[EvaluationLog]:
    """Read a loop's log; events are copied in a single step with the lock held."""
    yield 1.0
    with lock:
        events = usable(loop)
        unmatched = unmatched_in(loop, events)
        work = greedy(events, loop)
    decisions = yield from decisions_steps(events, unmatched)
    worlds = over_events(versions, [event.number for event in events])
    if worlds is not None:
        decisions = in_present_rewards(decisions, worlds)
    guess = yield from work
    service = yield from replaying(events, LoopSettings.classic(), "classic", loop.seed)
    low, high = bounds_of(decisions)
    bounds = low, high if worlds is None else max(high, worlds.most)
    return EvaluationLog(decisions, events, worlds, guess, service, loop, bounds)
