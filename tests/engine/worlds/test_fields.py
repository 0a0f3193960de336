"""Fields of numbers and of tags become values; all combinations of values."""

from dataclasses import replace

import numpy as np
import pytest

from engine import LearningLoop, PersonalizerError
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, Field, Taste, world_from_json
from engine.worlds.fields import Contexts


def test_long_numbers_have_their_thousands_apart() -> None:
    cuts = (-20_000, 0, 2_024, 10_000, 50_000.5)
    names = [value.name for value in Field.number("n", "N", cuts).values]
    assert names == ["-20,000 to 0", "0 to 2024", "2024 to 10,000", "10,000 to 50,000.5"]


def test_combinations_are_made_when_they_are_asked_for() -> None:
    world = WORLDS["coffee"]
    made = Contexts(world.fields)
    assert list(made) == list(world.contexts)
    with pytest.raises(IndexError):
        made[len(made)]


def test_a_number_comes_in_slices_each_of_which_sends_its_middle() -> None:
    age = Field.number("age", "Age", (0, 10, 30, 40))
    assert [(v.name, v.share, v.sends) for v in age.values] == [
        ("0 to 10", 10, 5), ("10 to 30", 20, 20), ("30 to 40", 10, 35),
    ]  # fmt: skip
    normal = Field.number("age", "Age", (-100, 20, 30, 100), mean=20, spread=10)
    shares = np.array([value.share for value in normal.values])
    assert shares / shares.sum() == pytest.approx([0.5, 0.3413, 0.1587], abs=1e-4)


def test_tags_are_all_combinations_and_sent_as_a_list_or_not_at_all() -> None:
    likes = Field.tags("likes", "Likes", {"🥊 lift": 0.5, "🧘 calm": 0.4})
    assert [(v.label, v.sends) for v in likes.values] == [
        ("🥊🧘 lift + calm", {"lift": True, "calm": True}),
        ("🥊 lift", {"lift": True}),
        ("🧘 calm", {"calm": True}),
        ("none", {}),
    ]
    assert [v.share for v in likes.values] == pytest.approx([0.2, 0.3, 0.2, 0.3])
    world = replace(WORLDS["coffee"], fields=(likes,), taste=lambda context, item: Taste(0, 0.5))
    assert world.features({"likes": "none"}) == []
    with pytest.raises(PersonalizerError, match="the number of tags is 6, but must be at most 5"):
        Field.tags("likes", "Likes", {f"🥊 {n}": 0.5 for n in range(6)})
    for cell, context in enumerate(world.contexts):
        assert world.context_of(world.request(cell)) == context
    assert world_from_json(world.to_json()) == world
    assert len(list(crowd(LearningLoop(seed=1), world, 5))) == 5
