"""Panels on learning: the map of contexts, mean reward and regret."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from engine.evaluation.favoured_actions import share_of_visits
from engine.worlds import World, key_of
from engine.worlds.world_history import WorldChange
from pages.parts.charts import context_map as contexts
from pages.parts.charts import curves
from pages.parts.charts.base import keys_of
from pages.parts.charts.belief_scale import BeliefScale
from pages.parts.charts.map_axes import Axes, upright_axes_of
from pages.parts.components.scene_view.panel_parts import (
    Panel,
    Part,
    chart,
    heading,
    numbers,
    panel,
    result,
    small,
)
from pages.parts.play.click_wording import for_whom_else
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.stage_wording import ENOUGH, too_few
from pages.parts.scene.part_types import Figure, FigureStyle
from pages.parts.text.format import counted, plain, section, titled
from pages.parts.text.glossary import meanings
from pages.parts.text.reward_scale import RewardScale

_MEET = "Click a cell to meet that visitor."
_MAP_HELP = (
    f"{_MEET} Each cell is one kind of visitor, in the colour of the most likely offer. A stronger "
    "colour means a higher chance. The frame marks the current visitor. With the "
    "truth revealed, a corner shows the best offer wherever it differs. Triangles show where "
    "your last click moved its offer up or down against the best other offer; larger ones, by more."
)
_REGRET_HELP = meanings("regret")
_MEAN = {False: "Mean reward", True: "Per 1,000, overall"}
"""Name of the mean reward, by whether it is money."""
_STRIP = 126
"""Height in pixels of the learning curve beside its numbers."""
_TRIED = 30
"""Number of visitors from whom a new action is no longer chosen for lack of knowledge alone."""
_FEW = 3
"""Fields of a world up to which a button switches between maps."""


def head_of_map(setup: PlaySetup, world: World, is_empty: bool) -> Axes:
    """Draw the map's heading and the switch for the truth; return the axes of the map.

    Unless the map ``is_empty``, a world of a few fields has a button for the next axes; for a world
    of many fields, `choose_map` draws a menu.
    """
    maps, key = list(upright_axes_of(world)), _map_key(world)
    chosen = st.session_state.get(key)
    axes: Axes = chosen if chosen in maps else maps[0]

    def turn() -> None:
        st.session_state[key] = maps[(maps.index(axes) + 1) % len(maps)]

    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="head-of-map"
    ):
        titled("What it has learned", help=None if is_empty else _MAP_HELP, width="content")
        setup.draw("truth")
        if len(maps) > 1 and len(world.fields) <= _FEW and not is_empty:
            st.button("Change axes", key="another-map", type="tertiary", on_click=turn)
    return axes


def choose_map(world: World) -> None:
    """Draw the menu of a map's two fields in a world of many."""
    maps = upright_axes_of(world)
    if len(world.fields) > _FEW:
        st.selectbox(
            "Map of",
            list(maps),
            format_func=lambda axes: f"Map: {maps[axes]}",
            key=_map_key(world),
            label_visibility="collapsed",
        )


def _map_key(world: World) -> str:
    return f"map-of-{key_of(world)}"


def map_of(
    opened: OpenLoop, favoured: Sequence[Mapping[str, Any]], axes: Axes, truth: bool, dark: bool
) -> Panel:
    """Return the panel with the map of contexts, and a sentence on its content."""
    # With a single field, rows side by side would be too narrow.
    figure = map_figure(
        opened, favoured, axes, truth, FigureStyle(dark), upright=bool(axes.columns)
    )
    mode, hidden = opened.loop.settings.learning_mode, len(favoured) - figure.rows.num_rows
    knows = bool(opened.loop.events)
    of_click = _of_click(opened, figure)
    sentences = [
        *_caption(favoured, knows, truth, mode, hidden, invites=not of_click),
        *of_click,
        *_part_of(opened, axes),
        *_of_newcomers(opened, favoured, figure),
    ]
    return panel(
        _chart(figure, {"world": key_of(opened.world)}),
        result(f"**{_right(favoured):,} of {len(favoured):,} right**") if knows and truth else None,
        small(" ".join(sentences)),
    )


