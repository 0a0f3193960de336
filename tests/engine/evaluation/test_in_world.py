"""What a log says of a world's own rule, where its contexts send numbers, tags or nothing."""

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.decisions import Decisions, decisions_from, usable
from engine.evaluation.in_world import Texts, WorldRule
from engine.evaluation.truth import truths
from engine.simulation.baselines import best_rule
from engine.simulation.crowd import crowd
from engine.worlds.gallery.gym import GYM


@pytest.fixture(scope="module")
def loop() -> LearningLoop:
    loop = LearningLoop(LoopSettings(), seed=7)
    for _ in crowd(loop, GYM, 60):
        pass
    return loop


@pytest.fixture(scope="module")
def log(loop: LearningLoop) -> Decisions:
    return decisions_from(usable(loop))


def test_contexts_are_those_of_the_world(loop: LearningLoop, log: Decisions) -> None:
    found = [Texts(GYM).context(log.contexts[at]) for at in log.stratum]
    assert found == [GYM.context_of(event.ranked.request) for event in loop.events.values()]


def test_what_is_none_of_the_world_s_is_none() -> None:
    texts = Texts(GYM)
    assert texts.context("hour=9") is None
    assert texts.context("weather=Rainy") is None
    assert texts.context("") is None


@pytest.mark.parametrize("field", [field.name for field in GYM.fields])
def test_a_rule_chooses_what_its_table_says(loop: LearningLoop, log: Decisions, field: str) -> None:
    rule = best_rule(GYM, [field])
    chosen = WorldRule(GYM, rule).probabilities(log).argmax(axis=1)
    contexts = [GYM.context_of(event.ranked.request) for event in loop.events.values()]
    assert [log.actions[at] for at in chosen] == [rule.table[(c[field],)] for c in contexts]
    earns = [
        GYM.expected[at, GYM.position(rule.table[(c[field],)])] for at, c in enumerate(GYM.contexts)
    ]
    found = truths(GYM, log, [WorldRule(GYM, rule)])
    assert found["rules"] == pytest.approx(float(GYM.frequencies @ np.array(earns)))
