"""Mean rewards by group and action, drawn towards what larger groups foretell.

What an action earns in a cell is taken for a sum of effects: of the action itself, with the value
of each field, with each pair of values, and in that cell alone. How far the effects of one kind
differ is estimated from the log itself, for all kinds together (the sizes under which it is most
likely); with these sizes all effects are estimated at once, so each mean is drawn towards what the
others foretell as far as chance alone explains what it differs by (empirical Bayes, the best linear
prediction).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.evaluation.logged import Codes, Logged
from engine.steps import Steps, at_once

_STEPS = 16
"""From the first sizes of effects to those that are taken; later ones move them by little, and let
small ones vanish that chance may hide."""
_SAMPLED = 160
"""Cells of an action at most that sizes are estimated from: what it takes grows with the cube."""
_AT_ONCE = 250
"""Cells whose doubt is reckoned in one step."""
_LEAST = 1e-6
"""By how much rewards differ at least, squared, and effects: what never differs has no inverse."""
_HIDDEN = 0.5
"""Of the spread of true means that chance could hide, as much as is believed to be there."""
_AS_ANY = 10
"""Events that are taken to differ as much as all do, beside what those of one group and action
differ by: where each is alone in its own, nothing else tells."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Events by group and action, (G, K) each.

    Attributes:
        weight, squares, earned: sums of weights, of their squares, and of weighed rewards.
        spread: how much one reward differs from the mean of its group and action, squared, where
            each action counts as if all were shown alike: what is seldom shown may differ more.
    """

    weight: Array
    squares: Array
    earned: Array
    spread: float

    @classmethod
    def of(cls, log: Logged, groups: Codes, count: int) -> "Sums":
        """All events of a log in groups."""
        k = len(log.actions)
        cells = groups * k + log.shown

        def summed(values: Array) -> Array:
            found = np.bincount(cells, weights=values, minlength=count * k)
            return found.reshape(count, k).astype(float)

        weight, reward = log.weight, log.reward
        told = cls(summed(weight), summed(weight**2), summed(weight * reward), 0.0)
        came = summed(np.ones(len(reward))).ravel()
        free = len(reward) - (came > 0).sum()
        anywhere = np.average((reward - np.average(reward, weights=weight)) ** 2, weights=weight)
        several = came[cells] > 1
        weight, reward, cells = weight[several], reward[several], cells[several]
        off = (reward - told.mean.ravel()[cells]) ** 2 * came[cells] / (came[cells] - 1)
        within = np.average(off, weights=weight) if several.any() else 0.0
        spread = float((free * within + _AS_ANY * anywhere) / (free + _AS_ANY))
        return replace(told, spread=spread)

    @property
    def mean(self) -> Array:
        """Mean reward; 0 where there is no event."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.earned, self.weight, out=none, where=self.weight > 0)

    @property
    def events(self) -> Array:
        """How many events of equal weight tell as much."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.weight**2, self.squares, out=none, where=self.squares > 0)

    @property
    def differing(self) -> float:
        """How much true means of one action differ from group to group, squared, over those who
        came: as far as that is no chance (by moments)."""
        came = self.weight.sum(axis=0)
        by_action = np.divide(
            self.earned.sum(axis=0), came, out=np.zeros(len(came)), where=came > 0
        )
        events, off = self.events, self.mean - by_action
        known, noise = events > 0, max(self.spread, _LEAST)
        between = (events * off**2)[known].sum() - noise * known.sum()
        hidden = noise * math.sqrt(2 * known.sum()) / events.sum()
        variance = max(between / events.sum(), _HIDDEN * hidden)
        share = events / (events + noise / variance)
        return float((self.weight * (share * off) ** 2).sum() / self.weight.sum())


def smoothing(sums: Sums, sizes: Sequence[int]) -> Steps[tuple[Array, Array]]:
    """Expected rewards, (cells, K), and how uncertain they are, squared; an action is a step.

    Args:
        sizes: how many values each field has; their combinations are the cells.
    """
    kinds = _kinds(sizes)
    overall = float(sums.earned.sum() / sums.weight.sum())
    off, events = sums.mean - overall, sums.events
    noise = max(sums.spread, _LEAST) / np.maximum(events, _LEAST)
    met = [np.flatnonzero(came) for came in events.T]
    start = max(float((sums.weight * off**2).sum() / sums.weight.sum()), _LEAST) / len(kinds)
    found = np.full(len(kinds), start)
    for _ in range(_STEPS):
        found = yield from _likelier(found, kinds, met, off, noise)
    together = _together(kinds, found, slice(None))
    expected, variance = np.full(off.shape, overall), np.zeros(off.shape)
    for item, cells in enumerate(met):
        inverse = np.linalg.inv(together[np.ix_(cells, cells)] + np.diag(noise[cells, item]))
        yield None
        expected[:, item] += together[:, cells] @ (inverse @ off[cells, item])
        for first in range(0, len(together), _AT_ONCE):
            here = together[first : first + _AT_ONCE]
            known = ((here[:, cells] @ inverse) * here[:, cells]).sum(axis=1)
            variance[first : first + _AT_ONCE, item] = found.sum() - known
            yield None
    return np.clip(expected, 0, 1), variance.clip(0)


smoothed = at_once(smoothing)
"""The same at once."""


def _kinds(sizes: Sequence[int]) -> list[Codes]:
    """For each kind of effect to which of its groups each cell belongs: all cells, those with one
    value of a field, with one of a pair of fields, each for itself."""
    cells = np.arange(math.prod(sizes))
    places = np.unravel_index(cells, sizes) if sizes else ()
    found = [np.zeros(len(cells), dtype=np.intp)]
    for order in range(1, min(2, len(sizes) - 1) + 1):
        for fields in combinations(range(len(sizes)), order):
            some = tuple(sizes[at] for at in fields)
            found.append(np.ravel_multi_index(tuple(places[at] for at in fields), some))
    return [*found, cells]


def _together(kinds: Sequence[Codes], found: Array, cells: Any) -> Array:
    """How much true means of one action differ together, in pairs of some cells."""
    total = np.zeros((len(kinds[0][cells]),) * 2)
    for groups, size in zip(kinds, found, strict=True):
        total += size * (groups[cells][:, None] == groups[cells])
    return total


def _likelier(
    found: Array, kinds: Sequence[Codes], met: Sequence[Codes], off: Array, noise: Array
) -> Steps[Array]:
    """Sizes of effects under which the log is likelier, or as likely (minorise-maximise: each is
    multiplied by the root of what its effects seem to be over what they would seem to be)."""
    seems, would = np.zeros(len(kinds)), np.zeros(len(kinds))
    for item, all_met in enumerate(met):
        cells = all_met[:: -(-len(all_met) // _SAMPLED) or 1]
        if not len(cells):
            continue
        differs = _together(kinds, found, cells) + np.diag(noise[cells, item])
        inverse = np.linalg.inv(differs)
        told = inverse @ off[cells, item]
        for kind, groups in enumerate(kinds):
            here = groups[cells]
            seems[kind] += (np.bincount(here, told) ** 2).sum()
            would[kind] += inverse[here[:, None] == here].sum()
        yield None
    return np.maximum(found * np.sqrt(seems / would), _LEAST / len(kinds))