def _of_click(opened: OpenLoop, figure: Figure) -> list[str]:
    """Return the meaning of the triangles of a map, if it has any, and for whom else the last click
    counts."""
    click = opened.click
    if click is None:
        return []
    amounts = figure.rows["moved"].to_pylist()
    signs = {
        "▲": (max(amounts, default=0) > 0, "raised"),
        "▼": (min(amounts, default=0) < 0, "lowered"),
    }
    marks = {mark: verb for mark, (is_there, verb) in signs.items() if is_there}
    item = plain(opened.world.items[click.before.shown].name)
    others = for_whom_else(opened.world, click)
    if not marks:
        return [others]
    return [f"{' '.join(marks)} Your last click {' or '.join(marks.values())} {item}.", others]


def _right(favoured: Sequence[Mapping[str, Any]]) -> int:
    """Number of cells in which the best action is the favourite."""
    return sum(cell["right"] for cell in favoured)


def map_figure(
    opened: OpenLoop,
    favoured: Sequence[Mapping[str, Any]],
    axes: Axes,
    truth: bool,
    look: FigureStyle,
    upright: bool = False,
) -> Figure:
    """Return the map of contexts.

    Args:
        favoured: cells of the map, from `OpenLoop.favoured`.
        truth: True to mark wrong cells with the best action.
        upright: True to put the rows of ``axes`` side by side.
    """
    world, knows = opened.world, bool(opened.loop.events)
    offers = opened.newcomers()
    new = {item.id for item in world.items if offers.get(item.name, _TRIED) < _TRIED}
    moves = contexts.NO_MOVES
    if (click := opened.click) is not None and not look.size.on_stage:
        scale = BeliefScale.of(world, click.before, click.after)
        moves = contexts.Moves(click.reach, scale.signed)
    alt = alt_of_map(opened, favoured)
    return Figure(
        "chart-map",
        alt.partition(": ")[0],
        alt,
        contexts.map_spec(world, look.dark, axes, look.size, upright),
        contexts.map_rows(world, favoured, opened.context, axes, knows, truth, moves, new),
        keys=keys_of(world, look.dark),
        dark=look.dark,
    )


def _chart(figure: Figure, wish: Mapping[str, object] | None = None) -> tuple[Part, Figure]:
    """Return a figure as part of a panel; see `chart`."""
    return chart(
        figure.rows, figure.spec, figure.key, figure.alt, figure.dark, keys=figure.keys, wish=wish
    )


def alt_of_map(opened: OpenLoop, favoured: Sequence[Mapping[str, Any]]) -> str:
    """Return the map's alternative text, with numbers."""
    world, knows = opened.world, bool(opened.loop.events)
    content = map_in_words(world, favoured, knows)
    if world.is_mapped_whole:
        return f"Map of all contexts: {content}"
    return f"Map of contexts like this one: {content}"


def _part_of(opened: OpenLoop, axes: Axes) -> list[str]:
    """Return sentences on the part of the world in the map, and on fields whose values are
    pictures alone there."""
    world, fixed = opened.world, axes.fixed(opened.world, opened.context)
    along = [field for field in world.fields if field.name in (axes.row, *axes.columns)]
    extent = world.extent(*(field.name for field in along))
    sentences = [f"Fixed: {plain(fixed)}."] if fixed else []
    if all(value.emoji for field in along for value in field.values):
        sentences.insert(0, f"By {', '.join(plain(field.label) for field in along)}.")
    sentences += (
        f"The map has room for {extent[field.name]} of the {len(field.values)} values of "
        f"{plain(field.label)}."
        for field in along
        if extent[field.name] < len(field.values)
    )
    return sentences


def _of_newcomers(
    opened: OpenLoop, favoured: Sequence[Mapping[str, Any]], figure: Figure
) -> list[str]:
    """Return sentences on actions that were added a short time ago."""
    dashed = "Dashed: the most likely offer, but only because little is known about it."
    sentences = [
        f"{plain(name)} is new, and was offered to {counted(shown, 'visitor')} so far."
        for name, shown in opened.newcomers().items()
        if 0 < shown < _TRIED
    ]
    sentences += [_of_untried(opened, favoured, action) for action in opened.untried]
    return [*sentences, dashed] if any(figure.rows["fresh"].to_pylist()) else sentences


