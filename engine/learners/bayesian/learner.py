"""The Bayesian learner: a reward head, and beside it an imitation head.

The reward head learns what shown actions earned, whatever the mode. The imitation head
learns of every action whether it was the baseline's choice; before any reward, what looks
like that is believed to be somewhat better.
"""

import copy
from collections.abc import Sequence
from typing import Self

from engine.arrays import Array
from engine.learners.base import Group, Impression, Learner
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.model import RewardModel
from engine.learners.belief import Belief
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest


class BayesianLearner(Learner):
    """See `engine.learners.base.Learner`.

    Attributes:
        rewards: the reward head.
        imitation: the imitation head, with one hypothesis, as rules seldom change.

    Args:
        hypotheses: of the reward head.
        may_change: whether it looks for changes of tastes.
        crosses: of the imitation head's hypothesis.
    """

    STATE = ("rewards", "imitation")
    expresses_doubt = has_imitation_head = True

    def __init__(self, hypotheses: Sequence[Hypothesis], may_change: bool, crosses: int) -> None:
        self.rewards = RewardModel(hypotheses, may_change)
        self.imitation = RewardModel((Hypothesis(crosses=crosses),), may_change=False)

    @property
    def learned(self) -> int:
        return self.rewards.learned

    @property
    def weights(self) -> tuple[float, ...]:
        return tuple(self.rewards.weights.values())

    @property
    def changes(self) -> Sequence[tuple[int, int]]:
        return self.rewards.evidence.changes

    def watch(self, impression: Impression) -> None:
        request = impression.request
        for i in request.allowed:
            choice = float(i == impression.baseline)
            self.imitation.learn(request.context, request.actions[i], choice)

    def learn(self, impression: Impression, earned: float) -> None:
        self.rewards.learn(impression.context, impression.action, earned)

    def belief(self, request: RankRequest, online: bool = True) -> Belief:
        imitation = self._imitated if online else None
        return self.rewards.belief(request.context, request.actions, imitation)

    def likeness(self, request: RankRequest) -> Belief:
        return self.imitation.belief(request.context, request.actions)

    def contributions(self, impression: Impression, online: bool = True) -> dict[Group, float]:
        imitation = self._imitated if online else None
        return self.rewards.contributions(impression.context, impression.action, imitation)

    def sd_of_average(self, offers: Sequence[tuple[Features, tuple[Action, ...], Array]]) -> float:
        return self.rewards.sd_of_average(offers)

    @property
    def _imitated(self) -> RewardModel | None:
        """The imitation head, if it has learned anything."""
        return self.imitation if self.imitation.learned else None

    def unrewarded(self) -> Self:
        other = copy.copy(self)
        evidence = self.rewards.evidence
        other.rewards = RewardModel(evidence.hypotheses, evidence.may_change)
        return other
