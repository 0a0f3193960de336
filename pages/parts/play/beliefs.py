"""What the engine believes about this visitor."""

from collections.abc import Mapping, Sequence

import streamlit as st

from engine.arrays import Array
from engine.evaluation.chances import Chance, chances
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.worlds import World
from pages.parts.charts import beliefs as chart
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.charts.in_words import said
from pages.parts.glossary import meanings
from pages.parts.picture import picture
from pages.parts.play import wording
from pages.parts.play.moved import where_it_comes_from
from pages.parts.play.open_loop import OpenLoop
from pages.parts.text import note, percent, plain, small, titled
from pages.parts.theme import is_dark
from pages.parts.why.links import link_to_why
from pages.parts.why.subject import Asked

SHOWN: Mapping[LearningMode, tuple[str, str]] = {
    "online": ("What it would offer", "so it offers"),
    "apprentice": ("Its guess at what today's rules choose for", "guess at today's rules"),
    "logging_only": ("What is shown to", "so it is shown"),
}
"""What stands above the picture, and above its bars."""
_HELP = meanings("posterior", "propensity")
_ENDS = "The far ends of a bell, below −0.2 and beyond 1.2, are drawn closer together."
_WHY = "Why your click moved it"
_ASK = "Answer a visitor, and you see here what in your answer moved the chances."


def show_beliefs(opened: OpenLoop, ranked: Ranked, reveals: bool) -> None:
    """Every action with its belief, draw and chance, what decided, and, if it ``reveals``, the
    truth."""
    world, click, policy = opened.world, opened.click, opened.loop.settings.policy
    here = click is not None and world.context_of(click.before.request) == opened.context
    truth = world.expected_in(world.cell(opened.context)) if reveals else None
    parts = chances(ranked, policy)
    said = wording.decided(world, ranked, parts, policy)
    legend = wording.legend(world, ranked, parts, here, reveals)
    striped = wording.striped(world, ranked, parts)
    help = "\n\n".join(filter(None, [_HELP, _ENDS, striped]))
    titled(f"{SHOWN[ranked.mode][0]} {plain(_who(world, opened.context))}", said, help=help)
    marks = " ".join(filter(None, [legend, striped]))
    _draw(world, ranked, parts, click.before if click and here else None, truth, legend, marks)


def show_why(opened: OpenLoop, asks: bool) -> None:
    """Where what the last click moved comes from, with a picture of its own if somebody else is
    there now; without a click how to come by it, if it ``asks`` for one."""
    click = opened.click
    if click is None and not asks:
        st.empty()  # A place that is empty at first could not be written to later.
        return
    if click is None:
        titled(_WHY, small(_ASK))
        return
    world, context = opened.world, opened.world.context_of(click.before.request)
    titled(_WHY, small(where_it_comes_from(click)))
    link_to_why("Why it was offered", opened, Asked(event=click.before.event_id))
    if context != opened.context:
        note(f"Before your click (dashed) and after it, for {plain(_who(world, context))}:")
        after = chances(click.after, opened.loop.settings.policy)
        _draw(world, click.after, after, click.before, None)


def _who(world: World, context: Mapping[str, str]) -> str:
    return " · ".join(context[field.name] for field in world.fields)


def _draw(
    world: World,
    now: Ranked,
    parts: Sequence[Chance],
    before: Ranked | None,
    truth: Array | None,
    legend: str = "",
    marks: str = "",
) -> None:
    """The picture of a ranking, with that of the one before; a small one has no legend, but tells
    its numbers, and where it stands alone all its ``marks`` are told."""
    dark, place = is_dark(), "now" if legend else "moved"
    spec = chart.belief_spec(world, dark, SHOWN[now.mode][1], small=not legend)
    picture(
        belief_rows(world, dark, now, parts, before, truth),
        spec,
        key=f"chart-beliefs-{place}",
        alt=alt(world, now),
        below=small(legend) if legend else "",
        marks=marks,
        tells=not legend,
    )


_NAMED = 5
"""Actions whose numbers are told to those who cannot see the picture; all are in its marks."""


def alt(world: World, now: Ranked) -> str:
    """What the picture shows, and its numbers."""
    return f"A bell and a bar for each action: {in_words(world, now)}"


_OWN: Mapping[str, str] = {}
_BELIEVED = "believed to earn"


def in_words(world: World, now: Ranked, known: Mapping[str, str] = _OWN) -> str:
    """The chances and beliefs of the likeliest; in other words where these are ``known``."""
    falling = sorted(range(len(world.items)), key=lambda i: -now.probabilities[i])[:_NAMED]
    names, believed = [item.name for item in world.items], said(_BELIEVED, known)
    told = (
        f"{names[i]} {percent(now.probabilities[i])}, {believed} {now.means[i]:.2f}"
        for i in falling
    )
    return "; ".join(told)


def believed(world: World, now: Ranked, known: Mapping[str, str] = _OWN) -> str:
    """What there is to hear while it is asked what will be offered."""
    earns = said(_BELIEVED, known)
    means = zip(world.items, now.means, strict=True)
    return "; ".join(f"{item.name}, {earns} {mean:.2f}" for item, mean in means)
