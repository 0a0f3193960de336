"""Predictive densities of rewards, of which the evidence is made.

While each reward is 0 or the price of its action, such as 1, rewards are Bernoulli for every
learner. The probability of a success is the learner's mean in units of the price, limited by a
quarter of its noise variance v: a learner with little noise may be nearly certain, a learner with
much noise may not,

    (16)  log p if r > 0, else log(1 - p),    p = min(max(mean / price, v / 4), 1 - v / 4),

with v / 4 at most 1/2, where a fair coin is expected.

Under a normal density every reward of a rare click would be a surprise, and misfit would look like
a change of tastes. Other rewards are normal, with the variances of the noise and of the learner's
doubt; to a learner that learns both variances they are Student's t (20).

The prior and the noise of hypotheses are in units of a fair coin's standard deviation. The actual
unit is fitted to the first rewards: for clicks of 1 %, or rewards between .4 and .6, doubt is
smaller accordingly. Later rewards do not count: they become more alike as choices improve, without
information about actions not chosen. Means do not depend on the unit.

Who knows the usual reward u can state it. The prior mean of everything, and with it the prior unit,
then follow from u with the weight of half a success, .5 / u rewards; and successes count as rare
from the start if u is small. Who knows what actions pay can state their prices: they are then known
before the first success, and an action of price 0 earns nothing.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.learners.learned_state import Learned

CENTRE = 0.5
"""Prior mean of everything, until successes prove rare or are stated to be."""
COIN = 0.25
"""Variance of a fair coin."""
MAX_PRICES = 200
"""Largest number of actions whose prices are known."""
WIDEST = 30.0
"""Bound of the ratio of an action's variance to the unit."""
LEAST_PRICE = 1e-6
"""Bound of prices: smaller rewards cannot be divided by."""
CONFIRMED = 10
"""Successes for each change of a price; and before which, where prices and a rare usual reward are
stated, a bank with rates believes them alone."""
TRUST = 5.0
"""Number of successes that a usual rate counts as where prices are stated."""
LARGEST_USUAL_RATE = 0.9
"""Bound of an action's usual rate: with a smaller one, cheap actions would start behind."""
MOST_LIKELY = 0.999
"""Largest probability of a success."""
NEW_PRICES = 10
"""Largest number of different prices, and for each success at a known price."""
COMMON, RARE = 0.25, 0.08
"""Shares of successes between which a sequential test tells common and rare ones apart."""
SURELY_COMMON, SURELY_RARE = 3.0, -5.0
"""Log likelihood ratios at which they are: wrong in at most one of 20 worlds, and of 150 (Wald,
*Annals of Mathematical Statistics* 16, 1945)."""
UNIT_REWARDS = 100
"""Number of first rewards that determine the unit of variances."""
_STATED_RARE = 2 * SURELY_RARE
"""Log likelihood ratio before the first reward where a rare usual reward is stated: a few early
successes do not disprove it."""
_BY_SUCCESS = math.log(COMMON / RARE)
_BY_FAILURE = math.log((1 - COMMON) / (1 - RARE))


class Observation(NamedTuple):
    """A reward, with its price and a summary of earlier rewards.

    Attributes:
        binary: whether each of them, and this one, is 0 or the price of its action.
        unit: of variances.
        price: of the action.
        spread: variance of the action's rewards in the unit, where prices differ.
        level: prior mean of everything.
        usual: bound of the least probability of (16): a stated rare usual reward, else a half.
        relative: usual rate of the action relative to the level of rates; see
            `RewardHistory.relative_rates`.
        trust: number of successes that the usual rate counts as.
    """

    reward: float
    binary: bool = False
    unit: float = 1.0
    price: float = 1.0
    spread: float = 1.0
    level: float = CENTRE
    usual: float = CENTRE
    relative: float = 1.0
    trust: float = 0.5

    def in_prices(self, noise: Array) -> Array:
        """Variances of noise in units of the squared price where rewards are binary, limited to
        four times the bound `usual` of (16)."""
        return np.minimum(noise / self.price**2, 4 * self.usual) if self.binary else noise

    def log_density(self, mean: float, noise: float, doubt: float) -> float:
        """See the function `log_density`; variances are in the unit."""
        unit, price = self.unit, self.price
        if self.binary:
            noise = min(noise * unit / price**2, 4 * self.usual)
            return log_density(self.reward / price, mean / price, noise, 0.0, binary=True)
        return log_density(self.reward, mean, unit * noise, unit * doubt, binary=False)

    def log_density_learned(
        self, mean: float, noise: float, doubt: float, scale: float, freedom: int
    ) -> float:
        """`log_density` for a learner of the noise: Student's t with ``freedom`` degrees of
        freedom, and variances multiplied by the scale."""
        if self.binary:
            return self.log_density(mean, noise, doubt)
        wide, away = self.unit * scale * (noise + doubt), self.reward - mean
        return (
            math.lgamma((freedom + 1) / 2)
            - math.lgamma(freedom / 2)
            - 0.5 * math.log(freedom * math.pi * wide)
            - 0.5 * (freedom + 1) * math.log1p(away * away / (freedom * wide))
        )

    def excess(self, mean: float, wide: float) -> float:
        """delta^2 / nu - 1 of (20): relative excess of a squared innovation over its variance, in
        the unit; 0 for a Bernoulli reward, whose variance follows from its mean."""
        if self.binary:
            return 0.0
        away = self.reward - mean
        return away * away / (self.unit * wide) - 1.0


