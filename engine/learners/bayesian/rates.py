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
1 until enough successes were expected, and doubt about a rare rate has its own size.

The action's factor is Gamma(g, g / m), with the level m and the shape g learned from all actions
(empirical Bayes). The level is the mean of the actions' rates s / n after n impressions, weighted
n / (1 + n m / g), as by maximum likelihood for a given g: a frequent action counts as at most g
successes. The variance 1 / g is the one by which successes differ more than chance alone would
make them, with `USUAL_VARIANCE` as one more action, and at least `LEAST_VARIANCE`:

    (24)  1 / g = max(.3, (.4 + sum ((s - e)^2 - e) / (1 + e)^2) / (1 + sum (e / (1 + e))^2)),

with e = n m. Each reward moves m, and then g, by one step.

Where prices and a rare usual reward are stated, usual rates differ by action: m of (22) and (24) is
the level times `RewardHistory.relative_rate`. What is usual then counts as `TRUST` successes of the
level, and as so many actions in (24); and a context lifts a rate by at most `LIFT` for each success
of the action, as one success alone would otherwise count in the factor of each term.

How an action's rate depends on the context is open once its own rate is known: doubts about the
factors of its terms count e / (1 + e), e the successes expected of it so far.
Numbers of equations as in ``engine/README.md``.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from engine.arrays import Array, with_room
from engine.learners.bayesian.cells import CellIndex, Indices, reweighed
from engine.learners.bayesian.likelihood import CENTRE, Observation
from engine.learners.learned_state import Learned

