"""Scales of numeric features, fitted to their values so far.

A number in a context or of an action is encoded in one of two ways. *Along a line*: less its mean,
in standard deviations, or the same of its logarithm where that is less skewed; linear effects are
learned at once. *By nearness*: as a vector of length 1 over knots at the number's quantiles, so
that near values are alike and any shape can be learned, such as a threshold or a favourite hour; a
number with few different values becomes a set of words. Both depend on the order of the values and
on distances relative to their spread, never on the unit.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.protocol.features import Features, squash
from engine.protocol.request import Action
from engine.result_cache import cached

KNOTS = 8
"""Knots of a number with many values; a number with fewer different values has a knot for each."""
REACH = 0.7
"""Width of a value over the knots, in knots."""
_FADING = tuple((knot, math.exp(-0.5 * (knot / REACH) ** 2)) for knot in range(-2, 4))
"""Offsets of nearby knots from the last one at or below a value, and their weights for a value at
that knot."""
FURTHEST = 1e9
"""Standard deviations from the mean at which values are clipped."""
BINS = 4
"""Cells of a number with many values."""
CONSTANT = "\\"
"""Column and field of the constant of actions read along lines; no feature has this name, as
backslashes in names are doubled."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Scale of one number.

    Attributes:
        knots: increasing values.
        few: whether the knots are all values so far.
        logged: whether the logarithm is used along a line.
        mean, sd: of the values along a line.
    """

    knots: tuple[float, ...]
    few: bool
    logged: bool
    mean: float
    sd: float

    @classmethod
    def of(cls, counts: Mapping[float, int]) -> "Scale":
        """Fit a scale to values with their numbers of occurrences."""
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
        """Position of a value among the knots: 0 at the first, 1 at the second, or in between."""
        knots, right = self.knots, bisect_right(self.knots, value)
        if right == 0 or right == len(knots):
            return float(min(right, len(knots) - 1))
        low, high = knots[right - 1], knots[right]
        if high - low == math.inf:
            low, value, high = low / 2, value / 2, high / 2
        return right - 1 + (value - low) / (high - low)

    def by_nearness(self, value: float) -> dict[int, float]:
        """Nonzero entries of a value's vector of length 1 over the knots."""
        at = self.place(value)
        left = int(at)
        if self.few:
            first, part = left, [1.0 - (at - left), at - left]
        else:
            # Each knot's exp(-d^2 / 2 `REACH`^2), d its distance, up to a common factor.
            first, ratio = max(0, left - 2), math.exp((at - left) / REACH**2)
            near = _FADING[first - left + 2 : len(self.knots) - left + 2]
            part = [fading * ratio**knot for knot, fading in near]
        length = math.hypot(*part)
        return {first + i: share / length for i, share in enumerate(part) if share}

    def bin(self, value: float) -> int:
        """Cell of a value."""
        at = self.place(value)
        return round(at) if self.few else min(int(at * BINS / (len(self.knots) - 1)), BINS - 1)


@dataclass(frozen=True, eq=False, slots=True)
class Scales:
    """Scales by field; features of other fields stay unchanged."""

    of: Mapping[str, Scale]

    @classmethod
    def fitted(cls, offers: Iterable[tuple[Features, tuple[Action, ...]]]) -> "Scales":
        """Fit scales to all numbers in the contexts and actions of offers."""
        met: Counter[Features] = Counter()
        for context, actions in offers:
            met.update((context, *(action.features for action in actions)))
        values: dict[str, Counter[float]] = defaultdict(Counter)
        for features, times in met.items():
            for field, value in features.numbers.items():
                values[field][value] += times
        return cls({field: Scale.of(counts) for field, counts in values.items()})

    def context(self, features: Features, near: bool) -> Features:
        """Encode the numbers of a context by nearness or along lines."""
        return _read(features, self, near) if self.of and features.numbers else features

    def action(self, features: Features, near: bool) -> Features:
        """Encode the numbers of an action's features. Along lines a constant is added: centred
        numbers alone cannot represent an effect of the context on all actions.
        """
        along_lines = not near and not features.numbers.keys().isdisjoint(self.of)
        return _read(features, self, near, True) if along_lines else self.context(features, near)

    def actions(self, actions: tuple[Action, ...], near: bool) -> tuple[Action, ...]:
        """Encode the numbers of several actions."""
        return _read_all(actions, self, near) if self.of else actions


@dataclass(frozen=True, slots=True)
class _Moments:
    """Mean, standard deviation, and absolute skewness."""

    mean: float
    sd: float
    skew: float

    @classmethod
    def of(cls, values: Array, times: NDArray[np.int_]) -> "_Moments":
        """Moments of values (n,) with numbers of occurrences."""
        size, shares = float(np.abs(values).max()) or 1.0, times / times.sum()
        read = values / size
        mean = float(shares @ read)
        away = read - mean
        spread = float(shares @ away**2)
        skew = abs(float(shares @ away**3)) / spread**1.5 if spread > 1e-24 else 0.0
        return cls(mean * size, math.sqrt(spread) * size, skew)


def _quantiles(different: Array, times: NDArray[np.int_]) -> Array:
    """`KNOTS` equally spaced quantiles of increasing values (n,) with numbers of occurrences."""
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
"""Bytes of an action beside its features."""


@cached(lambda features, *_: features.bytes)
def _read(features: Features, scales: Scales, near: bool, constant: bool = False) -> Features:
    columns, fields, size = dict(features.columns), dict(features.fields), features.size
    for field, value in features.numbers.items():
        scale = scales.of.get(field)
        if scale is None:
            continue
        columns.pop(field, None)
        fields.pop(field, None)
        if near:
            names = _knot_columns(field)
            for knot, share in scale.by_nearness(value).items():
                columns[names[knot]], fields[names[knot]] = share, field
        elif share := scale.along_line(value):
            columns[field], fields[field] = share, field
    if constant:
        columns[CONSTANT], fields[CONSTANT], size = 1.0, CONSTANT, size + 1
    return Features(columns, fields, size, features.non_null, features.numbers)


@lru_cache(maxsize=4_096)
def _knot_columns(field: str) -> tuple[str, ...]:
    """Names of a number's columns, as shared strings."""
    return tuple(f"{field}[~{knot}]" for knot in range(KNOTS))


@cached(lambda actions, *_: _ACTION * len(actions))
def _read_all(actions: tuple[Action, ...], scales: Scales, near: bool) -> tuple[Action, ...]:
    return tuple(Action(action.id, scales.action(action.features, near)) for action in actions)
