"""Rows of the regression: crosses of context fields with an action's own columns."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from engine.arrays import Array
from engine.protocol.features import Features
from engine.result_cache import cached

ID_LENGTH = math.sqrt(0.5)
"""Length of the id's part, and of the features' part, of an action's unit vector."""
By = Literal["id", "features", "bent"]
"""How an action is told from others, and how numbers are read."""


@dataclass(frozen=True, slots=True)
class RowForm:
    """How (context, action) is written as a row of columns.

    Attributes:
        crosses: highest order of context fields crossed with the action, 0 to 4.
        by: ``"id"``: an action is its id and its features, half each, in rows of length 1,
            so that every action is doubted alike. ``"features"``: it is its features alone,
            and numbers count as they are, so that actions never seen before are known by
            what they are made of; an action without features is its id. ``"bent"``: single fields
            by features, with all crosses by id beside them for what lines cannot say: see `bent`.
    """

    crosses: int = 3
    by: By = "id"

    @staticmethod
    @lru_cache
    def known(crosses: int, by: By) -> "RowForm":
        """The same object each time, which tables find without comparing."""
        return RowForm(crosses, by)


@cached(lambda _, context, __: context.bytes)
def context_scales(context: Features, form: RowForm) -> tuple[Array, float]:
    """How the context's part of a row is scaled.

    Each order of crossing (none, single fields, pairs, triples) has the same share of the squared
    length, so of the prior variance, whatever the number of fields. Measured on the coffee table
    (``tests/benchmarks/learning.py``): one flat scale for all terms earns about .015 less a visitor
    over the first 1,000. By id, each order has length 1 before that; by features, that length is
    what it is for fields of size 1, so that it follows the numbers. Returned are the scale of each
    order, (crosses + 1,), and the squared length that the part has then.
    """
    own = _crosses(context, form.crosses)
    squares: Sequence[float] = own
    if form.by == "features":
        squares = [math.comb(context.size, k) for k in range(len(own))]
    present = sum(length > 0 for length in own)
    found = [
        1.0 / math.sqrt(square * present) if length > 0 else 0.0
        for length, square in zip(own, squares, strict=True)
    ]
    scales = np.array(found)
    return scales, float(np.array(own) @ scales**2)


@cached(lambda _, context, __: context.bytes)
def _crosses(context: Features, orders: int) -> tuple[float, ...]:
    """Squared length that the crosses of each order have: (2), as `symmetric_polynomials`, which
    would be called for each number by itself."""
    e = [1.0] + orders * [0.0]
    for square in field_squares(context).values():
        for order in range(orders, 0, -1):
            e[order] += square * e[order - 1]  # (2)
    return tuple(e)


@cached(lambda _, features, __: features.bytes)
def action_scales(features: Features, form: RowForm) -> tuple[float, float]:
    """What an action's features are multiplied by, and the length of its id's part. The id is a
    feature of its own, as it was in the service, so that ids alone allow learning, and actions
    share what they have in common and can still differ."""
    square = sum(value * value for value in features.columns.values())
    if square == 0:
        return 0.0, 1.0
    if form.by == "features":
        return 1 / math.sqrt(features.size), 0.0
    return ID_LENGTH / math.sqrt(square), ID_LENGTH


def field_squares(context: Features) -> dict[str, float]:
    """Squared length of each field's columns, of those that have any."""
    squares: dict[str, float] = defaultdict(float)
    for column, value in context.columns.items():
        squares[context.fields[column]] += value * value
    return dict(squares)
