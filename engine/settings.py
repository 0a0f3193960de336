"""The settings of a learning loop: one frozen value, valid as a whole or refused."""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Literal, get_args

from engine.actions import MAX_REWARD, MIN_REWARD
from engine.errors import check_number, refuse
from engine.policies import AnyPolicy, Greedy, Thompson

Aggregation = Literal["earliest", "sum"]

SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(days=2)
"""Bounds of the reward wait time, as in the service's longest-lived version."""

_CODE = "InvalidServiceConfiguration"


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """What a person can set on a learning loop.

    Attributes:
        reward_wait_time: how long after Rank a reward still counts; 5 seconds to 2 days.
        default_reward: what an activated event earns if no reward came in time; -1 to 1.
        reward_aggregation: ``"earliest"`` (the first reward counts) or ``"sum"``.
        policy: how the action to show is drawn from the beliefs.
        crosses: how many context fields at most are crossed with the action, 0 to 3:
            main effects, pairs, triples.
        prior_sd: how far from the average, before any reward, the expected reward of an
            action in a context is believed to lie (standard deviation); .001 to 10.
        noise_sd: how far single rewards are believed to lie from their expectation
            (standard deviation); .001 to 10.
        max_events: how many events the loop takes; 1 to 1,000,000.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration`` or ``InvalidRewardWaitTime``.
    """

    reward_wait_time: timedelta = timedelta(minutes=10)
    default_reward: float = 0.0
    reward_aggregation: Aggregation = "earliest"
    policy: AnyPolicy = field(default_factory=Thompson)
    crosses: int = 3
    prior_sd: float = 0.5
    noise_sd: float = 0.4
    max_events: int = 100_000

    def __post_init__(self) -> None:
        if not isinstance(self.reward_wait_time, timedelta) or not (
            SHORTEST_WAIT <= self.reward_wait_time <= LONGEST_WAIT
        ):
            refuse(
                "InvalidRewardWaitTime",
                "reward_wait_time",
                self.reward_wait_time,
                "a duration from 5 seconds to 2 days",
            )
        check_number(_CODE, "default_reward", self.default_reward, MIN_REWARD, MAX_REWARD)
        if self.reward_aggregation not in get_args(Aggregation):
            refuse(_CODE, "reward_aggregation", self.reward_aggregation, '"earliest" or "sum"')
        if not isinstance(self.policy, AnyPolicy):
            refuse(_CODE, "policy", self.policy, "a policy of engine.policies")
        check_number(_CODE, "crosses", self.crosses, 0, 3, whole=True)
        check_number(_CODE, "prior_sd", self.prior_sd, 0.001, 10)
        check_number(_CODE, "noise_sd", self.noise_sd, 0.001, 10)
        check_number(_CODE, "max_events", self.max_events, 1, 1_000_000, whole=True)
        if isinstance(self.policy, Thompson) and self.policy.floor == self.policy.width == 0:
            refuse(
                _CODE,
                "policy",
                self.policy,
                f"free of contradiction: a Thompson policy with neither width nor floor "
                f"never explores, which is {Greedy.__name__}()",
            )

    def learns_like(self, other: "LoopSettings") -> bool:
        """Whether the same log teaches both the same."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("crosses", "prior_sd", "noise_sd")
        )


SETTING_NAMES = tuple(f.name for f in fields(LoopSettings))
