"""Mean rewards by group and action, shrunk towards the predictions of larger groups.

The reward of an action in a cell is modelled as a sum of effects: of the action itself, with the
value of each field, with each pair of values, and in the cell alone. First each action is shrunk
towards the overall mean, as far as sampling error explains the difference: where it was never
shown, its reward elsewhere is assumed. The variances of the other kinds of effects are estimated
together from the log by maximum likelihood; given these variances, all effects are estimated at
once (empirical Bayes, the best linear prediction). For the uncertainty, variances are taken to be
at least as large as noise could hide: few events do not prove that a field has no effect.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.evaluation.logged_decisions import Codes, WeightedLog
from engine.steps import Steps, at_once

_STEPS = 4
"""Scoring steps for the variances; further steps hardly change them."""
_SWEEPS = 100
"""Sweeps over the variances within one step."""
_PART = 512
"""Largest number of cells of an action in one block for variances: the work grows with the cube."""
_ANY = 0
"""Fixed seed by which blocks are shuffled, so that a log always gives the same world: in their own
order, cells of one block would share values of the last fields."""
_AT_ONCE = 250
"""Cells whose uncertainty is computed in one step."""
_LEAST = 1e-6
"""Smallest variance of rewards and of effects, to keep matrices invertible."""
_HIDDEN = 0.5
"""Assumed share of the variance of true means that noise could hide."""
_UNKNOWN = 1 / 12
"""Variance of a uniform value from 0 to 1: information of a single action about another."""
_MOST = 0.25
"""Largest variance of a value from 0 to 1."""
_AS_ANY = 10
"""Number of prior events with the overall variance of rewards, added to the within-group variance:
with one event per group and action there is no other information."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
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
    def of(cls, log: WeightedLog, groups: Codes, count: int) -> "Sums":
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
        anywhere = np.average((reward - np.average(reward, weights=weight)) ** 2, weights=weight)
        several = counts[cells] > 1
        weight, reward, cells = weight[several], reward[several], cells[several]
        squared = (reward - totals.mean.ravel()[cells]) ** 2 * counts[cells] / (counts[cells] - 1)
        within = np.average(squared, weights=weight) if several.any() else 0.0
        spread = float((free * within + _AS_ANY * anywhere) / (free + _AS_ANY))
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

    def over(self, groups: Codes, count: int) -> "Sums":
        """Merge groups into larger ones, given the larger group of each, (G,)."""

        def summed(values: Array) -> Array:
            sums = np.zeros((count, values.shape[1]))
            np.add.at(sums, groups, values)
            return sums

        return Sums(summed(self.weight), summed(self.squares), summed(self.earned), self.spread)

    @property
    def hidden(self) -> float:
        """Smallest assumed variance of true means: a share of the variance that noise could
        hide."""
        noise, events = max(self.spread, _LEAST), self.events
        return _HIDDEN * noise * math.sqrt(2 * (events > 0).sum()) / float(events.sum())

    def shrunk(self, expected: Array) -> tuple[Array, Array]:
        """Differences of the means from ``expected``, shrunk by their noise (method of moments),
        and the variances of the results."""
        events, off = self.events, self.mean - expected
        noise = max(self.spread, _LEAST)
        known = events > 0
        between = (events * off**2)[known].sum() - noise * known.sum()
        variance = max(between / events.sum(), self.hidden)
        share = events / (events + noise / variance)
        return share * off, variance * (1 - share)

    @property
    def differing(self) -> float:
        """Variance of an action's true means between groups, averaged over visitors, without
        noise."""
        by_action = self.over(np.zeros(len(self.weight), dtype=np.intp), 1)
        off, _ = self.shrunk(np.broadcast_to(by_action.mean, self.weight.shape))
        return float((self.weight * off**2).sum() / self.weight.sum())