def _of_untried(opened: OpenLoop, favoured: Sequence[Mapping[str, Any]], action: str) -> str:
    """Return the sentence on a new action that is no favourite, as nobody has been offered it."""
    name = plain(next(item.name for item in opened.world.items if item.id == action))
    sentence = f"{name} is new, has not been shown yet and is no favourite on this map."
    if opened.loop.settings.learning_mode != "online":
        return sentence
    share = share_of_visits(opened.world, favoured, action)
    return f"{sentence} It is tried in {100 * share:.0f} of 100 visits."


def _caption(
    favoured: Sequence[Mapping[str, Any]],
    knows: bool,
    truth: bool,
    mode: str,
    hidden: int,
    invites: bool,
) -> Iterator[str]:
    """Yield the sentences below a map with ``hidden`` cells left out, one of which ``invites`` to
    click."""
    if not knows:
        yield "Empty until the first reward."
    elif truth:
        if hidden:
            yield "That includes visitors who are not on this map."
        if _right(favoured) < len(favoured):
            yield "A corner shows the best offer where it differs."
        if mode != "online":
            yield "The map shows its prediction of today's rules."
    elif not any(map(contexts.stands_out, favoured)):
        yield "No favourites yet."
    elif mode == "online":
        yield "Most likely offers. Pale: unsure. Empty: no favourite."
    else:
        yield "Each cell: its prediction of today's rules. Pale: unsure."
    if knows and not truth and invites:
        yield _MEET


def map_in_words(world: World, favoured: Sequence[Mapping[str, Any]], knows: bool) -> str:
    """Return the number of cells per action, as plain text."""
    if not knows:
        return "Nothing is learned yet"
    names = {item.id: item.name for item in world.items}
    count = Counter(
        names[cell["action"]] if contexts.stands_out(cell) else "no favourite yet"
        for cell in favoured
    )
    return ", ".join(f"{name} in {n:,} of {len(favoured):,}" for name, n in count.most_common())


def earned(opened: OpenLoop, curve: curves.Curve, truth: bool, dark: bool) -> Panel:
    """Return the panel on earnings: numbers beside those that can be reached, the intervals of
    rare rewards or money, the mean reward over time, and changes of the world; empty before the
    first visitor.

    The means that can be reached are drawn in the chart only with the truth.
    """
    if not opened.loop.events:
        return panel()
    scale = RewardScale.of(opened.world)
    return panel(
        heading("What it earns"),
        numbers(_earned(opened, curve[-1], scale) if curve else {"Visitors": "0"}),
        small("Each slot of a page counts as one visitor here.") if opened.world.slots else None,
        _deferred(opened),
        _intervals(opened) if curve and scale.unit else None,
        _changes(opened),
        _chart(reward_figure(opened, truth, FigureStyle(dark), _STRIP)) if curve else None,
    )


def _earned(opened: OpenLoop, last: Mapping[str, float], scale: RewardScale) -> dict[str, str]:
    """Return the numbers of the panel on earnings, the largest one on the screen first."""
    latest, rewards = min(int(last["visitor"]), opened.recent), opened.rewards()
    every, recent = (bool(too_few(scale, number)) for number in rewards)
    visitors = f"Last {counted(latest, 'visitor')}"
    of_latest = f"Per 1,000, last {latest:,}" if scale.is_money else visitors
    columns = {
        f"Rewards, last {latest:,}" if recent else of_latest: "recent",
        _MEAN[scale.is_money]: "mean",
        curves.UNIFORM.capitalize(): "uniform",
        curves.SINGLE.capitalize(): "single",
        curves.BEST.capitalize(): "best",
    }
    early = {"recent": recent and f"{rewards[1]:,}", "mean": every and "too early"}
    first, *others = (
        (name, early.get(column) or scale.value(last[column])) for name, column in columns.items()
    )
    return dict([first, ("Visitors", f"{last['visitor']:,.0f}"), *others])


def _deferred(opened: OpenLoop) -> Part | None:
    """Return the number of offers that an application has not displayed yet; None without any."""
    if not (waiting := opened.loop.deferred):
        return None
    return small(
        f"Not counted: {counted(waiting, 'deferred offer')}. Each counts once the application "
        "activates it, which says that the offer was displayed."
    )