SHAPES = (0.5, 2.0, 8.0, 32.0)
"""Shapes h of models with terms: factors differ by 140, 70, 35 and 18 %."""
LIFT = 0.5
"""Largest lift of an action's rate in a context, for each success of the action."""
HIGHEST = 0.999
"""Largest rate of a model: products of factors are not bounded."""
MAX_CELLS = 4_000
"""Largest number of cells of all terms; further ones are not learned."""
_FIXED = 1e300
"""Shape of factors that a model lacks: they stay 1."""
USUAL_VARIANCE, LEAST_VARIANCE = 0.4, 0.3
"""Variance 1 / g of actions' factors around the level before any reward, and its least value: a few
successes often differ less than chance alone would make them. With .05, 95 % bells held 90 to
93 %."""
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
        usual: mean rate before any reward, with the weight of half a success.
        level: mean rate over actions, m.
        variance: relative variance of actions' factors around the level, 1 / g.
        posterior: weights of the M models, (M,).
        table: successes of each action in each row, then the exposure of its factor by model,
            (R, A, 1 + M), with room; an action's own factor is in the row of the empty set.
        relative: usual rate of each action relative to the level, (A,), with room.
    """

    crosses: int
    usual: float = CENTRE
    count: int = 0
    level: float = CENTRE
    variance: float = USUAL_VARIANCE
    posterior: Array = field(default_factory=lambda: np.zeros(0))
    table: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))
    relative: Array = field(default_factory=lambda: np.ones(4))

    def __post_init__(self) -> None:
        self.level, self.posterior = self.usual, _prior(self.crosses)
        self.table = np.zeros((16, 4, 1 + len(self.posterior)))

    def weights(self, _: CellIndex) -> Array:
        """Weights of the models, (M,), sum to 1."""
        return self.posterior

    def factors(
        self, cells: CellIndex, rows: Indices, columns: Indices, relative: Array
    ) -> tuple[Array, Array]:
        """Factors (22) of K actions by subset of fields and model, (S, K, M), and their relative
        variances; those of the empty subset are the actions' own. Factors that a model lacks are
        1, without variance. The actions' usual rates ``relative`` to the level are (K,)."""
        height, width, _ = self.table.shape
        rows, columns = rows * (rows < height), columns * (columns < width)
        known = self.table[rows[:, None], columns]
        successes = _shapes(cells.sizes, self.crosses)[:, None].copy()
        exposures = successes.repeat(len(columns), axis=1)
        usual = (self.level * relative)[:, None]
        successes[0], exposures[0] = 1.0 / self.variance, 1.0 / (self.variance * usual)
        doubts = 1.0 / (successes + known[..., :1])
        factors = 1.0 / (doubts * (exposures + known[..., 1:]))  # (23)
        expected = usual * known[0, :, 1:2]
        doubts[1:] *= expected / (1.0 + expected)
        return factors, doubts

    def expected_first(self, seen: Observation) -> float:
        """Log density of a first reward under the prior."""
        usual = self.usual * seen.relative
        return math.log(usual if seen.reward else 1.0 - usual)

    def learn(self, cells: CellIndex, rows: Indices, column: int, seen: Observation) -> float:
        """Learn a reward; return its predictive log density."""
        relative = np.array([seen.relative])
        factors = self.factors(cells, rows, np.array([column]), relative)[0][:, 0]
        rates, _ = rates_of(factors)
        likely = rates if seen.reward else 1.0 - rates
        self.posterior, total = reweighed(self.posterior, likely)
        if column:
            rows = rows * (rows < MAX_CELLS)
            self.table = with_room(self.table, (max(rows.tolist()) + 1, column + 1, 1))
            self.relative = with_room(self.relative, self.table.shape[1:2])
            self.relative[column] = seen.relative
            own = self.table[:, column]
            own[rows, 0] += seen.reward != 0.0
            own[rows, 1:] += rates / factors  # (23)
            own[0] = 0.0
            self._fit_prior(seen.trust)
        self.count += 1
        return math.log(total)

    def highest(self, columns: Indices, factors: Array) -> Array:
        """Bound of the rates of K actions by model, (K, M), from their factors: a context lifts a
        rate by at most `LIFT` for each success of the action."""
        successes = self.table[_WHOLE, columns * (columns < self.table.shape[1]), :1]
        return np.asarray(np.minimum(factors[0] * (1.0 + LIFT * successes), HIGHEST))

    def _fit_prior(self, trust: float) -> None:
        """Fit the level and the variance of actions' factors to all actions; what is usual counts
        as a number of successes, and of actions."""
        s, n = self.table[_WHOLE, :, 0], self.table[_WHOLE, :, 1]
        n = n * self.relative[: len(n)]
        shares = 1.0 / (1.0 + self.variance * n * self.level)
        self.level = float((s @ shares + trust) / (n @ shares + trust / self.usual))
        expected = n * self.level
        parts = expected / (1.0 + expected)
        excess = ((s - expected) ** 2 - expected) / (1.0 + expected) ** 2
        usual = max(trust, 1.0)
        variance = (usual * USUAL_VARIANCE + excess.sum()) / (usual + parts @ parts)  # (24)
        self.variance = max(float(variance), LEAST_VARIANCE)


def rates_of(factors: Array, highest: Array | float = HIGHEST) -> tuple[Array, Array]:
    """Rates from factors, (S, ...), and the share of failures, by which doubt shrinks near 1."""
    rates = np.minimum(factors.prod(axis=0), highest)  # (22)
    return rates, 1.0 - rates


@lru_cache
def _prior(crosses: int) -> Array:
    """Prior weights of the models, (M,): equal by order, then equal within an order; read only."""
    models = np.array([1.0, *[1.0 / len(SHAPES)] * (len(SHAPES) * crosses)])
    return models / (1 + crosses)


@lru_cache(maxsize=64)
def _shapes(sizes: tuple[int, ...], crosses: int) -> Array:
    """Shapes of the factors of subsets by model, (S, M); read only."""
    orders = np.array([0, *(order for order in range(1, crosses + 1) for _ in SHAPES)])
    shapes = np.array([1.0, *SHAPES * crosses])
    return np.asarray(np.where(np.array(sizes)[:, None] <= orders, shapes, _FIXED))
