"""Public properties of a world."""

from engine.worlds import WORLDS, World
from tests.engine.worlds.ready import every_world


@every_world
def test_cells_are_all_combinations_the_last_field_changing_fastest(world: World) -> None:
    first, second, third = world.fields
    assert [tuple(context.items()) for context in world.contexts] == [
        ((first.name, a.name), (second.name, b.name), (third.name, c.name))
        for a in first.values
        for b in second.values
        for c in third.values
    ]
    assert [world.cell(context) for context in world.contexts] == list(range(len(world.contexts)))
    assert [world.position(item.id) for item in world.items] == list(range(len(world.items)))


def test_segments_are_all_values_field_by_field() -> None:
    assert [(field.name, value.name) for field, value in WORLDS["coffee"].segments()] == [
        *(("name", who) for who in ("Alice", "Bob", "Cathy", "Dave")),
        *(("weather", sky) for sky in ("Sunny", "Rainy", "Snowy")),
        *(("timeofday", time) for time in ("Morning", "Afternoon", "Evening")),
    ]
