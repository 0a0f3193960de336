"""Reward over time, by luck and by the hidden truth, and its monetary value."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import LearningLoop
from engine.simulation.simulated_visitors import crowd, potential_outcomes
from engine.worlds import WORLDS, World, world_from_json
from engine.worlds.success_levels import Level
from tests.engine.worlds.ready import every_world, priced

some_world = st.sampled_from(list(WORLDS.values()))

luck = st.floats(0, 1, exclude_max=True)


@every_world
def test_expected_is_the_mean_of_the_outcomes_that_the_taste_tells(world: World) -> None:
    shape = (len(world.contexts), len(world.items))
    assert world.outcomes.shape == (*shape, 3)
    assert world.outcomes.min() >= 0
    assert world.outcomes.sum(axis=2) == pytest.approx(np.ones(shape))
    assert world.expected == pytest.approx(world.outcomes @ np.array([0, 0.5, 1]))
    for i, context in enumerate(world.contexts):
        tastes = [world.taste(context, item) for item in world.items]
        means = [taste.full + taste.half / 2 for taste in tastes]
        assert world.expected[i] == pytest.approx(means)


@every_world
def test_answers_average_to_the_expected_reward(world: World) -> None:
    n = 200
    grid = (np.arange(n) + 0.5) / n
    for i, context in enumerate(world.contexts):
        for j, item in enumerate(world.items):
            answers = [world.answer(context, item.id, x) for x in grid]
            # each of the two thresholds moves half a point by at most half a step
            assert np.mean(answers) == pytest.approx(world.expected[i, j], abs=0.5 / n + 1e-9)


@given(data=st.data(), world=some_world, one=luck, other=luck)
def test_more_luck_never_earns_less(
    data: st.DataObject, world: World, one: float, other: float
) -> None:
    context = data.draw(st.sampled_from(world.contexts))
    item = data.draw(st.sampled_from(world.items))
    lucky, unlucky = sorted((one, other))  # the smaller number is the better luck
    more, less = (world.answer(context, item.id, x) for x in (lucky, unlucky))
    assert more >= less
    assert {more, less} <= {0.0, 0.5, 1.0}


@given(data=st.data(), world=some_world, luck=luck)
def test_the_same_luck_with_a_likelier_item_earns_no_less(
    data: st.DataObject, world: World, luck: float
) -> None:
    """Likelier: no smaller a chance of a full reward, and none of any reward at all."""
    context = data.draw(st.sampled_from(world.contexts))
    answers = [world.answer(context, item.id, luck) for item in world.items]
    chances = [(full, half + full) for _, half, full in world.outcomes[world.cell(context)]]
    for one, (full, some) in zip(answers, chances, strict=True):
        for other, (other_full, other_some) in zip(answers, chances, strict=True):
            if full >= other_full and some >= other_some:
                assert one >= other


def test_most_reward_means_most_value() -> None:
    coffee = priced(WORLDS["coffee"], (2, 4, 8, 5))
    assert coffee.expected.max(axis=0).tolist() == [0.25, 0.5, 1.0, 0.625]
    assert (
        coffee.in_unit(coffee.expected[0].max(), 1)
        == {0: 2, 1: 4, 2: 8, 3: 5}[int(coffee.expected[0].argmax())]
    )
    assert coffee.in_unit(0.5) == 4_000
    # Of each 36 visitors, 8, 7, 10 and 11 love them.
    loved = (WORLDS["coffee"].frequencies @ WORLDS["coffee"].expected).tolist()
    earned = [share * value for share, value in zip(loved, (2, 4, 8, 5), strict=True)]
    assert coffee.in_unit(coffee.single_value, 1) == pytest.approx(max(earned))
    assert coffee.in_unit(coffee.best_value, 1) == pytest.approx(sum(earned))


def test_answers_are_as_much_less_as_they_are_worth_less() -> None:
    news = priced(WORLDS["news"], (1.0, 4.0, *[2.0] * 8))
    for context in news.contexts[:5]:
        for item in news.items:
            plain, worth = WORLDS["news"].answer(context, item.id, 0.3), item.value / 4
            assert news.answer(context, item.id, 0.3) == plain * worth
    rows = list(crowd(LearningLoop(seed=1), news, 20))
    met = potential_outcomes(news, 20, 1)
    for number, row in enumerate(rows):
        place = news.position(str(row["action"]))
        assert row["reward"] == met.rewards[number, place]
        assert row["expected"] == met.expected[number, place]


def test_a_partial_success_is_worth_whatever_part_a_world_says() -> None:
    news = WORLDS["news"]
    other = replace(news, levels=(Level(0.2),))
    assert other.expected == pytest.approx(news.outcomes @ np.array([0, 0.2, 1]))
    assert (other.to_json()["version"], news.to_json()["version"]) == (3, 1)
    assert world_from_json(other.to_json()) == other != news
