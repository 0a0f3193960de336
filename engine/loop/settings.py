"""Settings of a learning loop: one frozen value, validated as a whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any, Literal, Never, Self, get_args

from engine.errors import check_number, refuse
from engine.learners.base import Learner
from engine.learners.bayesian.hypothesis import HYPOTHESES, MAX_HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.likelihood import CENTRE, LEAST_PRICE, MAX_PRICES
from engine.learners.classic import ClassicLearner
from engine.loop.baseline_rule import BaselineRule
from engine.policies.base import CODE, Policy
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.registry import POLICIES
from engine.policies.thompson import Thompson
from engine.protocol.request import MAX_REWARD, MIN_REWARD

Aggregation = Literal["earliest", "sum"]
LearningMode = Literal["online", "apprentice", "logging_only"]
LearnerName = Literal["bayesian", "classic"]

SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(days=2)
"""Bounds of the reward wait time, as in the service."""
LEAST_USUAL, MOST_USUAL = 1e-4, 0.9
"""Bounds of the usual reward."""


@dataclass(frozen=True, slots=True)
class ActionPrice:
    """What an action pays at a success: 0, or `LEAST_PRICE` to 1."""

    action: str
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSettings:
    """Settings of a learning loop.

    ``InvalidServiceConfiguration`` or ``InvalidRewardWaitTime`` for invalid values.

    Attributes:
        reward_wait_time: time from Rank in which a reward counts; 5 seconds to 2 days.
        default_reward: of an activated event without a reward in time; -1 to 1.
        reward_aggregation: ``"earliest"`` (the first reward counts) or ``"sum"``.
        policy: draws the action from the beliefs; any registered policy with positive probabilities
            before any reward (so not `UpperBound`).
        crosses: largest number of context fields crossed with the action, 0 to 4: main effects,
            pairs, triples, fours. Hypotheses with more are reduced to it.
        hypotheses: models of rewards, 1 to 12 different ones, weighted by evidence.
        may_change: whether to detect changes of tastes and learn anew after one.
        max_events: largest number of events; 1 to 1,000,000.
        learning_mode: ``"online"`` shows the policy's choice; ``"apprentice"`` always shows the
            baseline and learns to imitate it; ``"logging_only"`` shows the baseline and logs it as
            the choice.
        usual_reward: mean reward expected before the first one, .0001 to .9: what an average offer
            has earned so far. None if unknown.
        prices: what actions pay at a success, of up to `MAX_PRICES` different actions. None if
            unknown.
        baseline: rule of the baseline; by default, the first action not excluded.
        apprentice_exploration: share of an apprentice's events with a uniformly random action; 0 to
            0.5. 0 changes nothing for users; more turns the bounds on the value of a switch into an
            estimate.
        learner: ``"bayesian"``, this engine's own, with an imitation head beside the reward head in
            apprentice mode; or ``"classic"``, the retired service's own.
        learning_rate: of the classic learner; above 0, up to 1.
    """

    reward_wait_time: timedelta = timedelta(minutes=10)
    default_reward: float = 0.0
    reward_aggregation: Aggregation = "earliest"
    policy: Policy = field(default_factory=Thompson)
    crosses: int = 4
    hypotheses: tuple[Hypothesis, ...] = HYPOTHESES
    may_change: bool = True
    max_events: int = 100_000
    learning_mode: LearningMode = "online"
    apprentice_exploration: float = 0.0
    learner: LearnerName = "bayesian"
    learning_rate: float = 0.001
    baseline: BaselineRule | None = None
    usual_reward: float | None = None
    prices: tuple[ActionPrice, ...] | None = None

    def __new__(cls, *unnamed: object, **settings: object) -> Self:
        """Refuse wrong names; Python alone would raise a TypeError."""
        check_names(unnamed, settings)
        return object.__new__(cls)

    @classmethod
    def classic(cls, *unnamed: Never, **changes: Any) -> Self:
        """Defaults of the retired service: its slow learner over pairs, epsilon-greedy at 0.2."""
        defaults: dict[str, Any] = {"learner": "classic", "crosses": 1, "policy": EpsilonGreedy()}
        return cls(*unnamed, **defaults | changes)

    def __post_init__(self) -> None:
        wait = self.reward_wait_time
        if not isinstance(wait, timedelta) or not SHORTEST_WAIT <= wait <= LONGEST_WAIT:
            allowed = "a duration from 5 seconds to 2 days"
            refuse("InvalidRewardWaitTime", "reward_wait_time", wait, allowed)
        check_number(CODE, "default_reward", self.default_reward, MIN_REWARD, MAX_REWARD)
        _check_choice("reward_aggregation", self.reward_aggregation, get_args(Aggregation))
        _check_choice("learning_mode", self.learning_mode, get_args(LearningMode))
        _check_choice("learner", self.learner, get_args(LearnerName))
        check_number(CODE, "crosses", self.crosses, 0, 4, whole=True)
        _check_hypotheses(self.hypotheses)
        if not isinstance(self.may_change, bool):
            refuse(CODE, "may_change", self.may_change, "true or false")
        check_number(CODE, "max_events", self.max_events, 1, 1_000_000, whole=True)
        check_number(CODE, "apprentice_exploration", self.apprentice_exploration, 0, 0.5)
        check_number(CODE, "learning_rate", self.learning_rate, 1e-9, 1)
        if self.usual_reward is not None:
            check_number(CODE, "usual_reward", self.usual_reward, LEAST_USUAL, MOST_USUAL)
        _check_prices(self.prices)
        if not isinstance(self.baseline, BaselineRule | None):
            refuse(CODE, "baseline", self.baseline, "a BaselineRule or None")
        _check_policy(self)

    def learns_like(self, other: "LoopSettings") -> bool:
        """True if both settings learn the same from the same log."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in (
                "crosses",
                "hypotheses",
                "may_change",
                "usual_reward",
                "prices",
                "learner",
                "learning_rate",
            )
        )

    @property
    def compared(self) -> tuple[Hypothesis, ...]:
        """The hypotheses, with crosses limited to the allowed ones."""
        limited = (replace(h, crosses=min(h.crosses, self.crosses)) for h in self.hypotheses)
        return tuple(dict.fromkeys(limited))


