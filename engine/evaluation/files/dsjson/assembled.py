"""Events of dsjson as columns."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.decisions import Decisions
from engine.evaluation.files.dsjson.events import Event
from engine.evaluation.files.rounding import SINGLE, summing_to_one
from engine.evaluation.files.rows import check_number_of_actions

T = TypeVar("T", bound=Hashable)


def assembled(events: Sequence[Event]) -> Decisions:
    """Events as columns."""
    where, which, propensities, rewards, chances = zip(*events, strict=True)
    of, places = _coded(where)
    in_context, contexts = _coded(place.context for place in places)
    in_set, lists = _coded(place.actions for place in places)
    stratum, sets = in_context[of], in_set[of]
    actions = tuple(dict.fromkeys(chain.from_iterable(lists)))
    check_number_of_actions(actions)
    column = {action: at for at, action in enumerate(actions)}
    columns_of = [np.array([column[action] for action in one], dtype=np.intp) for one in lists]
    sizes = np.array([len(one) for one in lists])[sets]
    rows = np.repeat(np.arange(len(events)), sizes)
    columns = np.concatenate([columns_of[at] for at in sets.tolist()])
    starts = np.cumsum(sizes) - sizes
    offered = np.zeros((len(events), len(actions)), dtype=bool)
    offered[rows, columns] = True
    shown, propensity = columns[starts + np.array(which)], np.array(propensities)
    known = [one for one in chances if one is not None]
    table: Array | None = None
    if len(known) == len(events):
        table = np.zeros(offered.shape)
        table[rows, columns] = np.fromiter(chain.from_iterable(known), float, len(rows))
        table, propensity = summing_to_one(table, shown, propensity)
    return Decisions(
        actions,
        contexts,
        stratum,
        shown,
        propensity,
        np.array(rewards),
        offered,
        columns[starts],
        table,
        rounding=SINGLE,
    )


def _coded(values: Iterable[T]) -> tuple[NDArray[np.intp], tuple[T, ...]]:
    """Positions in the values that occur, and these."""
    known: dict[T, int] = {}
    codes = [known.setdefault(value, len(known)) for value in values]
    return np.array(codes, dtype=np.intp), tuple(known)
