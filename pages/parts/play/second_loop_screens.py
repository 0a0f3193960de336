"""Talk about two loops side by side: the same visitors, one by one, then in crowds."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from engine.experiments.second_loop import Standing
from engine.loop.entries import Ranked
from engine.worlds import Context
from pages.parts.charts import second_loop as chart
from pages.parts.play.beliefs import in_words
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.second_loop import MOST, SideLoop
from pages.parts.play.session import PlaySession
from pages.parts.play.stage_actions import let_in, take_back
from pages.parts.play.stage_wording import crowd, each, in_scale, in_total
from pages.parts.scene.stage_chart import draw_stage_chart
from pages.parts.scene.stage_show import Screen, Show, Stage
from pages.parts.text.answer_names import said
from pages.parts.text.format import counted, plain
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import is_dark
from pages.parts.work.frame_scheduler import result_of

_CROWDS = (10, 100, 1_000)
WASTE, _EPSILON = "waste", "epsilon"
"""Screen of the usual talk with a second loop, and that loop's policy."""
_LEAST_APART = 10
"""Number of visitors with different rewards from which two loops are compared."""


def catch_up(session: PlaySession) -> None:
    """Let the second loop, if requested, serve all visitors so far; call before drawing."""
    second, come = _second(session), len(session.displayed.loop.events)
    if session.setup.beside and come > MOST:
        st.toast(f"A second session serves at most {MOST:,} visitors; {come:,} have come here.")
    if second is not None and not second.is_level:
        with st.spinner("The second session serves the same visitors"):
            result_of(second.catching_up())


def _second(session: PlaySession, name: str = "") -> SideLoop | None:
    """Return the second loop of the displayed loop with a name, by default the requested one."""
    opened, setup = session.displayed, session.setup
    setup = setup.having({"beside": name}) if name else setup
    if not setup.beside or len(opened.loop.events) > MOST:
        opened.side_loop = None
    elif opened.side_loop is None or opened.side_loop.name != setup.beside:
        opened.side_loop = SideLoop(setup.beside, opened.world, opened.loop, setup.beside_settings)
    return opened.side_loop


def beside_show(session: PlaySession) -> Show | None:
    """Return the talk; None without a second loop."""
    if not session.setup.beside and Stage.in_link().screen == WASTE:
        return None
    second = _second(session)
    if second is None:
        return None
    second.follow()
    opened = session.displayed
    begin = Screen(
        "beside",
        partial(_say, opened, second),
        partial(_draw, opened, second),
        "Both serve the same people with the same random numbers. They differ in what "
        "they learn. Next: one visitor.",
    )
    if not session.may_change:
        return Show.of([begin])
    crowds = [_crowd(session, second, size) for size in _CROWDS]
    return Show.of([begin, _visitor(session, second), *crowds], session.live.waiting > 0)


def _visitor(session: PlaySession, second: SideLoop) -> Screen:
    opened = session.displayed
    return Screen(
        "beside-1",
        partial(_say_last, opened, second),
        partial(_draw_last, opened, second),
        "The same visitor was served on both sides. Where both made the same offer, "
        f"the answer was the same. Next: {counted(_CROWDS[0], 'visitor')}.",
        do=partial(let_in, session, "beside-1"),
        undo=partial(take_back, session, "beside-1"),
    )


def _crowd(session: PlaySession, second: SideLoop, size: int) -> Screen:
    name = f"beside-{size}"
    return Screen(
        name,
        partial(_say_crowd, session, second),
        partial(_draw, session.displayed, second),
        f"{size:,} more visitors, the same on both sides. Which side is ahead, and why?",
        do=partial(let_in, session, name, size),
        undo=partial(take_back, session, name),
    )


def waste_screens(session: PlaySession) -> Sequence[Screen]:
    """Return the screen of epsilon-greedy before the same visitors, unless there were too many."""
    if len(session.displayed.loop.events) > MOST:
        return ()
    return (
        Screen(
            WASTE,
            partial(_say_waste, session),
            partial(_draw_waste, session),
            "Epsilon-greedy never stops exploring: the same share of offers stays random, however "
            "sure it is. Look at the bars on the right: no offer falls to 0.",
        ),
    )


# -- sentences ------------------------------------------------------------------------


def _say(opened: OpenLoop, second: SideLoop) -> str:
    (first, other), stands = second.names, second.standing()
    scale = RewardScale.of(opened.world)
    if not stands.visitors:
        return f"Same visitors, same random numbers. Left: {plain(first)}. Right: {plain(other)}."
    return (
        f"Both served {counted(stands.visitors, 'visitor')}. "
        f"{plain(first)}: {each(scale, stands.first)}. "
        f"{plain(other)}: {in_scale(scale, stands.second)}.{_difference(scale, stands)}"
    )


