"""A world of 1.7 million contexts is played, mapped, raced and valued, and never tabulated."""

import tracemalloc
from dataclasses import replace
from functools import partial
from typing import cast

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, PersonalizerError
from engine.evaluation.estimators import Naive
from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.interval_coverage import Coverage, Flaw
from engine.evaluation.learned_weights import learned_weights_steps
from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.logged_decisions import decisions_from, usable
from engine.evaluation.random_policies import random_policies, true_value
from engine.evaluation.target_policies import FixedAction, LoggedPolicy, UniformTarget, truths
from engine.experiments.apprentice_comparison import Comparison
from engine.experiments.race.contenders import ABTest, Blind, Present
from engine.experiments.race.plan import Plan
from engine.pausable_steps import finish
from engine.simulation.baselines import best_rule
from engine.simulation.simulated_visitors import crowd, nth_visitor, potential_outcomes
from engine.worlds import TasteWeights, world_from_json
from engine.worlds.world_contents import Drift
from tests.engine.experiments.race.races import outcomes_of
from tests.engine.worlds.random_worlds import large

LARGE = world_from_json(large())


@pytest.fixture(scope="module")
def loop() -> LearningLoop:
    """A loop with a few of the world's visitors."""
    loop = LearningLoop(seed=3)
    rows = list(crowd(loop, LARGE, 12))
    assert all(0 < cast(float, row["expected"]) <= cast(float, row["best"]) for row in rows)
    return loop


@pytest.mark.no_cover
def test_it_takes_no_memory_to_speak_of() -> None:
    data = large()
    tracemalloc.start()
    world = world_from_json(data)
    assert world.size == len(world.contexts) == 6**8
    nth_visitor(world, 7, 0)
    world.expected_in(np.arange(1_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6  # A table of the truth alone would be 670 MB.


def test_tables_of_it_are_refused() -> None:
    for table in ("frequencies", "outcomes", "expected"):
        with pytest.raises(PersonalizerError, match="contexts is 1679616, but must be at most 1,0"):
            getattr(LARGE, table)
    with pytest.raises(IndexError):
        LARGE.contexts[LARGE.size]


def test_contexts_are_where_they_say() -> None:
    for cell in (0, 1, 6**7 + 5, LARGE.size - 1):
        assert LARGE.cell(LARGE.contexts[cell]) == cell
    first, second = LARGE.contexts[6**7], LARGE.contexts[5]
    assert (first["field0"], first["field7"]) == ("1", "0")
    assert (second["field0"], second["field7"]) == ("0", "5")


def test_visitors_are_drawn_field_by_field() -> None:
    visitors = [nth_visitor(LARGE, 1, n).context for n in range(400)]
    for name in ("field0", "field7"):
        mean = np.mean([int(visitor[name]) for visitor in visitors])
        assert mean == pytest.approx(70 / 21, abs=5 * 1.5 / 20)
    assert LARGE.census.weights.sum() == pytest.approx(1)


def test_the_truth_is_that_of_its_weights_to_the_last_bit() -> None:
    assert isinstance(LARGE.taste, TasteWeights)
    for cell in (7, 123_456):
        tastes = [LARGE.taste(LARGE.contexts[cell], item) for item in LARGE.items]
        outcomes = LARGE.outcomes_in(cell)
        assert [(t.half, t.full) for t in tastes] == [tuple(row[1:]) for row in outcomes.tolist()]
        assert (LARGE.outcomes_in(np.array([3, cell]))[1] == outcomes).all()


def test_it_is_mapped_in_slices(loop: LearningLoop) -> None:
    here = LARGE.contexts[54_321]
    cells = LARGE.through(here, "field2", "field5")
    rows = favoured_actions(loop, LARGE, cells)
    assert [(row["field2"], row["field5"]) for row in rows[:7]] == [
        *(("0", str(i)) for i in range(6)), ("1", "0"),
    ]  # fmt: skip
    assert all(row["field3"] == here["field3"] for row in rows)
    assert len(rows) == 36
    best = LARGE.items[int(LARGE.expected_in(cells[4]).argmax())].id
    assert rows[4]["best"] in {best, rows[4]["action"]}


@pytest.mark.no_cover
def test_its_curve_and_the_values_of_policies_are_told(loop: LearningLoop) -> None:
    curve = LearningCurve(LARGE)
    curve.follow(loop)
    assert curve.regret > 0
    result = truths(
        LARGE,
        decisions_from(usable(loop)),
        [UniformTarget(), FixedAction("item 3"), LoggedPolicy()],
    )
    assert result["uniform"] == pytest.approx(LARGE.uniform_value, abs=0.002)
    means = LARGE.census.expected.mean(axis=0)
    assert result["action item 3"] == pytest.approx(means[3], abs=0.003)
    assert len(result) == 3


def test_weights_are_those_in_the_contexts_of_some(loop: LearningLoop) -> None:
    weights = learned_weights_steps(loop, LARGE)
    next(weights)


@pytest.mark.parametrize("drift", ["none", "halfway", "slow"])
def test_tastes_change_cell_by_cell(drift: Drift) -> None:
    met = potential_outcomes(LARGE, 60, 5, drift)
    before = LARGE.expected_in(met.cells)
    changed = (met.expected != before).any(axis=1)
    assert (np.sort(met.expected, axis=1) == np.sort(before, axis=1)).all()
    if drift == "none":
        assert not changed.any()
    elif drift == "halfway":
        assert changed.tolist() == [False] * 30 + [True] * 30
    else:
        assert changed[:30].sum() < changed[30:].sum()


def test_it_is_raced_and_compared() -> None:
    contenders = (ABTest("ab", 10, field="field1"), Blind("uniform"), Present("present"))
    plan = Plan(LARGE, contenders, visitors=30, repetitions=1, drift="slow", seed=5)
    assert len(outcomes_of(plan)) == 3
    comparison = Comparison(LARGE, best_rule(LARGE, ["field0"]), seed=2)
    comparison.step()


def test_a_rule_by_too_many_fields_is_refused() -> None:
    names = [field.name for field in LARGE.fields]
    with pytest.raises(PersonalizerError, match="combinations that the rule names is 1679616, but"):
        best_rule(LARGE, names)


def test_a_world_with_a_computed_truth_is_evaluated_cell_by_cell() -> None:
    weights = LARGE.taste
    computed = replace(LARGE, taste=partial(weights))
    assert not isinstance(computed.taste, TasteWeights)
    assert (computed.outcomes_in(99) == LARGE.outcomes_in(99)).all()


@pytest.mark.parametrize("flaw", ["none", "picked"])
def test_coverage_is_counted_in_it(flaw: Flaw) -> None:
    place = world_from_json(large(fields=5, values=5, items=3))
    watched = Coverage(place, LoopSettings(), 30, flaw, estimators=[Naive])
    finish(watched.repetition_steps(1))
    assert sum(count.intervals for count in watched.counts.values()) == (
        1 if flaw == "picked" else 5
    )
    rules = random_policies(place, 3)
    assert rules.shape[1] == 625
    assert 0.3 < true_value(place, rules[0]) < place.best_value
