"""Rows of a table as logged decisions, a batch at a time, vectorised over events."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import PersonalizerError, refuse
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.cell_values import (
    CheckedRows,
    in_json,
    numbers,
    short,
    times,
    with_point,
    words,
)
from engine.evaluation.files.column_roles import Columns, StatedRule, quarter_of
from engine.evaluation.files.duplicate_events import EventIds
from engine.evaluation.files.rounded_probabilities import ROUNDING, normalised, summing_to_one
from engine.evaluation.logged_decisions import COARSE, LEAST_CHANCE, Decisions, context_of, text_of
from engine.protocol.features import flatten

MAX_ACTIONS = 1_000
"""Maximum number of distinct actions in a log."""
MOST_CONTEXT = 10_000
"""Maximum number of characters of an event's context."""
_OF_SHOWN, _OF_ALL = "propensity", "probabilities"
"""Keys of noted rounding: of the shown action's column, and of the columns of all actions."""
_LISTS = {pa.lib.Type_LIST, pa.lib.Type_LARGE_LIST, pa.lib.Type_FIXED_SIZE_LIST}


class OfferedActions(NamedTuple):
    """Actions offered in N events.

    Attributes:
        actions: the K actions offered in any event.
        offered: mask, (N, K).
        baseline: the first in each event, (N,) positions in ``actions``.
        probabilities: (N, K); None if unknown.
    """

    actions: tuple[str, ...]
    offered: NDArray[np.bool_]
    baseline: NDArray[np.intp]
    probabilities: Array | None = None


def decisions(
    batch: Any, columns: Columns, bounds: Bounds, rows: CheckedRows, ids: EventIds
) -> Decisions | None:
    """Decisions in a `pyarrow.RecordBatch`; None if any row is faulty, with the faults in
    ``rows``.

    Args:
        ids: ids of earlier events.
    """
    codes, names = words(batch[columns.shown], rows)
    rows.refuse(np.array([not name for name in names])[codes], lambda at: "it shows no action")
    offers = _offers(batch, columns, rows)
    place = {action: at for at, action in enumerate(offers.actions)}
    shown = np.array([place.get(name, -1) for name in names], dtype=np.intp)[codes]
    events = np.arange(len(shown))
    possible = np.zeros(len(shown), dtype=bool)
    if offers.actions:
        possible = (shown >= 0) & offers.offered[events, shown]
    rows.refuse(~possible, lambda at: f"its action {short(names[codes[at]])} was not offered")
    reward = _within(batch[columns.reward], "reward", bounds, rows)
    propensity = _propensity(batch, columns, offers, np.maximum(shown, 0), rows)
    if columns.event:
        _once(batch[columns.event], ids, rows)
    context_index, contexts = _contexts(batch, columns, rows)
    if not rows.good.all():
        return None
    chances, rounding = offers.probabilities, rows.written.rounding
    of_all, of_shown = rounding.get(_OF_ALL, 1.0), rounding.get(_OF_SHOWN, 1.0)
    if columns.split is not None:  # Stated shares are not rounded.
        of_all = of_shown = 0.0
    if chances is not None and COARSE <= of_all <= of_shown:
        chances = normalised(chances)
        propensity = chances[events, shown]
    elif chances is not None:
        chances, propensity = summing_to_one(chances, shown, propensity)
    return Decisions(
        offers.actions, contexts, context_index, shown, propensity, reward,
        offers.offered, offers.baseline, chances, rounding=min(of_all, of_shown),
        time=_time(batch[columns.time], rows) if columns.time else None,
    )  # fmt: skip


def _time(column: Any, rows: CheckedRows) -> Array:
    """Seconds since 1970, NaN for a time that cannot be read, which is no fault of its row."""
    values = times(column, CheckedRows(rows.lines))
    return np.where(np.isnat(values), np.nan, values.astype(np.int64) / 1e6)


def _once(column: Any, ids: EventIds, rows: CheckedRows) -> None:
    """Refuse events with a duplicate id."""
    codes, names = words(column, rows)
    reason = "its event id {} is a duplicate: each decision counts once"
    rows.refuse(ids.again(codes, names), lambda at: reason.format(short(names[codes[at]])))


def _within(column: Any, quantity: str, bounds: Bounds, rows: CheckedRows) -> Array:
    """Numbers of a column, each within bounds."""
    values, (low, high) = numbers(column, quantity, bounds, rows), bounds
    rows.refuse(np.isnan(values), lambda at: f"it has no {quantity}")
    outside = ~((low <= values) & (values <= high))
    reason = f"its {quantity} is {{:g}}, but must be from {low:g} to {high:g}"
    rows.refuse(outside, lambda at: reason.format(values[at]))
    return values


