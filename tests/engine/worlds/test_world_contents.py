"""Public properties of a world."""

from dataclasses import replace

from engine.worlds import GALLERY, WORLDS, Field, Value, World
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


def test_a_field_named_slot_makes_the_slots_of_a_page() -> None:
    home, coffee = GALLERY["home"].world, WORLDS["coffee"]
    assert (home.slots, coffee.slots) == (("Hero", "Side"), ())
    visitor = home.contexts[0]
    assert [home.in_slot(visitor, number)["slot"] for number in range(3)] == [
        "Hero",
        "Side",
        "Hero",
    ]
    assert coffee.in_slot(coffee.contexts[5], 1) is coffee.contexts[5]


def test_more_slots_than_items_and_slots_that_send_something_else_are_a_plain_field() -> None:
    home = GALLERY["home"].world
    *fields, slot = home.fields
    assert replace(home, items=home.items[:1]).slots == ()
    sent = Field("slot", "Slot", (Value("Hero", "", 1.0, {"top": True}), slot.values[1]))
    assert replace(home, fields=(*fields, sent)).slots == ()
    alone = Field("slot", "Slot", slot.values[:1])
    assert replace(home, fields=(*fields, alone)).slots == ()
