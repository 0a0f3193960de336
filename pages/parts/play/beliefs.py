"""What the engine believes about this visitor, and what the last click changed."""

import json
from collections.abc import Mapping

import streamlit as st

from engine.arrays import Array
from engine.learners.base import Group
from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.charts import beliefs as chart
from pages.parts.choices import CROSSES
from pages.parts.play.open_loop import Click, OpenLoop
from pages.parts.text import note, percent, plain, signed
from pages.parts.theme import is_dark

_ONLINE_HELP = (
    "Bars: how often each action would be chosen, with two Monte-Carlo standard errors. "
    "Bells: what the engine believes each action earns; a wide bell is doubt. "
    "Dots, where Thompson sampling decided: one draw for each action, from its bell; "
    "the highest is offered, once four draws agree on it. "
    "Dashed: before your last click. Triangles: the truth, once revealed."
)
_APPRENTICE_HELP = (
    "Bars: how likely the apprentice is to choose each action for today's choice here. "
    "Bells: what each action is believed to earn, learned from the rewards of what was shown. "
    "Dashed: before your last click. Triangles: the truth, once revealed."
)
_LOGGING_HELP = (
    "Bars: today's choice is always shown. Bells: what each action is believed to earn, "
    "learned from the rewards of what was shown."
)
_TITLES = {
    "online": ("What it would offer", _ONLINE_HELP),
    "apprentice": ("What today's choice looks like for", _APPRENTICE_HELP),
    "logging_only": ("What is shown to", _LOGGING_HELP),
}


def show_beliefs(opened: OpenLoop, ranked: Ranked, reveals: bool) -> None:
    """Every action with its probability, the belief behind it and, if it ``reveals``, the truth."""
    world, click = opened.world, opened.click
    title, explained = _TITLES[ranked.mode]
    st.markdown(f"##### {title} {plain(_who(world, opened.context))}", help=explained)
    here = click is not None and world.context_of(click.before.request) == opened.context
    truth = world.expected[world.cell(opened.context)] if reveals else None
    _draw(world, ranked, click.before if click and here else None, truth)
    if click:
        with st.container(border=True, key="moved"):
            _tell_what_moved(world, click)
            if not here:
                who = plain(_who(world, world.context_of(click.before.request)))
                note(f"Before (dashed) and after, for {who}:")
                _draw(world, click.after, click.before, None, small=True)


def _who(world: World, context: Mapping[str, str]) -> str:
    return " · ".join(context[field.name] for field in world.fields)


def _draw(
    world: World, now: Ranked, before: Ranked | None, truth: Array | None, small: bool = False
) -> None:
    """Bars and bells of a ranking, and of the one before."""
    dark, place = is_dark(), "moved" if small else "now"
    bars, bells = st.columns([1.25, 1], gap="xsmall")
    bars.vega_lite_chart(
        chart.probability_rows(world, now, before),
        chart.probability_spec(world, dark, small),
        key=f"chart-probability-{place}",
        alt="Bars, one for each action: each bar is a chance to be offered",
    )
    bells.vega_lite_chart(
        chart.belief_rows(world, now, before, truth),
        chart.belief_spec(world, dark, small),
        key=f"chart-belief-{place}",
        alt="One bell for each action: its believed expected reward and this visitor's draw",
    )


_NOTICED = 0.005
"""Reward by which a part of a belief must have moved to be worth telling: half a hundredth."""


def _tell_what_moved(world: World, click: Click) -> None:
    """What the last click changed, in words."""
    i = click.before.shown
    item = world.items[i]
    sent = f"reward {click.reward:g}" if click.answered else f"no answer, so {click.reward:g}"
    chances = [percent(ranked.probabilities[i]) for ranked in (click.before, click.after)]
    means = [f"{ranked.means[i]:.2f}" for ranked in (click.before, click.after)]
    moved = f"its believed reward from {means[0]} to **{means[1]}**"
    if click.before.mode == "online":
        told = f"Its chance went from {chances[0]} to **{chances[1]}**, {moved}."
    else:
        told = f"What is shown does not change; {moved}."
    st.markdown(f"**Your click: {sent}** for {plain(item.label)}. {told}")
    parts = _parts_of_move(click, click.after.means[i] - click.before.means[i])
    if parts:
        note(f"Where the move comes from, in reward: {'; '.join(parts)}.")
    else:
        note(f"It moved by less than {_NOTICED:g}: just this was expected.")


def _parts_of_move(click: Click, move: float) -> list[str]:
    """What moved a belief most, and the rest of the move."""
    values = click.before.request.context_values
    largest = [change for change in click.changes if abs(change.change) >= _NOTICED]
    rest = move - sum(change.change for change in largest)
    parts = [f"{whom(c.group, values)} **{signed(c.change)}**" for c in largest]
    return [*parts, f"all else **{signed(rest)}**"] if abs(rest) >= _NOTICED else parts


def whom(group: Group | None, values: Mapping[str, object]) -> str:
    """Who a group of context fields stands for in a context, field -> value."""
    if group is None:
        return "whatever is offered"
    if group.every:
        return f"all {CROSSES.offered[group.every]}"
    named = [
        value if value and isinstance(value, str) else f"{field} {json.dumps(value)}"
        for field, value in values.items()
        if field in group.fields
    ]
    return plain(" and ".join(named)) if named else "whoever comes"
