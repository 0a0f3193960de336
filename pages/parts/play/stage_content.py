"""Scene of the talk on Play: sentences, beliefs, the map and the curve."""

from functools import partial

from engine.evaluation.probability_parts import probability_parts
from engine.loop.entries import Ranked
from pages.parts.charts.belief_rows import Moment, belief_rows, rows_of
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.map_axes import axes_of
from pages.parts.play import stage_wording as wording
from pages.parts.play.beliefs import SHOWN, believed, in_words
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.learned_panels import map_figure, reward_figure
from pages.parts.play.session import PlaySession
from pages.parts.scene.part_types import Figure, FigureStyle, Scene, Text


def scene_of(session: PlaySession, look: FigureStyle) -> Scene:
    """Return the scene of a session; requires the session's lock."""
    opened = session.displayed
    return Scene(
        {
            "say-who": lambda: Text(wording.visitor_arrives(opened)),
            "asked": lambda: _beliefs(opened, look, opened.ranked, "asked"),
            "say-offer": lambda: Text(wording.offered(opened)),
            "offered": lambda: _beliefs(opened, look, opened.ranked, "offered"),
            "say-answer": lambda: Text(wording.answered(opened)),
            "answered": partial(_answered, opened, look),
            "say-crowd": lambda: Text(wording.crowd(session)),
            "say-learned": lambda: Text(wording.learned(opened, truth=False)),
            "map": partial(_map, opened, look, truth=False),
            "say-right": lambda: Text(wording.learned(opened, truth=True)),
            "true-map": partial(_map, opened, look, truth=True),
            "say-earned": lambda: Text(wording.earned(opened, truth=False)),
            "rewards": partial(_rewards, opened, look, truth=False),
            "say-best": lambda: Text(wording.earned(opened, truth=True)),
            "true-rewards": partial(_rewards, opened, look, truth=True),
        }
    )


def _answered(opened: OpenLoop, look: FigureStyle) -> Figure | None:
    """Return beliefs about the last visitor, before and after the answer."""
    before = opened.latest
    if before is None:
        return None
    after = opened.ranked_again(before)
    return _beliefs(opened, look, after, "answered", before)


def _beliefs(
    opened: OpenLoop,
    look: FigureStyle,
    ranked: Ranked,
    moment: Moment,
    before: Ranked | None = None,
) -> Figure:
    """Return the chart of beliefs at a moment of a visit, with as many actions as fit."""
    world, size = opened.world, look.size
    parts = probability_parts(ranked, opened.loop.settings.policy)
    offers, rows = SHOWN[ranked.mode][1], rows_of(world, size)
    if rows < len(world.items):
        offers = f"{offers} ({rows} of {len(world.items)})"
    title = "A bell and a bar for each action"
    said = believed(world, ranked) if moment == "asked" else in_words(world, ranked)
    return Figure(
        "beliefs",
        title,
        f"{title}: {said}",
        belief_spec(world, look.dark, offers, size=size),
        belief_rows(world, look.dark, ranked, parts, before, None, moment, size),
    )


def _map(opened: OpenLoop, look: FigureStyle, truth: bool) -> Figure:
    return map_figure(opened, opened.favoured(), next(iter(axes_of(opened.world))), truth, look)


def _rewards(opened: OpenLoop, look: FigureStyle, truth: bool) -> Figure | None:
    return reward_figure(opened, truth, look) if opened.curve() else None
