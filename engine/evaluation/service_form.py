"""What a candidate of the service's search learns from: features, crossed by their namespaces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.loop.event import EventState
from engine.protocol.features import Features, namespace_of
from engine.protocol.request import Action, RankRequest

MOST_PAIRS = 6
"""Pairs of namespaces of which every subset is tried; of more, each alone and all together."""
ID = "id"
"""The namespace of an action's id."""
_MOST_KNOWN = 256
"""Requests whose columns are kept: a large one takes some 400 KiB."""
_MARGINAL = ""
"""The column of the mean of an action's labels; no other is without a name."""

Way = Literal["mtr", "ips"]
Pair = tuple[str, str]
"""A namespace of the context (empty for features in none) and one of the actions."""
WAYS: tuple[Way, ...] = ("mtr", "ips")


@dataclass(frozen=True, slots=True)
class Form:
    """What a candidate learns from, and how.

    Attributes:
        pairs: namespaces whose features are crossed.
        marginals: whether the mean of an action's labels stands for its id.
    """

    way: Way = "mtr"
    marginals: bool = False
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The features of one request's actions, (K, F): in which column, of what value, and of which
    the value is still to be multiplied with the mean of the action's labels."""

    columns: NDArray[np.intp]
    values: Array
    is_marginal: NDArray[np.bool_]


def pairs_of(events: Sequence[EventState]) -> tuple[Pair, ...]:
    """Each namespace of the contexts with each of the actions, the id's included."""
    of_contexts, of_actions = dict[str, None](), dict[str, None]()
    for request in {id(e.ranked.request.context): e.ranked.request for e in events}.values():
        of_contexts |= dict.fromkeys(map(namespace_of, request.context.names))
        for action in request.actions:
            of_actions |= dict.fromkeys(map(namespace_of, action.features.names))
    return tuple(product(of_contexts, [*of_actions, ID]))


def subsets_of(pairs: Sequence[Pair]) -> Sequence[tuple[Pair, ...]]:
    """Every subset; of more than `MOST_PAIRS` pairs none, each alone and all of them."""
    if len(pairs) > MOST_PAIRS:
        return [(), *((pair,) for pair in pairs), tuple(pairs)]
    sizes = range(len(pairs) + 1)
    return list(chain.from_iterable(combinations(pairs, size) for size in sizes))


class Coding:
    """Columns of a form, each given a number as it comes; 0 is for none, 1 for the constant."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._numbers: dict[tuple[str, ...], int] = {("constant",): 1}
        self._known: dict[tuple[str, str], Rows] = {}

    @property
    def size(self) -> int:
        """Of all numbers."""
        return len(self._numbers) + 1

    def rows(self, request: RankRequest) -> Rows:
        """Of all actions of a request."""
        asked = request.context_text, request.actions_text
        if asked not in self._known:
            if len(self._known) == _MOST_KNOWN:  # Numbers hardly come again.
                self._known.clear()
            self._known[asked] = self._coded(request)
        return self._known[asked]

    def _coded(self, request: RankRequest) -> Rows:
        rows = [list(self._features(request.context, action)) for action in request.actions]
        shape = len(rows), max(map(len, rows))
        columns, values = np.zeros(shape, dtype=np.intp), np.zeros(shape)
        is_marginal = np.zeros(shape, dtype=bool)
        for place, row in enumerate(rows):
            for f, (name, value, marginal) in enumerate(row):
                columns[place, f] = self._numbers.setdefault(name, self.size)
                values[place, f], is_marginal[place, f] = value, marginal
        return Rows(columns, values, is_marginal)

    def _features(
        self, context: Features, action: Action
    ) -> Iterator[tuple[tuple[str, ...], float, bool]]:
        """Name, value, and whether that is to be multiplied with the mean of labels."""
        yield ("constant",), 1.0, False
        of_context, of_action = _by_namespace(context), _by_namespace(action.features)
        name = _MARGINAL if self._form.marginals else f"={action.id}"
        of_action[ID] = [*of_action.get(ID, ()), (name, 1.0)]
        for side, namespaces in (("context", of_context), ("action", of_action)):
            for column, value in chain.from_iterable(namespaces.values()):
                yield (side, column), value, column == _MARGINAL
        for mine, theirs in self._form.pairs:
            both = product(of_context.get(mine, ()), of_action.get(theirs, ()))
            for (one, value), (other, times) in both:
                yield ("pair", one, other), value * times, other == _MARGINAL


def _by_namespace(features: Features) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for column, value in features.columns.items():
        found.setdefault(namespace_of(features.fields[column]), []).append((column, value))
    return found
