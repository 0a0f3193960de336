"""The second loop that may stand beside an open one: other settings before the same visitors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from threading import RLock

from engine import LoopSettings
from engine.evaluation.context_map import favourites
from engine.evaluation.learning_curve import LearningCurve
from engine.experiments.second_loop import SecondLoop, Standing, standing
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.policies.base import Policy
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.steps import Steps
from engine.worlds import Context, World
from pages.parts.settings.choices import CROSSES
from pages.parts.work.jobs import locked_steps

_CROSSES: Mapping[str, int] = {
    "no-crosses": 0,
    "single-fields": 1,
    "pairs": 2,
    "triples": 3,
    "fours": 4,
}
"""How many fields the second loop crosses, by the name in a link."""
CLASSIC = "classic"
MOST = 20_000
"""Visitors whom a second loop meets: it is in memory alone."""
_TOGETHER = 20
"""Entries that are followed together, until it may be somebody else's turn."""


def offered(policies: Mapping[str, Policy]) -> dict[str, str]:
    """What can stand beside a loop, by its name in a link: nothing, other crosses, other policies,
    or the learner of the retired service."""
    crosses = {name: f"Crosses: {CROSSES.offered[number]}" for name, number in _CROSSES.items()}
    names = {key: policy.label for key, policy in policies.items()}
    return {"": "nothing", **crosses, **names, CLASSIC: "The retired service's learner"}


def changed(name: str, policies: Mapping[str, Policy], settings: LoopSettings) -> LoopSettings:
    """The settings of the second loop with this name, out of those of the first."""
    if name in _CROSSES:
        return replace(settings, crosses=_CROSSES[name])
    if name == CLASSIC:
        return replace(settings, learner="classic", crosses=1, policy=EpsilonGreedy())
    policy = policies[name]
    learner = "bayesian" if policy.needs_doubt else settings.learner
    return replace(settings, policy=policy, learner=learner)


def names_of(first: LoopSettings, second: LoopSettings) -> tuple[str, str]:
    """What sets two loops apart, as each is called."""
    if first.learner != second.learner:
        learners = {"bayesian": "This engine", "classic": "The retired service"}
        return learners[first.learner], learners[second.learner]
    if first.policy != second.policy:
        labels = first.policy.label, second.policy.label
        # The second has its policy as it is to begin with, whatever was set on the first.
        return (
            labels if labels[0] != labels[1] else (f"{labels[0]}, as set", f"{labels[1]}, default")
        )
    if first.crosses == second.crosses:
        return "As set", "The same again"
    if 0 in (first.crosses, second.crosses):
        one, other = (
            "Without crosses" if s.crosses == 0 else "With crosses" for s in (first, second)
        )
        return one, other
    one, other = (f"Crosses: {CROSSES.offered[s.crosses]}" for s in (first, second))
    return one, other


class Second:
    """A loop beside an open one, in which the same visitors find other settings.

    Attributes:
        name: in links.

    Args:
        first: the open loop, to read.
        change: see `SecondLoop`.
    """

    def __init__(
        self,
        name: str,
        world: World,
        first: LearningLoop,
        change: Callable[[LoopSettings], LoopSettings],
    ) -> None:
        self.name, self.lock = name, RLock()
        self._world, self._first = world, first
        self._second = SecondLoop(world, first.seed, change)
        self._curve, self._first_curve = LearningCurve(world), LearningCurve(world)

    @property
    @locked
    def is_level(self) -> bool:
        """Whether all who came to the open loop have come here, too."""
        return self._second.follow(self._first, 0)

    def catching_up(self) -> Steps[None]:
        """Follow the open loop to its end, part by part."""
        return locked_steps(self.lock, partial(self._second.follow, self._first, _TOGETHER))

    @locked
    def follow(self) -> None:
        """Follow the open loop to its end."""
        self._second.follow(self._first)

    @locked
    def standing(self) -> Standing:
        """How both stand."""
        self._first_curve.follow(self._first)
        self._curve.follow(self._second.loop)
        return standing(self._first_curve, self._curve)

    @property
    @locked
    def names(self) -> tuple[str, str]:
        """What sets the open loop and this one apart."""
        return names_of(self._first.settings, self._second.loop.settings)

    @property
    def _world_now(self) -> World:
        return self._second.loop.state.world or self._world

    @locked
    def ranked_for(self, context: Context) -> Ranked:
        """What it would show there, and why."""
        world = self._world_now
        return self._second.loop.preview(world.actions, world.features(context))

    @locked
    def favoured(self, cells: Sequence[int] | None = None) -> list[dict[str, object]]:
        """What it favours in every context, or in some of a large world."""
        return favourites(self._second.loop, self._world_now, cells)

    @property
    @locked
    def last(self) -> tuple[Ranked, float] | None:
        """What it showed to the last visitor, and what they gave."""
        loop = self._second.loop
        ranked = loop.last
        return None if ranked is None else (ranked, sum(loop.events[ranked.event_id].rewards))
