"""Rules made at random, on a log and in truth."""

import numpy as np
import pytest

from engine import LoopSettings
from engine.evaluation.random_policies import (
    POLICY_COUNT,
    random_policies,
    true_value,
    weighted_rewards,
)
from engine.evaluation.simulated_log import simulate_log
from engine.pausable_steps import finish
from engine.worlds.coffee import COFFEE


def test_what_a_rule_earns_on_a_log_is_what_was_shown_as_it_would_have() -> None:
    simulated = finish(simulate_log(COFFEE, LoopSettings(), 40, seed=5))
    rules = random_policies(COFFEE, 5)
    assert rules.shape == (POLICY_COUNT, COFFEE.size)
    earned = weighted_rewards(COFFEE, simulated, rules)
    shown = [simulated.log.actions[column] for column in simulated.log.shown]
    for visitor, cell in enumerate(simulated.cells.tolist()):
        agrees = COFFEE.items[rules[7, cell]].id == shown[visitor]
        whole = simulated.log.reward[visitor] / simulated.log.propensity[visitor]
        assert earned[7, visitor] == (whole if agrees else 0)


def test_the_rule_of_the_best_would_earn_the_best() -> None:
    best = COFFEE.expected.argmax(axis=1)
    assert true_value(COFFEE, best) == pytest.approx(COFFEE.best_value)
    assert true_value(COFFEE, np.roll(best, 1)) < COFFEE.best_value
