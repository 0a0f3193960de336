"""Target policies on logs, on events of loops, and in known worlds."""

from functools import cache

import numpy as np
import pytest

from engine import EpsilonGreedy, LearningLoop, LoopSettings, PersonalizerError
from engine.evaluation.logged_decisions import Decisions, decisions_from, usable
from engine.evaluation.target_policies import (
    Baseline,
    ContextTexts,
    FixedAction,
    GivenProbabilities,
    LoggedPolicy,
    UniformTarget,
    WorldRule,
    frozen,
    greedy,
    replaying,
    truths,
)
from engine.pausable_steps import finish
from engine.simulation.baselines import best_rule
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS
from engine.worlds.coffee import COFFEE
from engine.worlds.gallery.gym import GYM
from tests.clock import ManualClock

LOG = Decisions(
    actions=("tea", "coffee", "cake"),
    contexts=("weather=Rainy, name=Ann", "weather=Sunny, name=Anna"),
    context_index=np.array([0, 1, 1]),
    shown=np.array([0, 1, 0]),
    propensity=np.array([0.5, 0.25, 0.8]),
    reward=np.array([1.0, 0.0, 0.5]),
    offered=np.array([[True, True, True], [True, True, False], [True, True, False]]),
    baseline=np.array([0, 1, 0]),
)


def choices(target: FixedAction | Baseline) -> list[str]:
    return [LOG.actions[i] for i in target.probabilities(LOG).argmax(axis=1)]


def test_probabilities_of_each_target() -> None:
    assert choices(Baseline()) == ["tea", "coffee", "tea"]
    assert choices(FixedAction("coffee")) == ["coffee"] * 3
    assert choices(FixedAction("cake")) == ["cake", "coffee", "tea"]
    assert choices(FixedAction("soup")) == choices(Baseline())
    assert UniformTarget().probabilities(LOG).tolist() == [
        [1 / 3] * 3,
        [0.5, 0.5, 0],
        [0.5, 0.5, 0],
    ]


def test_a_weight_is_how_much_likelier_the_target_was_to_show_what_was_shown() -> None:
    assert FixedAction("tea").weigh(LOG).weight.tolist() == [2, 0, 1.25]
    assert UniformTarget().weigh(LOG).weight.tolist() == pytest.approx([2 / 3, 2, 0.625])
    online = LoggedPolicy().weigh(LOG)
    assert online.weight.tolist() == [1, 1, 1]
    assert online.probabilities is None


def test_chances_belong_to_the_events_that_they_were_computed_for() -> None:
    assert GivenProbabilities("mine", UniformTarget().probabilities(LOG)).weigh(LOG).weight[1] == 2
    with pytest.raises(PersonalizerError, match="not those of the log"):
        GivenProbabilities("mine", np.ones((2, 3))).weigh(LOG)


@cache
def coffee_loop() -> LearningLoop:
    made = LearningLoop(LoopSettings(), seed=3, clock=ManualClock())
    list(crowd(made, COFFEE, 60))
    made.rank(COFFEE.actions, [{"new": True}], ["Cappucino"], "excluding")
    made.reward("excluding", 1.0)
    return made


def test_the_same_settings_replayed_would_have_done_the_same() -> None:
    events = usable(coffee_loop())
    again = finish(replaying(events, coffee_loop().settings, "again", seed=coffee_loop().seed))
    assert again.chances == pytest.approx(decisions_from(events).probabilities, abs=1e-9)
    assert again.weigh(decisions_from(events)).weight == pytest.approx(np.ones(61))


def test_a_learner_says_what_it_would_do_before_it_learns() -> None:
    events = usable(coffee_loop())
    settings = LoopSettings.classic(policy=EpsilonGreedy(epsilon=0.2))
    chances = finish(replaying(events, settings, "classic")).chances
    assert chances[0] == pytest.approx(np.full(4, 0.25))
    assert chances.sum(axis=1) == pytest.approx(np.ones(61))
    assert chances[-1, 0] == 0
    assert set(chances[5:-1].round(3).ravel()) <= {0.05, 0.85}


