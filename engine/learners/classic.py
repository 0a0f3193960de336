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

The weights are never written out. A step adds a multiple of a row to them, so they are at
all times a combination of the rows learned,

    (13)  w = sum over rows i of dual_i x_i,    x.w = sum of dual_i (x.x_i),

and with s_k, t_k the symmetric polynomials of two contexts and of two actions, column by
column (`engine.learners.crosses`), the inner product of two rows is

    (14)  x.z = (1 + s_1 + s_2) + (t_1 + t_2) + t_1 (s_1 + ... + s_crosses).

So the work depends on how many different rows were rewarded, never on how many columns
pairs make. Numbers of equations as in ``engine/README.md``.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.base import ALONE, Contribution, Group, Impression, Learner, Source
from engine.learners.belief import Belief
from engine.learners.crosses import by_group, symmetric_polynomials
from engine.learners.learned_state import BoundedCache, Learned
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest
from engine.result_cache import cached


class ClassicLearner(Learner):
    """Linear model of the reward by gradient descent, with one head for rewards and imitation.

    As in the service, an apprentice learns from its own choice alone whether it was the baseline's
    choice, and no rewards.

    Args:
        crosses: 0 for features alone; from 1 all pairs of features, as in the service; 2 to 4 add
            crosses of so many context features with each of the action.
        rate: learning rate, 0 to 1; 0.001 in the service.
    """

    STATE = ("learned", "_crosses", "_rate", "_contexts", "_actions", "_rows", "_at", "_duals")
    learned = 0
    _means = cached_property(lambda _: BoundedCache[tuple[Features, Action], float]())

    def __init__(self, crosses: int, rate: float) -> None:
        self._crosses, self._rate = crosses, rate
        self._contexts = Side(0, 2 if crosses else 1, crosses)
        self._actions = Side(1, 2 if crosses else 1, 1)
        self._rows: dict[tuple[int, int], int] = {}
        self._at: NDArray[np.intp] = np.zeros((2, 16), dtype=np.intp)
        self._duals: Array = np.zeros(16)

    def watch(self, impression: Impression) -> None:
        chosen = impression.request.actions[impression.chosen]
        label = float(impression.chosen == impression.baseline)
        self.step(impression.context, chosen, label, impression.importance)

    def learn(self, impression: Impression, earned: float) -> None:
        if not impression.apprentice:
            self.step(impression.context, impression.action, earned, impression.importance)
            self.learned += 1

    def belief(self, request: RankRequest, online: bool = True) -> Belief:
        mean = self._predict(request.context, request.actions)
        return Belief.of_one(mean, np.zeros((len(mean), len(mean))))

    def contributions(
        self,
        request: RankRequest,
        weights: Array,
        online: bool = True,
        into: Mapping[Group, Group] = ALONE,
    ) -> dict[Source, Contribution]:
        """Columns of the context alone are common to all actions and belong to the mean of
        everything. All standard deviations are 0."""
        c, a = self._at[:, : len(self._rows)]
        duals = self._duals[: len(self._rows)]
        of_actions = [self._actions.products(_with_id(action)) for action in request.actions]
        alone, single = np.tensordot(weights, np.array(of_actions), 1)
        share: Array = np.zeros((1 + self._crosses, len(self._contexts)))
        share[0] = np.bincount(c, duals * alone[a], minlength=len(self._contexts))
        share[1:] = np.bincount(c, duals * single[a], minlength=len(self._contexts))
        context = request.context
        columns, products = self._contexts.by_column(context)
        fields = [context.fields[column] for column in columns]
        groups = by_group(products, fields, len(context.columns), share)
        everything = float(weights.sum() * (duals @ self._contexts.products(context)[0, c]))
        sums = defaultdict[Source, float](float, {"everything": everything})
        for group, added in groups.items():
            sums[into.get(group, group)] += float(added.sum())
        return {source: Contribution(mean) for source, mean in sums.items()}

    def unrewarded(self) -> Self:
        return type(self)(self._crosses, self._rate)

    def step(self, context: Features, action: Action, reward: float, weight: float = 1.0) -> None:
        """Add the row to the weights, moving its prediction part of the way to a reward."""
        error = reward - self._predict(context, (action,))[0]
        features = _with_id(action)
        c, a = self._contexts.index(context), self._actions.index(features)
        row = self._rows.setdefault((c, a), len(self._rows))
        self._at = with_room(self._at, (2, row + 1))
        self._duals = with_room(self._duals, (row + 1,))
        self._at[:, row] = c, a
        alone, crossed = self._contexts.products(context)[:, c]
        action_alone, single = self._actions.products(features)[:, a]
        length = alone + action_alone + single * crossed  # (14)
        self._duals[row] += -math.expm1(-2 * self._rate * weight) * error / length
        self._means.clear()

    def _predict(self, context: Features, actions: tuple[Action, ...]) -> Array:
        """Predicted rewards, (K,); cached until the next step."""
        if all((context, action) in self._means for action in actions):
            return np.array([self._means[context, action] for action in actions])
        means = self._times_weights(context, actions)
        for action, mean in zip(actions, means.tolist(), strict=True):
            self._means[context, action] = mean
        return means

    def _times_weights(self, context: Features, actions: tuple[Action, ...]) -> Array:
        """Inner products of rows with the weights, (K,): equations (13) and (14)."""
        c, a = self._at[:, : len(self._rows)]
        duals = self._duals[: len(self._rows)]
        alone, crossed = self._contexts.products(context)
        of_actions = np.array([self._actions.products(_with_id(action)) for action in actions])
        sums = np.bincount(a, duals, minlength=len(self._actions))
        crossed_sums = np.bincount(a, duals * crossed[c], minlength=len(self._actions))
        # Row by row, so that no bit depends on what else was asked for.
        means: Array = (of_actions * np.array([sums, crossed_sums])).sum(axis=(1, 2))
        means += duals @ alone[c]  # (13)
        return means


