"""Six environments that bandit libraries are compared on, with luck that all of them share.

Round t of a seed has the same context, the same actions and the same luck for every
learner. `Environment.rewards` are expected rewards; a chosen action earns 1 if the
round's luck is below its own, else 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.streams import stream

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment for one seed, T rounds with K actions.

    Attributes:
        name: its name.
        rewards: expected rewards, (T, K).
        luck: uniform on [0, 1), (T,).
        context: raw context of a round, as feature objects.
        actions: raw actions of a round.
        crossed: the same context with the right crosses handed over.
        vector: the right context as numbers, for learners that take nothing else.
        articles: features of the actions as numbers, (T, K, 6), where they have any.
    """

    name: str
    rewards: Array
    luck: Array
    context: Callable[[int], list[Json]]
    actions: Callable[[int], list[Json]]
    crossed: Callable[[int], list[Json]]
    vector: Array
    articles: Array | None = None

    @property
    def regrets(self) -> Array:
        """What each action loses against the best one, (T, K)."""
        result: Array = self.rewards.max(axis=1, keepdims=True) - self.rewards
        return result


def _named(names: list[str]) -> list[Json]:
    """Actions that are told apart by their names alone."""
    return [{"id": name, "features": [{"name": name}]} for name in names]


DRINKS = _named([f"drink{i}" for i in range(4)])
CHANNELS = _named([f"channel{i}" for i in range(50)])


def _tastes(rng: np.random.Generator) -> Array:
    """The right drink of each of 4 x 3 x 3 cells: its (user, weather)'s, or any."""
    favourite = rng.integers(4, size=(4, 3, 1))
    follows = rng.random((4, 3, 3)) < 0.5
    tastes: Array = np.where(follows, favourite, rng.integers(4, size=(4, 3, 3))).ravel()
    return tastes


def coffee(
    seed: int, rounds: int, high: float = 1.0, low: float = 0.0, drift: bool = False
) -> Environment:
    """4 users x 3 weathers x 3 times, 4 drinks, one right drink for each cell."""
    rng = stream(seed, "coffee")
    tastes, later = _tastes(rng), _tastes(rng)
    cells, luck = rng.integers(36, size=rounds), rng.random(rounds)
    late = drift & (np.arange(rounds) >= rounds // 2)
    right = np.where(late, later[cells], tastes[cells])
    rewards = np.full((rounds, 4), low)
    rewards[np.arange(rounds), right] = high
    user, weather, time = np.unravel_index(cells, (4, 3, 3))
    parts = [np.eye(n)[at] for n, at in ((4, user), (3, weather), (3, time), (36, cells))]

    def context(t: int) -> list[Json]:
        return [{"user": f"u{user[t]}", "weather": f"w{weather[t]}", "time": f"t{time[t]}"}]

    def crossed(t: int) -> list[Json]:
        return [*context(t), {"cell": f"c{cells[t]}"}]

    name = "drift" if drift else "coffee" if high == 1 else "coffee:noisy"
    return Environment(name, rewards, luck, context, lambda t: DRINKS, crossed, np.hstack(parts))


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
    rewards = _sigmoid(-1 + 0.6 * np.einsum("ti,ij,tkj->tk", contexts, w, every))
    fixed = None if feed else _articles(articles[0], "article")

    def actions(t: int) -> list[Json]:
        return fixed or _articles(articles[t], f"article{t}-")

    def context(t: int) -> list[Json]:
        return [_numbers("c", contexts[t])]

    name = "newsfeed" if feed else "news"
    return Environment(name, rewards, luck, context, actions, context, contexts, every)


def wide(seed: int, rounds: int) -> Environment:
    """50 actions, 20 Gaussian context features, a separate logistic reward for each."""
    rng = stream(seed, "wide")
    w = rng.standard_normal((50, 20)) * 1.5 / np.sqrt(20)
    contexts, luck = rng.standard_normal((rounds, 20)), rng.random(rounds)
    rewards = _sigmoid(-1.5 + contexts @ w.T)

    def context(t: int) -> list[Json]:
        return [_numbers("c", contexts[t])]

    return Environment("wide", rewards, luck, context, lambda t: CHANNELS, context, contexts)


def _articles(features: Array, prefix: str) -> list[Json]:
    return [{"id": f"{prefix}{k}", "features": [_numbers("f", f)]} for k, f in enumerate(features)]


def _numbers(prefix: str, values: Array) -> Json:
    return {f"{prefix}{i}": value for i, value in enumerate(values.tolist())}


def _sigmoid(x: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-x))
    return result


ENVIRONMENTS: Mapping[str, Callable[[int, int], Environment]] = {
    "coffee": coffee,
    "coffee:noisy": lambda seed, rounds: coffee(seed, rounds, high=0.8, low=0.1),
    "news": news,
    "newsfeed": lambda seed, rounds: news(seed, rounds, feed=True),
    "wide": wide,
    "drift": lambda seed, rounds: coffee(seed, rounds, drift=True),
}
