"""Starting points of a world: the example in the text field."""

import pytest

from engine.worlds import world_from_table
from pages.parts.worlds.new_world_menu import _LIKE


def test_a_table_as_the_field_shows_one_says_how_often_each_segment_comes() -> None:
    more = "Rainy,yes,0.1,0.5,80%\nSunny,no,0.4,0.2,0.4\nRainy,no,0.2,0.3,0.4"
    world = world_from_table(_LIKE.replace("...", more))
    assert [item.id for item in world.items] == ["Roll", "Cake"]
    assert [field.name for field in world.fields] == ["weather", "hurry"]
    (sunny,) = (
        frequency
        for context, frequency in zip(world.contexts, world.frequencies, strict=True)
        if context == {"weather": "Sunny", "hurry": "yes"}
    )
    assert sunny == pytest.approx(0.3, abs=1e-5)
