"""Maps of a world for a narrow column."""

from dataclasses import replace

from engine.worlds import Knobs, TasteWeights, Value, World, generate
from engine.worlds.coffee import COFFEE
from engine.worlds.fields import Field
from pages.parts.charts.map_axes import (
    Axes,
    axes_of,
    heads_of,
    in_short,
    stage_axes_of,
    upright_axes_of,
)
from tests.engine.worlds.large_worlds import deep


def with_values(*sizes: int) -> World:
    """Return Coffee with given numbers of values of the first fields."""
    fields = [
        replace(field, values=tuple(Value(f"{field.name} {n}", "") for n in range(size)))
        for field, size in zip(COFFEE.fields, sizes, strict=False)
    ]
    return replace(COFFEE, fields=tuple(fields), taste=TasteWeights(0.5, ()))


def test_upright_few_values_stand_side_by_side() -> None:
    assert upright_axes_of(COFFEE) == axes_of(COFFEE)
    assert list(upright_axes_of(with_values(24, 3))) == [Axes("weather", ("name",))]
    assert list(upright_axes_of(with_values(8, 7))) == [Axes("weather", ("name",))]
    assert list(upright_axes_of(with_values(24))) == [Axes("name", ())]
    everybody = Axes("timeofday", ("name", "weather"))
    assert next(iter(upright_axes_of(with_values(10, 3, 4)))) == everybody
    assert list(upright_axes_of(with_values(24, 3, 4))) == [
        Axes("weather", ("name",)),
        Axes("timeofday", ("name",)),
        Axes("weather", ("timeofday",)),
    ]


def test_ranges_are_short_in_the_heads_of_a_map() -> None:
    cuts = (0, 50_000, 100_000, 150_500)
    field = Field.number("balance", "Balance", cuts)
    world = replace(COFFEE, fields=(field, *COFFEE.fields[1:]), taste=TasteWeights(0.5, ()))
    heads = [heads_of(world)["balance", value.name] for value in field.values]
    assert heads == ["0–50k", "50k–100k", "100,000–150,500"]
    assert [in_short(name) for name in ("18 to 25", "0.5 to 1.5", "9 to noon", "-5 to 5")] == [
        "18–25", "0.5–1.5", "9 to noon", "-5 to 5",
    ]  # fmt: skip


def test_a_map_has_room_for_so_many_cells_and_who_stands_there_is_among_them() -> None:
    world = deep()
    extent = world.extent("f0", "f1")
    assert (extent["f0"], extent["f1"]) == (8, 9)
    for cell in (0, 1_234_567, world.size - 1):
        here = world.contexts[cell]
        cells = world.mapped(here, "f0", "f1")
        assert len(set(cells)) == len(cells) == 72
        assert cell in cells
        assert all(world.contexts[one]["f3"] == here["f3"] for one in cells)
    # Contexts in the same block have the same values.
    one, other, beyond = ({**world.contexts[0], "f0": f"v0 {place}"} for place in (8, 15, 16))
    assert world.mapped(one, "f0", "f1") == world.mapped(other, "f0", "f1")
    assert not {*world.mapped(one, "f0", "f1")} & {*world.mapped(beyond, "f0", "f1")}


def test_small_maps_are_complete() -> None:
    here = COFFEE.contexts[7]
    assert COFFEE.is_mapped_whole
    assert COFFEE.mapped(here, *here) == list(range(36))
    world = with_values(10, 10, 10)
    assert not world.is_mapped_whole
    assert world.is_tabulated
    assert all(len(axes.columns) == 1 for axes in axes_of(world))
    assert len(world.mapped(world.contexts[0], "name", "weather")) == 100


def test_fields_that_a_map_holds_fixed_are_named() -> None:
    here = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}
    assert Axes("name", ("weather", "timeofday")).fixed(COFFEE, here) == ""
    assert Axes("name", ("weather",)).fixed(COFFEE, here) == "Time of day: Evening"
    world = generate(Knobs(fields=6, values=2, actions=3), seed=1)
    assert Axes("f1", ("f2",)).fixed(world, world.contexts[0]) == (
        "the current visitor's values in the other 4 fields"
    )


def test_the_stages_map_has_few_rows() -> None:
    assert stage_axes_of(COFFEE) == Axes("name", ("weather", "timeofday"))
    assert stage_axes_of(with_values(10, 3, 4)) == Axes("weather", ("name",))
