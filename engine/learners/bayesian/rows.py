"""Rows of the regression: crosses of context fields with an action's own columns."""

import math
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from engine.learners.base import Column
from engine.protocol.features import Features

ID_LENGTH = math.sqrt(0.5)
"""Length of the id's part, and of the features' part, of an action's unit vector."""


By = Literal["id", "features"]
"""How an action is told from others."""


@dataclass(frozen=True, slots=True)
class RowForm:
    """How (context, action) is written as a row of columns.

    Attributes:
        crosses: highest order of context fields crossed with the action, 0 to 3.
        by: ``"id"``: an action is its id and its features, half each, in rows of length 1,
            so that every action is doubted alike. ``"features"``: it is its features alone,
            and numbers count as they are, so that actions never seen before are known by
            what they are made of; an action without features is its id.
    """

    crosses: int = 3
    by: By = "id"


def context_terms(context: Features, form: RowForm) -> dict[tuple[str, ...], float]:
    """All crosses of up to ``form.crosses`` context fields, and their values.

    Each order of crossing (none, single fields, pairs, triples) has the same share of the
    squared length, so of the prior variance, whatever the number of fields. Measured on
    the coffee table (``tests/benchmarks/learning.py``): one flat scale for all terms earns
    about .015 less a visitor over the first 1,000. By id, each order has length 1 before
    that; by features, that length is what it is for fields of size 1, so that it follows
    the numbers.
    """
    by_field: dict[str, list[str]] = {}
    for column in context.columns:
        by_field.setdefault(context.fields[column], []).append(column)
    orders = []
    for order in range(form.crosses + 1):
        terms = {
            tuple(sorted(columns)): math.prod(context.columns[c] for c in columns)
            for fields in combinations(by_field, order)
            for columns in product(*(by_field[f] for f in fields))
        }
        square = sum(v * v for v in terms.values())
        length = square if form.by == "id" else math.comb(context.size, order)
        if square > 0:
            orders.append({key: v / math.sqrt(length) for key, v in terms.items()})
    return {k: v / math.sqrt(len(orders)) for terms in orders for k, v in terms.items()}


def action_terms(name: str, features: Features, form: RowForm) -> dict[tuple[str, bool], float]:
    """An action's own columns: (column, whether it is the id's) -> value.

    By id, the id is a feature of its own, as it was in the service, so that ids alone
    allow learning: id and features each hold half of the squared length 1, so that
    actions share what they have in common and can still differ. By features, there is no
    id unless there is nothing else, and numbers count as they are.
    """
    square = sum(v * v for v in features.columns.values())
    if square == 0:
        return {(name, True): 1.0}
    if form.by == "features":
        scale = 1 / math.sqrt(features.size)
        return {(column, False): scale * v for column, v in features.columns.items()}
    scale = ID_LENGTH / math.sqrt(square)
    terms = {(column, False): scale * v for column, v in features.columns.items()}
    return {(name, True): ID_LENGTH, **terms}


def columns_of_row(
    context: Features, name: str, features: Features, form: RowForm
) -> dict[Column, float]:
    """The row of (context, action) written out: column -> value."""
    return {
        Column(c, a, of_id): u * v
        for c, u in context_terms(context, form).items()
        for (a, of_id), v in action_terms(name, features, form).items()
    }
