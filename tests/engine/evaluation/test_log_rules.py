"""Rules over the columns of a log."""

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.log_rules import (
    MOST_VALUES,
    LogRule,
    columns_for_rules,
    depends_on_columns,
    usual_rule,
)
from engine.evaluation.logged_decisions import Decisions, decisions_from, usable
from engine.evaluation.target_policies import WorldRule
from engine.simulation.baselines import RuleTable, best_rule
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS

COFFEE = WORLDS["coffee"]


@pytest.fixture(scope="module")
def coffee_log() -> Decisions:
    loop = LearningLoop(LoopSettings(), seed=3)
    for _ in crowd(loop, COFFEE, 200):
        pass
    return decisions_from(usable(loop))


def two_columns(places: list[str], shown: list[int]) -> Decisions:
    """Log of two actions with a context per event: a place, and a number that is never the same."""
    n = len(places)
    return Decisions(
        actions=("card", "loan"),
        contexts=tuple(
            f"place={place}, n={i}" if place else f"n={i}" for i, place in enumerate(places)
        ),
        context_index=np.arange(n),
        shown=np.array(shown),
        propensity=np.full(n, 0.5),
        reward=np.zeros(n),
        offered=np.ones((n, 2), dtype=bool),
        baseline=np.zeros(n, dtype=np.intp),
    )


@pytest.mark.parametrize("fields", [["weather"], [field.name for field in COFFEE.fields[:2]]])
def test_a_rule_over_columns_is_that_over_the_fields_of_the_world(
    coffee_log: Decisions, fields: list[str]
) -> None:
    rule = best_rule(COFFEE, fields)
    in_log = {name: columns_for_rules(coffee_log)[name] for name in rule.fields}
    sent = {field.name: {value.name for value in field.values} for field in COFFEE.fields}
    assert all({*values} <= sent[name] for name, values in in_log.items())
    chosen = LogRule(rule).probabilities(coffee_log)
    assert (chosen == WorldRule(COFFEE, rule).probabilities(coffee_log)).all()


def test_other_values_and_actions_that_are_not_offered_get_the_baseline() -> None:
    log = two_columns(["web", "app", "", "branch"], [0, 1, 0, 1])
    rule = RuleTable(("place",), {("web",): "loan", ("app",): "gone", ("",): "loan"})
    assert LogRule(rule).probabilities(log).argmax(axis=1).tolist() == [1, 0, 1, 0]


def test_only_columns_with_few_values_are_for_rules() -> None:
    log = two_columns(["web", "app", ""] * MOST_VALUES, [0] * 3 * MOST_VALUES)
    assert columns_for_rules(log) == {"place": ["", "app", "web"]}


def test_the_usual_rule_is_the_action_shown_most_often() -> None:
    log = two_columns(["web", "web", "web", "app", ""], [1, 1, 0, 0, 1])
    assert usual_rule(log, ["place"]).table == {("",): "loan", ("app",): "card", ("web",): "loan"}
    assert usual_rule(log, []).table == {(): "loan"}


def test_a_rule_depends_on_columns_of_the_log_or_not() -> None:
    log = two_columns(["web", "app"], [0, 1])
    assert depends_on_columns(usual_rule(log, ["place"]), log)
    assert depends_on_columns(usual_rule(log, []), log)
    assert not depends_on_columns(RuleTable(("age",), {("old",): "loan"}), log)
