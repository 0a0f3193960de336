"""Changes of tastes in a draft."""

from dataclasses import replace

import numpy as np
import pytest

from engine.simulation.simulated_visitors import potential_outcomes
from engine.worlds import WORLDS
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_rows import LevelRow
from engine.worlds.draft_taste_changes import blurred, copied, graded, scrambled, written
from engine.worlds.taste import Taste
from tests.engine.worlds.drafts import BAKERY, SMALL


def test_half_rewards_stay_as_many_as_can_be() -> None:
    taste = Taste(0.4, 0.2)
    segment, action = SMALL.segments[0], SMALL.actions[0]
    key = frozenset(row.id for row in segment), action.id
    draft = replace(SMALL, truth={key: taste})
    assert written(draft, {(0, 0): 0.4}).taste(segment, action) is taste
    result = written(draft, {(0, 0): 0.2}).taste(segment, action)
    assert result.half == pytest.approx(0.2)
    assert result.full == pytest.approx(0.1)
    for worth in (0.0, 0.8, 1.0):
        result = written(draft, {(0, 0): worth}).taste(segment, action)
        assert result.half / 2 + result.full == pytest.approx(worth)
    assert written(draft, {(0, 0): 1}).taste(segment, action) == Taste(0.0, 1.0)


def test_tastes_by_chance_come_back_with_their_seed() -> None:
    first, other = scrambled(BAKERY, 1), scrambled(BAKERY, 2)
    assert first == scrambled(BAKERY, 1) != other
    values = [value for row in first.expected() for value in row]
    assert all(0.05 <= float(str(value)) <= 0.95 for value in values)
    assert world_of(first) != world_of(other)


def test_more_noise_leaves_less_to_learn_and_the_same_mean() -> None:
    draft = written(SMALL, {(0, 1): 1.0, (1, 0): 0.0})
    assert draft.expected() == [[0.2, 1.0], [0.0, 0.2]]
    assert blurred(draft, 0.5).expected() == [[0.275, 0.675], [0.175, 0.275]]
    assert blurred(draft, 0).expected() == draft.expected()
    assert {one for row in blurred(draft, 1).expected() for one in row} == {0.35}


@pytest.mark.parametrize("partial", [0.1, 0.5, 0.9])
def test_rewards_may_be_graded_at_any_level_and_earn_the_same(partial: float) -> None:
    draft = replace(BAKERY, levels=(LevelRow(0, "", partial),))
    some = graded(draft, 0.6)
    after, before = np.array(some.expected()), np.array(draft.expected())
    assert after == pytest.approx(before)
    world = world_of(some)
    assert world.expected == pytest.approx(world_of(draft).expected)
    half, full = world.outcomes[..., 1], world.outcomes[..., 2]
    assert ((half <= 0.6 * (half + full) + 1e-9) | (half + full > 1 - 1e-9)).all()
    assert {world.answer(world.contexts[0], world.items[0].id, x / 50) for x in range(50)} <= {
        0.0, partial, 1.0,
    }  # fmt: skip
    met = potential_outcomes(world, 30, 1)
    assert np.isin(met.rewards, (0, partial, 1)).all()
    assert draft_of(world).partial == partial
    assert world_of(draft_of(world)) == world
    assert world_of(graded(some, 0)).outcomes[..., 1].max() == 0


def test_a_segment_or_an_action_is_copied_onto_another() -> None:
    draft = written(SMALL, {(0, 0): 0.7, (0, 1): 0.9})
    assert copied(draft, "row", 0, 1).expected() == [[0.7, 0.9], [0.7, 0.9]]
    assert copied(draft, "column", 1, 0).expected() == [[0.9, 0.9], [0.2, 0.2]]


def test_a_cell_without_a_number_stays_one_whatever_is_done_to_the_others() -> None:
    draft = written(SMALL, {(0, 0): 0.7, (1, 1): None})
    for other in (blurred(draft, 0.5), graded(draft, 0.5), copied(draft, "row", 0, 0)):
        assert len(faults_of(other)) == len(faults_of(draft)) == 1
    assert not faults_of(copied(draft, "row", 0, 1))
    assert len(faults_of(copied(draft, "column", 1, 0))) == 2


@pytest.mark.parametrize("partial", [0.25, 0.3, 0.7, 0.75])
def test_all_rewards_may_be_partial_ones(partial: float) -> None:
    draft = scrambled(draft_of(WORLDS["coffee"]), 1)
    all_of_them = graded(replace(draft, levels=(LevelRow(0, "", partial),)), 1.0)
    assert world_of(all_of_them).outcomes.min() >= 0
    expected = np.array(all_of_them.expected(), dtype=float)
    np.testing.assert_allclose(expected, np.array(draft.expected(), dtype=float), atol=1e-9)
