"""Mean rewards by group and action, drawn towards what larger groups foretell.

What an action earns in a cell is taken for a sum of effects: of the action itself, with the value
of each field, with each pair of values, and in that cell alone. First each action is drawn towards
the mean of all, as far as chance explains what it differs by: it earns where it was never shown
what it earns elsewhere. How far the effects of one kind differ from there is estimated from the log
itself, for all kinds together (the sizes under which it is most likely); with these sizes all
effects are estimated at once (empirical Bayes, the best linear prediction). How uncertain that is
takes sizes for no smaller than chance could hide: few events do not tell that nothing matters.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.evaluation.decisions import Codes, WeightedLog
from engine.steps import Steps, at_once

_STEPS = 4
"""From the first sizes of effects to those that are taken; later ones hardly move them."""
_SWEEPS = 100
"""Through the sizes of one step, one after the other."""
_PART = 512
"""Cells of an action at most that are looked at together for sizes: what it takes grows with the
cube."""
_ANY = 0
"""Parts are shuffled by this seed, always the same, so that one log makes one world: cells in their
order would have some values of the last fields in one part and others in another."""
_AT_ONCE = 250
"""Cells whose doubt is reckoned in one step."""
_LEAST = 1e-6
"""By how much rewards differ at least, squared, and effects: what never differs has no inverse."""
_HIDDEN = 0.5
"""Of the spread of true means that chance could hide, as much as is believed to be there."""
_UNKNOWN = 1 / 12
"""How much anything from 0 to 1 differs, squared: all that one action tells of another."""
_MOST = 0.25
"""How uncertain anything from 0 to 1 is at most, squared."""
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
    def of(cls, log: WeightedLog, groups: Codes, count: int) -> "Sums":
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
        # Of what never differed in n events one of n + 2 may.
        return replace(told, spread=max(spread, 1 / (len(log.reward) + 2)))

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

    def over(self, groups: Codes, count: int) -> "Sums":
        """The same in larger groups: to which each of these belongs, (G,)."""

        def summed(values: Array) -> Array:
            found = np.zeros((count, values.shape[1]))
            np.add.at(found, groups, values)
            return found

        return Sums(summed(self.weight), summed(self.squares), summed(self.earned), self.spread)

    @property
    def hidden(self) -> float:
        """How much true means differ, squared, as is believed at least: chance could hide it."""
        noise, events = max(self.spread, _LEAST), self.events
        return _HIDDEN * noise * math.sqrt(2 * (events > 0).sum()) / float(events.sum())

    def shrunk(self, expected: Array) -> tuple[Array, Array]:
        """By how much means differ from what was expected, as far as that is no chance (by
        moments); and how uncertain that is, squared."""
        events, off = self.events, self.mean - expected
        noise = max(self.spread, _LEAST)
        known = events > 0
        between = (events * off**2)[known].sum() - noise * known.sum()
        variance = max(between / events.sum(), self.hidden)
        share = events / (events + noise / variance)
        return share * off, variance * (1 - share)

    @property
    def differing(self) -> float:
        """How much true means of one action differ from group to group, squared, over those who
        came: as far as that is no chance."""
        by_action = self.over(np.zeros(len(self.weight), dtype=np.intp), 1)
        off, _ = self.shrunk(np.broadcast_to(by_action.mean, self.weight.shape))
        return float((self.weight * off**2).sum() / self.weight.sum())


def smoothing(sums: Sums, sizes: Sequence[int]) -> Steps[tuple[Array, Array]]:
    """Expected rewards, (cells, K), and how uncertain they are, squared; an action is a step.

    Args:
        sizes: how many values each field has; their combinations are the cells.
    """
    kinds = _kinds(sizes)
    foretold, doubt = _by_action(sums.over(kinds[0], 1))
    off, events = sums.mean - foretold, sums.events
    noise = max(sums.spread, _LEAST) / np.maximum(events, _LEAST)
    met = [np.flatnonzero(came) for came in events.T]
    start = max(float((sums.weight * off**2).sum() / sums.weight.sum()), _LEAST) / len(kinds)
    found = np.full(len(kinds), start)
    parts = _parts(met)
    for _ in range(_STEPS):
        found = yield from _likelier(found, kinds, parts, off, noise)
    hidden = [sums.over(groups, int(groups.max()) + 1).hidden for groups in kinds[1:]]
    believed = np.maximum(found, [0.0, *hidden])
    expected, variance = np.tile(foretold, (len(off), 1)), np.tile(doubt, (len(off), 1))
    likely, unsure = (_together(kinds, taken, slice(None)) for taken in (found, believed))
    for item, cells in enumerate(met):
        chance, at = np.diag(noise[cells, item]), np.ix_(cells, cells)
        expected[:, item] += likely[:, cells] @ np.linalg.solve(
            likely[at] + chance, off[cells, item]
        )
        yield None
        inverse = np.linalg.inv(unsure[at] + chance)
        yield None
        for first in range(0, len(unsure), _AT_ONCE):
            here = unsure[first : first + _AT_ONCE, cells]
            known = ((here @ inverse) * here).sum(axis=1)
            variance[first : first + _AT_ONCE, item] += believed.sum() - known
            yield None
    return np.clip(expected, 0, 1), variance.clip(0, _MOST)


smoothed = at_once(smoothing)
"""The same at once."""


def _by_action(everything: Sums) -> tuple[Array, Array]:
    """What each action is expected to earn anywhere, and how uncertain that is, squared, (K,)."""
    overall = float(everything.earned.sum() / everything.weight.sum())
    off, doubt = everything.shrunk(np.full(everything.weight.shape, overall))
    shown = everything.events > 0
    return overall + off[0], (doubt + np.where(shown, 0, _UNKNOWN / shown.sum()))[0]


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


def _parts(met: Sequence[Codes]) -> list[tuple[int, Codes]]:
    """Cells in which each action was met, shuffled and in parts, each with the action."""
    rng, found = np.random.default_rng(_ANY), []
    for item, cells in enumerate(met):
        count = -(-len(cells) // _PART)
        mixed = rng.permutation(cells)
        found += [(item, mixed[first::count]) for first in range(count)]
    return found


def _likelier(
    found: Array,
    kinds: Sequence[Codes],
    parts: Sequence[tuple[int, Codes]],
    off: Array,
    noise: Array,
) -> Steps[Array]:
    """Sizes of effects under which the log is likelier: a step of Fisher's scoring."""
    tells, wanted = np.zeros((len(kinds), len(kinds))), np.zeros(len(kinds))
    for item, cells in parts:
        inverse = np.linalg.inv(_together(kinds, found, cells) + np.diag(noise[cells, item]))
        told = inverse @ off[cells, item]
        groups = [np.unique(kind[cells], return_inverse=True)[1] for kind in kinds[:-1]]
        first = np.cumsum([0, *(group.max() + 1 for group in groups)])
        is_in = np.concatenate([np.eye(group.max() + 1)[group] for group in groups], axis=1)
        # Each cell is a group of its own, so of the last kind nothing has to be summed.
        halfway = inverse @ is_in
        shared = np.block([[is_in.T @ halfway, halfway.T], [halfway, inverse]])
        squares = np.add.reduceat(np.add.reduceat(shared**2, first, axis=0), first, axis=1)
        seems = np.concatenate([is_in.T @ told, told]) ** 2 - np.diag(shared)
        tells += squares
        wanted += squares @ found + np.add.reduceat(seems, first)
        yield None
    return _solved(tells, wanted, found)


def _solved(tells: Array, wanted: Array, start: Array) -> Array:
    """The sizes, of 0 or more, whose product with what is told comes nearest to what is wanted."""
    found = start.copy()
    for _ in range(_SWEEPS):
        for at, row in enumerate(tells):
            found[at] = max(found[at] + (wanted[at] - row @ found) / row[at], 0)
    return found
