"""Why an action is ahead of another, and the changes made by a reward."""

import math

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.belief_contributions import changes, feature_scores, gap, runner_up, summary
from engine.learners.base import Contribution, Group, Source
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.loop.entries import Ranked
from engine.loop.time_travel import as_of, entries_before
from engine.pausable_steps import finish
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS
from tests.engine.requests import CONTEXTS, DRINKS, one_of

COFFEE = WORLDS["coffee"]
PLAIN, PAIR, EVERY = Group(), Group(("a", "b")), Group(every=3)
LOOPS = {
    "bayesian": LoopSettings(),
    "classic": LoopSettings.classic(learning_rate=0.3),
    "no crosses": LoopSettings(crosses=0),
    "an apprentice's": LoopSettings(learning_mode="apprentice", apprentice_exploration=0.3),
}


def served(settings: LoopSettings, visitors: int, goes_online: bool = False) -> LearningLoop:
    loop = LearningLoop(settings, seed=3)
    list(crowd(loop, COFFEE, visitors))
    if goes_online:
        loop.configure(learning_mode="online")
    return loop


def offer(loop: LearningLoop) -> Ranked:
    return loop.preview(COFFEE.actions, COFFEE.features(COFFEE.contexts[5]))


DRAWS = LoopSettings(policy=Thompson(floor=0.0))
"""Draws alone decide."""


# -- gaps -----------------------------------------------------------------------------


@pytest.mark.combinations
@pytest.mark.no_cover
@pytest.mark.parametrize("goes_online", [False, True])
@pytest.mark.parametrize("visitors", [0, 1, 40, 150])
@pytest.mark.parametrize("settings", LOOPS.values(), ids=LOOPS)
def test_the_parts_of_a_gap_sum_to_it(
    settings: LoopSettings, visitors: int, goes_online: bool
) -> None:
    """For gaps to another action and to the mean of all; after an apprenticeship the imitation
    prior is a part.
    """
    loop = served(settings, visitors, goes_online)
    ranked = offer(loop)
    for action, against in ((0, 1), (3, 2), (1, 1), (2, None)):
        result = gap(loop, ranked, action, against)
        other = sum(ranked.means) / 4 if against is None else ranked.means[against]
        total = math.fsum(part.mean for part in result.parts.values())
        assert total == pytest.approx(ranked.means[action] - other, abs=1e-10)
        assert result.mean == pytest.approx(total, abs=1e-12)
    assert ("imitation" in result.parts) == (
        goes_online and settings.learning_mode == "apprentice" and visitors > 0
    )


def test_the_doubt_of_a_gap_is_that_of_the_joint_belief() -> None:
    loop = served(LoopSettings(), 40)
    ranked = offer(loop)
    belief = loop.belief(COFFEE.actions, COFFEE.features(COFFEE.contexts[5]))
    apart = belief.means[:, 0] - belief.means[:, 1]
    inner = belief.covariances[:, [0, 1, 0], [0, 1, 1]] @ [1, 1, -2]
    variance = belief.weights @ (inner + (apart - belief.weights @ apart) ** 2)
    result = gap(loop, ranked, 0, 1)
    assert result.sd == pytest.approx(math.sqrt(variance), rel=1e-6)
    assert all(part.sd > 0 for source, part in result.parts.items() if source != "everything")
    everything = result.parts["everything"]
    assert [everything.mean, everything.sd] == pytest.approx([0.0, 0.0])


def test_curiosity_is_what_draws_are_further_apart_than_what_is_believed() -> None:
    loop = served(DRAWS, 40)
    ranked = offer(loop)
    assert ranked.draw is not None
    draws = [draw or 0.0 for draw in ranked.draw]
    result = gap(loop, ranked, 0, 1)
    assert result.mean + (result.curiosity or 0.0) == pytest.approx(draws[0] - draws[1])
    result = gap(loop, ranked, 2)
    assert result.mean + (result.curiosity or 0.0) == pytest.approx(draws[2] - sum(draws) / 4)
    loop = served(LoopSettings.classic(), 5)
    assert gap(loop, offer(loop), 0, 1).curiosity is None


def test_an_action_that_was_excluded_had_no_draw() -> None:
    loop = LearningLoop(DRAWS)
    ranked = loop.preview(DRINKS, CONTEXTS[0], [DRINKS[1]["id"]])
    assert gap(loop, ranked, 0, 1).curiosity is None
    assert gap(loop, ranked, 0).curiosity is not None
    assert runner_up(ranked, 0) != 1


def test_an_offer_is_compared_with_the_favourite_and_the_favourite_with_the_next() -> None:
    loop = served(DRAWS, 40)
    for context in COFFEE.contexts[:12]:
        ranked = loop.preview(COFFEE.actions, COFFEE.features(context))
        falling = sorted(range(4), key=lambda i: -ranked.probabilities[i])
        assert runner_up(ranked, falling[0]) == falling[1]
        assert [runner_up(ranked, other) for other in falling[1:]] == [falling[0]] * 3
    assert runner_up(loop.preview(**one_of("latte")), 0) is None


