"""Panels on the engine's beliefs about the waiting visitor."""

from collections.abc import Mapping

from engine.evaluation.probability_parts import probability_parts
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.worlds import World
from pages.parts.charts import beliefs as belief_chart
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.charts.belief_scale import BeliefScale
from pages.parts.components.scene_view.panel_parts import Panel, chart, heading, panel, small, words
from pages.parts.play import offer_wording
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.why_links import link_to_why
from pages.parts.play.why_subject import WhyQuery
from pages.parts.text.format import percent, plain
from pages.parts.text.glossary import meanings
from pages.parts.text.reward_scale import RewardScale

SHOWN: Mapping[LearningMode, tuple[str, str]] = {
    "online": ("What it would offer", "chance of offer"),
    "apprentice": ("Its prediction of today's rules for", "prediction of today's rules"),
    "logging_only": ("What is shown to", "chance of offer"),
}
"""Heading of the picture and title of the bars, by learning mode."""
_HELP = meanings("posterior", "propensity")
_ENDS = (
    "The shaded area is the range of a reward, 0 to 1. Where little is known, a bell "
    "reaches beyond it; the ends below −0.1 and above 1.1 are compressed and fade out."
)
_ENDS_IN_UNIT = (
    "The shaded area begins at 0 and is as wide as the beliefs need. Bells reach beyond it where "
    "little is known; their outer ends are compressed and fade out."
)
_UNAVAILABLE = " An action at 0 % is not available in this slot."
_WHY = "What your click changed"


def heading_of(opened: OpenLoop, ranked: Ranked) -> tuple[str, str]:
    """Return the heading of the picture, and its help text."""
    parts = probability_parts(ranked, opened.loop.settings.policy)
    striped = offer_wording.striped(opened.world, ranked, parts)
    ends = _ENDS_IN_UNIT if RewardScale.of(opened.world).unit else _ENDS
    return SHOWN[ranked.mode][0], "\n\n".join(filter(None, [_HELP, ends, striped]))


def picture_of(opened: OpenLoop, ranked: Ranked, reveals: bool, dark: bool) -> Panel:
    """Return the panel with the visitor, the reason for the offer, and each action's belief, draw
    and chance; with the truth if it ``reveals``."""
    world, click, policy = opened.world, opened.click, opened.loop.settings.policy
    here = click is not None and world.context_of(click.before.request) == opened.context
    before = click.before if click and here else None
    truth = world.expected_in(world.cell(opened.context)) if reveals else None
    parts = probability_parts(ranked, policy)
    legend = offer_wording.legend(world, ranked, parts, here, reveals)
    legend += _UNAVAILABLE if ranked.request.excluded else ""
    striped = offer_wording.striped(world, ranked, parts)
    decided = offer_wording.decided(world, ranked, parts, policy)
    return panel(
        words(f"**{plain(_context_text(world, opened.context))}.** {decided}"),
        chart(
            belief_rows(world, dark, ranked, parts, before, truth),
            belief_chart.belief_spec(world, dark, SHOWN[ranked.mode][1]),
            "chart-beliefs-now",
            alt(world, ranked),
            dark,
            marks=" ".join(filter(None, [legend, striped])),
            moves="action" if before else "",
        ),
        small(legend),
    )


def why_it_moved(opened: OpenLoop, dark: bool) -> Panel:
    """Return the panel with the beliefs about the answered visitor before and after the last click;
    empty if that visitor's beliefs are in the picture above."""
    world, click = opened.world, opened.click
    if click is None or world.context_of(click.before.request) == opened.context:
        return panel()
    who = plain(_context_text(world, world.context_of(click.before.request)))
    parts = probability_parts(click.after, opened.loop.settings.policy)
    return panel(
        heading(_WHY),
        small(f"Before your click (dashed) and after it, for {who}:"),
        chart(
            belief_rows(world, dark, click.after, parts, click.before),
            belief_chart.belief_spec(world, dark, SHOWN[click.after.mode][1], small=True),
            "chart-beliefs-moved",
            alt(world, click.after),
            dark,
        ),
    )


def query_of_last_click(opened: OpenLoop) -> WhyQuery | None:
    """Return the query of the link that explains the last clicked offer."""
    if opened.click is None:
        return None
    event, last = opened.click.before.event_id, opened.loop.last
    # The query for the last event is the same after each click.
    return WhyQuery() if last is not None and last.event_id == event else WhyQuery(event=event)


def show_why_link(opened: OpenLoop) -> None:
    """Draw the link that explains the last clicked offer."""
    query = query_of_last_click(opened)
    if query is not None:
        link_to_why("Why the last offer?", opened, query)


def _context_text(world: World, context: Mapping[str, str]) -> str:
    return " · ".join(context[field.name] for field in world.fields)


_NAMED = 5
"""Actions whose numbers are in the alternative text; the picture has all."""


def alt(world: World, now: Ranked) -> str:
    """Return the picture's alternative text, with numbers."""
    return f"A bell and a bar for each action: {in_words(world, now)}"


def in_words(world: World, now: Ranked) -> str:
    """Return chances and beliefs of the likeliest actions, as plain text."""
    falling = sorted(range(len(world.items)), key=lambda i: -now.probabilities[i])[:_NAMED]
    names = [item.name for item in world.items]
    texts = (
        f"{names[i]} {percent(now.probabilities[i])}{_expected(world, now, i)}" for i in falling
    )
    return "; ".join(texts)


def believed(world: World, now: Ranked) -> str:
    """Return beliefs about all actions without chances, as plain text."""
    items = enumerate(world.items)
    return "; ".join(f"{item.name}{_expected(world, now, i)}" for i, item in items)


def _expected(world: World, now: Ranked, i: int) -> str:
    """Return an action's expected reward, after a comma; empty if it is not named."""
    scale = BeliefScale.of(world, now)
    if not scale.can_name(i, now.means[i]):
        return ""
    return f", expected reward {scale.scale.value(now.means[i])}{scale.per}"
