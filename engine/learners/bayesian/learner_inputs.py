"""Inputs of the hypotheses: coordinates of rows and indices of cells, shared by all of them.

Both depend on the encoding of contexts: the scales of numbers and the names of fields, fitted to
the first rewards (`InputEncoding`). Under another encoding everything is learned again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.learners.bayesian.basis import Basis, LearnedRow
from engine.learners.bayesian.cells import CellIndex, Indices, Tables
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import Observation
from engine.learners.bayesian.number_scales import Scales
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.rates import SuccessRates
from engine.learners.bayesian.row_form import RowForm
from engine.learners.bayesian.row_kernels import contexts_of
from engine.learners.learned_state import Learned
from engine.protocol.features import Features
from engine.protocol.request import Action

Experience = tuple[Features, tuple[Action, ...], int, float]
"""A context, the offered actions, the position of the shown action, and its reward."""


@dataclass(frozen=True, slots=True)
class InputEncoding:
    """Encoding of contexts.

    Attributes:
        scales: of numbers.
        fields: names of fields.
    """

    scales: Scales
    fields: tuple[str, ...]

    @classmethod
    def of(cls, experiences: Sequence[Experience]) -> "InputEncoding":
        """Fit the encoding to experiences."""
        scales = Scales.fitted([(context, actions) for context, actions, *_ in experiences])
        names = (name for context, *_ in experiences for name in context.names)
        return cls(scales, tuple(dict.fromkeys(names)))


class LearnerInput(NamedTuple):
    """Input of one reward: row coordinates by form, and cell indices by number of crosses."""

    rows: dict[RowForm, LearnedRow]
    cells: dict[int, tuple[Indices, int]]


class LearnerInputs(Learned):
    """Bases and cell indices of all hypotheses.

    Attributes:
        spans: basis of the rows of each form.
        cells: cell index by the largest number of crossed fields.
    """

    STATE = ("spans", "cells")

    def __init__(self, hypotheses: Iterable[Hypothesis], reading: InputEncoding) -> None:
        self.spans: dict[RowForm, Basis] = {}
        self.cells: dict[int, CellIndex] = {}
        contexts = contexts_of(not reading.scales.of.keys().isdisjoint(reading.fields))
        for hypothesis in hypotheses:
            if hypothesis.by in ("cells", "rates"):
                cells = CellIndex(reading.fields, reading.scales, hypothesis.crosses)
                same = (of for of in self.cells.values() if of.subsets == cells.subsets)
                self.cells[hypothesis.crosses] = next(same, cells)
            else:
                self.spans[hypothesis.form] = Basis(hypothesis.form, reading.scales, contexts)

    def are_read(self, reading: InputEncoding) -> bool:
        """True if the inputs have this encoding."""
        cells = self.cells.values()
        scales = [index.scales for index in cells] + [basis.scales for basis in self.spans.values()]
        return all(known.of == reading.scales.of for known in scales) and all(
            index.fields == reading.fields for index in cells
        )

    def place(
        self,
        context: Features,
        actions: tuple[Action, ...],
        shown: int,
        learners: Iterable[Posterior | Tables | SuccessRates],
    ) -> LearnerInput:
        """Input of the shown action's reward in a context; blocks joined by its row are merged in
        the bases and in the posteriors of the ``learners``."""
        linear = [learner for learner in learners if isinstance(learner, Posterior)]
        rows = {}
        for form in dict.fromkeys([learner.form for learner in linear]):
            rows[form], merged = self.spans[form].place(context, actions, shown)
            for merge in merged:
                for learner in linear:
                    if learner.form == form:
                        learner.merge(merge)
        cells = {n: index.place(context, actions[shown]) for n, index in self.cells.items()}
        return LearnerInput(rows, cells)

    def teach(
        self, learner: Posterior | Tables | SuccessRates, place: LearnerInput, seen: Observation
    ) -> float:
        """Teach a learner a reward; return the log density it had predicted."""
        if isinstance(learner, Posterior):
            return learner.learn(place.rows[learner.form], seen)
        cells = self.cells[learner.crosses]
        return learner.learn(cells, *place.cells[learner.crosses], seen)


def expected_first(
    learner: Posterior | Tables | SuccessRates, place: LearnerInput, seen: Observation
) -> float:
    """Log density of a first reward under a learner's prior."""
    if isinstance(learner, Posterior):
        return learner.expected_first(place.rows[learner.form], seen)
    return learner.expected_first(seen)
