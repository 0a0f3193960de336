"""What the engine believes about this visitor."""

from collections.abc import Mapping

from engine.evaluation.probability_parts import chances
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.worlds import World
from pages.parts.charts import beliefs as belief_chart
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.components.scene_view.parts import Panel, chart, heading, panel, small, words
from pages.parts.play import wording
from pages.parts.play.moved import where_it_comes_from
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.why_links import link_to_why
from pages.parts.play.why_subject import Asked
from pages.parts.text.format import percent, plain
from pages.parts.text.glossary import meanings

SHOWN: Mapping[LearningMode, tuple[str, str]] = {
    "online": ("What it would offer", "so it offers"),
    "apprentice": ("Its prediction of today's rules for", "prediction of today's rules"),
    "logging_only": ("What is shown to", "so it is shown"),
}
"""What stands above the picture, and above its bars."""
_HELP = meanings("posterior", "propensity")
_ENDS = (
    "The shaded area is the range of a reward, 0 to 1. Where little is known, a bell "
    "reaches beyond it; the ends below −0.2 and above 1.2 are compressed."
)
_WHY = "What your click changed"
_ASK = "Answer a visitor to see here how your answer changed the chances."


def heading_of(opened: OpenLoop, ranked: Ranked) -> tuple[str, str]:
    """What stands above the picture, and what is told of its terms."""
    parts = chances(ranked, opened.loop.settings.policy)
    striped = wording.striped(opened.world, ranked, parts)
    return SHOWN[ranked.mode][0], "\n\n".join(filter(None, [_HELP, _ENDS, striped]))


def picture_of(opened: OpenLoop, ranked: Ranked, reveals: bool, dark: bool) -> Panel:
    """Who is there, what decided, every action with its belief, draw and chance, and, if it
    ``reveals``, the truth."""
    world, click, policy = opened.world, opened.click, opened.loop.settings.policy
    here = click is not None and world.context_of(click.before.request) == opened.context
    before = click.before if click and here else None
    truth = world.expected_in(world.cell(opened.context)) if reveals else None
    parts = chances(ranked, policy)
    legend = wording.legend(world, ranked, parts, here, reveals)
    striped = wording.striped(world, ranked, parts)
    decided = wording.decided(world, ranked, parts, policy)
    return panel(
        words(f"**{plain(_who(world, opened.context))}.** {decided}"),
        chart(
            belief_rows(world, dark, ranked, parts, before, truth),
            belief_chart.belief_spec(world, dark, SHOWN[ranked.mode][1]),
            "chart-beliefs-now",
            alt(world, ranked),
            dark,
            marks=" ".join(filter(None, [legend, striped])),
        ),
        small(legend),
    )


def why_it_moved(opened: OpenLoop, asks: bool, dark: bool) -> Panel:
    """Where what the last click moved comes from, with a picture of its own if somebody else is
    there now; without a click how to come by it, if it ``asks`` for one."""
    world, click = opened.world, opened.click
    if click is None:
        return panel(heading(_WHY), small(_ASK)) if asks else panel()
    context = world.context_of(click.before.request)
    told = heading(_WHY), small(where_it_comes_from(click))
    if context == opened.context:
        return panel(*told)
    parts = chances(click.after, opened.loop.settings.policy)
    return panel(
        *told,
        small(f"Before your click (dashed) and after it, for {plain(_who(world, context))}:"),
        chart(
            belief_rows(world, dark, click.after, parts, click.before),
            belief_chart.belief_spec(world, dark, SHOWN[click.after.mode][1], small=True),
            "chart-beliefs-moved",
            alt(world, click.after),
            dark,
        ),
    )


def asked_of_the_last(opened: OpenLoop) -> Asked | None:
    """What the link to why the last click's offer was made asks about."""
    if opened.click is None:
        return None
    event, last = opened.click.before.event_id, opened.loop.last
    # That of the last one stays as it is, click after click.
    return Asked() if last is not None and last.event_id == event else Asked(event=event)


def show_why_link(opened: OpenLoop) -> None:
    """The way to why the last click's offer was made."""
    asked = asked_of_the_last(opened)
    if asked is not None:
        link_to_why("Why it was offered", opened, asked)


def _who(world: World, context: Mapping[str, str]) -> str:
    return " · ".join(context[field.name] for field in world.fields)


_NAMED = 5
"""Actions whose numbers are told to those who cannot see the picture; all are in its marks."""


def alt(world: World, now: Ranked) -> str:
    """What the picture shows, and its numbers."""
    return f"A bell and a bar for each action: {in_words(world, now)}"


def in_words(world: World, now: Ranked) -> str:
    """Chances and beliefs of the likeliest actions, as plain text."""
    falling = sorted(range(len(world.items)), key=lambda i: -now.probabilities[i])[:_NAMED]
    names = [item.name for item in world.items]
    told = (
        f"{names[i]} {percent(now.probabilities[i])}, expected reward {now.means[i]:.2f}"
        for i in falling
    )
    return "; ".join(told)


def believed(world: World, now: Ranked) -> str:
    """Beliefs about all actions, as plain text; chances are left out."""
    means = zip(world.items, now.means, strict=True)
    return "; ".join(f"{item.name}, expected reward {mean:.2f}" for item, mean in means)
