"""Scene of the Worlds page for a valid world: the map of best actions and the ceilings."""

from engine.worlds import World
from engine.worlds.ceilings import Ceilings
from pages.parts.charts.base import keys_of
from pages.parts.charts.map_axes import Axes, axes_of, stage_axes_of
from pages.parts.charts.truth_map import truth_rows, truth_spec
from pages.parts.scene.part_types import Figure, FigureStyle, Number, Numbers, Scene, Text
from pages.parts.text.format import plain
from pages.parts.text.reward_scale import RewardScale
from pages.parts.worlds import wording
from pages.parts.worlds.ceilings import ceilings_of

_TITLE = "Who likes what best"


def scene_of(world: World, look: FigureStyle, axes: Axes | None = None) -> Scene:
    """Return the parts of the scene about a world.

    Args:
        axes: fields along the map's rows and columns; None for the first map.
    """
    axes = axes or (stage_axes_of(world) if look.size.on_stage else next(iter(axes_of(world))))
    return Scene(
        {
            "say-map": lambda: Text(_say_map(world, axes)),
            "map": lambda: _map(world, look, axes),
            "map-note": lambda: _rest_of_map(world, axes),
            "say-worth": lambda: Text(wording.point_of(world, ceilings_of(world))),
            "worth": lambda: _worth(ceilings_of(world), world),
            "ceilings": lambda: _ceilings(ceilings_of(world), world),
            "point": lambda: _about_ceilings(ceilings_of(world), world),
        }
    )


def _say_map(world: World, axes: Axes) -> str:
    fixed = axes.fixed(world, world.contexts[0])
    whom = f" Map: visitors with {plain(fixed)}." if fixed else ""
    return f"{plain(world.title)}: who likes what best.{whom}"


def _map(world: World, look: FigureStyle, axes: Axes) -> Figure:
    """Return the map of the best action per context."""
    rows = truth_rows(world, axes, world.contexts[0])
    spec = truth_spec(world, look.dark, axes, look.size)
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
    """Return the fixed values of the fields that the map does not vary."""
    spread, here = {axes.row, *axes.columns}, world.contexts[0]
    rest = [f"{f.label}: {here[f.name]}" for f in world.fields if f.name not in spread]
    return Text(plain(f"With {', '.join(rest)}."), is_note=True) if rest else None


def _worth(ceilings: Ceilings, world: World) -> Numbers:
    """Return four ceilings as numbers, for a talk."""
    values = {
        "Random": ceilings.uniform,
        "Best single offer": ceilings.single,
        "By one field": ceilings.field,
        "Best for each": ceilings.best,
    }
    scale = RewardScale.of(world)
    per = plain(scale.per.strip()) if scale.is_money else ""
    return Numbers(
        tuple(
            Number(name, wording.earned(scale, ceiling.value), per)
            for name, ceiling in values.items()
        )
    )


def _ceilings(ceilings: Ceilings, world: World) -> Numbers:
    """Return the ceilings with their standard errors, each with the fields it uses."""
    values = [
        ("Random", ceilings.uniform, ""),
        ("Best single offer", ceilings.single, wording.looks_at(ceilings.single, world)),
        ("By one field", ceilings.field, wording.looks_at(ceilings.field, world)),
        *(
            [("By two fields", ceilings.pair, wording.looks_at(ceilings.pair, world))]
            if ceilings.pair
            else []
        ),
        ("Best for each", ceilings.best, "knowing every taste"),
    ]
    scale = RewardScale.of(world)
    return Numbers(
        tuple(
            Number(name, wording.measured(scale, ceiling), looks) for name, ceiling, looks in values
        )
    )


def _about_ceilings(ceilings: Ceilings, world: World) -> Text:
    said = [
        f"{wording.point_of(world, ceilings)} {wording.size_of(world)}.",
        wording.changes_on_race(world.drift),
    ]
    return Text(" ".join(filter(None, said)), is_note=True)
