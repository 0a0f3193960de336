"""Numbers as they come, at any scale: how each is read, from the values that it had so far.

A number in a context or of an action is read in two ways. *Along a line*: less its mean, in
standard deviations, or the same of its logarithm where that is less skewed; what grows or falls
with it is learned at once. *By nearness*: as a vector of length 1 over knots at its quantiles,
so that near values are alike and any shape can be learned, a threshold or a favourite hour; a
number of few different values is a set of words. Both depend on the order of the values and on
distances within their own spread, never on the unit.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.protocol.features import Features, squash
from engine.protocol.request import Action
from engine.result_cache import cached

KNOTS = 8
"""Knots of a number of many values; up to so many different values, each is a knot of its own."""
REACH = 0.7
"""How far a value spreads over the knots, in knots."""
FURTHEST = 1e9
"""Standard deviations from the mean beyond which all is as far."""
BINS = 4
"""Cells that a number of many values falls into."""
CONSTANT = "\\"
"""Column, and field, of what actions of numbers along lines have in common; no feature makes it, as
a backslash in its name is doubled."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How one number is read.

    Attributes:
        knots: increasing values.
        few: whether these are all values that it had.
        logged: whether its logarithm is read along a line.
        mean, sd: of the values read along a line.
    """

    knots: tuple[float, ...]
    few: bool
    logged: bool
    mean: float
    sd: float

    def __hash__(self) -> int:
        """Asked for with each number that is read: some of it tells most apart."""
        return hash((self.mean, self.sd))

    @classmethod
    def of(cls, counts: Mapping[float, int]) -> "Scale":
        """The scale of values, each with how often it was met."""
        different = np.array(sorted(counts))
        times = np.array([counts[value] for value in different.tolist()])
        few = len(different) <= KNOTS
        # Scaled before it is squared: numbers may be as large or as small as floats are.
        knots = different if few else np.unique(_quantiles(different, times))
        plain = _Moments.of(different, times)
        logs = _Moments.of(np.log(different), times) if knots[0] > 0 else plain
        read = min(plain, logs, key=attrgetter("skew"))
        return cls(tuple(knots.tolist()), few, read is not plain, read.mean, read.sd or 1.0)

    def along_line(self, value: float) -> float:
        """Standard deviations from the mean, squashed beyond three."""
        if self.logged:
            lowest = math.log(self.knots[0]) - math.log(10)
            value = max(math.log(value), lowest) if value > 0 else lowest
        away = 2 * (value / 2 - self.mean / 2) / self.sd
        return squash(min(max(away, -FURTHEST), FURTHEST))

    def place(self, value: float) -> float:
        """Where it lies among the knots: 0 at the first, 1 at the second, or in between."""
        right = bisect_right(self.knots, value)
        if right in (0, len(self.knots)):
            return float(min(right, len(self.knots) - 1))
        low, high = self.knots[right - 1 : right + 1]
        if math.isinf(high - low):
            low, value, high = low / 2, value / 2, high / 2
        return right - 1 + (value - low) / (high - low)

    def by_nearness(self, value: float) -> dict[int, float]:
        """Its vector of length 1 over the knots, those that count."""
        at = self.place(value)
        if self.few:
            left = int(at)
            part = {left: 1.0 - (at - left), left + 1: at - left}
        else:
            part = {
                knot: math.exp(-0.5 * ((at - knot) / REACH) ** 2)
                for knot in range(max(0, int(at) - 2), min(len(self.knots), int(at) + 4))
            }
        length = math.sqrt(sum([share * share for share in part.values()]))
        return {knot: share / length for knot, share in part.items() if share}

    def bin(self, value: float) -> int:
        """The cell it falls into."""
        at = self.place(value)
        return round(at) if self.few else min(int(at * BINS / (len(self.knots) - 1)), BINS - 1)


@dataclass(frozen=True, eq=False, slots=True)
class Scales:
    """How each number is read, by its field; what is no number, or none of these, stays."""

    of: Mapping[str, Scale]

    @classmethod
    def fitted(cls, offers: Iterable[tuple[Features, tuple[Action, ...]]]) -> "Scales":
        """The scales of all numbers in the contexts and actions of some offers."""
        met: Counter[Features] = Counter()
        for context, actions in offers:
            met.update((context, *(action.features for action in actions)))
        values: dict[str, Counter[float]] = defaultdict(Counter)
        for features, times in met.items():
            for field, value in features.numbers.items():
                values[field][value] += times
        return cls({field: Scale.of(counts) for field, counts in values.items()})

    def context(self, features: Features, near: bool) -> Features:
        """A context with its numbers read by nearness, or along a line."""
        return _read(features, self, near) if self.of and features.numbers else features

    def action(self, features: Features, near: bool) -> Features:
        """An action's features with their numbers read so; along a line, a constant stands beside
        them, for numbers less their means cannot say what a context is worth whatever is offered.
        """
        read = self.context(features, near)
        along_lines = not near and not features.numbers.keys().isdisjoint(self.of)
        return _with_constant(read) if along_lines else read

    def actions(self, actions: tuple[Action, ...], near: bool) -> tuple[Action, ...]:
        """Actions with their features read so."""
        return _read_all(actions, self, near) if self.of else actions


@dataclass(frozen=True, slots=True)
class _Moments:
    """Mean, standard deviation, and size of the skewness."""

    mean: float
    sd: float
    skew: float

    @classmethod
    def of(cls, values: Array, times: NDArray[np.int_]) -> "_Moments":
        """Of values, (n,), each met so often."""
        size, shares = float(np.abs(values).max()) or 1.0, times / times.sum()
        read = values / size
        mean = float(shares @ read)
        away = read - mean
        spread = float(shares @ away**2)
        skew = abs(float(shares @ away**3)) / spread**1.5 if spread > 1e-24 else 0.0
        return cls(mean * size, math.sqrt(spread) * size, skew)


def _quantiles(different: Array, times: NDArray[np.int_]) -> Array:
    """`KNOTS` quantiles, equally far apart, of increasing values, (n,), each met so often."""
    ends = times.cumsum()
    at = np.linspace(0, 1, KNOTS) * (ends[-1] - 1)
    below = np.floor(at).astype(int)
    places = np.array([below, np.minimum(below + 1, ends[-1] - 1)])
    # Halved before they are subtracted: numbers may be as large as floats are.
    low, high = different[np.searchsorted(ends, places, side="right")] / 2
    part, apart = at - below, high - low
    nearer = np.where(part < 0.5, low + apart * part, high - apart * (1 - part))
    return np.asarray(2 * nearer)


_ACTION = 100
"""Bytes that an action takes beside its features."""


@cached(lambda features, *_: features.bytes)
def _read(features: Features, scales: Scales, near: bool) -> Features:
    columns = dict(features.columns)
    fields = dict(features.fields)
    for field, value in features.numbers.items():
        scale = scales.of.get(field)
        if scale is None:
            continue
        columns.pop(field, None)
        fields.pop(field, None)
        if near:
            names = _knot_columns(field)
            for knot, share in _by_nearness(scale, value):
                columns[names[knot]], fields[names[knot]] = share, field
        elif share := scale.along_line(value):
            columns[field], fields[field] = share, field
    return replace(features, columns=columns, fields=fields)


@lru_cache(maxsize=4_096)
def _knot_columns(field: str) -> tuple[str, ...]:
    """Names of a number's columns: all that hold them share these."""
    return tuple(f"{field}[~{knot}]" for knot in range(KNOTS))


@lru_cache(maxsize=16_384)
def _by_nearness(scale: Scale, value: float) -> tuple[tuple[int, float], ...]:
    """What items have comes again and again, also when the scales of other numbers are new."""
    return tuple(scale.by_nearness(value).items())


@cached(lambda features, *_: features.bytes)
def _with_constant(read: Features) -> Features:
    columns, fields = {**read.columns, CONSTANT: 1.0}, {**read.fields, CONSTANT: CONSTANT}
    return replace(read, columns=columns, fields=fields, size=read.size + 1)


@cached(lambda actions, *_: _ACTION * len(actions))
def _read_all(actions: tuple[Action, ...], scales: Scales, near: bool) -> tuple[Action, ...]:
    return tuple(
        replace(action, features=scales.action(action.features, near)) for action in actions
    )
