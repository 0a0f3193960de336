"""Scene of the talk on Play: sentences, beliefs, the map and the curve."""

from collections.abc import Callable, Mapping
from functools import cache, partial

from engine.evaluation.answer_reach import answer_reach
from engine.evaluation.probability_parts import probability_parts
from engine.loop.entries import Ranked
from engine.loop.time_travel import as_of, entries_before
from engine.pausable_steps import finish
from pages.parts.charts import curves
from pages.parts.charts.belief_rows import Moment, belief_rows, rows_of
from pages.parts.charts.belief_scale import BeliefScale
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.map_axes import stage_axes_of
from pages.parts.charts.reach_map import reach_rows, reach_spec
from pages.parts.play import stage_wording as wording
from pages.parts.play.beliefs import SHOWN, believed, in_words
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.learned_panels import map_figure, reward_figure
from pages.parts.play.session import PlaySession
from pages.parts.scene.part_types import Figure, FigureStyle, Scene, Text
from pages.parts.text.format import bare
from pages.parts.text.reward_scale import RewardScale

Reach = Callable[[], Mapping[int, float]]
"""Function that returns the effect of the last answer by cell."""


def scene_of(session: PlaySession, look: FigureStyle) -> Scene:
    """Return the scene of a session; requires the session's lock."""
    opened = session.displayed
    reach = cache(partial(_reach, opened))
    return Scene(
        {
            "say-who": lambda: Text(wording.visitor_arrives(opened)),
            "asked": lambda: _beliefs(opened, look, opened.ranked, "asked"),
            "say-offer": lambda: Text(wording.offered(opened)),
            "offered": lambda: _beliefs(opened, look, opened.ranked, "offered"),
            "say-answer": lambda: Text(wording.answered(opened)),
            "answered": partial(_answered, opened, look),
            "say-others": lambda: Text(wording.others(opened, reach())),
            "others": partial(_others, opened, look, reach),
            "say-crowd": lambda: Text(wording.crowd(session)),
            "say-learned": lambda: Text(wording.learned(opened, truth=False)),
            "map": partial(_map, opened, look, truth=False),
            "say-right": lambda: Text(wording.learned(opened, truth=True)),
            "true-map": partial(_map, opened, look, truth=True),
            "say-earned": lambda: Text(wording.earned(opened, truth=False)),
            "rewards": partial(_rewards, opened, look, truth=False),
            "say-best": lambda: Text(wording.earned(opened, truth=True)),
            "true-rewards": partial(_rewards, opened, look, truth=True),
            "say-missed": lambda: Text(wording.missed(opened)),
            "missed": partial(_missed, opened, look),
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
    axes = stage_axes_of(opened.world)
    favoured = opened.favoured(axes.row, *axes.columns)
    return map_figure(opened, favoured, axes, truth, look, upright=bool(axes.columns))


def _rewards(opened: OpenLoop, look: FigureStyle, truth: bool) -> Figure | None:
    return reward_figure(opened, truth, look) if opened.curve() else None


def _missed(opened: OpenLoop, look: FigureStyle) -> Figure | None:
    """Return the chart of missed rewards, beside random offers and the best single offer."""
    curve, scale = opened.curve(), RewardScale.of(opened.world)
    if not curve:
        return None
    lost, by_chance = (scale.total(curve[-1][name]) for name in ("regret", "uniform_regret"))
    return Figure(
        "chart-regret",
        "Missed rewards (regret)",
        f"Cumulative regret by visitor: {lost} missed, {by_chance} with random offers",
        curves.regret_spec(look.dark, scale),
        curves.regret_rows(curve, scale),
    )


def _reach(opened: OpenLoop) -> Mapping[int, float]:
    """Return the change of the last offer's lead by its answer, see `answer_reach`, for each cell
    of the map."""
    loop, world, latest = opened.loop, opened.world, opened.latest
    if latest is None:
        return {}
    axes = stage_axes_of(world)
    cells = world.mapped(world.context_of(latest.request), axes.row, *axes.columns)
    past = finish(as_of(loop, entries_before(loop, loop.events[latest.event_id].number)))
    requests = [world.request(cell) for cell in cells]
    before, after = (each.outlook(requests)[1] for each in (past, loop))
    reach = answer_reach(before, after, latest.shown, world.reward_size)
    return dict(zip(cells, reach.tolist(), strict=True))


def _others(
    opened: OpenLoop, look: FigureStyle, reach: Callable[[], Mapping[int, float]]
) -> Figure | None:
    """Return the map of an answer's effect."""
    world, latest, changes = opened.world, opened.latest, reach()
    if latest is None:
        return None
    axes, place = stage_axes_of(world), world.cell_of(latest.request)
    scale = BeliefScale.of(world, latest, opened.ranked_again(latest))
    return Figure(
        "reach",
        "What an answer changes",
        f"Change against the best other offer by visitor: {bare(wording.others(opened, changes))}",
        reach_spec(world, look.dark, axes),
        reach_rows(world, changes, axes, latest.action_id, place, scale.signed),
    )
