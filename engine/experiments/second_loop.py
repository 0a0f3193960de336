"""A second loop with other settings, run on the visitors of a first loop.

The second loop follows the log of the first. Each visitor comes to both with the same context and
the same uniform variate. Offered the same action, a visitor gives the same reward to both loops;
for another action the reward is computed from the world.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.mean_intervals import Estimate, estimate
from engine.loop.entries import Configured, Entry, OfService, Ranked, WorldChanged
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import START, Mark
from engine.loop.logged_state import Replay
from engine.loop.settings import SETTING_NAMES, LoopSettings
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import World
from engine.worlds.world_history import Versions

SettingsChange = Callable[[LoopSettings], LoopSettings]
"""Function from settings of the first loop to settings of the second."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Comparison of two loops over the visitors served by both.

    Attributes:
        visitors: number of visitors.
        first, second: mean rewards of the two loops; NaN without a visitor.
        apart: number of visitors with different rewards in the two loops.
        ahead: by how much the second loop's mean is higher, over pairs of visitors; NaN without a
            visitor.
    """

    visitors: int
    first: float
    second: float
    apart: int
    ahead: Estimate


class SecondLoop:
    """A loop with changed settings on the visitors of a first loop.

    Of several rewards for one event, the first counts.

    Args:
        world: the first loop's world at its start.
        seed: of the first loop, and so of the visitors.
        change: applied to the first loop's settings at each configuration.
    """

    def __init__(self, world: World, seed: int, change: SettingsChange) -> None:
        self._world, self._seed, self._change = world, seed, change
        self._restart()

    def _restart(self) -> None:
        self._loop: LearningLoop | None = None
        self._mark, self._read, self._ranked = START, 0, 0
        self._waiting: dict[str, EventState] = {}
        self._places: list[tuple[int, int, int]] = []
        self._versions = Versions([self._world])

    @property
    def loop(self) -> LearningLoop:
        """The loop, for reading; only after a first entry was followed."""
        assert self._loop is not None
        return self._loop

    # -- behind the first loop --------------------------------------------------------

    def follow(self, first: Replay, most: int | None = None) -> bool:
        """Apply up to ``most`` new entries of the first loop; return whether none are left.

        Entries undone in the first loop are undone here, too.
        """
        with first.lock:
            log = first.log
            if (mark := log.mark) != self._mark:
                self._go_back(shared_entries(self._mark, mark))
                self._mark = mark
            for entry in log.since(self._read, most):
                self._apply(entry)
            return self._read == len(log)

    def _go_back(self, entries: int) -> None:
        """Return to the last point, among the first ``entries`` that both loops share, at which no
        event waited for a reward."""
        if entries >= self._read:
            return
        while self._places and self._places[-1][0] > entries:
            self._places.pop()
        if not self._places:
            self._restart()
            return
        self._read, self._ranked, own = self._places[-1]
        self._waiting.clear()
        if taken := len(self.loop.log) - own:
            self.loop.undo(taken)
        self._versions.keep(len(self.loop.state.changes))

    def _apply(self, entry: Entry) -> None:
        self._now = entry.time
        match entry:
            case Configured():
                self._configure(self._change(entry.settings))
            case WorldChanged(_, before, world):
                self._versions.change(before, world)
                self.loop.change_world(world)
            case Ranked():
                self._waiting[entry.event_id] = EventState.begin(entry, self._ranked)
                self._ranked += 1
            case _ if isinstance(entry, OfService):
                pass
            case _ if event := self._waiting.get(entry.event_id):
                event.follow(entry)
                if event.earned is not None:
                    self._serve(event, event.earned)
                if event.earned is not None or not event.open:
                    del self._waiting[entry.event_id]
        self._read += 1
        if not self._waiting:
            self._places.append((self._read, self._ranked, len(self.loop.log)))

    def _configure(self, settings: LoopSettings) -> None:
        if self._loop is None:
            self._loop = LearningLoop(settings, seed=self._seed, clock=self._time)
            self._loop.folding.keeps = True  # An undo then folds only a few entries again.
            return
        before = self._loop.settings
        names = (n for n in SETTING_NAMES if getattr(settings, n) != getattr(before, n))
        self._loop.configure(**{name: getattr(settings, name) for name in names})

    def _time(self) -> datetime:
        """Time of the first loop's entry, as the clock of the second loop."""
        return self._now

    def _serve(self, event: EventState, earned: float) -> None:
        """Rank for the visitor of an event of the first loop, and send the reward given here."""
        request, world = event.ranked.request, self._versions.at(event.number)
        context, actions = (
            world.context_of(request),
            {action["id"]: action for action in world.actions},
        )
        offered = [actions[action.id] for action in request.actions]
        features, event_id = world.features(context), event.ranked.event_id
        shown = self.loop.rank(offered, features, request.excluded, event_id).reward_action_id
        if shown != event.ranked.action_id:
            luck = nth_visitor(world, self._seed, event.number).uniform
            earned = world.answer(context, shown, luck)
        self.loop.reward(event_id, earned)


def shared_entries(before: Mark, now: Mark) -> int:
    """Number of leading entries that two marks of a log have in common."""
    same = 0
    for (start, end), (other_start, other_end) in zip(before.runs, now.runs, strict=False):
        if start != other_start:
            break
        same += min(end, other_end) - start
        if end != other_end:
            break
    return same


def standing(first: LearningCurve, second: LearningCurve) -> Standing:
    """Compare two loops by their learning curves, over the visitors of the shorter one."""
    visitors = min(len(first), len(second))
    rewards, others = first.rewards[:visitors], second.rewards[:visitors]
    means = [float(each.mean()) if visitors else float("nan") for each in (rewards, others)]
    ahead = estimate(others - rewards if visitors else np.array([np.nan]))
    return Standing(visitors, means[0], means[1], int(np.count_nonzero(rewards != others)), ahead)
