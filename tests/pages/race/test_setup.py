"""Race's settings, and the plan that they make."""

from engine.experiments.race.contenders import ABTest, Learner
from engine.experiments.race.plan import MAX_REPETITIONS, MAX_VISITORS
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.softmax import Softmax
from engine.policies.ucb import UpperBound
from pages.parts.race.setup import KEYS, REPETITIONS, VISITORS, RaceSetup


def test_settings_reach_the_contenders() -> None:
    setup = RaceSetup(who=",".join(KEYS), epsilon=30, temperature=20, width=150, trial=500)
    found = {contender.key: contender for contender in setup.plan().contenders}
    epsilon, softmax, ucb = (found[key] for key in ("epsilon", "softmax", "ucb"))
    assert isinstance(epsilon, Learner)
    assert epsilon.policy == EpsilonGreedy(0.3)
    assert isinstance(softmax, Learner)
    assert softmax.policy == Softmax(0.2)
    assert isinstance(ucb, Learner)
    assert ucb.policy == UpperBound(1.5)
    assert found["ab"] == ABTest("ab", 500)
    assert found["segments"] == ABTest("segments", 500, "name")
    assert VISITORS[-1] == MAX_VISITORS
    assert REPETITIONS[-1] == MAX_REPETITIONS
