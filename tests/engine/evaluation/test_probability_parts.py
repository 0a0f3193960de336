"""Probabilities are the sum of their parts, and the parts are as stated by the policy."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings, Softmax, Thompson, Uniform
from engine.evaluation.probability_parts import probability_parts
from engine.learners.belief import Belief
from engine.loop.settings import LearningMode
from engine.policies.base import Normals, Policy
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from tests.engine.requests import CONTEXTS, DRINKS

POLICIES: list[Policy] = [
    Thompson(),
    Thompson(floor=0.3, agreement=1),
    Thompson(floor=0.0, agreement=8),
    Thompson(floor=1.0),
    Thompson(width=0.0, floor=0.2),
    EpsilonGreedy(0.3),
    Greedy(),
    Softmax(),
    Uniform(),
]
each_policy = pytest.mark.parametrize("policy", POLICIES, ids=repr)


@pytest.mark.combinations
@each_policy
@pytest.mark.parametrize("mode", ["online", "apprentice", "logging_only"])
@pytest.mark.parametrize("excluded", [[], [DRINKS[0]["id"]]], ids=["all", "without the first"])
def test_the_parts_of_each_chance_sum_to_it_and_all_of_them_to_one(
    policy: Policy, mode: LearningMode, excluded: list[str]
) -> None:
    loop = LearningLoop(LoopSettings(policy=policy, learning_mode=mode), seed=5)
    for reward, context in enumerate(CONTEXTS * 4):
        loop.reward(loop.rank(DRINKS, context).event_id, reward % 2)
    ranked = loop.preview(DRINKS, CONTEXTS[0], excluded)
    parts = probability_parts(ranked, policy)
    assert [part.by_belief + part.by_exploration for part in parts] == pytest.approx(
        ranked.probabilities
    )
    assert sum(part.by_belief + part.by_exploration for part in parts) == pytest.approx(1)
    assert all(part.by_belief >= 0 and part.by_exploration >= 0 for part in parts)


@pytest.mark.parametrize("policy", [Thompson(), Thompson(floor=0.3, agreement=1)], ids=repr)
def test_before_any_reward_all_actions_have_the_same_parts(policy: Policy) -> None:
    ranked = LearningLoop(LoopSettings(policy=policy), seed=5).preview(DRINKS, CONTEXTS[0])
    assert len(set(ranked.probabilities)) == 1
    assert len(set(probability_parts(ranked, policy))) == 1


@given(st.floats(0, 1), st.integers(1, 20))
def test_half_of_what_thompson_sampling_keeps_is_the_first_actions(floor: float, k: int) -> None:
    kept = Thompson(floor=floor).kept(k)
    assert kept.sum() == pytest.approx(floor)
    assert kept[0] == pytest.approx(floor / 2 + floor / (2 * k))


@cache
def taught() -> LearningLoop:
    """A loop that learned preferences with the default policy and may then use another policy."""
    loop = LearningLoop(seed=5)
    list(crowd(loop, COFFEE, 600))
    return loop


@pytest.mark.no_cover
@each_policy
def test_kept_probability_is_the_share_without_any_belief_in_an_action(policy: Policy) -> None:
    """The least probability that a policy gives to an action that is certainly worse than
    the rest.
    """
    if isinstance(policy, Softmax):
        return
    loop = taught()
    loop.configure(policy=policy)
    context = COFFEE.contexts[0]
    ranked = loop.preview(COFFEE.actions, COFFEE.features(context))
    worst = int(np.argmin(ranked.means))
    assert ranked.probabilities[worst] == pytest.approx(policy.kept(4)[worst], abs=0.01)


def test_wins_of_draws_that_must_agree_are_those_of_the_textbook() -> None:
    """The same log, decided by both policies: equal from the same samples, up to rounding."""
    loop = LearningLoop(LoopSettings(policy=Thompson(floor=0.1)), seed=5)
    list(crowd(loop, COFFEE, 30))
    compared = 0
    for context in COFFEE.contexts:
        features = COFFEE.features(context)
        ranked = loop.preview(COFFEE.actions, features)
        results = [part.win_rate for part in probability_parts(ranked, loop.settings.policy)]
        belief = loop.belief(COFFEE.actions, features)
        together = Belief.together([belief])
        textbook = Thompson(floor=0.0, agreement=1).probabilities(together, Normals(5))[0]
        assert results == pytest.approx(list(textbook), abs=1e-6)
        compared += len(set(results)) > 1
    assert compared > 20


def test_wins_are_reported_only_if_they_differ_from_the_probabilities() -> None:
    probabilities = np.array([0.7, 0.2, 0.1])
    for policy in POLICIES:
        has_wins = policy.wins(probabilities) is not None
        assert has_wins == (policy in (POLICIES[0], POLICIES[2])), policy
