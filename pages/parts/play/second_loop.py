"""Second loop next to the open one: different settings for the same visitors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from threading import RLock

from engine import LoopSettings
from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.learning_curve import LearningCurve
from engine.experiments.second_loop import SecondLoop, Standing, standing
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.pausable_steps import Steps
from engine.policies.base import Policy
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.worlds import Context, World
from pages.parts.settings.shared_settings import CROSSES
from pages.parts.work.job_queue import locked_steps

_CROSSES: Mapping[str, int] = {
    "no-crosses": 0,
    "single-fields": 1,
    "pairs": 2,
    "triples": 3,
    "fours": 4,
}
"""Number of fields that the second loop crosses, by name in a link."""
CLASSIC = "classic"
MOST = 20_000
"""Maximum number of visitors of a second loop, which is in memory only."""
_TOGETHER = 20
"""Entries followed per step of the job."""


def offered(policies: Mapping[str, Policy]) -> dict[str, str]:
    """Return the options for a second loop by name in a link: none, numbers of crossed fields,
    policies, or the learner of the retired service."""
    crosses = {
        name: f"Combined fields: {CROSSES.offered[number]}" for name, number in _CROSSES.items()
    }
    names = {key: policy.label for key, policy in policies.items()}
    return {"": "nothing", **crosses, **names, CLASSIC: "Azure Personalizer"}


def changed(name: str, policies: Mapping[str, Policy], settings: LoopSettings) -> LoopSettings:
    """Return the settings of the second loop with a name, derived from the first loop's."""
    if name in _CROSSES:
        return replace(settings, crosses=_CROSSES[name])
    if name == CLASSIC:
        return replace(settings, learner="classic", crosses=1, policy=EpsilonGreedy())
    policy = policies[name]
    learner = "bayesian" if policy.needs_doubt else settings.learner
    return replace(settings, policy=policy, learner=learner)


def names_of(first: LoopSettings, second: LoopSettings) -> tuple[str, str]:
    """Return names of two loops by the setting in which they differ."""
    if first.learner != second.learner:
        learners = {"bayesian": "This engine", "classic": "Azure Personalizer"}
        return learners[first.learner], learners[second.learner]
    if first.policy != second.policy:
        labels = first.policy.label, second.policy.label
        # The second loop's policy has default settings, regardless of the first loop's.
        return (
            labels if labels[0] != labels[1] else (f"{labels[0]}, as set", f"{labels[1]}, default")
        )
    if first.crosses == second.crosses:
        return "As set", "The same again"
    if 0 in (first.crosses, second.crosses):
        first_name, second_name = (
            "Context ignored" if s.crosses == 0 else "Context used" for s in (first, second)
        )
        return first_name, second_name
    first_name, second_name = (
        f"Combined fields: {CROSSES.offered[s.crosses]}" for s in (first, second)
    )
    return first_name, second_name


class SideLoop:
    """Second loop: the visitors of the open loop with different settings.

    Attributes:
        name: name in links.

    Args:
        first: the open loop, for reading.
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
        """True if the second loop has served all visitors of the open loop."""
        return self._second.follow(self._first, 0)

    def catching_up(self) -> Steps[None]:
        """Follow the open loop to its end, as a job."""
        return locked_steps(self.lock, partial(self._second.follow, self._first, _TOGETHER))

    @locked
    def follow(self) -> None:
        """Follow the open loop to its end."""
        self._second.follow(self._first)

    @locked
    def standing(self) -> Standing:
        """Return the mean rewards of both loops."""
        self._first_curve.follow(self._first)
        self._curve.follow(self._second.loop)
        return standing(self._first_curve, self._curve)

    @locked
    def regrets(self) -> tuple[float, float]:
        """Return the rewards that both loops missed; see `standing`."""
        self.standing()
        return self._first_curve.regret, self._curve.regret

    @property
    @locked
    def random_offers(self) -> int:
        """Number of offers that the second loop chose by uniform chance."""
        events = self._second.loop.events.values()
        return sum(event.ranked.cause == "random" for event in events)

    @property
    @locked
    def names(self) -> tuple[str, str]:
        """Names of the open loop and the second, by their difference."""
        return names_of(self._first.settings, self._second.loop.settings)

    @property
    def _world_now(self) -> World:
        return self._second.loop.state.world or self._world

    @locked
    def ranked_for(self, context: Context) -> Ranked:
        """Return the second loop's ranking for a context."""
        world = self._world_now
        return self._second.loop.preview(world.actions, world.features(context))

    @locked
    def favoured(self, cells: Sequence[int] | None = None) -> list[dict[str, object]]:
        """Return the favourite action of each context, or of some cells in a large world."""
        return favoured_actions(self._second.loop, self._world_now, cells)

    @property
    @locked
    def last(self) -> tuple[Ranked, float] | None:
        """Ranking and reward of the last visitor."""
        loop = self._second.loop
        ranked = loop.last
        return None if ranked is None else (ranked, sum(loop.events[ranked.event_id].rewards))
