"""Lines that may bend: inner products of rows of two parts, read along lines and by nearness.

Where rewards are linear in numbers, lines are learned from few of them, and then are believed
whatever else is there. So a row has a second part beside them, of all crosses by id with numbers
read by nearness, which can say any shape: what a line cannot say is learned there, and where
nothing was learned it is doubted,

    (21)  x.z = lines + BEND nearness,

each an inner product (1): a sum of kernels, so a sum of functions that know nothing of each other
(Duvenaud, Nickisch & Rasmussen, *NeurIPS*, 2011, section 2). Numbers of equations as in
``engine/README.md``.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from engine.arrays import Array
from engine.learners.base import Group
from engine.learners.bayesian.kernel import Column, RowKernel
from engine.learners.bayesian.numbers import Scales
from engine.learners.bayesian.rows import RowForm
from engine.learners.learned_state import Learned
from engine.protocol.features import Features
from engine.protocol.request import Action

BEND = 0.1
"""Prior variance of what bends, as a share of that of a line of length 1: .03 held the truth less
often, .3 lost more."""


class BentKernel(Learned):
    """`RowKernel` of rows in two parts."""

    STATE = ("_lines", "_nearness")

    def __init__(self, crosses: int, scales: Scales) -> None:
        self._lines = RowKernel(RowForm.known(min(crosses, 1), "features"), scales)
        self._nearness = RowKernel(RowForm.known(crosses, "id"), scales)

    def __len__(self) -> int:
        return len(self._lines)

    def columns(self, action: Action) -> Iterator[tuple[bool, Column]]:
        """Columns that an action's rows have, and whether they are of what bends."""
        for bends, kernel in enumerate((self._lines, self._nearness)):
            for column in kernel.columns(action):
                yield bool(bends), column

    def remember(self, context: Features, action: Action) -> int:
        """See `RowKernel.remember`."""
        self._lines.remember(context, action)
        return self._nearness.remember(context, action)

    def between(self, context: Features, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """See `RowKernel.between`."""
        return _sum(self._lines.between(context, actions), self._nearness.between(context, actions))

    def between_all(
        self, contexts: tuple[Features, ...], actions: tuple[Action, ...]
    ) -> tuple[Array, Array]:
        """See `RowKernel.between_all`."""
        return _sum(
            self._lines.between_all(contexts, actions),
            self._nearness.between_all(contexts, actions),
        )

    def grouped(
        self, context: Features, actions: tuple[Action, ...], weights: Array
    ) -> tuple[tuple[Group, ...], Array, Array]:
        """See `RowKernel.grouped`: each group with its part of the lines and of what bends."""
        found: dict[Group, tuple[Array, float]] = {}
        nothing: tuple[Array, float] = np.zeros(len(self)), 0.0
        for kernel, share in ((self._lines, 1.0), (self._nearness, BEND)):
            groups, inside, lengths = kernel.grouped(context, actions, weights)
            for group, products, length in zip(groups, inside, lengths.tolist(), strict=True):
                before, shorter = found.get(group, nothing)
                found[group] = before + share * products, shorter + share * length  # (21)
        products = np.array([of for of, _ in found.values()])
        return tuple(found), products, np.array([length for _, length in found.values()])

    def alike(self, actions: tuple[Action, ...]) -> Array:
        """See `RowKernel.alike`."""
        return self._lines.alike(actions) + BEND * self._nearness.alike(actions)  # (21)

    def length(
        self, contexts: Sequence[Features], actions: tuple[Action, ...], weights: Array
    ) -> float:
        """See `RowKernel.length`."""
        asked = contexts, actions, weights
        return self._lines.length(*asked) + BEND * self._nearness.length(*asked)  # (21)


def _sum(lines: tuple[Array, Array], nearness: tuple[Array, Array]) -> tuple[Array, Array]:
    """(21), of what comes in pairs."""
    first, second = lines[0] + BEND * nearness[0], lines[1] + BEND * nearness[1]
    return first, second


def kernel_of(form: RowForm, scales: Scales) -> RowKernel | BentKernel:
    """A kernel of rows of a form, which remembers none."""
    return BentKernel(form.crosses, scales) if form.by == "bent" else RowKernel(form, scales)