def _intervals(opened: OpenLoop) -> Part:
    """Return the sentence on the 95 % intervals of the mean rewards."""
    scale = RewardScale.of(opened.world)
    is_early, is_rare = (bool(too_few(scale, rewards)) for rewards in opened.rewards())
    if is_early:
        so_far = opened.rewards()[0]
        return small(
            f"Rewards so far: {so_far}. Each still moves the curve a lot: the mean and its "
            f"interval are stated from {ENOUGH} on."
        )
    whole, latest = (plain(scale.range(mean.low, mean.high)) for mean in opened.earnings())
    if is_rare or len(opened.loop.events) <= opened.recent:
        return small(f"95 % interval: {whole}.")
    return small(f"95 % intervals: {whole} so far, {latest} for the last {opened.recent}.")


def reward_figure(
    opened: OpenLoop, truth: bool, look: FigureStyle, height: int = curves.HEIGHT
) -> Figure:
    """Return the chart of mean reward by visitor, overall and recent, after at least one."""
    curve, world = opened.curve(), opened.world
    axis = curves.RewardAxis.of(world, opened.home, curve, truth)
    per = axis.scale.per if axis.scale.is_money else ""
    last, title = curve[-1], f"Mean reward by visitor, random seed {opened.loop.seed}"
    mean, recent = (
        too_few(axis.scale, rewards) or axis.scale.value(last[name]) + per
        for name, rewards in zip(("mean", "recent"), opened.rewards(), strict=True)
    )
    changes = sorted({*opened.changed_before} - {0})
    return Figure(
        "chart-reward",
        title,
        f"{title}: {mean} after {last['visitor']:,.0f}, {recent} over the last {axis.recent}",
        curves.reward_spec(look.dark, truth, axis, height, bool(changes)),
        curves.reward_rows(curve, truth, look.size, axis, height, changes),
        dark=look.dark,
    )


def _changes(opened: OpenLoop) -> Part | None:
    if not opened.changed_before:
        return None
    whom = ", ".join(f"{number:,}" for number in opened.changed_before)
    changes = " ".join(changes_in_words(opened))
    sentence = changes or f"The world changed after visitor {whom}."
    if any(0 < number < len(opened.loop.events) for number in opened.changed_before):
        levels = f"{curves.UNIFORM.capitalize()}, {curves.SINGLE} and {curves.BEST}"
        sentence += f" {levels} are those of the latest world, the means those of all visitors."
    return small(sentence)


def changes_in_words(opened: OpenLoop) -> list[str]:
    """Say when the world changed and what changed, a sentence for each change; Markdown."""
    return [_change_in_words(opened.world, change) for change in opened.changes()]


def _change_in_words(world: World, change: WorldChange) -> str:
    def price(amount: float) -> str:
        return plain(f"{amount:,g}\u00a0{world.unit}".rstrip())

    parts = [f"{plain(name)} was added" for name in change.added]
    parts += [f"{plain(name)} was removed" for name in change.removed]
    parts += [
        f"{plain(name)} pays {price(now)} instead of {price(was)}"
        for name, was, now in change.prices
    ]
    what = ", ".join(parts) or "offers and prices are the same, rates or visitors are not"
    return f"The world changed after visitor {change.visitors:,}: {what}."


def show_heading_of_regret(curve: curves.Curve) -> None:
    """Draw the heading of the regret chart, if there is a chart."""
    if curve:
        section("Missed rewards (regret)", help=_REGRET_HELP)


def lost(world: World, curve: curves.Curve, truth: bool, dark: bool) -> Panel:
    """Return the panel on cumulative regret; empty without the truth."""
    if not curve or not truth:
        return panel()
    scale = RewardScale.of(world)
    lost, by_chance = (scale.total(curve[-1][name]) for name in ("regret", "uniform_regret"))
    alt = f"Cumulative regret by visitor: {lost} missed, {by_chance} with random offers"
    rows, spec = curves.regret_rows(curve, scale), curves.regret_spec(dark, scale)
    missed = (
        f"Beside the best offer for each visitor, it missed {plain(lost)} so far; random offers "
        f"would have missed {plain(by_chance)}."
    )
    return panel(
        chart(rows, spec, "chart-regret", alt, dark), small(missed) if scale.unit else None
    )
