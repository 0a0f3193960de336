"""What all learners share: what they are told, and what they answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from engine.arrays import Array
from engine.learners.belief import Belief
from engine.learners.learned_state import Learned
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest
from engine.steps import Steps

WeighedOffer = tuple[Features, tuple[Action, ...], Array]
"""A context, the actions offered there, and the weight of each, (K,)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Context fields, sorted, that act together on what an action earns, whoever comes if none.
    `every` is 2 for pairs of fields as one group, 3 for triples and so on, those that are too many
    to be told apart or add too little; then there are no `fields`."""

    fields: tuple[str, ...] = ()
    every: int = 0

    @property
    def order(self) -> int:
        """How many fields act together."""
        return self.every or len(self.fields)


Source = Group | Literal["everything", "imitation"]
"""What adds to an expected reward: fields that act together, the mean of everything, or how little
an action looks like what an apprentice imitated."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one source adds to a weighted sum of expected rewards: mean and standard deviation of
    the belief about it, in units of reward. Means of all sources sum to that of the whole;
    standard deviations do not, as what is known of one depends on the others."""

    mean: float
    sd: float = 0.0


ALONE: Mapping[Group, Group] = {}
"""Each group by itself."""


@dataclass(frozen=True, slots=True)
class Impression:
    """One action shown to one visitor: what a learner is told of a Rank call.

    Attributes:
        shown, chosen: positions of the action that was shown, and of the one that the policy
            chose: the same, unless an apprentice showed another.
        propensity: probability with which the policy chose that.
        apprentice: whether the loop was an apprentice.
    """

    request: RankRequest
    shown: int
    chosen: int
    propensity: float
    apprentice: bool = False

    @property
    def baseline(self) -> int:
        """Position of the first action that is not excluded."""
        return self.request.allowed[0]

    @property
    def context(self) -> Features:
        return self.request.context

    @property
    def action(self) -> Action:
        return self.request.actions[self.shown]

    @property
    def importance(self) -> float:
        """1 / (propensity x number of actions that could be chosen)."""
        return 1.0 / (self.propensity * len(self.request.allowed))


class Learner(Learned, ABC):
    """Everything that a loop learns: from rewards, and from what an apprentice imitates.

    Attributes:
        imitation: the head that believes how much each action looks like the baseline's choice;
            None without one.
    """

    expresses_doubt: ClassVar[bool] = False
    """Whether its beliefs have a width that a policy can draw from."""
    has_imitation_head: ClassVar[bool] = False
    """Whether an apprentice learns what it imitates apart from rewards, which it learns too."""
    imitation: "Learner | None" = None

    @property
    @abstractmethod
    def learned(self) -> int:
        """How many rewards it learned."""

    @property
    def weights(self) -> tuple[float, ...]:
        """How far each hypothesis is believed, in their order, summing to 1; none for some."""
        return ()

    @property
    def subsets(self) -> Mapping[Group, float]:
        """How far each set of context fields is believed to say all that matters: the share of the
        belief that its cells have, of those that take part in it."""
        return {}

    @property
    def changes(self) -> Sequence[tuple[int, int]]:
        """How many rewards there were when each change of tastes was found, and at its start."""
        return ()

    @abstractmethod
    def watch(self, impression: Impression) -> None:
        """Learn what the baseline chose, which was shown to an apprentice."""

    @abstractmethod
    def learn(self, impression: Impression, earned: float) -> None:
        """Learn what the shown action earned."""

    def learning(self, impression: Impression, earned: float) -> Steps[None]:
        """The same in steps; the learner is asked nothing before the last."""
        self.learn(impression, earned)
        yield from ()

    @abstractmethod
    def belief(self, request: RankRequest, online: bool = True) -> Belief:
        """Joint belief about the expected rewards of all actions: online with what an apprentice
        imitated as a prior, else by rewards alone."""

    def beliefs(self, requests: Sequence[RankRequest], online: bool = True) -> Belief:
        """The beliefs of several requests that offer the same actions as one, to rounding."""
        return Belief.together([self.belief(request, online) for request in requests])

    @abstractmethod
    def contributions(
        self,
        request: RankRequest,
        weights: Array,
        online: bool = True,
        into: Mapping[Group, Group] = ALONE,
    ) -> dict[Source, Contribution]:
        """What each source adds to the weighted sum of the expected rewards of all actions, whose
        weights are (K,): to the mean of one with a 1 there, to a gap with a 1 and a -1. The means
        sum to what `belief` gives. Sources of which nothing can be known are left out; groups that
        are to go ``into`` another are told as a part of it."""

    def sd_of_average(self, offers: Sequence[WeighedOffer]) -> float:
        """Standard deviation of the belief about a weighted sum of expected rewards."""
        return 0.0

    @abstractmethod
    def unrewarded(self) -> Self:
        """One like it that has learned no reward; it shares the imitation head, if any."""
