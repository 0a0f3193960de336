"""Form and scaling of regression rows: crosses of context fields with an action's columns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from engine.arrays import Array
from engine.protocol.features import Features
from engine.result_cache import cached

ID_LENGTH = math.sqrt(0.5)
"""Length of the id part and of the feature part of an action's unit vector."""
By = Literal["id", "features", "bent"]
"""How actions are represented, and how numbers are read."""


@dataclass(frozen=True, slots=True)
class RowForm:
    """Representation of a pair (context, action) as a row of columns.

    Attributes:
        crosses: highest order of context fields crossed with the action, 0 to 4.
        by: ``"id"``: id and features, half each, in rows of length 1, so that all actions have the
            same prior variance. ``"features"``: features alone, with numbers at their own size, so
            that new actions are known by their features; an action without features is its id.
            ``"bent"``: single fields by features, and all crosses by id for deviations from lines:
            see `engine.learners.bayesian.row_kernels`.
    """

    crosses: int = 3
    by: By = "id"

    @staticmethod
    @lru_cache
    def known(crosses: int, by: By) -> "RowForm":
        """The cached form of these values: identical objects are found in tables by identity."""
        return RowForm(crosses, by)


@cached(lambda _, context, __: context.bytes)
def context_scales(context: Features, form: RowForm) -> tuple[Array, float]:
    """Scale of each order of crosses in the context part, (crosses + 1,), and its squared length.

    Each order of crossing (none, single fields, pairs, triples) has the same share of the squared
    length, so of the prior variance, whatever the number of fields. Measured on the coffee table
    (``tests/benchmarks/learning.py``): one flat scale for all terms earns about .015 less a visitor
    over the first 1,000. By id, each order is normalised to length 1; by features, it is divided by
    its length for fields of size 1, so that the length follows the numbers.
    """
    own = _crosses(context)[: form.crosses + 1]
    squares: Sequence[float] = own
    if form.by == "features":
        squares = [math.comb(context.size, k) for k in range(len(own))]
    present = sum(length > 0 for length in own)
    rows = [
        1.0 / math.sqrt(square * present) if length > 0 else 0.0
        for length, square in zip(own, squares, strict=True)
    ]
    scales = np.array(rows)
    return scales, float(np.array(own) @ scales**2)


@cached(lambda _, context: context.bytes)
def _crosses(context: Features) -> tuple[float, ...]:
    """Squared length of the crosses of each order: (2), as `symmetric_polynomials`, in plain
    numbers."""
    first = second = third = fourth = 0.0
    for square in field_squares(context).values():
        fourth += square * third  # (2)
        third += square * second
        second += square * first
        first += square
    return 1.0, first, second, third, fourth


@cached(lambda _, features, __: features.bytes)
def action_scales(features: Features, form: RowForm) -> tuple[float, float]:
    """Scale of an action's features, and length of its id part.

    The id is a feature of its own, as in the service: actions share common features and can still
    differ, and ids alone suffice for learning.
    """
    square = sum(value * value for value in features.columns.values())
    if square == 0:
        return 0.0, 1.0
    if form.by == "features":
        return 1 / math.sqrt(features.size), 0.0
    return ID_LENGTH / math.sqrt(square), ID_LENGTH


def field_squares(context: Features) -> dict[str, float]:
    """Squared length of the columns of each field with any column."""
    squares: dict[str, float] = {}
    names = map(context.fields.__getitem__, context.columns)
    for name, value in zip(names, context.columns.values(), strict=True):
        squares[name] = squares.get(name, 0.0) + value * value
    return squares
