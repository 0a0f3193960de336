"""Importance of each field in a world with two relevant fields and an irrelevant one."""

import numpy as np
import pytest

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings
from engine.evaluation.field_importance import Importance, importance, importance_steps
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.pausable_steps import finish
from engine.policies.base import Policy
from engine.protocol.features import flatten, namespace_of
from tests.engine.requests import Json

ACTIONS: list[Json] = [
    {"id": f"{i}{j}", "features": [{"size": i, "sold": True}]} for i in (0, 1) for j in (0, 1)
]


def served(visitors: int, seed: int = 1, policy: Policy | None = None) -> LearningLoop:
    """Matching the visitor's liking adds .45 to an action's chance, and so does matching
    the plan.
    """
    rng = np.random.default_rng(seed)
    settings = LoopSettings(
        policy=policy or EpsilonGreedy(0.7), hypotheses=(Hypothesis(2),), may_change=False
    )
    loop = LearningLoop(settings, seed=seed)
    for likes, plan, noise in rng.integers(2, size=(visitors, 3)).tolist():
        user = {"likes": str(likes), "plan": str(plan)}
        context: list[Json] = [{"user": user}, {"noise": str(noise), "always": "x"}]
        event = loop.rank(ACTIONS, context)
        i, j = map(int, event.reward_action_id)
        chance = 0.05 + 0.45 * (likes == i) + 0.45 * (plan == j)
        loop.reward(event.event_id, float(rng.random() < chance))
    return loop


def by_field(each: tuple[Importance, ...]) -> dict[tuple[str, str, str], Importance]:
    return {(one.left.side, one.left.kind, one.left.name): one for one in each}


@pytest.mark.no_cover
def test_relevant_fields_are_important_and_noise_is_not() -> None:
    result = importance(served(250))
    assert result is not None
    each = by_field(result.each)
    assert each.keys() == {
        ("context", "all", ""),
        ("context", "namespace", "user"),
        ("context", "field", "user.likes"),
        ("context", "field", "user.plan"),
        ("context", "field", "noise"),
        ("actions", "field", "size"),
    }
    for name in ("user.likes", "user.plan"):
        one = each["context", "field", name]
        assert one.loss.low > 0, "it matters"
        assert one.loss.low < 0.225 < one.loss.high, "of .95, .725 can be had without it"
        assert 10 < one.score < 90
    noise = each["context", "field", "noise"]
    assert noise.loss.low < 0 < noise.loss.high
    assert noise.score < 10
    for key in (("context", "all", ""), ("context", "namespace", "user")):
        assert each[key].score > max(each["context", "field", n].score for n in ("user.plan",))
    losses = [one.loss.mean for one in result.each]
    assert losses == sorted(losses, reverse=True)
    assert result.events == 250
    assert result.by_chance.low < 0.5 < result.by_chance.high
    assert result.value.mean > 0.75
    assert result.gain.mean == pytest.approx(result.value.mean - result.by_chance.mean)
    assert result.is_known


def test_the_share_that_is_done_grows_to_all_of_it() -> None:
    shares = [
        progress
        for progress in importance_steps(served(12), latest=10)
        if isinstance(progress, float)
    ]
    assert len({*shares} - {0.0}) == 10 * 7, "ten events, with everything and without each of six"
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_no_importance_without_a_chance_for_all_actions() -> None:
    assert finish(importance_steps(LearningLoop())) is None
    only_first = served(5, policy=Greedy())
    assert importance(only_first) is None or importance(only_first).events < 5  # type: ignore[union-attr]
    assert importance(LearningLoop(LoopSettings(learning_mode="apprentice"))) is None


def test_a_namespace_is_what_stands_before_the_last_dot_that_separates() -> None:
    names = flatten([{"a.b": {"c.d": 1, "e": 2}, "x.y": 3, "k\\": {"z": 1}, "w": 1}], "").names
    assert [namespace_of(name) for name in names] == ["a.b", "a.b", "", "k\\\\", ""]
