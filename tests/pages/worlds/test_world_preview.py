"""Preview of a world on the Worlds page, beside its tables."""

from engine.worlds import World
from engine.worlds.coffee import COFFEE
from pages.parts.charts.map_axes import axes_of
from pages.parts.worlds.world_preview import _most_telling
from tests.pages.own_bank import OWN_BANK


def fields_of_first_map(world: World) -> set[str]:
    maps = list(axes_of(world))
    axes = maps[_most_telling(world, maps)]
    return {axes.row, *axes.columns}


def test_the_first_map_leaves_out_a_field_that_does_not_matter() -> None:
    assert fields_of_first_map(OWN_BANK) == {"age", "channel"}
    assert fields_of_first_map(COFFEE) == {field.name for field in COFFEE.fields}