def test_the_present_policy_and_its_best_guess() -> None:
    events = usable(coffee_loop())
    now = finish(frozen(events, coffee_loop(), "now"))
    best = finish(greedy(events, coffee_loop()))
    request = events[4].ranked.request
    assert now.chances[4] == pytest.approx(coffee_loop().probabilities(request))
    assert best.chances[4].argmax() == coffee_loop().learner.belief(request).mean.argmax()
    assert set(np.unique(best.chances[:, 1:])) <= {0.0, 1.0}


@pytest.fixture(scope="module")
def gym_loop() -> LearningLoop:
    made = LearningLoop(LoopSettings(), seed=7)
    for _ in crowd(made, GYM, 60):
        pass
    return made


@pytest.fixture(scope="module")
def gym_log(gym_loop: LearningLoop) -> Decisions:
    return decisions_from(usable(gym_loop))


def test_contexts_are_those_of_the_world(gym_loop: LearningLoop, gym_log: Decisions) -> None:
    results = [ContextTexts(GYM).context(gym_log.contexts[at]) for at in gym_log.context_index]
    assert results == [GYM.context_of(event.ranked.request) for event in gym_loop.events.values()]


def test_what_is_none_of_the_world_s_is_none() -> None:
    texts = ContextTexts(GYM)
    assert texts.context("hour=9") is None
    assert texts.context("weather=Rainy") is None
    assert texts.context("") is None


@pytest.mark.parametrize("field", [field.name for field in GYM.fields])
def test_a_rule_chooses_what_its_table_says(
    gym_loop: LearningLoop, gym_log: Decisions, field: str
) -> None:
    rule = best_rule(GYM, [field])
    chosen = WorldRule(GYM, rule).probabilities(gym_log).argmax(axis=1)
    contexts = [GYM.context_of(event.ranked.request) for event in gym_loop.events.values()]
    assert [gym_log.actions[at] for at in chosen] == [rule.table[(c[field],)] for c in contexts]
    earns = [
        GYM.expected[at, GYM.position(rule.table[(c[field],)])] for at, c in enumerate(GYM.contexts)
    ]
    result = truths(GYM, gym_log, [WorldRule(GYM, rule)])
    assert result["rules"] == pytest.approx(float(GYM.frequencies @ np.array(earns)))


@pytest.fixture(scope="module")
def served_loop() -> LearningLoop:
    made = LearningLoop(LoopSettings(), seed=7)
    for _ in crowd(made, COFFEE, 60):
        pass
    return made


@pytest.fixture(scope="module")
def served_log(served_loop: LearningLoop) -> Decisions:
    return decisions_from(usable(served_loop))


def test_actions_and_chance_are_served_to_everybody_who_comes(served_log: Decisions) -> None:
    result = truths(COFFEE, served_log, [FixedAction("Latte"), Baseline(), UniformTarget()])
    earned = COFFEE.frequencies @ COFFEE.expected
    assert result["action Latte"] == pytest.approx(earned[COFFEE.position("Latte")])
    assert result["baseline"] == pytest.approx(earned[0])
    assert result["uniform"] == pytest.approx(COFFEE.uniform_value)


def test_true_values_of_targets_defined_on_the_log(
    served_loop: LearningLoop, served_log: Decisions
) -> None:
    first = np.zeros(served_log.offered.shape)
    first[:, 0] = 1.0
    actual = truths(COFFEE, served_log, [LoggedPolicy(), GivenProbabilities("first", first)])
    cells = [COFFEE.cell(COFFEE.context_of(e.ranked.request)) for e in served_loop.events.values()]
    expected = COFFEE.expected[cells]
    assert served_log.probabilities is not None
    assert actual["online"] == pytest.approx(
        (served_log.probabilities * expected).sum(axis=1).mean()
    )
    assert actual["first"] == pytest.approx(expected[:, 0].mean())


def test_of_another_world_nothing_is_known(served_log: Decisions) -> None:
    assert truths(WORLDS["news"], served_log, [UniformTarget()]) == {}