def smoothing(sums: Sums, sizes: Sequence[int]) -> Steps[tuple[Array, Array]]:
    """Expected rewards and their variances, (cells, K) each; an action is a step.

    Args:
        sizes: number of values of each field; the cells are their combinations.
    """
    kinds = _kinds(sizes)
    predicted, uncertainty = _by_action(sums.over(kinds[0], 1))
    off, events = sums.mean - predicted, sums.events
    noise = max(sums.spread, _LEAST) / np.maximum(events, _LEAST)
    met = [np.flatnonzero(came) for came in events.T]
    start = max(float((sums.weight * off**2).sum() / sums.weight.sum()), _LEAST) / len(kinds)
    variances = np.full(len(kinds), start)
    parts = _parts(met)
    for _ in range(_STEPS):
        variances = yield from _likelier(variances, kinds, parts, off, noise)
    hidden = [sums.over(groups, int(groups.max()) + 1).hidden for groups in kinds[1:]]
    believed = np.maximum(variances, [0.0, *hidden])
    expected, variance = np.tile(predicted, (len(off), 1)), np.tile(uncertainty, (len(off), 1))
    likeliest, cautious = (
        _covariance(kinds, chosen, slice(None)) for chosen in (variances, believed)
    )
    for item, cells in enumerate(met):
        chance, at = np.diag(noise[cells, item]), np.ix_(cells, cells)
        expected[:, item] += likeliest[:, cells] @ np.linalg.solve(
            likeliest[at] + chance, off[cells, item]
        )
        yield None
        inverse = np.linalg.inv(cautious[at] + chance)
        yield None
        for first in range(0, len(cautious), _AT_ONCE):
            here = cautious[first : first + _AT_ONCE, cells]
            known = ((here @ inverse) * here).sum(axis=1)
            variance[first : first + _AT_ONCE, item] += believed.sum() - known
            yield None
    return np.clip(expected, 0, 1), variance.clip(0, _MOST)


smoothed = at_once(smoothing)
"""`smoothing` without interruption."""


def _by_action(everything: Sums) -> tuple[Array, Array]:
    """Expected reward of each action anywhere, and its variance, (K,) each."""
    overall = float(everything.earned.sum() / everything.weight.sum())
    off, uncertainty = everything.shrunk(np.full(everything.weight.shape, overall))
    shown = everything.events > 0
    return overall + off[0], (uncertainty + np.where(shown, 0, _UNKNOWN / shown.sum()))[0]


def _kinds(sizes: Sequence[int]) -> list[Codes]:
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


def _covariance(kinds: Sequence[Codes], variances: Array, cells: Any) -> Array:
    """Covariance of an action's true means between pairs of cells."""
    total = np.zeros((len(kinds[0][cells]),) * 2)
    for groups, size in zip(kinds, variances, strict=True):
        total += size * (groups[cells][:, None] == groups[cells])
    return total


def _parts(met: Sequence[Codes]) -> list[tuple[int, Codes]]:
    """Shuffled blocks of the cells in which each action was shown, with the action."""
    rng, blocks = np.random.default_rng(_ANY), []
    for item, cells in enumerate(met):
        count = -(-len(cells) // _PART)
        mixed = rng.permutation(cells)
        blocks += [(item, mixed[first::count]) for first in range(count)]
    return blocks


def _likelier(
    variances: Array,
    kinds: Sequence[Codes],
    parts: Sequence[tuple[int, Codes]],
    off: Array,
    noise: Array,
) -> Steps[Array]:
    """Variances of effects after a step of Fisher scoring, which raises the likelihood."""
    information, target = np.zeros((len(kinds), len(kinds))), np.zeros(len(kinds))
    for item, cells in parts:
        inverse = np.linalg.inv(_covariance(kinds, variances, cells) + np.diag(noise[cells, item]))
        scores = inverse @ off[cells, item]
        groups = [np.unique(kind[cells], return_inverse=True)[1] for kind in kinds[:-1]]
        first = np.cumsum([0, *(group.max() + 1 for group in groups)])
        is_in = np.concatenate([np.eye(group.max() + 1)[group] for group in groups], axis=1)
        # The last kind has one group per cell, so its indicator matrix is the identity.
        halfway = inverse @ is_in
        shared = np.block([[is_in.T @ halfway, halfway.T], [halfway, inverse]])
        squares = np.add.reduceat(np.add.reduceat(shared**2, first, axis=0), first, axis=1)
        excess = np.concatenate([is_in.T @ scores, scores]) ** 2 - np.diag(shared)
        information += squares
        target += squares @ variances + np.add.reduceat(excess, first)
        yield None
    return _solved(information, target, variances)


def _solved(matrix: Array, target: Array, start: Array) -> Array:
    """Minimise x'Ax / 2 - b'x over x >= 0 by projected Gauss-Seidel."""
    solution = start.copy()
    for _ in range(_SWEEPS):
        for at, row in enumerate(matrix):
            solution[at] = max(solution[at] + (target[at] - row @ solution) / row[at], 0)
    return solution
