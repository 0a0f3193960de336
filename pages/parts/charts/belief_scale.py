"""Range of the bells, and amounts of beliefs in a world's scale of rewards.

The range grows with the beliefs in steps, so that axes seldom change. Where rewards are written as
they are, it is from 0 to 1.
"""

import math
from dataclasses import dataclass
from statistics import median

from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.text.format import plain
from pages.parts.text.reward_scale import RewardScale

_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0)
"""Possible ends of a range, times a power of 10."""
_ABOVE = 1.25
"""Least end of the range, as a multiple of the size of rewards."""
_LEAST = 1e-9
"""Least end of the range, for worlds in which nothing is earned."""
_VAGUE = 5.0
"""Doubt, as a multiple of the size of rewards, above which the size is unknown."""
_NOTICED = 0.005
"""Least change of a belief that is drawn or described, as a share of the range."""
SEPARATOR = "|"
"""Between the labels of an axis in a row of a chart."""
UNKNOWN = (
    "The engine does not know yet how large rewards are here, so no amounts are given; it learns "
    "that from the first few dozen answers."
)


@dataclass(frozen=True, slots=True)
class BeliefScale:
    """Scale of beliefs about a visitor's rewards.

    Attributes:
        scale: format of mean rewards.
        most: mean reward of each action if every visitor gave its full reward.
        end: mean reward at the end of the range, which begins at 0.
        is_known: True if doubt is not much wider than rewards are large; until then amounts would
            be those of the prior, which is made for rewards from 0 to 1.
    """

    scale: RewardScale
    most: tuple[float, ...] = ()
    end: float = 1.0
    is_known: bool = True

    @classmethod
    def of(cls, world: World, *rankings: Ranked) -> "BeliefScale":
        """Scale of the beliefs in at least one ranking."""
        scale, most = RewardScale.of(world), tuple(world.worth.tolist())
        if not scale.unit:
            return cls(scale, most)
        size = world.reward_size
        reach = max(m + sd for each in rankings for m, sd in zip(each.means, each.sds, strict=True))
        end = rounded_up(scale.factor * max(reach, _ABOVE * size, _LEAST)) / scale.factor
        doubt = max(median(each.sds) for each in rankings)
        return cls(scale, most, min(end, 1.0), doubt <= _VAGUE * size)

    @property
    def noticed(self) -> float:
        """Least change of a mean reward worth a mention."""
        return _NOTICED * self.end

    def can_name(self, action: int, *rewards: float) -> bool:
        """True if amounts are known, and none is more than an action can earn or, in a unit, less
        than 0."""
        least = 0.0 if self.scale.unit else min(rewards)
        return self.is_known and least <= min(rewards) and max(rewards) <= self.most[action]

    def share(self, reward: float) -> float:
        """Mean reward as a share of the range."""
        return reward / self.end

    def amount(self, reward: float) -> str:
        """Format a mean reward with its unit as Markdown."""
        return plain(self.scale.value(reward)) if self.scale.unit else self.scale.value(reward)

    def mean(self, reward: float) -> str:
        """Format a mean reward as `amount`, money with what it refers to."""
        return self.amount(reward) + self.per

    @property
    def per(self) -> str:
        """What an amount of money refers to; empty for other rewards."""
        return self.scale.per if self.scale.is_money else ""

    def change(self, by: float) -> str:
        """Format a difference of mean rewards as Markdown; its direction if amounts are unknown."""
        return plain(self.signed(by)) if self.scale.unit else self.signed(by)

    def signed(self, by: float) -> str:
        """Format a difference as `change`, as plain text."""
        if not self.is_known:
            return "down" if by < 0 else "up"
        return self.scale.signed(by)

    @property
    def labels(self) -> tuple[str, str, str]:
        """Labels of the axis at the begin, the middle and the end of the range."""
        if not self.scale.unit:
            return "0", "½", "1"
        if not self.is_known:
            return "0", "", ""
        half, whole = (f"{self.scale.number(reward):,.6g}" for reward in (self.end / 2, self.end))
        return "0", half, whole

    @property
    def short_title(self) -> str:
        """Title of the axis where there is little room, as plain text."""
        if not (self.scale.unit and self.is_known):
            return "expected reward"
        return self.scale.title if self.scale.is_money else self.title

    @property
    def title(self) -> str:
        """Title of the axis, as plain text."""
        if not self.scale.unit:
            return "expected reward"
        if not self.is_known:
            return "expected reward (size not known yet)"
        return f"expected {self.scale.title.removeprefix('mean ')}"


def rounded_up(number: float) -> float:
    """Least end of a range that holds a positive number."""
    power = 10.0 ** math.floor(math.log10(number))
    return next(step * power for step in _STEPS if step * power >= number * (1 - 1e-9))