def _propensity(
    batch: Any, columns: Columns, offers: OfferedActions, shown: NDArray[np.intp], rows: CheckedRows
) -> Array:
    """Probability of the shown action, from its column or else from the table of probabilities."""
    table = offers.probabilities
    of_shown = None if table is None else table[np.arange(len(shown)), shown]
    if columns.propensity:
        values = _within(batch[columns.propensity], "probability", (0.0, 1.0), rows)
        rounding = rows.written.note_rounding(_OF_SHOWN, values)
    else:
        assert of_shown is not None
        values, rounding = of_shown, 0.0
    was_shown = "its probability is {:g}, but it was shown"
    rows.refuse(values < LEAST_CHANCE, lambda at: was_shown.format(values[at]))
    if of_shown is not None:
        reason = "its probability is {:g}, but that of the action shown is {:g}"
        allowed = max(ROUNDING, rounding + rows.written.rounding.get(_OF_ALL, 0.0))
        differs = np.abs(values - of_shown) > allowed
        rows.refuse(differs, lambda at: reason.format(values[at], of_shown[at]))
    return values


# -- offers ---------------------------------------------------------------------------


def check_number_of_actions(actions: Collection[str]) -> None:
    """``BadRequest`` for so many actions that the column is unlikely to hold actions."""
    if len(actions) > MAX_ACTIONS:
        allowed = f"{MAX_ACTIONS:,} at most: is the right column said to hold the action"
        refuse("BadRequest", "log", len(actions), allowed, "The number of different actions")


def _offers(batch: Any, columns: Columns, rows: CheckedRows) -> OfferedActions:
    n = batch.num_rows
    if columns.offered:
        offers = _listed(batch[columns.offered], columns, rows)
    elif columns.probabilities:
        actions = tuple(action for action, _ in columns.probabilities)
        offers = OfferedActions(
            actions, np.ones((n, len(actions)), bool), np.zeros(n, dtype=np.intp)
        )
    else:
        shares = columns.split if isinstance(columns.split, tuple) else ()
        actions = columns.actions or tuple(action for action, _ in shares)
        every = np.ones((n, len(actions)), dtype=bool)
        offers = OfferedActions(actions, every, np.zeros(n, dtype=np.intp))
    if isinstance(columns.split, StatedRule):
        return _with_rule(batch, offers, columns.split, rows)
    if columns.split is not None:
        return _with_split(offers, dict(columns.split), rows)
    return _with_probabilities(batch, columns, offers, rows) if columns.probabilities else offers


def _with_split(
    offers: OfferedActions, split: Mapping[str, float], rows: CheckedRows
) -> OfferedActions:
    """Offers with probabilities in proportion to stated shares, or equal ones without shares."""
    shares = [split.get(action, 0.0) if split else 1.0 for action in offers.actions]
    table = offers.offered * np.array(shares)
    total = table.sum(axis=1, keepdims=True)
    rows.refuse(total[:, 0] <= 0, lambda at: "none of the actions that it offers has a share")
    table = np.divide(table, total, out=np.zeros(table.shape), where=total > 0)
    return OfferedActions(offers.actions, offers.offered, offers.baseline, table)


def _with_rule(
    batch: Any, offers: OfferedActions, rule: StatedRule, rows: CheckedRows
) -> OfferedActions:
    """Offers with the probabilities of a stated rule; if it chooses none of the offered actions,
    all have equal parts."""
    codes, values = np.zeros(batch.num_rows, dtype=np.intp), [""]
    if rule.column:
        codes, values = words(in_json(batch[rule.column]), rows)
    actions = dict(rule.actions)
    missing = np.array([value not in actions for value in values])[codes]
    reason = f"the stated rule has no row for {rule.column} = {{}}"
    rows.refuse(missing, lambda at: reason.format(short(values[codes[at]])))
    place = {action: at for at, action in enumerate(offers.actions)}
    chosen = np.array([place.get(actions.get(value, ""), -1) for value in values])[codes]
    events, number = np.arange(len(codes)), offers.offered.sum(axis=1)
    follows = (chosen >= 0) & (number > 1) & offers.offered[events, chosen]
    each = np.where(follows, (1 - rule.share) / np.maximum(number - 1, 1), 1 / number)
    table: Array = np.where(offers.offered, each[:, None], 0.0)
    table[events[follows], chosen[follows]] = rule.share
    return OfferedActions(offers.actions, offers.offered, offers.baseline, table)


