"""What the Worlds page says about a world that is whole: the map of tastes, and what it earns."""

from math import ceil

from engine.worlds import World
from engine.worlds.ceilings import Ceilings
from pages.parts.charts.base import keys_of
from pages.parts.charts.map_axes import Axes, axes_of
from pages.parts.charts.truth_map import truth_rows, truth_spec
from pages.parts.scene.parts import Figure, Look, Number, Numbers, Scene, Text
from pages.parts.text.format import plain
from pages.parts.worlds import wording
from pages.parts.worlds.ceilings import ceilings_of

_TITLE = "Who likes what best"


def scene_of(world: World, look: Look, axes: Axes | None = None) -> Scene:
    """All that Worlds says about a world.

    Args:
        axes: fields that the map spreads out; None for the first two.
    """
    return Scene(
        {
            "say-map": lambda: Text(f"{plain(world.title)}: who likes what best."),
            "map": lambda: _map(world, look, axes or next(iter(axes_of(world)))),
            "map-note": lambda: _rest_of_map(world, axes or next(iter(axes_of(world)))),
            "say-worth": lambda: Text(_point(ceilings_of(world))),
            "worth": lambda: _worth(ceilings_of(world)),
            "ceilings": lambda: _ceilings(ceilings_of(world), world),
            "point": lambda: _about_ceilings(ceilings_of(world), world),
        }
    )


def _map(world: World, look: Look, axes: Axes) -> Figure:
    """The best action for each visitor of the map."""
    rows, spec = truth_rows(world, axes, world.contexts[0]), truth_spec(world, look.dark, axes)
    best = ", ".join(dict.fromkeys(rows.column("name").to_pylist()))
    return Figure(
        "chart-truth",
        _TITLE,
        f"{_TITLE}: {best}",
        spec,
        rows,
        keys=keys_of(world, look.dark),
    )


def _rest_of_map(world: World, axes: Axes) -> Text | None:
    """Values of the fields that the map does not spread out."""
    spread, here = {axes.row, *axes.columns}, world.contexts[0]
    rest = [f"{f.label}: {here[f.name]}" for f in world.fields if f.name not in spread]
    return Text(plain(f"With {', '.join(rest)}."), is_note=True) if rest else None


def _point(found: Ceilings) -> str:
    return wording.point_of({"single": found.single.value, "best": found.best.value})


def _worth(found: Ceilings) -> Numbers:
    """Ceilings with one field or all, for a room."""
    values = {
        "By chance": found.uniform,
        "One for all": found.single,
        "By one field": found.field,
        "At best": found.best,
    }
    return Numbers(tuple(Number(name, f"{one.value:.2f}") for name, one in values.items()))


def _ceilings(found: Ceilings, world: World) -> Numbers:
    """Ceilings with their errors, each with what one has to look at for it."""
    values = [
        ("By chance", found.uniform, ""),
        ("One for all", found.single, wording.looks_at(found.single, world)),
        ("By one field", found.field, wording.looks_at(found.field, world)),
        *([("By two", found.pair, wording.looks_at(found.pair, world))] if found.pair else []),
        ("At best", found.best, "everybody's own"),
    ]
    numbers = []
    for name, one, looks in values:
        # Rounded up: what is not exact is never said to be off by nothing.
        about = "" if one.is_exact else f" \u00b1 {ceil(200 * one.error) / 100:.2f}"
        numbers.append(Number(name, f"{wording.earned(one.value)}{about}", looks))
    return Numbers(tuple(numbers))


def _about_ceilings(found: Ceilings, world: World) -> Text:
    said = [
        f"{_point(found)} {wording.size_of(world)}.",
        wording.in_unit(world),
        wording.changes_on_race(world.drift),
    ]
    return Text(" ".join(filter(None, said)), is_note=True)
