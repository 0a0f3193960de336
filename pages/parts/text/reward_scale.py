"""Scale on which the mean rewards of a world are written: money, percent, or as they are.

A world with a unit counts in money per 1,000 visitors. Without one, mean rewards below a tenth are
written in percent. Numbers have as many digits as their interval warrants: an
amount of money that is known to 1,500 is rounded to hundreds.
"""

import math
from dataclasses import dataclass, replace

from engine.worlds import World
from pages.parts.text.format import plain

RARE = 0.1
"""Mean reward of the best offers below which rewards are written in percent."""
THOUSAND = 1_000
_TWO_DIGITS = 100
"""Half width of an interval of money from which amounts are rounded to tens or more."""
_NEGLIGIBLE = 0.01
"""Part of the last digit below which the end of an interval is written as 0."""
_MINUS = "\N{MINUS SIGN}"
_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class RewardScale:
    """Number format of mean rewards.

    Attributes:
        factor: from a mean reward to the written number.
        unit: behind the number: a currency, "%", or empty.
        digits: decimals of a number without an interval, and least number of those with one.
        most: worth of a reward of 1 in a currency; 0 without one.
    """

    factor: float = 1.0
    unit: str = ""
    digits: int = 2
    most: float = 0.0

    @classmethod
    def of(cls, world: World | None) -> "RewardScale":
        """Scale of a world; rewards as they are without one."""
        if world is None:
            return cls()
        return cls.of_size(world.reward_size, world.unit, world.most)

    @classmethod
    def of_size(cls, size: float, unit: str = "", most: float = 0.0) -> "RewardScale":
        """Scale of mean rewards of about this size, in a currency or none."""
        if unit:
            factor = THOUSAND * most
            return cls(factor, unit, _digits(factor * size, 3), most)
        if 0 < size < RARE:
            return cls(100.0, "%", _digits(100 * size, 3))
        return cls()

    @property
    def in_markdown(self) -> "RewardScale":
        """The same scale for Markdown: its unit, possibly typed by a user, is escaped."""
        return replace(self, unit=plain(self.unit))

    @property
    def of_differences(self) -> "RewardScale":
        """The same scale for differences, which of percentages are percentage points."""
        return replace(self, unit="%\u00a0points") if self.unit == "%" else self

    @property
    def of_sums(self) -> "RewardScale":
        """Scale of sums of rewards: amounts of money, or numbers of rewards without a unit."""
        if self.is_money:
            return replace(self, factor=self.most, digits=_digits(self.most, 1))
        return RewardScale(digits=0)

    @property
    def is_money(self) -> bool:
        """True if numbers are amounts per 1,000 visitors."""
        return self.most > 0

    @property
    def per(self) -> str:
        """What a mean reward refers to: " per visitor" or " per 1,000 visitors"."""
        return " per 1,000 visitors" if self.is_money else " per visitor"

    @property
    def title(self) -> str:
        """Title of an axis or a column of mean rewards, as plain text."""
        if self.is_money:
            return f"{self.unit} per 1,000 visitors"
        return f"mean reward, {self.unit}" if self.unit else "mean reward"

    @property
    def format(self) -> str:
        """D3 format of `number`, for axes and tooltips."""
        return f",.{self.digits}f"

    def number(self, reward: float) -> float:
        """A mean reward in this scale, for charts and tables."""
        return reward * self.factor

    def value(self, reward: float, doubt: float = 0.0) -> str:
        """Format a mean reward with its unit; ``doubt`` is half the width of its interval."""
        return self._with_unit(self._plain(reward, self._decimals(doubt)))

    def signed(self, reward: float, doubt: float = 0.0) -> str:
        """Format a difference of mean rewards with its sign; one that is rounded to 0 has none."""
        return self._with_unit(self._signed(reward, self._decimals(doubt)))

    def more(self, difference: float, doubt: float = 0.0) -> str:
        """Format a difference of observed mean rewards as an amount in words, "117 € less": at
        least in whole units, as the means beside it are."""
        scale = self.of_differences
        amount = scale._with_unit(scale._plain(abs(difference), max(0, scale._decimals(doubt))))
        return f"{amount} {'less' if difference < 0 else 'more'}"

    def mean(self, reward: float, doubt: float = 0.0) -> str:
        """Format a mean reward with its unit and what it refers to."""
        return self.value(reward, doubt) + self.per

    def range(self, low: float, high: float, sign: bool = False) -> str:
        """Format an interval, "3,010 to 3,500 €"; ends that differ are written differently."""
        return self._with_unit(self._interval(low, high, sign))

    def estimate(self, reward: float, low: float, high: float, sign: bool = False) -> str:
        """Format a mean reward and its interval, "3,255 € (3,010 to 3,500)"."""
        decimals = self._decimals((high - low) / 2)
        write = self._signed if sign else self._plain
        return f"{self._with_unit(write(reward, decimals))} ({self._interval(low, high, sign)})"

    def _interval(self, low: float, high: float, sign: bool) -> str:
        """The ends of an interval; one beside 0 has a digit of its own, lest it reads as 0."""
        decimals = self._decimals((high - low) / 2)
        write = self._signed if sign else self._plain

        def end(reward: float) -> str:
            number = abs(self.number(reward))
            is_beside_0 = _NEGLIGIBLE <= number * 10.0**decimals < 1 / 2
            return write(reward, -math.floor(math.log10(number)) if is_beside_0 else decimals)

        return f"{end(low)} to {end(high)}"

    def total(self, rewards: float) -> str:
        """Format a sum of rewards: an amount of money, or a number of rewards."""
        if self.is_money:
            worth = rewards * self.most
            cents = max(2, _digits(worth, 2)) if abs(worth) < 100 else 0
            return self._with_unit(_written(worth, cents).removesuffix(".00"))
        return f"{_written(rewards, 1)} rewards"

    def _decimals(self, doubt: float) -> int:
        """Decimals with which half the width of an interval has two digits, or one if rewards are
        written as they are; below 0 for amounts of money rounded to tens or more."""
        if not math.isfinite(doubt) or doubt <= 0:
            return self.digits
        number = doubt * self.factor
        if self.is_money and number >= _TWO_DIGITS:
            return 1 - math.floor(math.log10(number))
        return max(self.digits, _digits(number, 2 if self.unit else 1))

    def _plain(self, reward: float, decimals: int) -> str:
        """A number; exactly 0, such as the end of an interval, without decimals before a unit."""
        return _written(self.number(reward), decimals if reward or not self.unit else 0)

    def _signed(self, reward: float, decimals: int) -> str:
        text = self._plain(reward, decimals)
        return f"+{text}" if any(c in "123456789" for c in text) and text[0] != _MINUS else text

    def _with_unit(self, text: str) -> str:
        return f"{text}{_SPACE}{self.unit}" if self.unit else text


def _digits(number: float, significant: int) -> int:
    """Decimals with which a number has so many significant digits; at most 9."""
    if not number or not math.isfinite(number):
        return 0
    return min(max(significant - 1 - math.floor(math.log10(abs(number))), 0), 9)


def _written(number: float, decimals: int) -> str:
    """Format a number with a minus sign, without a sign if it is rounded to 0; decimals below 0
    round it to tens or more."""
    rounded = round(number, decimals) if decimals < 0 else number
    text = f"{rounded:,.{max(decimals, 0)}f}"
    if text.startswith("-"):
        text = _MINUS + text[1:] if any(c in "123456789" for c in text) else text[1:]
    return text
