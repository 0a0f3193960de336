"""Mean rewards by context and action, shrunk towards a sum of effects (empirical Bayes).

A cell is one combination of field values. The reward of an action in a cell is modelled as the
action's mean plus effects of each field value, of each pair of values, and of the cell itself:

1. Each action's mean is shrunk towards the overall mean, as far as sampling error explains the
   difference.
2. The variance of each kind of effect is estimated by maximum likelihood.
3. Given these variances all effects are estimated at once (best linear prediction), so a cell
   without events gets the prediction of its action, fields and pairs.

Uncertainties use variances as large as noise could hide: few events do not prove that a field has
no effect.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.evaluation.logged_decisions import Codes, WeightedLog
from engine.pausable_steps import Steps, at_once

_SCORING_STEPS = 4
"""Scoring steps for the variances; further steps hardly change them."""
_SWEEPS = 100
"""Sweeps over the variances within one step."""
_BLOCK_SIZE = 512
"""Largest number of cells of an action in one block for variances: the work grows with the cube."""
_SEED = 0
"""Fixed seed by which blocks are shuffled, so that a log always gives the same world: in their own
order, cells of one block would share values of the last fields."""
_CELLS_PER_STEP = 250
"""Cells whose uncertainty is computed in one step."""
_MIN_VARIANCE = 1e-6
"""Smallest variance of rewards and of effects, to keep matrices invertible."""
_HIDDEN_SHARE = 0.5
"""Assumed share of the variance of true means that noise could hide."""
_UNIFORM_VARIANCE = 1 / 12
"""Variance of a uniform value from 0 to 1: information of a single action about another."""
_MAX_VARIANCE = 0.25
"""Largest variance of a value from 0 to 1."""
_PRIOR_EVENTS = 10
"""Number of prior events with the overall variance of rewards, added to the within-group variance:
with one event per group and action there is no other information."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupSums:
    """Events by group and action, (G, K) each.

    Attributes:
        weight, squares, earned: sums of weights, of their squares, and of weighted rewards.
        spread: variance of a reward around the mean of its group and action, with each action
            counted as if all were shown equally often: rarely shown actions may vary more.
    """

    weight: Array
    squares: Array
    earned: Array
    spread: float

    @classmethod
    def of(cls, log: WeightedLog, groups: Codes, count: int) -> "GroupSums":
        """Sums over the events of a log by group."""
        k = len(log.actions)
        cells = groups * k + log.shown

        def summed(values: Array) -> Array:
            sums = np.bincount(cells, weights=values, minlength=count * k)
            return sums.reshape(count, k).astype(float)

        weight, reward = log.weight, log.reward
        totals = cls(summed(weight), summed(weight**2), summed(weight * reward), 0.0)
        counts = summed(np.ones(len(reward))).ravel()
        free = len(reward) - (counts > 0).sum()
        overall = np.average((reward - np.average(reward, weights=weight)) ** 2, weights=weight)
        is_repeated = counts[cells] > 1
        weight, reward, cells = weight[is_repeated], reward[is_repeated], cells[is_repeated]
        squared = (reward - totals.mean.ravel()[cells]) ** 2 * counts[cells] / (counts[cells] - 1)
        within = np.average(squared, weights=weight) if is_repeated.any() else 0.0
        spread = float((free * within + _PRIOR_EVENTS * overall) / (free + _PRIOR_EVENTS))
        # Rule of succession: without a difference in n events, 1 of n + 2 may differ.
        return replace(totals, spread=max(spread, 1 / (len(log.reward) + 2)))

    @property
    def mean(self) -> Array:
        """Mean reward; 0 without events."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.earned, self.weight, out=none, where=self.weight > 0)

    @property
    def events(self) -> Array:
        """Effective sample size."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.weight**2, self.squares, out=none, where=self.squares > 0)

    def merged(self, groups: Codes, count: int) -> "GroupSums":
        """Merge groups into larger ones, given the larger group of each, (G,)."""

        def summed(values: Array) -> Array:
            sums = np.zeros((count, values.shape[1]))
            np.add.at(sums, groups, values)
            return sums

        return GroupSums(
            summed(self.weight), summed(self.squares), summed(self.earned), self.spread
        )

    @property
    def variance_floor(self) -> float:
        """Smallest assumed variance of true means: a share of the variance that noise could
        hide."""
        noise, events = max(self.spread, _MIN_VARIANCE), self.events
        return _HIDDEN_SHARE * noise * math.sqrt(2 * (events > 0).sum()) / float(events.sum())

    def shrunk(self, expected: Array) -> tuple[Array, Array]:
        """Differences of the means from ``expected``, shrunk by their noise (method of moments),
        and the variances of the results."""
        events, residuals = self.events, self.mean - expected
        noise = max(self.spread, _MIN_VARIANCE)
        known = events > 0
        between = (events * residuals**2)[known].sum() - noise * known.sum()
        variance = max(between / events.sum(), self.variance_floor)
        share = events / (events + noise / variance)
        return share * residuals, variance * (1 - share)

    @property
    def variance_between(self) -> float:
        """Variance of an action's true means between groups, averaged over visitors, without
        noise."""
        by_action = self.merged(np.zeros(len(self.weight), dtype=np.intp), 1)
        residuals, _ = self.shrunk(np.broadcast_to(by_action.mean, self.weight.shape))
        return float((self.weight * residuals**2).sum() / self.weight.sum())


