"""Rows of a table as logged decisions, a batch at a time, with no loop over events."""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import PersonalizerError, refuse
from engine.evaluation.decisions import COARSE, LEAST_CHANCE, Decisions, context_of, text_of
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.cells import Rows, in_json, numbers, short, with_point, words
from engine.evaluation.files.columns import Columns
from engine.evaluation.files.duplicates import EventIds
from engine.evaluation.files.rounding import ROUNDING, normalised, summing_to_one
from engine.protocol.features import flatten

MAX_ACTIONS = 1_000
"""Different actions that a log may have."""
MOST_CONTEXT = 10_000
"""Characters of one event's context."""
_OF_SHOWN, _OF_ALL = "propensity", "probabilities"
"""Whose rounding is noted: of the column with what was shown, and of those with all."""
_LISTS = {pa.lib.Type_LIST, pa.lib.Type_LARGE_LIST, pa.lib.Type_FIXED_SIZE_LIST}


class Offers(NamedTuple):
    """What could be shown in N events.

    Attributes:
        actions: the K that ever could.
        offered: (N, K).
        baseline: the first in each event, (N,) positions in ``actions``.
        probabilities: (N, K); None where the log does not tell them.
    """

    actions: tuple[str, ...]
    offered: NDArray[np.bool_]
    baseline: NDArray[np.intp]
    probabilities: Array | None = None


