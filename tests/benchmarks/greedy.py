"""Two simple references: epsilon-greedy on a ridge and on a logistic regression.

There is a model for each action or, for actions with features, a common model on the products of
action and context features.
"""

from abc import abstractmethod

import numpy as np

from engine.arrays import Array
from tests.benchmarks.environments import Environment, View
from tests.benchmarks.peer import Peer, crossed_rows, with_constant


class EpsilonGreedy(Peer):
    """The best by its models, at random among equals, or with a small probability any action."""

    def __init__(self, epsilon: float, place: Environment, view: View, seed: int) -> None:
        super().__init__(place, view, seed)
        self._epsilon = epsilon
        self._rng = np.random.default_rng(seed)
        self._x = with_constant(view.context)

    def rows(self, t: int) -> Array:
        """Input rows of the models for each offered action, (K, d)."""
        if self.view.articles is not None:
            return crossed_rows(self.view, t)
        return np.broadcast_to(self._x[t], (self.place.offered(t), self._x.shape[1]))

    def model(self, k: int) -> int:
        """Index of an action's model."""
        return k if self.view.articles is None else 0

    @abstractmethod
    def scores(self, rows: Array) -> Array:
        """Expected rewards according to the models, (K,)."""

    def choose(self, t: int) -> int:
        rows = self.rows(t)
        if self._rng.random() < self._epsilon:
            return int(self._rng.integers(len(rows)))
        scores = self.scores(rows)
        return int(self._rng.choice(np.flatnonzero(scores == scores.max())))


class RidgeGreedy(EpsilonGreedy):
    """Ridge regression with penalty 1, learned reward by reward."""

    def __init__(self, epsilon: float, place: Environment, view: View, seed: int) -> None:
        super().__init__(epsilon, place, view, seed)
        d = self.rows(0).shape[1]
        models = 1 if view.articles is not None else place.rewards.shape[1]
        self._inverse = np.stack([np.eye(d)] * models)
        self._weights = np.zeros((models, d))

    def scores(self, rows: Array) -> Array:
        which = [self.model(k) for k in range(len(rows))]
        result: Array = (self._weights[which] * rows).sum(axis=1)
        return result

    def learn(self, t: int, chosen: int, reward: float) -> None:
        row, at = self.rows(t)[chosen], self.model(chosen)
        gain = self._inverse[at] @ row
        gain_of_row = 1 + gain @ row
        self._weights[at] += gain * (reward - self._weights[at] @ row) / gain_of_row
        self._inverse[at] -= np.outer(gain, gain) / gain_of_row


class LogisticGreedy(EpsilonGreedy):
    """Logistic regression with penalty 1, fitted again whenever a model's rewards are a fifth more
    than at its last fit. Rewards between 0 and 1 count as shares."""

    GROWTH = 1.2

    def __init__(self, epsilon: float, place: Environment, view: View, seed: int) -> None:
        super().__init__(epsilon, place, view, seed)
        models = 1 if view.articles is not None else place.rewards.shape[1]
        self._weights = np.zeros((models, self.rows(0).shape[1]))
        self._seen: list[list[Array]] = [[] for _ in range(models)]
        self._earned: list[list[float]] = [[] for _ in range(models)]
        self._next_fit = [1.0] * models

    def scores(self, rows: Array) -> Array:
        which = [self.model(k) for k in range(len(rows))]
        result: Array = (self._weights[which] * rows).sum(axis=1)
        return result

    def learn(self, t: int, chosen: int, reward: float) -> None:
        at = self.model(chosen)
        self._seen[at].append(self.rows(t)[chosen])
        self._earned[at].append(reward)
        if len(self._earned[at]) >= self._next_fit[at]:
            self._fit(at)
            self._next_fit[at] = len(self._earned[at]) * self.GROWTH

    def _fit(self, at: int) -> None:
        from scipy.optimize import minimize  # noqa: PLC0415

        x, y = np.array(self._seen[at]), np.array(self._earned[at])

        def loss(w: Array) -> tuple[float, Array]:
            z = x @ w
            value = np.logaddexp(0, z).sum() - y @ z + w @ w / 2
            return float(value), x.T @ (1 / (1 + np.exp(-np.clip(z, -500, 500))) - y) + w

        result = minimize(loss, self._weights[at], jac=True, method="L-BFGS-B")
        self._weights[at] = result.x
