"""Inputs of learners depend on the encoding of contexts alone."""

import numpy as np
import pytest

from engine.arrays import Array
from engine.learners.bayesian.averaging import learner_of
from engine.learners.bayesian.hypothesis import HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner_inputs import (
    Experience,
    InputEncoding,
    LearnerInputs,
    expected_first,
)
from engine.learners.bayesian.likelihood import CENTRE, Observation, RewardHistory
from engine.learners.crosses import Vectors
from engine.protocol.features import Features
from tests.engine.requests import DRINKS, Json, request_of

MORNING: list[Json] = [{"time": "morning", "age": 31}]
EVENING: list[Json] = [{"age": 64, "weather": "rain", "time": "evening"}]


def experience(context: list[Json], shown: int = 0) -> Experience:
    request = request_of(context, *DRINKS)
    return request.context, request.actions, shown, 1.0


def first_reward() -> Observation:
    return RewardHistory().observe(1.0, "a")


def test_fields_are_read_in_the_order_in_which_they_came() -> None:
    assert not InputEncoding.of([]).scales.of
    assert InputEncoding.of([]).fields == ()
    reading = InputEncoding.of([experience(MORNING), experience(EVENING)])
    assert reading.fields == ("time", "age", "weather")
    assert set(reading.scales.of) == {"age", "cold"}


def test_contexts_are_read_so_only_with_the_same_fields_and_scales() -> None:
    reading = InputEncoding.of([experience(MORNING), experience(EVENING)])
    places = LearnerInputs(HYPOTHESES, reading)
    assert places.are_read(InputEncoding(reading.scales, reading.fields))
    assert not places.are_read(InputEncoding(reading.scales, reading.fields[:1]))
    assert not places.are_read(InputEncoding(InputEncoding.of([]).scales, reading.fields))


def test_there_is_a_span_for_each_form_and_cells_for_each_order_of_crosses() -> None:
    several = (Hypothesis(2), Hypothesis(2, noise_sd=0.1), Hypothesis(1), Hypothesis(3, "cells"))
    places = LearnerInputs(several, InputEncoding.of([]))
    assert list(places.spans) == [several[0].form, several[2].form]
    assert list(places.cells) == [3]


@pytest.mark.parametrize(("context", "readings"), [([{"time": "morning"}], 1), (MORNING, 2)])
def test_hypotheses_compare_a_context_once_for_each_reading(
    context: list[Json], readings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By nearness and along lines; without numbers, both are the same."""
    here, asked, by_field = experience(context), list[Features](), Vectors.by_field

    def counted(self: Vectors, features: Features) -> tuple[list[str], Array]:
        asked.append(features)
        return by_field(self, features)

    places = LearnerInputs(HYPOTHESES, InputEncoding.of([here]))
    learners = [learner_of(hypothesis, CENTRE) for hypothesis in HYPOTHESES]
    places.place(*experience(EVENING)[:3], learners)
    monkeypatch.setattr(Vectors, "by_field", counted)
    for basis in places.spans.values():
        basis.offer(*here[:2])
    places.place(*here[:3], learners)
    assert len(asked) == readings


def test_equal_cell_indices_are_one() -> None:
    of = (Hypothesis(4, "cells"), Hypothesis(2, "rates"))
    for context, same in (MORNING, True), (EVENING, False):
        places = LearnerInputs(of, InputEncoding.of([experience(context)]))
        assert (places.cells[4] is places.cells[2]) == same
        copy = places.fork()
        assert (copy.cells[4] is copy.cells[2]) == same


def test_what_learned_nothing_expects_its_first_reward_as_it_then_learns_it() -> None:
    context, actions, shown, _ = experience(MORNING)
    linear, table = Hypothesis(), Hypothesis(3, "cells")
    places = LearnerInputs((linear, table), InputEncoding.of([experience(MORNING)]))
    for one in (linear, table):
        learner = learner_of(one, CENTRE)
        place = places.place(context, actions, shown, [learner])
        expected = expected_first(learner, place, first_reward())
        np.testing.assert_allclose(places.teach(learner, place, first_reward()), expected)
        assert learner.count == 1