def learner_of(settings: LoopSettings) -> Learner:
    """Create a learner by settings."""
    if settings.learner == "classic":
        return ClassicLearner(settings.crosses, settings.learning_rate)
    usual = CENTRE if settings.usual_reward is None else settings.usual_reward
    crosses = min(settings.crosses, 3)
    prices = {known.action: known.price for known in settings.prices or ()}
    return BayesianLearner(settings.compared, settings.may_change, crosses, usual, prices)


def _check_policy(settings: LoopSettings) -> None:
    policy: object = settings.policy
    if not isinstance(policy, Policy) or POLICIES.get(policy.key) is not type(policy):
        names = (known.__name__ for known in POLICIES.values() if known.loggable)
        refuse(CODE, "policy", policy, f"a policy that is registered: {', '.join(names)}")
    if not policy.loggable:
        why = "the log of any other tells nothing of what it never shows"
        allowed = f"one that gives every action a chance before anything is learned: {why}"
        refuse(CODE, "policy", policy, allowed)
    if policy.needs_doubt and not learner_of(settings).expresses_doubt:
        why = f"the {settings.learner} learner knows no doubt that {policy.label} could follow"
        allowed = f"free of contradiction: {why}, so take {EpsilonGreedy.__name__}()"
        refuse(CODE, "policy", policy, allowed)


def check_names(unnamed: Sequence[object], names: Iterable[str]) -> None:
    """Refuse unnamed and unknown settings."""
    known = ", ".join(SETTING_NAMES)
    if unnamed:
        refuse(CODE, "settings", unnamed[0], f"given by name: {known}")
    for name in names:
        if name not in SETTING_NAMES:
            refuse(CODE, "the setting", name, f"one of {known}")


def _check_hypotheses(hypotheses: object) -> None:
    allowed = f"a tuple of 1 to {MAX_HYPOTHESES} different Hypothesis values"
    if (
        not isinstance(hypotheses, tuple)
        or not all(isinstance(h, Hypothesis) for h in hypotheses)
        or not 1 <= len(set(hypotheses)) == len(hypotheses) <= MAX_HYPOTHESES
    ):
        refuse(CODE, "hypotheses", hypotheses, allowed)


def _check_prices(prices: object) -> None:
    allowed = f"a tuple of 1 to {MAX_PRICES} ActionPrice values of different actions, or None"
    if prices is None:
        return
    if not isinstance(prices, tuple) or not all(isinstance(of, ActionPrice) for of in prices):
        refuse(CODE, "prices", prices, allowed)
    if not 1 <= len({of.action for of in prices}) == len(prices) <= MAX_PRICES:
        refuse(CODE, "prices", prices, allowed)
    for of in prices:
        if of.price != 0:
            check_number(CODE, "prices", of.price, LEAST_PRICE, MAX_REWARD)


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        *others, last = (f'"{choice}"' for choice in allowed)
        refuse(CODE, name, value, f"{', '.join(others)} or {last}")


SETTING_NAMES = tuple(f.name for f in fields(LoopSettings))

REWARD_SETTINGS = ("reward_wait_time", "default_reward", "reward_aggregation")
"""Settings that may not change in one call with the learning mode, as in the service."""
