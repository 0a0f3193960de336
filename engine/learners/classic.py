"""The retired service's own learner: a slow linear model over pairs of features.

The service ran ``--cb_explore_adf --cb_type mtr -q :: -l 0.001 --power_t 0``: online
gradient descent on the squared error of the reward, every step weighted by
1 / (propensity x actions) (multi-task regression: Bietti, Agarwal & Langford, *A
Contextual Bandit Bake-off*, JMLR 2021, section 2.3), with steps that never overshoot
(Karampatziakis & Langford, *Online Importance Weight Aware Updates*, UAI 2011, eq. 6).
Columns are those of a pair: a constant, each feature of context and action, each pair of
them. The rate is constant, and rows are normalised by their squared length, which is
what the service's normalised updates come to for features of size 1.

It knows no doubt: its covariance is zero, so it explores only by chance.
"""

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import combinations
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.base import Column, Impression
from engine.learners.belief import Belief
from engine.learners.state import Learned
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest

Terms = list[tuple[tuple[str, ...], float]]
"""Columns of the context with their product."""
KEPT = 1_024
"""Rows whose places are kept."""


class ClassicModel(Learned):
    """Linear model of the reward by gradient descent.

    Args:
        crosses: 0 for features alone; from 1 all pairs of features, as in the service;
            2 and 3 add crosses of so many context features with each of the action.
        rate: learning rate, 0 to 1; 0.001 in the service.
    """

    STATE: ClassVar = ("_crosses", "_rate", "_index", "_weights")

    def __init__(self, crosses: int, rate: float) -> None:
        self._crosses = crosses
        self._rate = rate
        self._index: dict[Column, int] = {}
        self._weights: Array = np.zeros(64)

    @cached_property
    def _rows(self) -> dict[tuple[Features, Action], tuple[int, NDArray[np.intp], Array]]:
        return {}

    def belief(self, context: Features, actions: tuple[Action, ...]) -> Belief:
        """Predicted rewards of the offered actions, without any doubt."""
        mean = np.array([self._predict(context, action) for action in actions])
        return Belief.of_one(mean, np.zeros((len(actions), len(actions))))

    def learn(self, context: Features, action: Action, reward: float, weight: float = 1.0) -> None:
        """One step towards a reward.

        Args:
            weight: importance of the step, 1 / (propensity x number of actions).
        """
        self._move(context, action, reward - self._predict(context, action), weight)

    def contributions(self, context: Features, action: Action) -> dict[Column, float]:
        """What each column that the action is part of adds to its prediction."""
        columns, values = classic_columns(context, action, self._crosses)
        return {
            column: value * float(self._weights[self._index[column]])
            for column, value in zip(columns, values.tolist(), strict=True)
            if column.action and column in self._index
        }

    def _predict(self, context: Features, action: Action) -> float:
        at, values = self._known(context, action)
        return float(self._weights[at] @ values)

    def _known(self, context: Features, action: Action) -> tuple[NDArray[np.intp], Array]:
        """Places and values of the columns that were learned, found anew when there are more."""
        size = len(self._index)
        kept = self._rows.get((context, action))
        if kept is not None and kept[0] == size:
            return kept[1:]
        columns, values = classic_columns(context, action, self._crosses)
        places = np.array([self._index.get(column, -1) for column in columns], dtype=np.intp)
        learned = places >= 0
        if len(self._rows) >= KEPT:
            self._rows.clear()
        self._rows[context, action] = size, places[learned], values[learned]
        return places[learned], values[learned]

    def _move(self, context: Features, action: Action, error: float, weight: float) -> None:
        columns, _ = classic_columns(context, action, self._crosses)
        for column in columns:
            self._index.setdefault(column, len(self._index))
        self._weights = with_room(self._weights, (len(self._index),))
        at, values = self._known(context, action)
        step = -math.expm1(-2 * self._rate * weight) * error / float(values @ values)
        self._weights[at] += step * values


class ClassicLearner(Learned):
    """See `engine.learners.base.Learner`: one head for rewards and for what is imitated.

    As an apprentice it learns only of the action that it had chosen itself whether that was
    the baseline's choice, and no rewards, as the service did.

    Args:
        crosses, rate: see `ClassicModel`.
    """

    STATE: ClassVar = ("_crosses", "_rate", "model", "learned")
    expresses_doubt: ClassVar[bool] = False
    has_imitation_head: ClassVar[bool] = False

    def __init__(self, crosses: int, rate: float) -> None:
        self._crosses, self._rate = crosses, rate
        self.model = ClassicModel(crosses, rate)
        self.learned = 0

    @property
    def weights(self) -> tuple[float, ...]:
        return ()

    @property
    def changes(self) -> Sequence[tuple[int, int]]:
        return ()

    def watch(self, impression: Impression) -> None:
        chosen = impression.request.actions[impression.chosen]
        label = float(impression.chosen == impression.baseline)
        self.model.learn(impression.context, chosen, label, impression.importance)

    def learn(self, impression: Impression, earned: float) -> None:
        if not impression.apprentice:
            weight = impression.importance
            self.model.learn(impression.context, impression.action, earned, weight)
            self.learned += 1

    def belief(self, request: RankRequest, online: bool = True) -> Belief:
        return self.model.belief(request.context, request.actions)

    def likeness(self, request: RankRequest) -> None:
        return None

    def contributions(self, impression: Impression, online: bool = True) -> dict[Column, float]:
        return self.model.contributions(impression.context, impression.action)

    def sd_of_average(self, offers: Sequence[tuple[Features, tuple[Action, ...], Array]]) -> float:
        return 0.0

    def unrewarded(self) -> Self:
        return type(self)(self._crosses, self._rate)


@lru_cache(maxsize=4_096)
def classic_columns(
    context: Features, action: Action, crosses: int
) -> tuple[tuple[Column, ...], Array]:
    """Columns and values of (context, action), the constant first.

    A column of the context alone has an empty ``action``; a pair of two features of the
    action is one column of theirs together.
    """
    own: Terms = [((name,), value) for name, value in context.columns.items()]
    shared = [(Column((), action.id, of_id=True), 1.0)]
    shared += [(Column((), name), value) for name, value in action.features.columns.items()]
    of_context: Terms = [((), 1.0), *own]
    crossed = list(own) if crosses else []
    if crosses:
        of_context += _crossed(own, 2)
        shared += _pairs(shared)
    for order in range(2, crosses + 1):
        crossed += _crossed(own, order)
    single = shared[: 1 + len(action.features.columns)]
    terms = [(Column(names, ""), value) for names, value in of_context]
    terms += shared
    terms += [
        (Column(names, column.action, column.of_id), u * v)
        for names, u in crossed
        for column, v in single
    ]
    columns, values = zip(*terms, strict=True)
    return columns, np.array(values)


def _crossed(own: Terms, order: int) -> Terms:
    """Products of ``order`` different columns of the context."""
    return [
        (tuple(names[0] for names, _ in chosen), math.prod(value for _, value in chosen))
        for chosen in combinations(own, order)
    ]


def _pairs(shared: list[tuple[Column, float]]) -> list[tuple[Column, float]]:
    """Products of two different columns of the action."""
    return [
        (Column((), f"{a.action} & {b.action}", a.of_id), u * v)
        for (a, u), (b, v) in combinations(shared, 2)
    ]
