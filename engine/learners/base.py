"""Interface of all learners: inputs, beliefs, and contributions to an expected reward."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from engine.arrays import Array
from engine.learners.belief import Belief
from engine.learners.learned_state import Learned
from engine.pausable_steps import Steps
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest

WeighedOffer = tuple[Features, tuple[Action, ...], Array]
"""A context, the offered actions, and a weight for each, (K,)."""


@dataclass(frozen=True, slots=True)
class Group:
    """A set of context fields with a joint effect on rewards; empty for effects of the action
    alone.

    Attributes:
        fields: names, sorted.
        every: 2 for all pairs of fields as one group, 3 for all triples and so on, for those too
            numerous or too weak to be listed; ``fields`` is then empty.
    """

    fields: tuple[str, ...] = ()
    every: int = 0

    @property
    def order(self) -> int:
        """Number of fields with a joint effect."""
        return self.every or len(self.fields)


Source = Group | Literal["everything", "imitation"]
"""Source of an expected reward: a group of fields, the mean of everything, or the prior from
imitation."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """Contribution of one source to a weighted sum of expected rewards: mean and standard
    deviation, in units of reward. Means of all sources add up to that of the sum; standard
    deviations do not, as sources are correlated."""

    mean: float
    sd: float = 0.0


ALONE: Mapping[Group, Group] = {}
"""No merging: each group by itself."""


@dataclass(frozen=True, slots=True)
class Impression:
    """One action shown to one visitor: a learner's view of a Rank call.

    Attributes:
        shown, chosen: positions of the shown action and of the policy's choice; they differ only
            for an apprentice.
        propensity: probability of the policy's choice.
        apprentice: whether the loop was an apprentice.
        by_rule: position of the baseline by a rule; None for the first action not excluded.
    """

    request: RankRequest
    shown: int
    chosen: int
    propensity: float
    apprentice: bool = False
    by_rule: int | None = None

    @property
    def baseline(self) -> int:
        """Position of the baseline."""
        return self.request.allowed[0] if self.by_rule is None else self.by_rule

    @property
    def context(self) -> Features:
        return self.request.context

    @property
    def action(self) -> Action:
        return self.request.actions[self.shown]

    @property
    def importance(self) -> float:
        """1 / (propensity x number of actions not excluded)."""
        return 1.0 / (self.propensity * len(self.request.allowed))


class Learner(Learned, ABC):
    """A loop's learned state: from rewards, and from the baseline imitated by an apprentice.

    Attributes:
        imitation: head predicting how likely each action is the baseline's choice; None without
            one.
    """

    expresses_doubt: ClassVar[bool] = False
    """True if beliefs have a width for policies to draw from."""
    has_imitation_head: ClassVar[bool] = False
    """True if an apprentice learns imitation separately, beside rewards."""
    imitation: "Learner | None" = None

    @property
    @abstractmethod
    def learned(self) -> int:
        """Number of rewards learned."""

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights of the hypotheses, in their order, summing to 1; empty without hypotheses."""
        return ()

    @property
    def subsets(self) -> Mapping[Group, float]:
        """Weight of each set of context fields as the relevant ones: shares of the belief based on
        cells."""
        return {}

    @property
    def changes(self) -> Sequence[tuple[int, int]]:
        """Numbers of rewards at which each change of tastes was found, and began."""
        return ()

    @abstractmethod
    def watch(self, impression: Impression) -> None:
        """Learn the baseline's choice shown by an apprentice."""

    @abstractmethod
    def learn(self, impression: Impression, earned: float) -> None:
        """Learn the reward of the shown action."""

    def learning(self, impression: Impression, earned: float) -> Steps[None]:
        """Learn a reward in steps; the learner must not be read before the last step."""
        self.learn(impression, earned)
        yield from ()

    @abstractmethod
    def belief(self, request: RankRequest, online: bool = True) -> Belief:
        """Joint belief about the expected rewards of all actions: online with the prior from
        imitation, else from rewards alone."""

    def beliefs(self, requests: Sequence[RankRequest], online: bool = True) -> Belief:
        """Beliefs of several requests with the same actions, as one; equal to single beliefs up to
        rounding."""
        return Belief.together([self.belief(request, online) for request in requests])

    @abstractmethod
    def contributions(
        self,
        request: RankRequest,
        weights: Array,
        online: bool = True,
        into: Mapping[Group, Group] = ALONE,
    ) -> dict[Source, Contribution]:
        """Contribution of each source to a weighted sum of the expected rewards of all actions, by
        weights (K,): a single 1 for a mean, 1 and -1 for a difference. The means add up to that of
        `belief`. Sources without information are left out; groups are merged ``into`` others as
        given."""

    def sd_of_average(self, offers: Sequence[WeighedOffer]) -> float:
        """Standard deviation of the belief about a weighted sum of expected rewards."""
        return 0.0

    @abstractmethod
    def unrewarded(self) -> Self:
        """Copy without any reward; shares the imitation head, if any."""
