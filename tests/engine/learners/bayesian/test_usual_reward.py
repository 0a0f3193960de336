"""A stated usual reward: the scale of beliefs before and after the first visitors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import LearningLoop, LoopSettings
from engine.learners.base import Impression
from engine.learners.bayesian.likelihood import RewardMoments
from engine.loop.settings import learner_of
from engine.protocol.request import RankRequest, parse_rank_request

ACTIONS = [{"id": name, "features": [{"kind": name}]} for name in "abcde"]
CONTEXT = [{"age": "young", "channel": "app"}]
usual_rewards = st.floats(0.0005, 0.05)


def request_of(loop: LearningLoop) -> RankRequest:
    return parse_rank_request(ACTIONS, CONTEXT, None, None, None)


def chances(loop: LearningLoop) -> dict[str, float]:
    return dict(zip("abcde", loop.probabilities(request_of(loop)).tolist(), strict=True))


@given(usual_rewards)
def test_before_any_reward_beliefs_are_of_the_size_of_the_usual_one(usual: float) -> None:
    loop = LearningLoop(LoopSettings(usual_reward=usual))
    belief = learner_of(loop.settings).belief(request_of(loop))
    np.testing.assert_allclose(belief.weights @ belief.means, usual)
    variances = np.diagonal(belief.covariances, axis1=1, axis2=2)
    assert (np.sqrt(variances) <= usual * (1 + 1e-9)).all()


@given(usual_rewards, st.lists(st.floats(-3, 30), min_size=2, max_size=5))
def test_before_any_reward_actions_with_numbers_have_the_same_chance(
    usual: float, numbers: list[float]
) -> None:
    """Longer rows have more prior doubt; the bound of doubt keeps the proportion."""
    offered = [
        {"id": f"a{k}", "features": [{"kind": "a", "size": number}]}
        for k, number in enumerate(numbers)
    ]
    loop = LearningLoop(LoopSettings(usual_reward=usual), seed=3)
    first, *others = loop.rank(offered, CONTEXT).ranking
    assert {round(action.probability, 12) for action in others} == {round(first.probability, 12)}


def test_the_bound_of_doubt_is_the_same_for_a_context_alone_and_among_others() -> None:
    offered = [{"id": f"a{k}", "features": [{"kind": "a", "size": 2.0 * k}]} for k in range(4)]
    requests = [parse_rank_request(offered, [{"age": age}]) for age in ("young", "old", "young")]
    learner = learner_of(LoopSettings(usual_reward=0.02))
    for k in (0, 1, 2, 3, 2):
        learner.learn(Impression(requests[0], k, k, 0.25), 0.0)
    together = learner.beliefs(requests)
    for k, request in enumerate(requests):
        alone = learner.belief(request)
        np.testing.assert_allclose(together.means[:, k], alone.means, atol=1e-12)
        np.testing.assert_allclose(together.covariances[:, k], alone.covariances, atol=1e-12)


@pytest.mark.parametrize("usual", [0.002, 0.006, 0.02])
def test_one_visitor_without_a_reward_leaves_a_third_of_the_chance(usual: float) -> None:
    loop = LearningLoop(LoopSettings(usual_reward=usual), seed=3)
    before = chances(loop)
    ranked = loop.rank(ACTIONS, CONTEXT)
    loop.reward(ranked.event_id, 0.0)
    name = ranked.reward_action_id
    assert before[name] / 3 < chances(loop)[name] < before[name]


@given(usual_rewards, st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0]), max_size=40))
def test_the_usual_reward_has_the_weight_of_half_a_success(
    usual: float, rewards: list[float]
) -> None:
    moments = RewardMoments(usual)
    for reward in rewards:
        moments.add(reward)
    assert moments.mean == pytest.approx((sum(rewards) + 0.5) / (len(rewards) + 0.5 / usual))
    spread = sum((reward - moments.mean) ** 2 for reward in rewards)
    prior = 0.5 / usual * usual * (1 - usual)
    assert moments.variance == pytest.approx((spread + prior) / (len(rewards) + 0.5 / usual))


def test_a_usual_reward_of_a_half_is_what_an_unknown_one_is() -> None:
    known, unknown = (LearningLoop(LoopSettings(usual_reward=u), seed=5) for u in (0.5, None))
    for reward in (1.0, 0.0, 0.0, 1.0, 0.3):
        for loop in (known, unknown):
            loop.reward(loop.rank(ACTIONS, CONTEXT).event_id, reward)
        assert chances(known) == chances(unknown)


def test_rewards_disprove_a_wrong_usual_reward() -> None:
    """Actions a to e are rewarded in 50, 40, 30, 20 and 10 % of visits, where .01 was stated."""
    rng = np.random.default_rng(0)
    loop = LearningLoop(LoopSettings(usual_reward=0.01), seed=5)
    for _ in range(400):
        ranked = loop.rank(ACTIONS, CONTEXT)
        rate = 0.5 - 0.1 * "abcde".index(ranked.reward_action_id)
        loop.reward(ranked.event_id, float(rng.random() < rate))
    belief = loop.state.learner.belief(request_of(loop))
    assert (belief.weights @ belief.means)[0] == pytest.approx(0.5, abs=0.1)
    assert chances(loop)["a"] > 0.7
