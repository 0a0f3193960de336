"""Report on a loop: learned offers and earned rewards."""

import math
from collections.abc import Container, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from engine import LoopSettings
from engine.evaluation.mean_intervals import Estimate
from engine.worlds import World
from pages.parts.charts import context_map as contexts
from pages.parts.charts.base import Keys, keys_of
from pages.parts.charts.map_axes import Axes, axes_of, upright_axes_of
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.learned_panels import alt_of_map, changes_in_words, reward_figure
from pages.parts.play.session import PlaySession
from pages.parts.play.stage_wording import each, earned, in_scale, learned, too_few
from pages.parts.scene.part_types import Figure, FigureStyle, Scene, Text
from pages.parts.scene.report_files.report_content import Report
from pages.parts.scene.report_from_scene import Sheet, report_of
from pages.parts.text.format import counted, plain
from pages.parts.text.reward_scale import RewardScale

SHEET = Sheet(
    "What has it learned, and what does it earn?",
    about="about",
    figures=("map", "rewards"),
    sentences=("learned", "earned"),
)
_MAP_TITLE = "What it would offer to whom; a stronger colour means a higher chance"
_KEYED = 12
"""Actions up to which a map's key lists all; of more, only those in the map."""
_LETTERS = 99
"""Letters that fit above the columns of a map, all together."""
_LEAST = 0.3
"""Least strength of a cell: paler colours cannot be told apart on paper."""


def without_emoji(world: World) -> World:
    """The same world with names alone: cells of a map show an emoji instead of a name."""
    fields = (
        replace(f, values=tuple(replace(value, emoji="") for value in f.values))
        for f in world.fields
    )
    items = (replace(item, emoji="") for item in world.items)
    return replace(world, fields=tuple(fields), items=tuple(items))


def _strong(cells: pa.Table) -> pa.Table:
    """Return cells in colours visible on paper, with action names: with many actions, even a
    favourite has a low probability."""
    strength = [_LEAST + (1 - _LEAST) * s if s else 0.0 for s in cells["strength"].to_pylist()]
    more = {"strength": strength, "seen": [float(s > 0) for s in strength]}
    return pa.table({**{name: cells[name] for name in cells.column_names}, **more})


def _keys(world: World, actions: Container[str]) -> Keys:
    """Return colours and names of the actions; with many actions, only of those in ``actions``."""
    every = keys_of(world, False)
    if len(every) <= _KEYED:
        return every
    return tuple(key for key, item in zip(every, world.items, strict=True) if item.id in actions)


def _about(opened: OpenLoop) -> str:
    visitors = counted(len(opened.loop.events), "visitor")
    return f"{_aim(opened.loop.settings)} So far it has served {visitors}."


def _aim(settings: LoopSettings) -> str:
    """Sentence on the learning mode and the policy."""
    policy = settings.policy.label
    match settings.learning_mode:
        case "online":
            return f"This engine learns from each answer, with {policy}."
        case "apprentice":
            return f"This engine watches today's rules as an apprentice, with {policy}."
        case "logging_only":
            return f"This engine shows and logs the choices of today's rules, with {policy}."


def _earned(opened: OpenLoop, truth: bool) -> Sequence[str]:
    """Sentences on the mean reward of the latest visitors and of all, with 95 % intervals; with the
    best possible means if ``truth``. Markdown."""
    visitors, world = int(opened.curve()[-1]["visitor"]), opened.world
    if visitors < 2:
        return [earned(opened, truth)]
    scale, late = RewardScale.of(world), min(visitors, opened.recent)
    could = (
        f" The best single offer would earn {in_scale(scale, world.single_value)}, the best offer "
        f"for each visitor {in_scale(scale, world.best_value)}."
    )
    whole, latest = (
        too_few(scale, rewards) or _measured(scale, mean)
        for mean, rewards in zip(opened.earnings(), opened.rewards(), strict=True)
    )
    of_late = f"The last {late:,} visitors gave {latest}.{could if truth else ''}"
    if visitors <= late:
        return [of_late]
    return [of_late, f"All {visitors:,} gave {whole}, while it learned."]


def _measured(scale: RewardScale, mean: Estimate) -> str:
    """Mean reward with its interval, as Markdown."""
    interval = scale.range(mean.low, mean.high)
    interval = plain(interval) if scale.unit else interval
    return f"{each(scale, mean.mean)} (95 % interval {interval})"


def report(session: PlaySession, link: str) -> Report | None:
    """Return the report on the displayed loop; None before the first reward."""
    with session.lock:
        opened, truth = session.displayed, session.setup.truth
        if not opened.curve():
            return None
        scene, seed = _scene_of(opened, truth), opened.loop.seed
        return report_of(scene, SHEET, opened.world, seed, link, True, truth)


def _scene_of(opened: OpenLoop, truth: bool) -> Scene:
    """Return the scene of the report."""
    rewards = reward_figure(opened, truth, FigureStyle())
    return Scene(
        {
            "about": lambda: Text(_about(opened)),
            "map": partial(_map, opened, truth),
            "rewards": lambda: replace(rewards, title="Rewards from visitors"),
            "learned": lambda: Text(learned(opened, truth)),
            "earned": lambda: Text("\n".join([*_earned(opened, truth), *changes_in_words(opened)])),
        }
    )


def _map(opened: OpenLoop, truth: bool) -> Figure:
    """The map for paper, and another one for a phone."""
    named, favoured = without_emoji(opened.world), opened.favoured()
    keys = _keys(named, {str(cell["action"]) for cell in favoured})
    alt = alt_of_map(opened, favoured)

    def mapped(axes: Axes, upright: bool, narrow: Figure | None = None) -> Figure:
        cells = contexts.map_rows(named, favoured, opened.context, axes, True, truth)
        spec = contexts.map_spec(named, False, axes, upright=upright)
        rows = _strong(cells.drop_columns(["here"]))
        return Figure("map", _MAP_TITLE, alt, spec, rows, keys=keys, narrow=narrow)

    lying, high = next(iter(axes_of(named))), next(iter(upright_axes_of(named)))
    upright = mapped(high, bool(high.columns))
    return mapped(lying, False, upright) if _fits(named, lying) else upright


def _fits(world: World, axes: Axes) -> bool:
    """True if all names fit above the columns of a map that lies on paper."""
    across = [field.values for field in world.fields if field.name in axes.columns]
    letters = max(len(value.name) for values in across for value in values) if across else 0
    return letters * math.prod(map(len, across)) <= _LETTERS
