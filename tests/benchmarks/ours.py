"""The engine as a learner of the comparison, in several configurations."""

from collections.abc import Callable
from dataclasses import dataclass

from engine import Hypothesis, LoopSettings, Thompson
from engine.learners.base import Impression
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.loop.settings import learner_of
from engine.policies.base import Decision, Normals, Policy
from engine.protocol.request import RankRequest, parse_rank_request
from engine.streams import stream
from tests.benchmarks.environments import Environment
from tests.benchmarks.peer import Peer

FREE = Thompson(floor=0.0)
TEXTBOOK = Thompson(floor=0.0, agreement=1)
NARROW = Thompson(floor=0.0, width=0.3, agreement=1)


@dataclass(frozen=True)
class Ours:
    """A configuration of the engine; ``crossed`` hands the right crosses over."""

    settings: LoopSettings
    crossed: bool = False


def handed_over(place: Environment) -> Ours:
    """The settings of a user with knowledge of the relevant crosses or features."""
    by = "features" if place.right is None or place.fresh else "id"
    result = (h for h in HYPOTHESES if h.by == by)
    single = tuple(Hypothesis(1, h.by, h.noise_sd, h.prior_sd, h.memory, h.odds) for h in result)
    return Ours(LoopSettings(policy=FREE, hypotheses=single), crossed=True)


FLOOR_0, FLOOR_05 = "ours", "ours, floor .05"
OURS: dict[str, Callable[[Environment], Ours]] = {
    FLOOR_0: lambda place: Ours(LoopSettings(policy=FREE)),
    FLOOR_05: lambda place: Ours(LoopSettings()),
    "ours, crosses handed over": handed_over,
    "ours, textbook Thompson": lambda place: Ours(LoopSettings(policy=TEXTBOOK)),
    "ours, narrow draws": lambda place: Ours(LoopSettings(policy=NARROW)),
    **{
        f"ours, only hypothesis {i + 1}": (
            lambda place, h=h: Ours(LoopSettings(policy=FREE, hypotheses=(h,)))  # type: ignore[misc]
        )
        for i, h in enumerate(HYPOTHESES)
    },
}


class Engine(Peer):
    """Our engine without the log of a `LearningLoop`: same samples, same choices."""

    def __init__(self, ours: Ours, place: Environment, seed: int) -> None:
        super().__init__(place, place.plain, seed)
        handed = place.crossed if ours.crossed else None
        self._context = handed or place.context
        self._policy: Policy = ours.settings.policy
        self._learner = learner_of(ours.settings)
        self._normals = Normals(seed)
        self._open: dict[int, tuple[RankRequest, Decision]] = {}

    def choose(self, t: int) -> int:
        request = parse_rank_request(self.place.actions(t), self._context(t))
        belief = self._learner.belief(request)
        decision = self._policy.decide(belief, self._normals, stream(self.seed, "decision", t))
        self._open[t] = request, decision
        return decision.chosen

    def learn(self, t: int, chosen: int, reward: float) -> None:
        request, decision = self._open.pop(t)
        propensity = float(decision.probabilities[chosen])
        self._learner.learn(Impression(request, chosen, chosen, propensity), reward)
