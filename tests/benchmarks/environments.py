"""Environments for the comparison of bandit libraries: one environment per seed, with common luck.

Round t of a seed has the same context, the same actions and the same luck for every learner.
`Environment.rewards` are expected rewards; the reward of an action follows from them and the
round's luck. This module has the six environments on which the engine's defaults were chosen;
`second_family` has environments that were not used for any choice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.streams import stream

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """An environment in numbers, for learners without support for other features.

    Attributes:
        context: (T, d).
        articles: features of the actions, (T, K, f), if there are any.
    """

    context: Array
    articles: Array | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment for one seed, T rounds with K actions.

    Attributes:
        rewards: expected rewards, (T, K); NaN for actions not offered yet, which must be the
            last ones.
        luck: uniform on [0, 1), (T,).
        context: raw context of a round, as feature objects.
        actions: raw actions of a round.
        plain: the same in numbers, words one-hot.
        right: the same with the right crosses as columns, if they can be named.
        crossed: the context as feature objects with the right crosses, if available.
        noise: half the width of the rewards around their expectation; None for rewards 0 or 1.
        late: delay of rewards in visitors.
        lost: rounds whose reward never arrives, (T,), if there are any.
        fresh: true if no action is offered twice.
        prices: what a success of each action pays, (K,); None for 1.
    """

    rewards: Array
    luck: Array
    context: Callable[[int], list[Json]]
    actions: Callable[[int], list[Json]]
    plain: View
    right: View | None = None
    crossed: Callable[[int], list[Json]] | None = None
    noise: float | None = None
    late: int = 0
    lost: NDArray[np.bool_] | None = None
    fresh: bool = False
    prices: Array | None = None

    @property
    def regrets(self) -> Array:
        """Loss of each action against the best one, (T, K)."""
        result: Array = np.nanmax(self.rewards, axis=1, keepdims=True) - self.rewards
        return result

    def offered(self, t: int) -> int:
        """Number of actions in round t: the first ones are offered."""
        return int(np.isfinite(self.rewards[t]).sum())

    def earned(self, t: int, chosen: int) -> float:
        """Reward of an action in round t."""
        expected = float(self.rewards[t, chosen])
        if self.noise is None:
            price = 1.0 if self.prices is None else float(self.prices[chosen])
            return price * float(self.luck[t] < expected / price)
        return expected + self.noise * (2 * float(self.luck[t]) - 1)

    def comes(self, t: int) -> bool:
        """True if the reward of round t arrives."""
        return self.lost is None or not self.lost[t]


Maker = Callable[[int, int], Environment]
"""From a seed and a number of visitors to an environment."""


def named(names: list[str]) -> list[Json]:
    """Actions that differ by name only."""
    return [{"id": name, "features": [{"name": name}]} for name in names]


def numbered(prefix: str, values: Array) -> Json:
    """Numbers as features with numbered names."""
    return {f"{prefix}{i}": value for i, value in enumerate(values.tolist())}


def articles_of(features: Array, prefix: str) -> list[Json]:
    """Actions described by numbers, (K, f)."""
    return [{"id": f"{prefix}{k}", "features": [numbered("f", f)]} for k, f in enumerate(features)]


def sigmoid(x: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-x))
    return result


DRINKS = named([f"drink{i}" for i in range(4)])
CHANNELS = named([f"channel{i}" for i in range(50)])


def _tastes(rng: np.random.Generator) -> Array:
    """The right drink of each of 4 x 3 x 3 cells: shared by (user, weather), or random."""
    favourite = rng.integers(4, size=(4, 3, 1))
    follows = rng.random((4, 3, 3)) < 0.5
    tastes: Array = np.where(follows, favourite, rng.integers(4, size=(4, 3, 3))).ravel()
    return tastes


def coffee(
    seed: int, rounds: int, high: float = 1.0, low: float = 0.0, drift: bool = False
) -> Environment:
    """4 users x 3 weathers x 3 times, 4 drinks, with one right drink for each cell."""
    rng = stream(seed, "coffee")
    tastes, later = _tastes(rng), _tastes(rng)
    cells, luck = rng.integers(36, size=rounds), rng.random(rounds)
    late = drift & (np.arange(rounds) >= rounds // 2)
    right = np.where(late, later[cells], tastes[cells])
    rewards = np.full((rounds, 4), low)
    rewards[np.arange(rounds), right] = high
    user, weather, time = np.unravel_index(cells, (4, 3, 3))
    plain = np.hstack([np.eye(n)[at] for n, at in ((4, user), (3, weather), (3, time))])

    def context(t: int) -> list[Json]:
        return [{"user": f"u{user[t]}", "weather": f"w{weather[t]}", "time": f"t{time[t]}"}]

    def crossed(t: int) -> list[Json]:
        return [*context(t), {"cell": f"c{cells[t]}"}]

    return Environment(
        rewards,
        luck,
        context,
        lambda t: DRINKS,
        View(plain),
        View(np.hstack([plain, np.eye(36)[cells]])),
        crossed,
    )


def news(seed: int, rounds: int, feed: bool = False) -> Environment:
    """10 articles with 6 Gaussian features, 8 Gaussian context features, bilinear log-odds.

    The weights W have variance 1/6, which gives the means of the reference's figures
    (about .34 for a uniform choice, .76 for the best).
    """
    rng = stream(seed, "news", feed)
    w = rng.standard_normal((8, 6)) / np.sqrt(6)
    articles = rng.standard_normal((rounds if feed else 1, 10, 6))
    contexts, luck = rng.standard_normal((rounds, 8)), rng.random(rounds)
    every = np.broadcast_to(articles, (rounds, 10, 6))
    rewards = sigmoid(-1 + 0.6 * np.einsum("ti,ij,tkj->tk", contexts, w, every))
    fixed = None if feed else articles_of(articles[0], "article")

    def actions(t: int) -> list[Json]:
        return fixed or articles_of(articles[t], f"article{t}-")

    def context(t: int) -> list[Json]:
        return [numbered("c", contexts[t])]

    plain = View(contexts, every)
    return Environment(rewards, luck, context, actions, plain, crossed=context, fresh=feed)


def wide(seed: int, rounds: int) -> Environment:
    """50 actions, 20 Gaussian context features, a separate logistic reward for each."""
    rng = stream(seed, "wide")
    w = rng.standard_normal((50, 20)) * 1.5 / np.sqrt(20)
    contexts, luck = rng.standard_normal((rounds, 20)), rng.random(rounds)
    rewards = sigmoid(-1.5 + contexts @ w.T)

    def context(t: int) -> list[Json]:
        return [numbered("c", contexts[t])]

    plain = View(contexts)
    return Environment(rewards, luck, context, lambda t: CHANNELS, plain, crossed=context)


FIRST_FAMILY: Mapping[str, Maker] = {
    "coffee": coffee,
    "coffee:noisy": lambda seed, rounds: coffee(seed, rounds, high=0.8, low=0.1),
    "news": news,
    "newsfeed": lambda seed, rounds: news(seed, rounds, feed=True),
    "wide": wide,
    "drift": lambda seed, rounds: coffee(seed, rounds, drift=True),
}