def log_density(reward: float, mean: float, noise: float, doubt: float, binary: bool) -> float:
    """Predictive log density of a reward, by mean, variance of the noise, and variance of the
    doubt."""
    if binary:
        least = min(noise / 4, 0.5)
        chance = min(max(mean, least), 1 - least)  # (16)
        return math.log(chance if reward else 1 - chance)
    wide, away = noise + doubt, reward - mean
    return -0.5 * (math.log(2 * math.pi * wide) + away * away / wide)


def densities(
    reward: float, mean: Array, noise: Array, doubt: Array, binary: bool
) -> tuple[Array, float]:
    """Predictive densities of a reward by several learners, (S,), divided by a common factor, and
    the logarithm of that factor: the largest density, or 1 where rewards are binary. See
    `log_density`."""
    if binary:
        least = np.minimum(noise / 4, 0.5)
        chance = np.minimum(np.maximum(mean, least), 1 - least)  # (16)
        return (chance if reward else 1 - chance), 0.0
    wide = noise + doubt
    logs = -0.5 * (np.log(2 * np.pi * wide) + (reward - mean) ** 2 / wide)
    top = float(logs.max())
    return np.exp(logs - top), top


class RewardMoments(Learned):
    """Number, mean and variance of rewards.

    Attributes:
        count, total, squares: number, sum, and sum of squares.
        unit: variance of the first `UNIT_REWARDS` as a multiple of a fair coin's.
        usual: mean reward expected before the first one, 0 to 1.
    """

    STATE: ClassVar[tuple[str, ...]] = ("count", "total", "squares", "unit", "usual")

    def __init__(self, usual: float = CENTRE) -> None:
        self.count, self.total, self.squares, self.usual = 0, 0.0, 0.0, usual
        self.unit = self.variance / COIN

    @property
    def weight(self) -> float:
        """Number of rewards with the weight of the usual one: half a success."""
        return 0.5 / self.usual

    @cached_property
    def mean(self) -> float:
        """Mean, with the usual reward among them."""
        return self._moments()[0]

    @cached_property
    def variance(self) -> float:
        """Variance, with that of a coin of the usual mean among them."""
        return self._moments()[1]

    def _moments(self) -> tuple[float, float]:
        """Mean and variance."""
        weight = self.count + self.weight
        mean = (self.total + 0.5) / weight
        spread = self.squares - 2 * mean * self.total + self.count * mean**2
        return mean, (max(spread, 0.0) + 0.5 * (1.0 - self.usual)) / weight

    def add(self, reward: float) -> None:
        """Count a reward."""
        self.count += 1
        self.total += reward
        self.squares += reward * reward
        self.mean, self.variance = self._moments()
        if self.count <= UNIT_REWARDS:
            self.unit = self.variance / COIN


