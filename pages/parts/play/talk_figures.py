"""The pictures of the talk on the Play page."""

from engine.evaluation.chances import chances
from engine.evaluation.learning_curve import RECENT_VISITORS
from engine.loop.entries import Ranked
from pages.parts.charts import context_map as contexts
from pages.parts.charts import curves
from pages.parts.charts.base import STAGE
from pages.parts.charts.belief_rows import Moment, belief_rows, rows_of
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.map_axes import axes_of
from pages.parts.play.beliefs import SHOWN, believed, in_words
from pages.parts.play.learned import map_in_words
from pages.parts.play.open_loop import OpenLoop
from pages.parts.scene.hero import hero
from pages.parts.text.theme import is_dark


def beliefs(opened: OpenLoop, asked: bool = False) -> None:
    """What is believed about who stands there, and unless that is ``asked``, what is offered."""
    _beliefs(opened, opened.ranked, "asked" if asked else "offered")


def answer(opened: OpenLoop) -> None:
    """What is believed about the last visitor, now and before they answered."""
    before = opened.latest
    if before is not None:
        after = opened.ranked_for(opened.world.context_of(before.request))
        _beliefs(opened, after, "answered", before)


def _beliefs(
    opened: OpenLoop, ranked: Ranked, moment: Moment, before: Ranked | None = None
) -> None:
    world, dark, policy = opened.world, is_dark(), opened.loop.settings.policy
    offers, shown = SHOWN[ranked.mode][1], rows_of(world, STAGE)
    offers += f" ({shown} of {len(world.items)})" if shown < len(world.items) else ""
    told = believed(world, ranked) if moment == "asked" else in_words(world, ranked)
    hero(
        belief_rows(world, dark, ranked, chances(ranked, policy), before, None, moment, STAGE),
        belief_spec(world, dark, offers, size=STAGE),
        key="beliefs",
        alt=f"A bell and a bar for each action: {told}",
    )


def context_map(opened: OpenLoop, truth: bool = False) -> None:
    """What it would offer to whom, and with the ``truth`` where that is wrong."""
    world, favoured, knows = opened.world, opened.favoured(), bool(opened.loop.events)
    axes = next(iter(axes_of(world)))
    turn, here = opened.arrivals.turn, opened.context
    hero(
        contexts.map_rows(world, favoured, here, axes, turn, knows, truth),
        contexts.map_spec(world, is_dark(), axes, STAGE),
        key="map",
        alt=f"Map of all contexts: {map_in_words(world, favoured, knows)}",
    )


def curve(opened: OpenLoop, truth: bool) -> None:
    """What visitors gave, over the visitors."""
    rows = opened.curve()
    if rows:
        hero(
            curves.reward_rows(rows, truth, STAGE),
            curves.reward_spec(is_dark(), truth),
            key="curve",
            alt=f"Mean reward over the visitors: {rows[-1]['recent']:.2f} over the last "
            f"{RECENT_VISITORS}",
        )
