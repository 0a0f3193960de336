"""What a page shows of a loop: each part of one state of its log."""

import math

from engine import LoopSettings
from engine.evaluation.context_map import favourites
from engine.evaluation.learning_curve import LearningCurve
from engine.simulation.crowd import crowd
from engine.store import StoredLoop
from engine.worlds import WORLDS
from pages.parts.library import followers
from pages.parts.play.view import LoopView
from tests.clock import ManualClock

COFFEE = WORLDS["coffee"]


def a_view(visitors: int) -> tuple[StoredLoop, LoopView]:
    stored = StoredLoop.create(None, world=COFFEE, seed=1, followers=followers)
    list(crowd(stored.loop, COFFEE, visitors))
    return stored, LoopView(stored, COFFEE)


def test_it_is_what_the_engine_says() -> None:
    stored, view = a_view(60)
    context = COFFEE.contexts[3]
    now = stored.loop.preview(COFFEE.actions, COFFEE.features(context))
    assert view.ranked(context).probabilities == now.probabilities
    assert view.map_rows() == favourites(stored.loop, COFFEE)
    earned, curve = view.earned(), stored.follow(LearningCurve)
    assert (earned.visitors, earned.mean, earned.recent) == (
        60, curve.mean_reward, curve.recent_reward,
    )  # fmt: skip
    assert list(earned.rows) == list(curve.rows())


def test_before_the_first_visitor_there_is_nothing_to_draw() -> None:
    _, view = a_view(0)
    earned = view.earned()
    assert (earned.visitors, earned.rows) == (0, ())
    assert math.isnan(earned.mean)


def test_what_was_given_stays_what_it_is_while_others_go_on() -> None:
    stored, view = a_view(10)
    earned, rows = view.earned(), view.map_rows()
    before = (earned.visitors, earned.mean, earned.rows, list(rows))
    list(crowd(stored.loop, COFFEE, 5))
    assert (earned.visitors, earned.mean, earned.rows, rows) == before
    assert view.earned().visitors == 15


def test_each_part_is_computed_once_for_a_state_of_the_log() -> None:
    stored, view = a_view(10)
    context = COFFEE.contexts[0]
    parts = view.ranked(context), view.map_rows(), view.earned()
    assert all(
        now is before
        for now, before in zip(
            (view.ranked(context), view.map_rows(), view.earned()), parts, strict=True
        )
    )
    stored.configure(crosses=0)
    assert view.ranked(context) is not parts[0]
    assert view.map_rows() is not parts[1]


def test_the_end_of_a_wait_is_seen_although_the_log_does_not_tell_of_it() -> None:
    clock, context = ManualClock(), COFFEE.contexts[0]
    settings = LoopSettings(default_reward=1.0)
    stored = StoredLoop.create(None, world=COFFEE, settings=settings, clock=clock)
    view = LoopView(stored, COFFEE)
    stored.rank(COFFEE.actions, COFFEE.features(context))
    before = view.ranked(context).means
    assert before == view.ranked(context).means
    clock.advance(hours=1)
    now = view.ranked(context).means
    assert now == stored.preview(COFFEE.actions, COFFEE.features(context)).means
    assert now != before
