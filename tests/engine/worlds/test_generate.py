"""Generated worlds follow the knobs, are reproducible, and can be used like any world."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import LearningLoop, PersonalizerError
from engine.simulation.simulated_visitors import crowd
from engine.worlds import Knobs, TasteWeights, World, generate, world_from_json

SHARE = st.floats(0, 1)


@st.composite
def knobs(draw: st.DrawFn) -> Knobs:
    fields = draw(st.integers(1, 4))
    return Knobs(
        fields=fields,
        values=draw(st.integers(2, 4)),
        actions=draw(st.integers(1, 6)),
        main=draw(SHARE),
        pairs=draw(SHARE),
        triples=draw(SHARE),
        noise=draw(SHARE),
        base=draw(st.floats(0.01, 0.45)),
        irrelevant=draw(st.integers(0, fields)),
        uneven=draw(st.floats(0, 0.5)),
        whole=draw(st.floats(0.05, 1)),
    )


def weights_of(world: World) -> TasteWeights:
    assert isinstance(world.taste, TasteWeights)
    return world.taste


@given(knobs(), st.integers(0, 2**32))
def test_any_knobs_make_a_world_that_can_be_sent(told: Knobs, seed: int) -> None:
    world = generate(told, seed)
    assert world_from_json(world.to_json()) == world == generate(told, seed)
    assert (len(world.fields), len(world.items)) == (told.fields, told.actions)
    assert world.size == told.values**told.fields
    assert world.uniform_value == pytest.approx(told.base, abs=0.03)
    mattering = {name for term in weights_of(world).terms for name in term.when}
    assert len(mattering) <= told.fields - told.irrelevant


def test_another_seed_is_another_world() -> None:
    assert len({generate(Knobs(), seed).digest for seed in range(5)}) == 5


def test_noise_takes_away_what_there_is_to_learn() -> None:
    worth = []
    for noise in (0.0, 0.4, 0.7, 1.0):
        ceilings = generate(Knobs(noise=noise), 4).ceilings
        worth.append(ceilings.best.value - ceilings.uniform.value)
    assert worth == sorted(worth, reverse=True)
    assert worth[0] > 0.4
    assert worth[-1] == pytest.approx(0)


@pytest.mark.parametrize(
    ("more", "order"), [({"pairs": 0.0}, 1), ({"main": 0.0}, 2), ({"main": 0.0, "pairs": 0.0}, 3)]
)
def test_effects_are_of_as_many_fields_as_asked_for(more: dict[str, Any], order: int) -> None:
    world = generate(Knobs(triples=float(order == 3), **more), 4)
    orders = {len(term.when) for term in weights_of(world).terms} - {0}
    assert orders == {order}
    if order == 1:  # With additive effects, each field alone suffices.
        grid = world.expected.reshape(4, 4, 4, -1)
        inner = [field for field in np.moveaxis(grid, -1, 0) if 0 < field.min() < field.max() < 1]
        for table in inner:
            parts = table - table.mean(axis=(1, 2), keepdims=True)
            assert np.ptp(parts, axis=0) == pytest.approx(0, abs=1e-9)


def test_values_may_come_unevenly() -> None:
    even, uneven = (generate(Knobs(uneven=share), 4).shares[0] for share in (0.0, 1.0))
    assert even == pytest.approx(0.25)
    assert uneven.max() > 2 * uneven.min()


@pytest.mark.no_cover
def test_the_largest_is_sent_and_played() -> None:
    world = generate(Knobs(8, 6, 50, main=0.5, pairs=1, noise=0.3, irrelevant=2), 4)
    assert world_from_json(world.to_json()) == world
    assert world.ceilings.best.value > world.ceilings.single.value + 0.1
    assert len(list(crowd(LearningLoop(seed=1), world, 3))) == 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"fields": 0}, "fields is 0, but must be a whole number from 1 to 20."),
        ({"actions": 51}, "actions is 51, but must be a whole number from 1 to 50."),
        ({"values": 1}, "values is 1, but must be a whole number from 2 to 50."),
        ({"irrelevant": 4}, "irrelevant is 4, but must be a whole number from 0 to 3."),
        ({"noise": 1.5}, "noise is 1.5, but must be a number from 0 to 1."),
        ({"base": float("nan")}, "base is nan, but must be a number from 0.005 to 0.9."),
        ({"base": 0.8, "whole": 0.5}, "base is 0.8, but must be a number from 0.005 to 0.675."),
        ({"fields": 9, "values": 10}, "the number of contexts is 1000000000, but must be at most"),
    ],
)
def test_impossible_knobs_are_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PersonalizerError) as refused:
        Knobs(**wrong)
    assert refused.value.message.startswith(sentence)
