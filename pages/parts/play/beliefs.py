"""What the engine believes about this visitor, and what the last click changed."""

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from engine.arrays import Array
from engine.evaluation.chances import Chance, chances
from engine.learners.base import Group
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.worlds import World
from pages.parts.charts import beliefs as chart
from pages.parts.choices import CROSSES
from pages.parts.play import wording
from pages.parts.play.open_loop import Click, OpenLoop
from pages.parts.text import note, percent, plain, signed
from pages.parts.theme import is_dark

_SHOWN: Mapping[LearningMode, tuple[str, str]] = {
    "online": ("What it would offer", "so it offers"),
    "apprentice": ("What today's choice looks like for", "guess at today's choice"),
    "logging_only": ("What is shown to", "so it is shown"),
}
"""What stands above the picture, and above its bars."""


def show_beliefs(opened: OpenLoop, ranked: Ranked, reveals: bool) -> None:
    """Every action with its belief, draw and chance, what decided, what the last click moved, and,
    if it ``reveals``, the truth."""
    world, click, policy = opened.world, opened.click, opened.loop.settings.policy
    here = click is not None and world.context_of(click.before.request) == opened.context
    truth = world.expected[world.cell(opened.context)] if reveals else None
    parts = chances(ranked, policy)
    with st.container(gap="xxsmall"):
        st.markdown(f"##### {_SHOWN[ranked.mode][0]} {plain(_who(world, opened.context))}")
        st.markdown(wording.decided(world, ranked, parts, policy))
    _draw(world, ranked, parts, click.before if click and here else None, truth)
    note(wording.legend(world, ranked, parts, here, reveals))
    if click:
        with st.container(border=True, key="moved"):
            _tell_what_moved(world, click)
            if not here:
                who = plain(_who(world, world.context_of(click.before.request)))
                note(f"Before (dashed) and after, for {who}:")
                after = chances(click.after, policy)
                _draw(world, click.after, after, click.before, None, small=True)


def _who(world: World, context: Mapping[str, str]) -> str:
    return " · ".join(context[field.name] for field in world.fields)


def _draw(
    world: World,
    now: Ranked,
    parts: Sequence[Chance],
    before: Ranked | None,
    truth: Array | None,
    small: bool = False,
) -> None:
    """The picture of a ranking, with that of the one before."""
    dark, place = is_dark(), "moved" if small else "now"
    st.vega_lite_chart(
        chart.belief_rows(world, dark, now, parts, before, truth, small),
        chart.belief_spec(world, dark, _SHOWN[now.mode][1], small),
        key=f"chart-beliefs-{place}",
        alt=f"A bell and a bar for each action: {_in_words(world, now)}",
    )


_NAMED = 5
"""Actions whose numbers are told to those who cannot see the picture; all are in its marks."""


def _in_words(world: World, now: Ranked) -> str:
    falling = sorted(range(len(world.items)), key=lambda i: -now.probabilities[i])[:_NAMED]
    told = (
        f"{world.items[i].id} {percent(now.probabilities[i])}, believed to earn {now.means[i]:.2f}"
        for i in falling
    )
    return "; ".join(told)


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
