"""The report of a loop."""

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from engine.arrays import Array
from engine.evaluation.intervals import estimate_of_rewards
from engine.evaluation.learning_curve import RECENT_VISITORS, LearningCurve
from engine.worlds import Context, World
from engine.worlds.taste import TasteWeights
from pages.parts.charts import context_map as contexts
from pages.parts.charts import curves
from pages.parts.charts.base import Keys, keys_of
from pages.parts.charts.map_axes import Axes, axes_of, upright_axes_of
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.session import PlaySession
from pages.parts.play.talk_wording import earned, learned
from pages.parts.scene.report_files.letters import told_apart
from pages.parts.scene.report_files.report import Figure, Report
from pages.parts.scene.report_files.subject import report_on
from pages.parts.text.format import counted, printed
from pages.parts.text.money import per_thousand

_DID = {
    "online": "learns from each answer, online",
    "apprentice": "watches today's rules, as an apprentice",
    "logging_only": "shows what today's rules choose, and writes it down",
}
_KEYED = 12
"""Actions whose colours are all told beside a map."""
_LEAST = 0.3
"""Strength from which colours are told apart on paper."""


def without_pictures(
    world: World, cells: contexts.Cells, here: Context
) -> tuple[World, contexts.Cells, Context]:
    """The same place, its cells and one context with names alone: a server need not have a font of
    pictures, and what an axis is called has to be what its rows say."""
    names = {f.name: told_apart(value.name for value in f.values) for f in world.fields}
    fields = (
        replace(f, values=tuple(replace(v, name=names[f.name][v.name], emoji="") for v in f.values))
        for f in world.fields
    )
    called = told_apart(item.name for item in world.items)
    items = tuple(replace(item, title=called[item.name], emoji="") for item in world.items)

    def renamed(cell: Mapping[str, Any]) -> dict[str, Any]:
        return {**cell, **{field: told[cell[field]] for field, told in names.items()}}

    # A map asks for no truth, and that of this world knows the names that it had.
    named = replace(world, fields=tuple(fields), items=items, taste=TasteWeights(0.0, ()))
    return named, [renamed(cell) for cell in cells], renamed(here)


def _strong(cells: pa.Table) -> pa.Table:
    """The same in colours that paper shows, with the name in each that has one: where there are
    many actions even the favoured one is seldom probable."""
    strength = [_LEAST + (1 - _LEAST) * s if s else 0.0 for s in cells["strength"].to_pylist()]
    more = {"strength": strength, "seen": [float(s > 0) for s in strength]}
    return pa.table({**{name: cells[name] for name in cells.column_names}, **more})


def _keys(world: World, shown: Container[str]) -> Keys:
    """Colours with their actions, where these are many only of those that the map has."""
    every = keys_of(world, False)
    if len(every) <= _KEYED:
        return every
    return tuple(key for key, item in zip(every, world.items, strict=True) if item.id in shown)


def _about(opened: OpenLoop) -> str:
    settings = opened.loop.settings
    come = counted(len(opened.loop.events), "visitor")
    does = f"{_DID[settings.learning_mode]}, by {settings.policy.label}"
    return f"A loop that {does}. So far {come} came."


def _earned(opened: OpenLoop, truth: bool) -> tuple[str, str]:
    """What visitors gave of late, with the truth beside what could be had; and all of them, with
    how far chance may have moved it."""
    rewards, world = opened.stored.follow(LearningCurve).rewards, opened.world
    if len(rewards) < 2:
        return earned(opened, truth), ""
    late = rewards[-RECENT_VISITORS:]
    could = (
        f" One offer for all would bring {world.single_value:.2f}, the best for each "
        f"{world.best_value:.2f}."
    )
    latest, whole = _measured(world, late), _measured(world, rewards)
    return (
        f"The last {len(late):,} visitors gave {latest}.{could if truth else ''}",
        f"All {len(rewards):,} gave {whole}, while it learned." if len(rewards) > len(late) else "",
    )


def _measured(world: World, rewards: Array) -> str:
    """A mean with its interval, and what it comes to."""
    found = estimate_of_rewards(rewards)
    return (
        f"{found.mean:.2f} each (95 % interval {found.low:.2f} to {found.high:.2f}), so "
        f"{per_thousand(world, found.mean)}"
    )


def report_of(session: PlaySession, link: str) -> Report | None:
    """What a loop has learned and earned; None before anybody has answered."""
    with session.lock:
        opened, truth = session.shown, session.setup.truth
        rows = opened.curve()
        if not rows:
            return None
        named, favoured, here = without_pictures(opened.world, opened.favoured(), opened.context)
        keys = _keys(named, {str(cell["action"]) for cell in favoured})

        def mapped(axes: Axes, upright: bool, narrow: Figure | None = None) -> Figure:
            cells = contexts.map_rows(named, favoured, here, axes, 0, True, truth)
            title = "What it would offer to whom: the stronger, the more probable"
            spec = contexts.map_spec(named, False, axes, upright=upright)
            return Figure(title, spec, _strong(cells.drop_columns(["here"])), keys, narrow=narrow)

        narrow = next(iter(upright_axes_of(named)))
        lying = next(iter(axes_of(named)))
        gave = Figure(
            "What visitors gave",
            curves.reward_spec(False, truth),
            curves.reward_rows(rows, truth),
        )
        return report_on(
            opened.world,
            "What has it learned, and what does it earn?",
            _about(opened),
            (mapped(lying, False, mapped(narrow, bool(narrow.columns))), gave),
            (printed(learned(opened, truth)), *_earned(opened, truth)),
            opened.loop.seed,
            link,
        )
