"""Rates of rewards: Gamma-Poisson models of actions that earn nothing or their price.

Where each reward is 0 or the price of its action, an action is known by its rate of successes.
Rates are multiplied: by a factor for the action, and for each term T, a small set of context
fields, by a factor for the action in the cell of these fields,

    (22)  rate = m_a * product over terms T of rho_{a,T},    rho ~ Gamma(h, h).

A *model* has the terms of up to so many fields and one shape h; the first has no terms: context
does not matter. Models are weighted by their evidence, with probabilities of success and failure.
Factors have conjugate posteriors, updated one success y at a time. With s successes of the factor's
cell and its exposure E, the rate expected without that factor, summed over impressions,

    (23)  rho = (h + s) / (h + E),    relative variance 1 / (h + s),    E <- E + rate / rho

(mean-field updates of Poisson factors: Gopalan, Hofman & Blei, *UAI*, 2015). So a factor stays near
1 until enough successes were expected, and doubt about a rare rate has its own size. The action's
factor is shrunk to the common level m with the weight of the 1 / m impressions that a success
takes: Gamma(1, 1 / m), before any success as wide as it is high. The level is the mean over actions
with n impressions, each counting n / (1 + n m): a frequent action does not decide it. Where
successes are more frequent than failures, 1 / m is replaced by 1 / (1 - m).
Numbers of equations as in ``engine/README.md``.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from engine.arrays import Array, with_room
from engine.learners.bayesian.cells import FIXED_SHARE, CellIndex, Indices
from engine.learners.bayesian.likelihood import Observation, log_densities
from engine.learners.learned_state import Learned

SHAPES = (0.5, 2.0, 8.0, 32.0)
"""Shapes h of models with terms: factors differ by 140, 70, 35 and 18 %."""
HIGHEST = 0.999
"""Largest rate of a model: products of factors are not bounded."""
MAX_CELLS = 4_000
"""Largest number of cells of all terms; further ones are not learned."""
_FIXED = 1e300
"""Shape of factors that a model lacks: they stay 1."""
LEAST_SPREAD = 1e-3
"""Least variance of a reward that is neither 0 nor a price: these models do not describe it."""
NEGLIGIBLE = 1e-200
"""Relative variance of a factor that a model lacks."""
_WHOLE = 1
"""Row of the empty set of fields, the first that a `CellIndex` creates."""


@dataclass(eq=False, slots=True)
class SuccessRates(Learned):
    """Successes and exposures of actions in cells.

    Attributes:
        crosses: largest number of fields of a term.
        count: number of rewards learned.
        level: mean rate over actions, m.
        log_weights: of the M models, (M,).
        table: successes of each action in each row, then the exposure of its factor by model,
            (R, A, 1 + M), with room; an action's own factor is in the row of the empty set.
    """

    crosses: int
    count: int = 0
    level: float = 0.5
    log_weights: Array = field(default_factory=lambda: np.zeros(0))
    table: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))

    def __post_init__(self) -> None:
        self.log_weights = _prior(self.crosses).copy()
        self.table = np.zeros((16, 4, 1 + len(self.log_weights)))

    def weights(self, _: CellIndex) -> Array:
        """Weights of the models, (M,), sum to 1."""
        weights = np.exp(self.log_weights - self.log_weights.max())
        return np.asarray(weights / weights.sum())

    def factors(self, cells: CellIndex, rows: Indices, columns: Indices) -> tuple[Array, Array]:
        """Factors (22) of K actions by subset of fields and model, (S, K, M), and their relative
        variances; those of the empty subset are the actions' own. Factors that a model lacks are
        1, without variance."""
        height, width, _ = self.table.shape
        rows, columns = rows * (rows < height), columns * (columns < width)
        known = self.table[rows[:, None], columns]
        scarce = min(self.level, 1.0 - self.level)
        successes = _shapes(cells.sizes, self.crosses).copy()
        exposures = successes.copy()
        successes[0], exposures[0] = self.level / scarce, 1.0 / scarce
        doubts = 1.0 / (successes[:, None] + known[..., :1])
        return 1.0 / (doubts * (exposures[:, None] + known[..., 1:])), doubts  # (23)

    def expected_first(self, seen: Observation) -> float:
        """Log density of a first reward under the prior."""
        (density,) = _log_densities(seen, np.array([0.5])).tolist()
        return float(density)

    def learn(self, cells: CellIndex, rows: Indices, column: int, seen: Observation) -> float:
        """Learn a reward; return its predictive log density."""
        factors = self.factors(cells, rows, np.array([column]))[0][:, 0]
        rates, _ = rates_of(factors)
        joint = self.log_weights + _log_densities(seen, rates)
        top = float(joint.max())
        shares = np.exp(joint - top)
        total = float(shares.sum())
        self.log_weights = np.log(shares / total * (1 - FIXED_SHARE) + FIXED_SHARE / len(shares))
        if column:
            rows = rows * (rows < MAX_CELLS)
            self.table = with_room(self.table, (max(rows.tolist()) + 1, column + 1, 1))
            own = self.table[:, column]
            own[rows, 0] += min(max(seen.reward / seen.price, 0.0), 1.0)
            own[rows, 1:] += rates / factors  # (23)
            own[0] = 0.0
            self.level = self._mean_rate()
        self.count += 1
        return top + math.log(total)

    def _mean_rate(self) -> float:
        """Mean rate over actions, weighted by what is known of them."""
        s, n = self.table[_WHOLE, :, 0], self.table[_WHOLE, :, 1]
        shares = 1.0 / (1.0 + n * min(self.level, 1.0 - self.level))
        return float((s @ shares + 0.5) / (n @ shares + 1.0))


def rates_of(factors: Array) -> tuple[Array, Array]:
    """Rates from factors, (S, ...), and the share of failures, by which doubt shrinks near 1."""
    rates = np.minimum(factors.prod(axis=0), HIGHEST)  # (22)
    return rates, 1.0 - rates


@lru_cache
def _prior(crosses: int) -> Array:
    """Prior log weights of the models, (M,): equal by order, then equal within an order; read
    only."""
    models = np.array([0.0, *[-math.log(len(SHAPES))] * (len(SHAPES) * crosses)])
    return models - math.log(1 + crosses)


@lru_cache(maxsize=64)
def _shapes(sizes: tuple[int, ...], crosses: int) -> Array:
    """Shapes of the factors of subsets by model, (S, M); read only."""
    orders = np.array([0, *(order for order in range(1, crosses + 1) for _ in SHAPES)])
    shapes = np.array([1.0, *SHAPES * crosses])
    return np.asarray(np.where(np.array(sizes)[:, None] <= orders, shapes, _FIXED))


def _log_densities(seen: Observation, rates: Array) -> Array:
    """Log densities of a reward by rates of successes, (M,)."""
    if seen.binary:
        return np.asarray(np.log(rates if seen.reward else 1.0 - rates))
    spread = np.maximum(rates * (1.0 - rates), LEAST_SPREAD)
    return log_densities(seen.reward, rates, spread, 0.0 * rates, binary=False)