def shrunken_rewards_steps(sums: GroupSums, sizes: Sequence[int]) -> Steps[tuple[Array, Array]]:
    """Expected rewards and their variances, (cells, K) each; an action is a step.

    Args:
        sizes: number of values of each field; the cells are their combinations.
    """
    effects = _effect_groups(sizes)
    predicted, uncertainty = _by_action(sums.merged(effects[0], 1))
    residuals, events = sums.mean - predicted, sums.events
    noise = max(sums.spread, _MIN_VARIANCE) / np.maximum(events, _MIN_VARIANCE)
    shown_cells = [np.flatnonzero(column) for column in events.T]
    total = float((sums.weight * residuals**2).sum() / sums.weight.sum())
    variances = np.full(len(effects), max(total, _MIN_VARIANCE) / len(effects))
    blocks = _blocks(shown_cells)
    for _ in range(_SCORING_STEPS):
        variances = yield from _scoring_step(variances, effects, blocks, residuals, noise)
    floors = [sums.merged(groups, int(groups.max()) + 1).variance_floor for groups in effects[1:]]
    cautious_variances = np.maximum(variances, [0.0, *floors])
    expected = np.tile(predicted, (len(residuals), 1))
    variance = np.tile(uncertainty, (len(residuals), 1))
    covariance, cautious_covariance = (
        _covariance(effects, chosen, slice(None)) for chosen in (variances, cautious_variances)
    )
    for action, cells in enumerate(shown_cells):
        sampling, at = np.diag(noise[cells, action]), np.ix_(cells, cells)
        expected[:, action] += covariance[:, cells] @ np.linalg.solve(
            covariance[at] + sampling, residuals[cells, action]
        )
        yield None
        inverse = np.linalg.inv(cautious_covariance[at] + sampling)
        yield None
        for first in range(0, len(cautious_covariance), _CELLS_PER_STEP):
            here = cautious_covariance[first : first + _CELLS_PER_STEP, cells]
            known = ((here @ inverse) * here).sum(axis=1)
            variance[first : first + _CELLS_PER_STEP, action] += cautious_variances.sum() - known
            yield None
    return np.clip(expected, 0, 1), variance.clip(0, _MAX_VARIANCE)


shrunken_rewards = at_once(shrunken_rewards_steps)
"""`shrunken_rewards_steps` without interruption."""


def _by_action(totals: GroupSums) -> tuple[Array, Array]:
    """Expected reward of each action over all groups, and its variance, (K,) each."""
    overall = float(totals.earned.sum() / totals.weight.sum())
    residuals, uncertainty = totals.shrunk(np.full(totals.weight.shape, overall))
    shown = totals.events > 0
    doubt = uncertainty + np.where(shown, 0, _UNIFORM_VARIANCE / shown.sum())
    return overall + residuals[0], doubt[0]


def _effect_groups(sizes: Sequence[int]) -> list[Codes]:
    """Group of each cell for each kind of effect: all cells, cells with one value of a field, with
    one pair of values, each cell alone."""
    cells = np.arange(math.prod(sizes))
    positions = np.unravel_index(cells, sizes) if sizes else ()
    groups = [np.zeros(len(cells), dtype=np.intp)]
    for order in range(1, min(2, len(sizes) - 1) + 1):
        for fields in combinations(range(len(sizes)), order):
            shape = tuple(sizes[field] for field in fields)
            groups.append(np.ravel_multi_index(tuple(positions[field] for field in fields), shape))
    return [*groups, cells]


def _covariance(effects: Sequence[Codes], variances: Array, cells: Any) -> Array:
    """Covariance of an action's true means between pairs of cells."""
    total = np.zeros((len(effects[0][cells]),) * 2)
    for groups, size in zip(effects, variances, strict=True):
        total += size * (groups[cells][:, None] == groups[cells])
    return total


def _blocks(shown_cells: Sequence[Codes]) -> list[tuple[int, Codes]]:
    """Shuffled blocks of the cells in which each action was shown, with the action."""
    rng, blocks = np.random.default_rng(_SEED), []
    for action, cells in enumerate(shown_cells):
        count = -(-len(cells) // _BLOCK_SIZE)
        shuffled = rng.permutation(cells)
        blocks += [(action, shuffled[first::count]) for first in range(count)]
    return blocks


def _scoring_step(
    variances: Array,
    effects: Sequence[Codes],
    blocks: Sequence[tuple[int, Codes]],
    residuals: Array,
    noise: Array,
) -> Steps[Array]:
    """Variances of effects after a step of Fisher scoring, which raises the likelihood."""
    information, target = np.zeros((len(effects), len(effects))), np.zeros(len(effects))
    for action, cells in blocks:
        inverse = np.linalg.inv(
            _covariance(effects, variances, cells) + np.diag(noise[cells, action])
        )
        scores = inverse @ residuals[cells, action]
        groups = [np.unique(effect[cells], return_inverse=True)[1] for effect in effects[:-1]]
        first = np.cumsum([0, *(group.max() + 1 for group in groups)])
        is_in = np.concatenate([np.eye(group.max() + 1)[group] for group in groups], axis=1)
        # The last effect has one group per cell, so its indicator matrix is the identity.
        halfway = inverse @ is_in
        shared = np.block([[is_in.T @ halfway, halfway.T], [halfway, inverse]])
        squares = np.add.reduceat(np.add.reduceat(shared**2, first, axis=0), first, axis=1)
        excess = np.concatenate([is_in.T @ scores, scores]) ** 2 - np.diag(shared)
        information += squares
        target += squares @ variances + np.add.reduceat(excess, first)
        yield None
    return _nonnegative_minimum(information, target, variances)


def _nonnegative_minimum(matrix: Array, target: Array, start: Array) -> Array:
    """Minimise x'Ax / 2 - b'x over x >= 0 by projected Gauss-Seidel."""
    solution = start.copy()
    for _ in range(_SWEEPS):
        for at, row in enumerate(matrix):
            solution[at] = max(solution[at] + (target[at] - row @ solution) / row[at], 0)
    return solution