class RewardHistory(RewardMoments):
    """Summary of all rewards so far, by action, without contexts.

    Attributes:
        binary: whether each reward was 0 or the price of its action.
        priced: whether successes may pay other than 1.
        common: whether successes have been common, at any time.
        successes: number of rewards other than 0.
        prices: last reward other than 0 of each action, of up to `MAX_PRICES` actions.
        tallies: numbers of rewards, and of those other than 0, of each of as many actions.
        repriced: number of successes with another price than the action's last one.
        most: largest absolute value, at least 1: single rewards are -1 to 1, but may add up.
        stated: prices that were known before the first success, by action; 0 for actions that
            earn nothing.
    """

    STATE = (
        *RewardMoments.STATE,
        "priced",
        "binary",
        "common",
        "successes",
        "prices",
        "tallies",
        "repriced",
        "most",
        "stated",
    )

    def __init__(
        self,
        priced: bool = True,
        usual: float = CENTRE,
        stated: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        super().__init__(usual)
        self.priced, self.binary, self.common = priced, True, False
        self.successes, self.repriced, self.most = 0, 0, 1.0
        self.prices: dict[str, float] = {}
        self.tallies: dict[str, tuple[int, int]] = {}
        self.stated = dict(stated) if priced else {}

    @cached_property
    def known_prices(self) -> Mapping[str, float]:
        """Prices by action: the last price paid, or the stated price before a success."""
        return {**self.stated, **self.prices}

    @cached_property
    def _positive(self) -> Sequence[float]:
        return [price for price in self.known_prices.values() if price]

    @cached_property
    def new_price(self) -> float:
        """Price of an action without a known one: the mean of the known prices and of the largest
        possible reward. With the largest price, a new action got .6 of the visitors."""
        prices = [*map(abs, self._positive), self.most]
        return sum(prices) / len(prices)

    @cached_property
    def price_spread(self) -> float:
        """Variance of the positive prices, as a multiple of the squared mean."""
        prices = self._positive
        mean = sum(prices) / max(len(prices), 1)
        if not mean:
            return 0.0
        return sum((price / mean - 1.0) ** 2 for price in prices) / len(prices)

    def price(self, action: str) -> float:
        """Price of an action; 1 for all once rewards are of more than two values."""
        return self.known_prices.get(action, self.new_price) if self.binary else 1.0

    def earns_nothing(self, action: str) -> bool:
        """True if the price of an action is stated to be 0, and every reward so far was 0."""
        return self.binary and self.known_prices.get(action) == 0.0

    @property
    def is_priced_and_rare(self) -> bool:
        """True if prices and a rare usual reward are stated, and no reward disproves them."""
        return bool(self.stated) and self.binary and is_rare(self.usual)

    def relative_rate(self, action: str) -> float:
        """Usual rate of an action relative to the level of rates. Where prices and a rare usual
        reward are stated, dearer actions usually succeed less often: actions with a positive price
        earn equal amounts, and the mean over the stated prices is the usual reward. Otherwise 1."""
        price = self.price(action)
        if not (self.is_priced_and_rare and price):
            return 1.0
        return min(self._per_positive / price, LARGEST_USUAL_RATE / self.usual)

    @cached_property
    def _per_positive(self) -> float:
        """Number of stated prices per positive price."""
        return len(self.stated) / max(sum(price > 0 for price in self.stated.values()), 1)

    def relative_rates(self, actions: Sequence[str]) -> Array:
        """`relative_rate` of K actions, (K,)."""
        if not self.is_priced_and_rare:
            return np.ones(len(actions))
        return np.array([self.relative_rate(action) for action in actions])

    def prices_of(self, actions: Sequence[str]) -> tuple[Array, Array]:
        """Prices of K actions, (K,), and relative variances of those that are not known."""
        prices = np.array([self.price(action) for action in actions])
        if not self.binary:
            return prices, 0.0 * prices
        new = np.array([action not in self.known_prices for action in actions])
        return prices, self.price_spread * new

    def fits_prices(self, reward: float, action: str) -> bool:
        """True if a reward is 0 or the price of its action, positive or still unknown; new prices
        must be seen again, as amounts that differ each time are no prices. Where successes are
        rare, a price may change once in `CONFIRMED` of them."""
        if not self.priced:
            return reward in (0.0, 1.0)
        if action in self.prices and reward not in (0.0, self.prices[action]):
            confirmed = self.successes >= CONFIRMED * (self.repriced + 1)
            return confirmed and self.rare and reward > LEAST_PRICE
        if action in self.prices:
            return True
        known = set(self.prices.values())
        if reward == 0.0 or reward in known or reward == self.stated.get(action):
            return True
        return reward > LEAST_PRICE and len(known) < NEW_PRICES * (1 + self.successes - len(known))

    def disproves_prices(self, reward: float, action: str) -> bool:
        """True if a new reward shows that rewards other than 0 and 1 are amounts, not prices."""
        is_new = self.priced and self.binary and not self.fits_prices(reward, action)
        return is_new and any(price != 1.0 for price in self.known_prices.values())

    def observe(self, reward: float, action: str) -> Observation:
        """Describe a new reward of an action for learners, without counting it."""
        if not (self.binary and self.fits_prices(reward, action)):
            return Observation(reward, False, self.unit)
        price = reward or self.price(action)
        spread, usual = self._spread(price, action), self.usual if is_rare(self.usual) else CENTRE
        seen = Observation(reward, True, self.unit, price, spread, self.level, usual)
        if not self.is_priced_and_rare:
            return seen
        return seen._replace(relative=self.relative_rate(action), trust=TRUST)

    @property
    def level(self) -> float:
        """Prior mean of everything: a half, or the mean of rewards where successes are rare."""
        return self.mean if self.rare else CENTRE

    @property
    def rare(self) -> bool:
        """True if each reward was 0 or the price of its action, and successes are rare."""
        return self.binary and not self.common and self._commonness < SURELY_RARE

    @property
    def _commonness(self) -> float:
        """Log likelihood ratio of successes as frequent as `COMMON` against `RARE` ones."""
        failures = self.count - self.successes
        prior = _STATED_RARE if is_rare(self.usual) else 0.0
        return prior + self.successes * _BY_SUCCESS + failures * _BY_FAILURE

    def widest(self, actions: Sequence[str]) -> Array:
        """Standard deviations (K,) of beliefs about rare rewards of K actions: as large as their
        means, as rates are positive."""
        prices, spread = self.prices_of(actions)
        rates = self._rate * self.relative_rates(actions)
        return np.asarray(rates * prices * np.sqrt(1 + spread))

    def _spread(self, price: float, action: str) -> float:
        """Variance of an action's rewards in the unit, by its rate drawn to that of all; 1 where
        all prices are equal, or successes not rare."""
        if not (self.rare and self.price_spread):
            return 1.0
        shown, successes = self.tallies.get(action, (0, 0))
        failing = self._exposed / (self.successes + 0.5) / self.relative_rate(action)
        rate = (successes + 1.0) / (shown + failing)
        spread = price**2 * rate * max(1.0 - rate, 0.5) / (self.unit * COIN)
        return min(max(spread, 1.0 / WIDEST), WIDEST)

    @property
    def _rate(self) -> float:
        """Level of rates: share of successes, with the usual reward among them."""
        return (self.successes + 0.5) / self._exposed

    @cached_property
    def _exposed(self) -> float:
        """Number of rewards, each counted by the usual rate of its action relative to the level,
        with the weight of the usual reward."""
        if not (self.is_priced_and_rare and self.tallies):
            return self.count + self.weight
        shown = np.array([shown for shown, _ in self.tallies.values()])
        return float(shown @ self.relative_rates([*self.tallies])) + self.weight

    def log_density(self, reward: float, action: str) -> float:
        """Log density of a new reward of an action by this summary alone. Unless all rewards are 0
        or the price of their action, it is half a normal density and half a uniform one over the
        largest size so far, for the sake of rare large rewards."""
        if self.binary and self.fits_prices(reward, action):
            rate = self._rate
            if self.is_priced_and_rare:
                rate = min(rate * self.relative_rate(action), MOST_LIKELY)
            return math.log(rate if reward else 1 - rate)
        known = log_density(reward, self.mean, self.variance, 0.0, binary=False)
        anything = -math.log(2 * max(self.most, abs(reward)))
        return log_sum(known, anything) - math.log(2)

    def count_reward(self, reward: float, action: str) -> None:
        """Count a reward of an action."""
        self.binary &= self.fits_prices(reward, action)
        if reward:
            self.successes += 1
            if self.prices.get(action) != reward:
                self._count_price(reward, action)
        if action in self.tallies or len(self.tallies) < MAX_PRICES:
            shown, successes = self.tallies.get(action, (0, 0))
            self.tallies[action] = shown + 1, successes + (reward != 0.0)
        self.__dict__.pop("_exposed", None)
        self.add(reward)
        self.common |= self._commonness > SURELY_COMMON

    def _count_price(self, reward: float, action: str) -> None:
        """Count a success at a new price: the action's first one, or another than its last one."""
        self.repriced += action in self.prices
        if action in self.prices or len(self.prices) < MAX_PRICES:
            self.prices[action] = reward
        self.most = max(self.most, abs(reward))
        for name in ("known_prices", "_positive", "new_price", "price_spread"):
            self.__dict__.pop(name, None)


def is_rare(usual: float) -> bool:
    """Return whether a stated usual reward means rare successes."""
    return usual <= RARE


def log_sum(first: float, second: float) -> float:
    """Logarithm of a sum of two numbers given by their logarithms."""
    high, low = max(first, second), min(first, second)
    return high + math.log1p(math.exp(low - high))