def decisions(
    batch: Any, columns: Columns, bounds: Bounds, rows: Rows, ids: EventIds
) -> Decisions | None:
    """The decisions in a `pyarrow.RecordBatch`; None if any row is faulty, which ``rows`` note.

    Args:
        ids: of the events before.
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
    stratum, contexts = _contexts(batch, columns.context, rows)
    if not rows.good.all():
        return None
    chances, rounding = offers.probabilities, rows.written.rounding
    of_all, of_shown = rounding.get(_OF_ALL, 1.0), rounding.get(_OF_SHOWN, 1.0)
    if chances is not None and COARSE <= of_all <= of_shown:
        chances = normalised(chances)
        propensity = chances[events, shown]
    elif chances is not None:
        chances, propensity = summing_to_one(chances, shown, propensity)
    return Decisions(
        offers.actions, contexts, stratum, shown, propensity, reward,
        offers.offered, offers.baseline, chances, rounding=min(of_all, of_shown),
    )  # fmt: skip


def _once(column: Any, ids: EventIds, rows: Rows) -> None:
    """Events whose ids were there before are faulty."""
    codes, names = words(column, rows)
    reason = "its event id {} was there before: one decision counts once"
    rows.refuse(ids.again(codes, names), lambda at: reason.format(short(names[codes[at]])))


def _within(column: Any, what: str, bounds: Bounds, rows: Rows) -> Array:
    """Numbers of a column, each within bounds."""
    found, (low, high) = numbers(column, what, bounds, rows), bounds
    rows.refuse(np.isnan(found), lambda at: f"it has no {what}")
    outside = ~((low <= found) & (found <= high))
    reason = f"its {what} is {{:g}}, which is not within {low:g} to {high:g}"
    rows.refuse(outside, lambda at: reason.format(found[at]))
    return found


def _propensity(
    batch: Any, columns: Columns, offers: Offers, shown: NDArray[np.intp], rows: Rows
) -> Array:
    """The probability of what was shown; by the table of all where no column has it."""
    table = offers.probabilities
    of_shown = None if table is None else table[np.arange(len(shown)), shown]
    if columns.propensity:
        found = _within(batch[columns.propensity], "probability", (0.0, 1.0), rows)
        rounding = rows.written.note_rounding(_OF_SHOWN, found)
    else:
        assert of_shown is not None
        found, rounding = of_shown, 0.0
    was_shown = "its probability is {:g}, but it was shown"
    rows.refuse(found < LEAST_CHANCE, lambda at: was_shown.format(found[at]))
    if of_shown is not None:
        reason = "its probability is {:g}, but that of the action shown is {:g}"
        allowed = max(ROUNDING, rounding + rows.written.rounding[_OF_ALL])
        differs = np.abs(found - of_shown) > allowed
        rows.refuse(differs, lambda at: reason.format(found[at], of_shown[at]))
    return found


# -- what was offered -----------------------------------------------------------------


def check_number_of_actions(actions: Collection[str]) -> None:
    """``BadRequest`` for so many that a column of them cannot be one of actions."""
    if len(actions) > MAX_ACTIONS:
        told = f"{MAX_ACTIONS:,} at most: is the right column said to hold the action"
        refuse("BadRequest", "log", len(actions), told, "The number of different actions")


def _offers(batch: Any, columns: Columns, rows: Rows) -> Offers:
    n = batch.num_rows
    if columns.offered:
        offers = _listed(batch[columns.offered], columns, rows)
    elif columns.probabilities:
        actions = tuple(action for action, _ in columns.probabilities)
        offers = Offers(actions, np.ones((n, len(actions)), bool), np.zeros(n, dtype=np.intp))
    else:
        every = np.ones((n, len(columns.actions)), dtype=bool)
        return Offers(columns.actions, every, np.zeros(n, dtype=np.intp))
    return _with_probabilities(batch, columns, offers, rows) if columns.probabilities else offers


def _with_probabilities(batch: Any, columns: Columns, offers: Offers, rows: Rows) -> Offers:
    """Offers with the probability of each; where nothing else says so, empty ones are none."""
    what = "probability of {}"
    columns_of = {
        action: numbers(batch[name], what.format(short(action)), (0.0, 1.0), rows)
        for action, name in columns.probabilities
    }
    missing = np.full(batch.num_rows, np.nan)
    table = np.column_stack([columns_of.get(action, missing) for action in offers.actions])
    rounding = rows.written.note_rounding(_OF_ALL, table)
    offered = offers.offered if columns.offered else ~np.isnan(table)
    table = np.nan_to_num(table)
    baseline = offers.baseline if columns.offered else offered.argmax(axis=1)
    outside = ((table < 0) | (table > 1)).any(axis=1)
    rows.refuse(outside, lambda at: "a probability is not within 0 to 1")
    total, of_offered = table.sum(axis=1), (table * offered).sum(axis=1)
    allowed = np.maximum(ROUNDING, rounding * (1 + 1e-9) * (table > 0).sum(axis=1))
    differs = np.abs(total - 1) > allowed
    rows.refuse(differs, lambda at: f"its probabilities add up to {total[at]:g}")
    beyond = total - of_offered > ROUNDING
    rows.refuse(beyond, lambda at: "an action that was not offered has a probability")
    return Offers(offers.actions, offered, baseline.astype(np.intp), table * offered)


def _listed(column: Any, columns: Columns, rows: Rows) -> Offers:
    """Offers that a column lists, as a list or a text."""
    if _LISTS & {column.type.id} and not pa.types.is_nested(column.type.value_type):
        column = pc.binary_join(column.cast(pa.list_(pa.string())), "\x1f")
    codes, texts = words(in_json(column), rows)
    lists = [_parted(text) for text in texts]
    rows.refuse(np.array([not one for one in lists])[codes], lambda at: "it offers no action")
    named = [action for action, _ in columns.probabilities]
    actions = tuple(dict.fromkeys([*(action for one in lists for action in one), *named]))
    check_number_of_actions(actions)
    place = {action: at for at, action in enumerate(actions)}
    offered = np.zeros((len(lists), len(actions)), dtype=bool)
    for at, one in enumerate(lists):
        offered[at, [place[action] for action in one]] = True
    first = np.array([place[one[0]] if one else 0 for one in lists], dtype=np.intp)
    return Offers(actions, offered[codes], first[codes])


def _parted(text: str) -> Sequence[str]:
    """The actions in a text: JSON, of names or of objects with an ``id``, or names with one kind
    of separator between them."""
    if text.startswith("["):
        with suppress(ValueError, RecursionError):
            listed = json.loads(text)
            return [str(one.get("id", one) if isinstance(one, dict) else one) for one in listed]
    separator = next((one for one in "\x1f|;," if one in text), "\x1f")
    return [part.strip() for part in text.split(separator) if part.strip()]


# -- contexts -------------------------------------------------------------------------


def _contexts(
    batch: Any, names: Sequence[str], rows: Rows
) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Each event's context, as `Decisions.contexts` has it."""
    if not names:
        return np.zeros(batch.num_rows, dtype=np.intp), ("",)
    columns, size = [], np.zeros(batch.num_rows, dtype=np.int_)
    for name in names:
        codes, texts = words(in_json(batch[name]), rows)
        if rows.decimal_comma:
            texts = list(map(with_point, texts))
        columns.append((codes, [_told(name, text) for text in texts]))
        size += np.array([len(text) for text in texts])[codes]
    reason = f"its context has more than {MOST_CONTEXT:,} characters"
    rows.refuse(size > MOST_CONTEXT, lambda at: reason)
    if not rows.good.all():  # Nothing is made of them, however long they are.
        return np.zeros(batch.num_rows, dtype=np.intp), ("",)
    parts = [pa.array(texts).take(pa.array(codes)) for codes, texts in columns]
    coded = pc.binary_join_element_wise(*parts, ", ").dictionary_encode()
    return coded.indices.to_numpy().astype(np.intp), tuple(coded.dictionary.to_pylist())


def _told(name: str, text: str) -> str:
    """What a cell says of the context: a column, or several if it is an object in JSON."""
    if text.startswith("{"):
        with suppress(ValueError, RecursionError, PersonalizerError):
            found = context_of(flatten([{name: json.loads(text)}], name))
            if found:
                return found
    return text_of([f"{name}={text or 'null'}"])