def _difference(scale: RewardScale, stands: Standing) -> str:
    """Return a sentence on the difference of money or rare rewards with its 95 % interval, after a
    space; empty for other rewards."""
    if not scale.unit:
        return ""
    if stands.apart < _LEAST_APART:
        return " Too few answers differ yet to compare them."
    ahead = stands.ahead
    by = plain(scale.estimate(ahead.mean, ahead.low, ahead.high, sign=True))
    is_chance = ahead.low <= 0 <= ahead.high
    return f" Difference: {by}, {'no more' if is_chance else 'more'} than chance."


def _say_crowd(session: PlaySession, second: SideLoop) -> str:
    waiting, whole = session.live.waiting, session.live.enqueued
    if waiting:
        return f"{whole - waiting:,} of {whole:,} visitors have been served by both."
    return _say(session.displayed, second)


def _say_last(opened: OpenLoop, second: SideLoop) -> str:
    """Describe the last visitor's offers and answers in both loops."""
    here, there = opened.latest, second.last
    if here is None or there is None:
        return _say(opened, second)
    reward = sum(opened.loop.events[here.event_id].rewards)
    visitor = plain(", ".join(opened.world.context_of(here.request).values()))
    ours, theirs = (
        _answer(opened, here.action_id, reward),
        _answer(opened, there[0].action_id, there[1]),
    )
    if here.action_id == there[0].action_id:
        return f"{visitor}: {_item(opened, here)} on both sides, {ours}."
    return (
        f"{visitor}: {_item(opened, here)} on the left, {ours}; "
        f"{_item(opened, there[0])} on the right, {theirs}."
    )


def _item(opened: OpenLoop, ranked: Ranked) -> str:
    return plain(opened.world.items[opened.world.position(ranked.action_id)].name)


def _answer(opened: OpenLoop, action: str, reward: float) -> str:
    return said(opened.world, opened.world.position(action), reward).lower()


def _say_waste(session: PlaySession) -> str:
    """Return the number of random offers, and the missed rewards of both loops."""
    second, scale = _level(session), RewardScale.of(session.displayed.world)
    if second is None or not session.displayed.loop.events:
        return crowd(session)
    (_, other), visitors = second.names, second.standing().visitors
    missed, missed_other = (in_total(scale, regret) for regret in second.regrets())
    return (
        f"{plain(other)}: {second.random_offers:,} of {counted(visitors, 'offer')} at random, "
        f"{missed_other} missed, not {missed.removesuffix(' rewards')}."
    )


def _level(session: PlaySession) -> SideLoop | None:
    """Return the second loop once it has served all visitors; None while a crowd comes, whose job
    the second loop's would wait for."""
    if session.live.waiting:
        return None
    second = _second(session, session.setup.beside or _EPSILON)
    if second is not None and not second.is_level:
        result_of(second.catching_up())
    return second


# -- pictures -------------------------------------------------------------------------


def _draw_last(opened: OpenLoop, second: SideLoop) -> None:
    """Draw both loops' beliefs after the last visitor's answer; the offers are highlighted."""
    here, there = opened.latest, second.last
    if here is None or there is None:
        _draw(opened, second)
        return
    context = opened.world.context_of(here.request)
    _draw_halves(
        opened,
        second,
        context,
        (
            _as_offered(opened.ranked_for(context), here),
            _as_offered(second.ranked_for(context), there[0]),
        ),
    )


def _as_offered(now: Ranked, then: Ranked) -> Ranked:
    """Combine current beliefs with a past offer, without its draws from past bells."""
    places = [action.id for action in now.request.actions]
    return replace(now, shown=places.index(then.action_id), draw=None)


def _draw(opened: OpenLoop, second: SideLoop) -> None:
    """Draw both loops' beliefs about the waiting visitor."""
    here = opened.context
    _draw_halves(opened, second, here, (opened.ranked_for(here), second.ranked_for(here)))


def _draw_waste(session: PlaySession) -> None:
    """Draw both loops' beliefs about the waiting visitor."""
    if second := _level(session):
        _draw(session.displayed, second)


def _draw_halves(
    opened: OpenLoop, second: SideLoop, here: Context, ranked: tuple[Ranked, Ranked]
) -> None:
    world, stands = opened.world, second.standing()
    means = (stands.first, stands.second) if stands.visitors else (None, None)
    favoured = opened.favoured(), second.favoured(opened.mapped(opened.context))
    halves = [
        chart.Half(*parts) for parts in zip(second.names, means, ranked, favoured, strict=True)
    ]
    beliefs = "; ".join(f"{half.name}: {in_words(world, half.ranked)}" for half in halves)
    draw_stage_chart(
        chart.beside_rows(world, is_dark(), here, halves),
        chart.beside_spec(world, is_dark()),
        key="beside",
        alt=f"Two sessions side by side: {beliefs}",
    )
