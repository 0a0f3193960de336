"""The reward model: what the engine believes about every (context, action).

It learns in the span of the rows it was rewarded for. An incremental Cholesky
factorisation of their inner products gives each row coordinates in an orthonormal
basis of that span, in which the prior is isotropic as it was over the columns; a
row outside the span adds one basis vector. So the work depends on how many
*independent* rows were learned, never on how many columns crosses make, and the
result is the weight-space posterior (Rasmussen & Williams, *Gaussian Processes for
Machine Learning*, 2006, section 2.1.2), up to rounding, as long as fewer than
`MAX_DIMENSIONS` rows are independent. From there on, the part of a row outside the span
counts as noise of its reward: right for rows that never come again, too sure of others.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.actions import Action
from engine.arrays import Array, with_room
from engine.features import Column, Features, action_terms, context_terms
from engine.kernel import RowKernel
from engine.posterior import Posterior
from engine.scores import Scores

MAX_DIMENSIONS = 1_000
"""Basis vectors that a model keeps."""


LEAN = 0.1
"""Reward by which the imitated action is believed to be better before any reward."""


@dataclass(frozen=True, slots=True)
class _Leaning:
    """Deviations of the rows of a basis in another model, as of so many that it learned."""

    on: "RewardModel | None"
    learned: float
    deviations: list[float]


class RewardModel:
    """Bayesian linear model of the reward over crosses of context and action.

    Args:
        crosses: highest order of context fields crossed with the action, 0 to 3.
        prior_sd: prior standard deviation of any (context, action)'s expected reward.
        noise_sd: standard deviation of a reward around its expectation.
    """

    def __init__(self, crosses: int, prior_sd: float, noise_sd: float) -> None:
        self._crosses = crosses
        self._kernel = RowKernel(crosses)
        self._basis: list[tuple[Features, Action]] = []
        self._whiten: Array = np.zeros((16, 16))
        self._written: dict[Features, dict[tuple[str, ...], float]] = {}
        self._negligible = max(1e-13, min(1e-8, 1e-6 * (noise_sd / prior_sd) ** 2))
        self._leaning = _Leaning(None, 0.0, [])
        self.posterior = Posterior(prior_sd, noise_sd)

    @property
    def dimensions(self) -> int:
        """How many independent rows were learned."""
        return len(self._basis)

    def scores(
        self, context: Features, actions: tuple[Action, ...], lean: "RewardModel | None" = None
    ) -> Scores:
        """Joint belief about the offered actions in a context.

        Args:
            lean: a model of what somebody else would choose. Before any reward, that is
                believed to be somewhat better: the prior mean becomes `LEAN` x its weights,
                and gives way to rewards as any prior does.
        """
        rows, offered = self._coordinates(context, actions)
        mean, covariance = self.posterior.moments(rows)
        if lean is not None:
            mean = mean + LEAN * lean.deviations(context, actions) + rows @ self._withdrawn(lean)
        outside = offered - rows @ rows.T
        covariance = covariance + self.posterior.prior_variance * outside
        return Scores(mean, (covariance + covariance.T) / 2)

    def deviations(self, context: Features, actions: tuple[Action, ...]) -> Array:
        """Mean of each action less the running mean reward, (K,)."""
        rows, _ = self._coordinates(context, actions)
        result: Array = rows @ self.posterior.mean
        return result

    def sd_of_average(self, offers: Sequence[tuple[Features, tuple[Action, ...], Array]]) -> float:
        """Standard deviation of the belief about a weighted sum of expected rewards.

        Args:
            offers: contexts, actions offered there, and the weight of each, (K,).
        """
        kernel = RowKernel(self._crosses)
        inside: Array = np.zeros(self.dimensions)
        for context, actions, weights in offers:
            inside += weights @ self._coordinates(context, actions)[0]
            for action in actions:
                kernel.remember(context, action)
        share = np.concatenate([weights for _, _, weights in offers])
        length = sum(
            float(weights @ kernel.between(context, actions)[0] @ share)
            for context, actions, weights in offers
        )
        variance = inside @ self.posterior.covariance @ inside
        variance += self.posterior.prior_variance * (length - inside @ inside)
        return math.sqrt(max(float(variance), 0.0))

    def _withdrawn(self, lean: "RewardModel") -> Array:
        """What the rewards take back of a prior mean u: (Sigma / prior_sd^2 - I) u, (r,).

        The posterior mean of weights with prior mean u is the one without, plus
        Sigma u / prior_sd^2; outside the basis u stays as it was.
        """
        learned = lean.posterior.statistics.count
        if (self._leaning.on, self._leaning.learned) != (lean, learned):
            self._leaning = _Leaning(lean, learned, [])
        known = self._leaning.deviations
        for context, action in self._basis[len(known) :]:
            known.append(float(lean.deviations(context, (action,))[0]))
        size = self.dimensions
        u: Array = LEAN * (self._whiten[:size, :size] @ np.array(known))
        kept: Array = self.posterior.covariance @ u / self.posterior.prior_variance
        return kept - u

    def learn(self, context: Features, action: Action, reward: float) -> None:
        """Learn that ``action`` earned ``reward`` in ``context``."""
        row, outside = self._row(context, action)
        if outside > 0 and self.dimensions < MAX_DIMENSIONS:
            row, outside = self._extend(context, action, row, outside), 0.0
        self.posterior.add(row, reward, outside)

    def correct(self, context: Features, action: Action, difference: float) -> None:
        """Change a learned reward by ``difference``, as `sum` aggregation does."""
        row, outside = self._row(context, action)
        self.posterior.correct(row, difference, outside)

    def contributions(
        self, context: Features, action: Action, lean: "RewardModel | None" = None
    ) -> dict[Column, float]:
        """What each column of (context, action) adds to its mean: weight x value of the column.

        In units of reward; they sum to the mean less the running mean reward. Writes out
        every cross of the context's fields, so it is for explaining single decisions.
        """
        crosses = context_terms(context, self._crosses)
        parts = action_terms(action.id, action.features)
        weights: dict[tuple[tuple[str, ...], tuple[str, bool]], float] = defaultdict(float)
        size = self.dimensions
        own = self.posterior.mean if lean is None else self.posterior.mean + self._withdrawn(lean)
        dual = self._whiten[:size, :size].T @ own
        for share, (basis_context, basis_action) in zip(dual.tolist(), self._basis, strict=True):
            shared = action_terms(basis_action.id, basis_action.features)
            both = [(a, value) for a, value in shared.items() if a in parts]
            if not both:
                continue
            for c, value in self._terms(basis_context).items():
                if c in crosses:
                    for a, part in both:
                        weights[c, a] += share * value * part
        found = {
            Column(c, *a): weights[c, a] * u * v
            for c, u in crosses.items()
            for a, v in parts.items()
        }
        if lean is not None:
            for column, value in lean.contributions(context, action).items():
                found[column] += LEAN * value
        return found

    def _terms(self, context: Features) -> dict[tuple[str, ...], float]:
        """Crosses of a context in the basis, written out once."""
        if context not in self._written:
            self._written[context] = context_terms(context, self._crosses)
        return self._written[context]

    def _coordinates(self, context: Features, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """Coordinates (K, r) of offered rows in the basis, and their inner products (K, K)."""
        size = self.dimensions
        products, offered = self._kernel.between(context, actions)
        return products @ self._whiten[:size, :size].T, offered

    def _row(self, context: Features, action: Action) -> tuple[Array, float]:
        """Coordinates of one row and the squared length of its part outside the span."""
        rows, offered = self._coordinates(context, (action,))
        outside = float(offered[0, 0] - rows[0] @ rows[0])
        return rows[0], outside if outside > self._negligible else 0.0

    def _extend(self, context: Features, action: Action, row: Array, outside: float) -> Array:
        """Add the part of a row outside the span to the basis; its coordinates then."""
        at = self.dimensions
        length = np.sqrt(outside)
        self._kernel.remember(context, action)
        self._basis.append((context, action))
        self._whiten = with_room(self._whiten, (at + 1, at + 1))
        self._whiten[at, :at] = -row @ self._whiten[:at, :at] / length
        self._whiten[at, at] = 1.0 / length
        self.posterior.grow()
        return np.append(row, length)
