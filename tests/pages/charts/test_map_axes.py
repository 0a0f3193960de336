"""Which maps a world has where there is little room."""

from dataclasses import replace

from engine.worlds import TasteWeights, Value, World
from engine.worlds.coffee import COFFEE
from pages.parts.charts.map_axes import Axes, axes_of, upright_axes_of


def with_values(*sizes: int) -> World:
    """Coffee, with so many values of each of its first fields."""
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
