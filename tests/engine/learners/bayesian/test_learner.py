"""The Bayesian learner: two heads, and what each is told."""

import numpy as np
import pytest

from engine.learners.base import Impression
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.model import IMITATION_WEIGHT
from tests.engine.comparable import learned_bits
from tests.engine.requests import CONTEXTS, DRINKS, request_of

REQUEST = request_of(CONTEXTS[0], *DRINKS)
SHOWN = Impression(REQUEST, shown=0, chosen=1, propensity=0.5, apprentice=True)


def learner() -> BayesianLearner:
    return BayesianLearner(HYPOTHESES, may_change=True, crosses=2)


def test_each_head_learns_what_is_its_own() -> None:
    known = learner()
    rewards, imitation = learned_bits(known.rewards), learned_bits(known.imitation)
    known.watch(SHOWN)
    assert learned_bits(known.rewards) == rewards
    assert learned_bits(known.imitation) != imitation
    assert known.imitation.learned == len(DRINKS)
    imitation = learned_bits(known.imitation)
    known.learn(SHOWN, 1.0)
    assert learned_bits(known.imitation) == imitation
    assert known.learned == known.rewards.learned == 1


def test_what_was_imitated_looks_like_the_baseline_and_is_believed_to_be_better_online() -> None:
    known = learner()
    for _ in range(30):
        known.watch(SHOWN)
    likeness = known.likeness(REQUEST).mean
    assert likeness.argmax() == SHOWN.baseline
    by_rewards, online = known.belief(REQUEST, online=False).mean, known.belief(REQUEST).mean
    assert np.ptp(by_rewards) == 0
    assert online - online[1] == pytest.approx(IMITATION_WEIGHT * (likeness - likeness[1]))


def test_one_without_rewards_has_imitated_the_same() -> None:
    known = learner()
    known.watch(SHOWN)
    known.learn(SHOWN, 1.0)
    before = learned_bits(known.rewards)
    other = known.unrewarded()
    assert other.learned == 0
    assert other.imitation is known.imitation
    assert other.weights == learner().weights != known.weights
    for _ in range(3):
        other.learn(SHOWN, 0.0)
    assert learned_bits(known.rewards) == before