def test_a_past_event_is_explained_by_what_was_believed_then() -> None:
    loop = served(LoopSettings(), 60)
    for number, state in list(enumerate(loop.events.values()))[::20]:
        past = finish(as_of(loop, entries_before(loop, number)))
        ranked, result = state.ranked, gap(past, state.ranked, 0, 1)
        assert result.mean == pytest.approx(ranked.means[0] - ranked.means[1], abs=1e-12)


@pytest.mark.no_cover
@pytest.mark.parametrize("settings", LOOPS.values(), ids=LOOPS)
def test_merged_groups_contribute_their_sum(settings: LoopSettings) -> None:
    loop = served(settings, 40)
    ranked = offer(loop)
    parts = [gap(loop, ranked, 0, 1, share).parts for share in (0.0, 1.0)]
    for order in range(4):
        apart, folded = (
            [p.mean for s, p in one.items() if isinstance(s, Group) and s.order == order]
            for one in parts
        )
        assert math.fsum(apart) == pytest.approx(math.fsum(folded), abs=1e-12)
        assert len(folded) <= 1


def test_doubt_about_all_groups_as_one_is_that_of_the_gap() -> None:
    linear = LoopSettings(hypotheses=(Hypothesis(), Hypothesis(1, "features")), may_change=False)
    loop = served(linear, 40)
    ranked = offer(loop)
    result, whole = gap(loop, ranked, 0, 1), Group(every=1)
    into = {group: whole for group in result.parts if isinstance(group, Group)}
    parts = loop.contributions(ranked, np.array([1.0, -1.0, 0.0, 0.0]), into)
    assert parts.keys() == {"everything", whole}
    assert parts[whole].sd == pytest.approx(result.sd, rel=1e-6)


# -- changes by a reward --------------------------------------------------------------


def test_a_first_reward_moves_contributions_of_the_shown_action_its_way(loop: LearningLoop) -> None:
    """All contributions and the overall mean move; together they make up the change of the mean."""
    ranked = loop.preview(**one_of("latte"), context_features=CONTEXTS[0])
    before = loop.contributions(ranked)
    answer = loop.rank(**one_of("latte"), context_features=CONTEXTS[0])
    loop.reward(answer.event_id, 1)
    after = loop.preview(**one_of("latte"), context_features=CONTEXTS[0])
    result = changes(before, loop.contributions(ranked))
    assert result.keys() == {
        "everything",
        Group(),
        Group(("user.name",)),
        Group(("weather",)),
        Group(("user.name", "weather")),
    }
    assert all(change > 0 for change in result.values())
    move = after.means[ranked.shown] - ranked.means[ranked.shown]
    assert sum(result.values()) == pytest.approx(move)


def test_missing_features_contribute_nothing() -> None:
    before: dict[Source, Contribution] = {PLAIN: Contribution(0.5, 0.1)}
    assert changes(before, {PAIR: Contribution(0.25)}) == {PLAIN: -0.5, PAIR: 0.25}


def test_small_groups_are_merged_with_groups_of_the_same_size() -> None:
    many: dict[Source, float] = {Group((name,)): 0.04 for name in "abcde"}
    alone = Group(("a", "c"))
    values: dict[Source, float] = {
        "everything": 0.01,
        PLAIN: 0.0,
        PAIR: -0.3,
        EVERY: 0.05,
        alone: 0.02,
        **many,
    }
    result = summary(values)
    singles = Group(every=1)
    assert result == pytest.approx(
        {PAIR: -0.3, singles: 0.2, EVERY: 0.05, alone: 0.02, "everything": 0.01, PLAIN: 0.0}
    )
    assert list(result) == [PAIR, singles, EVERY, alone, "everything", PLAIN]
    assert sum(result.values()) == pytest.approx(sum(values.values()))


@pytest.mark.parametrize("kind", LOOPS)
def test_scores_of_the_best_actions_features_add_up_to_its_expected_reward(kind: str) -> None:
    loop = served(LOOPS[kind], 60)
    ranked = offer(loop)
    scores = feature_scores(loop, ranked)
    common = loop.contributions(ranked, np.eye(len(ranked.means))[ranked.best])["everything"]
    assert common.mean + sum(scores.values()) == pytest.approx(ranked.means[ranked.best], abs=1e-6)
    assert [*scores.values()] == sorted(scores.values(), key=lambda score: -abs(score))


def test_features_with_a_joint_effect_are_joined() -> None:
    loop = served(LoopSettings(), 60)
    scores = feature_scores(loop, offer(loop))
    assert {"action", "name", "weather", "name^weather"} <= scores.keys()