def _with_probabilities(
    batch: Any, columns: Columns, offers: OfferedActions, rows: CheckedRows
) -> OfferedActions:
    """Offers with the probability of each action; unless a column lists the offers, an empty cell
    means not offered."""
    quantity = "probability of {}"
    columns_of = {
        action: numbers(batch[name], quantity.format(short(action)), (0.0, 1.0), rows)
        for action, name in columns.probabilities
    }
    missing = np.full(batch.num_rows, np.nan)
    table = np.column_stack([columns_of.get(action, missing) for action in offers.actions])
    rounding = rows.written.note_rounding(_OF_ALL, table)
    offered = offers.offered if columns.offered else ~np.isnan(table)
    table = np.nan_to_num(table)
    baseline = offers.baseline if columns.offered else offered.argmax(axis=1)
    outside = ((table < 0) | (table > 1)).any(axis=1)
    rows.refuse(outside, lambda at: "a probability is not from 0 to 1")
    total, of_offered = table.sum(axis=1), (table * offered).sum(axis=1)
    allowed = np.maximum(ROUNDING, rounding * (1 + 1e-9) * (table > 0).sum(axis=1))
    differs = np.abs(total - 1) > allowed
    rows.refuse(differs, lambda at: f"its probabilities add up to {total[at]:g}")
    beyond = total - of_offered > ROUNDING
    rows.refuse(beyond, lambda at: "an action that was not offered has a probability")
    return OfferedActions(offers.actions, offered, baseline.astype(np.intp), table * offered)


def _listed(column: Any, columns: Columns, rows: CheckedRows) -> OfferedActions:
    """Offers from a column of lists or texts."""
    if _LISTS & {column.type.id} and not pa.types.is_nested(column.type.value_type):
        column = pc.binary_join(column.cast(pa.list_(pa.string())), "\x1f")
    codes, texts = words(in_json(column), rows)
    lists = [_parted(text) for text in texts]
    rows.refuse(np.array([not names for names in lists])[codes], lambda at: "it offers no action")
    named = [action for action, _ in columns.probabilities]
    actions = tuple(dict.fromkeys([*(action for names in lists for action in names), *named]))
    check_number_of_actions(actions)
    place = {action: at for at, action in enumerate(actions)}
    offered = np.zeros((len(lists), len(actions)), dtype=bool)
    for at, names in enumerate(lists):
        offered[at, [place[action] for action in names]] = True
    first = np.array([place[names[0]] if names else 0 for names in lists], dtype=np.intp)
    return OfferedActions(actions, offered[codes], first[codes])


def _parted(text: str) -> Sequence[str]:
    """Actions in a text: a JSON list of names or of objects with an ``id``, or names with one kind
    of separator between them."""
    if text.startswith("["):
        with suppress(ValueError, RecursionError):
            listed = json.loads(text)
            return [
                str(entry.get("id", entry) if isinstance(entry, dict) else entry)
                for entry in listed
            ]
    separator = next((mark for mark in "\x1f|;," if mark in text), "\x1f")
    return [part.strip() for part in text.split(separator) if part.strip()]


# -- contexts -------------------------------------------------------------------------


def _contexts(
    batch: Any, roles: Columns, rows: CheckedRows
) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Context of each event, as in `Decisions.contexts`."""
    if not roles.context:
        return np.zeros(batch.num_rows, dtype=np.intp), ("",)
    quarters = dict(roles.quarters)
    columns, size = [], np.zeros(batch.num_rows, dtype=np.int_)
    for name in roles.context:
        codes, texts = words(in_json(batch[name]), rows)
        if rows.decimal_comma:
            texts = list(map(with_point, texts))
        if name in quarters:
            texts = [_quarter(text, quarters[name]) for text in texts]
        columns.append((codes, [_context_columns(name, text) for text in texts]))
        size += np.array([len(text) for text in texts])[codes]
    reason = f"its context has more than {MOST_CONTEXT:,} characters"
    rows.refuse(size > MOST_CONTEXT, lambda at: reason)
    if not rows.good.all():  # Contexts of a faulty batch are not used, and may be long.
        return np.zeros(batch.num_rows, dtype=np.intp), ("",)
    parts = [pa.array(texts).take(pa.array(codes)) for codes, texts in columns]
    coded = pc.binary_join_element_wise(*parts, ", ").dictionary_encode()
    return coded.indices.to_numpy().astype(np.intp), tuple(coded.dictionary.to_pylist())


def _quarter(text: str, limits: Sequence[float]) -> str:
    """Name of the quarter of a number; a text that is not a number as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    return quarter_of(number, limits) if math.isfinite(number) else ""


def _context_columns(name: str, text: str) -> str:
    """Context columns of a cell: one, or several if it is a JSON object."""
    if text.startswith("{"):
        with suppress(ValueError, RecursionError, PersonalizerError):
            columns = context_of(flatten([{name: json.loads(text)}], name))
            if columns:
                return columns
    return text_of([f"{name}={text or 'null'}"])