@dataclass(eq=False)
class Side(Learned):
    """Distinct contexts, or actions, among the learned rows, and inner products with them.

    Alone, a side has columns of the orders lowest to highest, where order 0 is the constant;
    columns up to the order crossed are crossed with the other side's.
    """

    _lowest: int
    _highest: int
    _crossed: int
    _places: dict[tuple[tuple[str, float], ...], int] = field(default_factory=dict)
    _entries: dict[str, Array] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)
    _products = cached_property(lambda _: BoundedCache[Features, Array]())

    def __len__(self) -> int:
        return len(self._places)

    def index(self, features: Features) -> int:
        """Position among the learned vectors; added if new."""
        key = tuple(sorted(features.columns.items()))
        if key not in self._places:
            for column, value in key:
                size = self._sizes.get(column, 0)
                entries = with_room(self._entries.get(column, np.zeros((2, 4))), (2, size + 1))
                entries[:, size] = len(self), value
                self._entries[column], self._sizes[column] = entries, size + 1
            self._places[key] = len(self)
            self._products.clear()
        return self._places[key]

    def by_column(self, features: Features) -> tuple[list[str], Array]:
        """Known columns, and inner products column by column, (n, known columns)."""
        known = [column for column in features.columns if column in self._entries]
        products: Array = np.zeros((len(self), len(known)))
        for place, column in enumerate(known):
            at, values = self._entries[column][:, : self._sizes[column]]
            products[at.astype(np.intp), place] = features.columns[column] * values
        return known, products

    def products(self, features: Features) -> Array:
        """Inner products over the side's own columns, and over its crossed columns, (2, n)."""
        if features not in self._products:
            _, columns = self.by_column(features)
            orders = symmetric_polynomials(columns, max(self._highest, self._crossed))
            alone = orders[self._lowest : self._highest + 1].sum(axis=0)
            crossed = orders[1 : self._crossed + 1].sum(axis=0)
            self._products[features] = np.array([alone, crossed])
        return self._products[features]


@cached(lambda features, _: features.bytes)
def _with_id(action: Action) -> Features:
    """Features of an action with its id as a further feature; the empty name is free for it."""
    name, known = f"={action.id}", action.features
    columns, fields = {name: 1.0, **known.columns}, {name: name, **known.fields}
    return Features(columns, fields, known.size + 1, known.non_null + 1)
