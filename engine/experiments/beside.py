"""A second loop beside a first: what other settings make of the very same visitors.

It follows the first loop's log. Whoever came there comes to the second loop, too, in the same
context and with the same luck. Offered the same action, they answer as they did; to another one
they answer as the world has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from engine.evaluation.learning_curve import LearningCurve
from engine.loop.entries import Configured, Entry, Ranked, WorldChanged
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import START, Mark
from engine.loop.replay import Replay
from engine.loop.settings import SETTING_NAMES, LoopSettings
from engine.simulation.crowd import nth_visitor
from engine.worlds import World
from engine.worlds.versions import Versions

Change = Callable[[LoopSettings], LoopSettings]
"""From the settings of the first loop to those of the second."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How two loops stand before the visitors that both have served.

    Attributes:
        visitors: how many that are.
        first, second: mean reward of each; NaN without a visitor.
        apart: how many of them gave the two loops different rewards.
    """

    visitors: int
    first: float
    second: float
    apart: int


class SecondLoop:
    """A loop with other settings before the visitors of a first.

    Of several rewards for one event the first counts.

    Args:
        world: whose visitors they are at first.
        seed: of the first loop, so that both have the same luck.
        change: what is set otherwise; follows each change of the first loop's settings.
    """

    def __init__(self, world: World, seed: int, change: Change) -> None:
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
        """The loop itself, to read, once it has followed anything."""
        assert self._loop is not None
        return self._loop

    # -- behind the first loop --------------------------------------------------------

    def follow(self, first: Replay, most: int | None = None) -> bool:
        """Do here what was done there since, up to ``most`` entries; whether that was all.

        What was taken back there is taken back here, exactly.
        """
        with first.lock:
            log = first.log
            if (mark := log.mark) != self._mark:
                self._go_back(shared(self._mark, mark))
                self._mark = mark
            for entry in log.since(self._read, most):
                self._apply(entry)
            return self._read == len(log)

    def _go_back(self, entries: int) -> None:
        """Be as after the last of so many entries of the first loop at which nobody waited."""
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
            self._loop.folding.keeps = True  # So that little is folded again after an undo.
            return
        before = self._loop.settings
        names = (n for n in SETTING_NAMES if getattr(settings, n) != getattr(before, n))
        self._loop.configure(**{name: getattr(settings, name) for name in names})

    def _time(self) -> datetime:
        """When the first loop did what is done here: no wait ends on the way."""
        return self._now

    def _serve(self, event: EventState, earned: float) -> None:
        """Rank for the visitor of the first loop's event, and send what they give here."""
        asked, world = event.ranked.request, self._versions.at(event.number)
        context, actions = world.context_of(asked), {one["id"]: one for one in world.actions}
        offered = [actions[action.id] for action in asked.actions]
        features, event_id = world.features(context), event.ranked.event_id
        shown = self.loop.rank(offered, features, asked.excluded, event_id).reward_action_id
        if shown != event.ranked.action_id:
            luck = nth_visitor(world, self._seed, event.number).uniform
            earned = world.answer(context, shown, luck)
        self.loop.reward(event_id, earned)


def shared(before: Mark, now: Mark) -> int:
    """How many entries, from the first on, count at both of two places of a history."""
    same = 0
    for (start, one), (other_start, other) in zip(before.runs, now.runs, strict=False):
        if start != other_start:
            break
        same += min(one, other) - start
        if one != other:
            break
    return same


def standing(first: LearningCurve, second: LearningCurve) -> Standing:
    """How two loops stand, by the curves of both; the one that is behind says over whom."""
    visitors = min(len(first), len(second))
    one, other = first.rewards[:visitors], second.rewards[:visitors]
    means = [float(each.mean()) if visitors else float("nan") for each in (one, other)]
    return Standing(visitors, means[0], means[1], int(np.count_nonzero(one != other)))
