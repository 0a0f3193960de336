"""What can happen to a loop: the entries of its log."""

from dataclasses import dataclass
from datetime import datetime

from engine.learners.base import Impression
from engine.loop.settings import LearningMode, LoopSettings
from engine.policies.base import Cause
from engine.protocol.request import RankRequest
from engine.protocol.response import RankedAction, RankResponse
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class Configured:
    """The loop's settings from here on."""

    time: datetime
    settings: LoopSettings


@dataclass(frozen=True, slots=True)
class WorldChanged:
    """The world is another from here on: who comes, what is offered, or what they like.

    No learner is told: it meets what comes.

    Attributes:
        before: how many events had been ranked.
    """

    time: datetime
    before: int
    world: World


@dataclass(frozen=True, slots=True)
class Ranked:
    """A Rank call and everything that decided it. Tuples are in the order of the request.

    Attributes:
        time: when it was asked; the wait for a reward starts here.
        probabilities: propensity of each action, 0 for an excluded one.
        errors: their Monte-Carlo standard errors.
        means: believed expected reward of each action, excluded ones included.
        sds: widths of the bells around them (`Belief.widths`), which draws are made from; in logs
            of loops that drew jointly, standard deviations of all that is believed.
        hypothesis: position of the one drawn from among those compared, in logs of loops that drew
            one first; None since all hypotheses make the bell that is drawn from.
        draw: the drawn expected rewards if a draw decided (None for an excluded action).
        chosen: position of the action that the policy chose. An apprentice's policy chooses, with
            these probabilities, by how much each action looks like the baseline's choice.
        cause: what decided that: a draw, the best guess, a lot that is likelier the better
            an action looks, chance alone; logging only, the baseline.
        mode: the learning mode.
        shown: position of the action to show: the chosen one online, else the baseline, or, with
            apprentice exploration, any.
        propensity: probability with which it was shown.
    """

    event_id: str
    time: datetime
    request: RankRequest
    probabilities: tuple[float, ...]
    errors: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    hypothesis: int | None
    draw: tuple[float | None, ...] | None
    chosen: int
    cause: Cause
    mode: LearningMode
    shown: int
    propensity: float

    @property
    def best(self) -> int:
        """Position of the best guess among the non-excluded actions."""
        return max(self.request.allowed, key=lambda i: self.means[i])

    @property
    def baseline(self) -> int:
        """Position of the first action that is not excluded."""
        return self.request.allowed[0]

    @property
    def matches(self) -> bool:
        """Whether the policy chose what the baseline would have shown."""
        return self.chosen == self.baseline

    @property
    def impression(self) -> Impression:
        """What a learner is told of it."""
        propensity = self.probabilities[self.chosen]
        apprentice = self.mode == "apprentice"
        return Impression(self.request, self.shown, self.chosen, propensity, apprentice)

    @property
    def action_id(self) -> str:
        """Id of the action to show."""
        return self.request.actions[self.shown].id

    def answer(self) -> RankResponse:
        """The answer: actions by falling probability, excluded ones in their places."""
        actions, allowed = self.request.actions, self.request.allowed
        chances = self.probabilities
        places = sorted(allowed, key=chances.__getitem__, reverse=True)
        if len(allowed) < len(actions):
            falling = iter(places)
            places = [next(falling) if i in allowed else i for i in range(len(actions))]
        ranking = tuple([RankedAction(actions[i].id, chances[i]) for i in places])
        return RankResponse(self.event_id, self.action_id, ranking)

    def shown_probabilities(self) -> list[float]:
        """How likely each action was to be shown, (K,): as the policy chose online.

        Else the baseline was, but for an apprentice's share of events in which any action was.
        """
        if self.mode == "online":
            return list(self.probabilities)
        allowed, share = self.request.allowed, self.propensity
        others = len(allowed) - 1
        if self.shown == self.baseline:
            share = (1 - self.propensity) / others if others else 0.0
        chances = [share if i in allowed else 0.0 for i in range(len(self.request.actions))]
        chances[self.baseline] = 1 - share * others
        return chances


@dataclass(frozen=True, slots=True)
class Activated:
    """A deferred event was shown after all."""

    event_id: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Rewarded:
    """A reward came in time."""

    event_id: str
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Expired:
    """The wait for a reward ended, and the default reward applies.

    None if the event was never activated, so that nothing is learned from it.
    """

    event_id: str
    time: datetime
    default_reward: float | None


@dataclass(frozen=True, slots=True)
class Undone:
    """The last ``entries`` entries that counted do not count any more."""

    time: datetime
    entries: int


OfNoEvent = Configured | WorldChanged
"""What is about the loop as a whole."""
Entry = OfNoEvent | Ranked | Activated | Rewarded | Expired
"""What can count."""
