"""A single experiment: the log and the contexts of its visitors."""

from dataclasses import fields

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, Thompson
from engine.evaluation.logged_decisions import decisions_from, usable
from engine.evaluation.simulated_log import simulate_log
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import nth_visitor, serve
from engine.worlds.coffee import COFFEE


@pytest.mark.no_cover
def test_an_experiment_equals_the_log_of_a_loop() -> None:
    """Equal to the last bit but for its times, with any learning and exploration."""
    settings = LoopSettings(policy=Thompson(floor=0.2))
    simulated, loop = (
        finish(simulate_log(COFFEE, settings, 120, seed=5)),
        LearningLoop(settings, seed=5),
    )
    for number in range(120):
        serve(loop, COFFEE, nth_visitor(COFFEE, 5, number))
    logged = decisions_from(usable(loop))
    for field in fields(logged):
        one, other = getattr(simulated.log, field.name), getattr(logged, field.name)
        assert field.name == "time" or np.array_equal(one, other), field.name


def test_a_policy_shows_each_visitor_what_it_is_said_to() -> None:
    simulated = finish(simulate_log(COFFEE, LoopSettings(), 20, seed=5))
    items = np.arange(20) % len(COFFEE.items)
    target = simulated.showing("in turn", COFFEE, items)
    chosen = target.probabilities(simulated.log).argmax(axis=1)
    names = [COFFEE.items[item].id for item in items]
    assert [simulated.log.actions[column] for column in chosen] == names
