"""Environments with rare, priced rewards, on which nothing was chosen, and textbook peers for them.

Contexts of 3 x 3 x 4 words, and five actions with prices of 1 to .13, paid by .1 to 8 % of the
visitors. What their rates depend on: single fields, a pair of fields, nothing but the action, or
both fields and a pair with strong effects.
"""

from collections.abc import Mapping
from functools import partial
from typing import Literal

import numpy as np

from engine.arrays import Array
from engine.streams import stream
from tests.benchmarks.environments import Environment, Maker, View
from tests.benchmarks.peer import Making, Peer
from tests.benchmarks.second_family import Visitors

Kind = Literal["single", "pairs", "nothing", "strong"]
SIZES = (3, 3, 4)
PRICES = np.geomspace(1, 0.13, 5)


def priced_rates(kind: Kind, seed: int) -> tuple[Array, Array]:
    """Rates by context and action, (36, 5), and the actions' prices, (5,)."""
    rng = stream(seed, f"rates of {kind}")
    prices = rng.permutation(PRICES)
    level, slope = np.log(rng.uniform(0.002, 0.008)), rng.uniform(0.4, 1.3)
    log = np.broadcast_to(
        level - slope * np.log(prices) + rng.normal(0, 0.4, 5), (*SIZES, 5)
    ).copy()
    singles = {"single": 0.4, "strong": 0.7}.get(kind, 0.0)
    for field, size in enumerate(SIZES):
        shape = [1, 1, 1, 5]
        shape[field] = size
        log += rng.normal(0, singles, shape)
    if kind in ("pairs", "strong"):
        shape = [1, 1, 1, 5]
        for field in rng.permutation(3)[:2]:
            shape[field] = SIZES[field]
        log += rng.normal(0, 0.7, shape)
    return np.clip(np.exp(log), 0.001, 0.08).reshape(-1, 5), prices


def rare_and_priced(kind: Kind, seed: int, rounds: int) -> Environment:
    """One environment."""
    rates, prices = priced_rates(kind, seed)
    rng = stream(seed, f"visitors of {kind}")
    visitors = Visitors.drawn(rng, rounds, SIZES)
    return visitors.place(rng, (rates * prices)[visitors.cell], prices)


KINDS: tuple[Kind, ...] = ("single", "pairs", "nothing", "strong")
RARE_FAMILY: Mapping[str, Maker] = {
    f"rare:{kind}": partial(rare_and_priced, kind) for kind in KINDS
}


class Counts(Peer):
    """Successes and failures of each action, in all contexts or by cell, (cells, K).

    Args:
        by_cell: whether each of the 36 contexts has counts of its own.
        prior: successes and failures counted before the first reward.
    """

    def __init__(
        self,
        by_cell: bool,
        prior: tuple[float, float],
        place: Environment,
        view: View,
        seed: int,
    ) -> None:
        super().__init__(place, view, seed)
        assert place.right is not None
        crossed = place.right.context[:, -int(np.prod(SIZES)) :]
        self.cells = crossed.argmax(axis=1) if by_cell else np.zeros(len(crossed), dtype=int)
        shape = int(self.cells.max()) + 1, place.rewards.shape[1]
        self.successes, self.failures = (np.full(shape, count) for count in prior)
        self.prices = np.ones(shape[1]) if place.prices is None else place.prices
        self.rng = np.random.default_rng(seed)

    def learn(self, t: int, chosen: int, reward: float) -> None:
        counts = self.successes if reward else self.failures
        counts[self.cells[t], chosen] += 1


class BetaThompson(Counts):
    """Thompson sampling from Beta posteriors of rates."""

    def choose(self, t: int) -> int:
        cell = self.cells[t]
        rates = self.rng.beta(self.successes[cell], self.failures[cell])
        return int((rates * self.prices).argmax())


class EpsilonGreedy(Counts):
    """The highest mean so far, actions never shown first, or an action at random."""

    def __init__(self, epsilon: float, place: Environment, view: View, seed: int) -> None:
        super().__init__(True, (0.0, 0.0), place, view, seed)
        self.epsilon = epsilon

    def choose(self, t: int) -> int:
        if self.rng.random() < self.epsilon:
            return int(self.rng.integers(len(self.prices)))
        s, f = self.successes[self.cells[t]], self.failures[self.cells[t]]
        means = np.where(s + f > 0, s * self.prices / np.maximum(s + f, 1), np.inf)
        return int(self.rng.choice(np.flatnonzero(means == means.max())))


def _beta(by_cell: bool, failures: float) -> Making:
    return partial(BetaThompson, by_cell, (1.0, failures))


COUNTING: Mapping[str, Making] = {
    "Beta 1:1": _beta(False, 1.0),
    "Beta 1:30": _beta(False, 30.0),
    "Beta 1:1, by cell": _beta(True, 1.0),
    "Beta 1:30, by cell": _beta(True, 30.0),
    "counts by cell, epsilon .05": partial(EpsilonGreedy, 0.05),
}
"""Peers for these environments alone: they know the cells, and the prices where they need them."""
