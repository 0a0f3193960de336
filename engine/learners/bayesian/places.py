"""Where rewards are learned: the spans of rows, and the cells, that the hypotheses share.

Both depend on how contexts are read: the scales of their numbers, and the names of their fields,
which the first rewards tell (`Reading`). Read otherwise, all is learned anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.learners.bayesian.basis import Basis
from engine.learners.bayesian.block import LearnedRow
from engine.learners.bayesian.cells import Cells, Indices, Tables
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import Observation
from engine.learners.bayesian.numbers import Scales
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.rows import RowForm
from engine.learners.learned_state import Learned
from engine.protocol.features import Features
from engine.protocol.request import Action

Experience = tuple[Features, tuple[Action, ...], int, float]
"""A context, the actions offered there, the position of the one shown, and what it earned."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How contexts are read.

    Attributes:
        scales: of their numbers.
        fields: their names.
    """

    scales: Scales
    fields: tuple[str, ...]

    @classmethod
    def of(cls, experiences: Sequence[Experience]) -> "Reading":
        """As experiences have them."""
        scales = Scales.fitted([(context, actions) for context, actions, *_ in experiences])
        found = (name for context, *_ in experiences for name in context.names)
        return cls(scales, tuple(dict.fromkeys(found)))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one reward is learned: in the span of each form, and in cells, by their crosses."""

    rows: dict[RowForm, LearnedRow]
    cells: dict[int, tuple[Indices, int]]


class Places(Learned):
    """Where all that hypotheses learn is.

    Attributes:
        spans: of the rows of each form.
        cells: by how many fields cross at most.
    """

    STATE = ("spans", "cells")

    def __init__(self, hypotheses: Iterable[Hypothesis], reading: Reading) -> None:
        self.spans: dict[RowForm, Basis] = {}
        self.cells: dict[int, Cells] = {}
        for one in hypotheses:
            if one.by == "cells":
                self.cells[one.crosses] = Cells(reading.fields, reading.scales, one.crosses)
            else:
                self.spans[one.form] = Basis(one.form, reading.scales)

    def are_read(self, reading: Reading) -> bool:
        """Whether contexts are read so: else the same rewards teach something else."""
        cells = self.cells.values()
        scales = [one.scales for one in cells] + [one.scales for one in self.spans.values()]
        return all(one.of == reading.scales.of for one in scales) and all(
            one.fields == reading.fields for one in cells
        )

    def place(
        self, context: Features, action: Action, learners: Iterable[Posterior | Tables]
    ) -> Place:
        """Where an action's reward in a context is learned; blocks that it joins are merged, in
        what the ``learners`` learned of them, too."""
        linear = [learner for learner in learners if isinstance(learner, Posterior)]
        rows = {}
        for form in dict.fromkeys([learner.form for learner in linear]):
            rows[form], merged = self.spans[form].place(context, action)
            for merge in merged:
                for learner in linear:
                    if learner.form == form:
                        learner.merge(merge)
        cells = {crosses: of.place(context, action) for crosses, of in self.cells.items()}
        return Place(rows, cells)

    def teach(self, learner: Posterior | Tables, place: Place, seen: Observation) -> float:
        """Have a learner learn a reward; the log density with which it had expected it."""
        if isinstance(learner, Posterior):
            return learner.learn(place.rows[learner.form], seen)
        cells = self.cells[learner.crosses]
        return learner.learn(cells, *place.cells[learner.crosses], seen)


def expected_first(learner: Posterior | Tables, place: Place, seen: Observation) -> float:
    """Log density with which a learner that knows nothing expects its first reward."""
    if isinstance(learner, Posterior):
        return learner.expected_first(place.rows[learner.form], seen)
    return learner.expected_first(seen)
