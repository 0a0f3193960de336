"""Several levels of success, their values and frequencies."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import PersonalizerError
from engine.simulation.simulated_visitors import potential_outcomes
from engine.worlds import WORLDS, world_from_json, world_from_text
from engine.worlds.success_levels import LEVELS, Level, answers_of, mean_worth, steps_of
from tests.engine.worlds.random_worlds import bakery, worlds

SHOP = [
    {"worth": 1, "name": "Bought"},
    {"worth": 0.4, "name": "Basket"},
    {"worth": 0.1, "name": "Looked", "share": 3},
    {"worth": 0, "name": "Left"},
]


def with_levels(levels: object, **more: object) -> dict[str, Any]:
    return bakery(version=4, levels=levels, **more)


def test_all_answers_are_listed_best_first() -> None:
    world = world_from_json(with_levels(SHOP[::-1]))
    names = [(one.name, one.worth) for one in answers_of(world.levels)]
    assert names == [("Bought", 1), ("Basket", 0.4), ("Looked", 0.1), ("Left", 0)]
    assert [one.worth for one in answers_of(LEVELS)] == [1, 0.5, 0]
    assert world.partial == mean_worth(world.levels) == pytest.approx((0.4 + 3 * 0.1) / 4)
    assert steps_of(world.levels) == ((0.25, 0.4), (1.0, 0.1))


LADDERS = st.lists(
    st.tuples(st.integers(1, 99), st.floats(1e-3, 1e3)), min_size=1, max_size=5,
    unique_by=lambda one: one[0],
)  # fmt: skip


@given(worlds(), LADDERS)
def test_each_level_comes_as_often_as_its_share_says_and_all_of_it_comes_back(
    world: dict[str, Any], ladder: list[tuple[int, float]]
) -> None:
    levels = [{"worth": part / 100, "share": share} for part, share in ladder]
    made = world_from_json(world | {"version": 4, "levels": levels})
    back = world_from_text(made.text)
    assert (back.text, back.digest, back.levels) == (made.text, made.digest, made.levels)
    luck = (np.arange(2_000) + 0.5) / 2_000
    outcomes = made.outcomes[:1, :1]
    met = made.rewards(np.repeat(outcomes, 2_000, axis=0), luck[:, None])[:, 0]
    assert (np.diff(met) <= 0).all()
    assert met.mean() == pytest.approx(made.expected[0, 0], abs=7 / 2_000)
    some = made.items[0].id
    assert [made.answer(made.contexts[0], some, x) for x in luck[::97]] == met[::97].tolist()
    for level in made.levels:
        came = np.isclose(met, level.worth * made.worth[0]).mean()
        shares = sum(one.share for one in made.levels)
        assert came == pytest.approx(outcomes[0, 0, 1] * level.share / shares, abs=2 / 2_000)


def test_crowds_and_single_visitors_give_the_same() -> None:
    world = world_from_json(with_levels(SHOP))
    met = potential_outcomes(world, 60, 5)
    assert set(np.unique(met.rewards)) <= {0, 0.1, 0.4, 1}
    assert len(np.unique(met.rewards)) > 2


def test_what_has_one_level_is_written_as_it_was_before_there_were_several() -> None:
    coffee = WORLDS["coffee"]
    assert "levels" not in coffee.text
    quarter = replace(coffee, levels=(Level(0.25),))
    assert quarter.to_json() == coffee.to_json() | {"version": 3, "partial": 0.25}
    named = replace(coffee, levels=(Level(0.5, "Sipped"),))
    assert named.to_json()["version"] == 4
    assert world_from_text(named.text) == named != coffee


@pytest.mark.parametrize(
    ("levels", "says"),
    [
        ([], "the length of levels is 0, but must be 1 to 7"),
        ([{"worth": 0.5}] * 2, r"levels\[1\].worth is 0.5, but must be different"),
        ([{"worth": 1.5}], r"levels\[0\].worth is 1.5, but must be"),
        ([{"worth": 0.001}], r"levels\[0\].worth is 0.001, but must be"),
        ([{"worth": float("nan")}], r"levels\[0\].worth"),
        ([{}], r"levels\[0\].worth is missing"),
        ([{"worth": 1}, {"worth": 0}], "number of partial levels is 0, but must be 1 or more"),
        ([{"worth": 0.5, "share": 0}], r"levels\[0\].share is 0"),
        ([{"worth": 0.5, "name": "x" * 21}], r"levels\[0\].name"),
        ([{"worth": 0.5, "name": "a"}, {"worth": 0.2, "name": "a"}], "name of only one level"),
        ([{"worth": 0.5, "price": 3}], r"levels\[0\]"),
        ([{"worth": n / 10} for n in range(1, 9)], "length of levels is 8"),
        ({"worth": 0.5}, "levels is "),
    ],
)  # fmt: skip
def test_invalid_levels_are_refused_with_their_place(levels: object, says: str) -> None:
    with pytest.raises(PersonalizerError, match=says):
        world_from_json(with_levels(levels))


def test_one_part_and_several_levels_exclude_each_other() -> None:
    with pytest.raises(PersonalizerError, match=r"partial is 0\.5, but must be left out"):
        world_from_json(with_levels(SHOP, partial=0.5))
