"""View of an open loop: all parts belong to the same state of its log."""

import pytest

from engine import LoopSettings
from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.learning_curve import RECENT_VISITORS, LearningCurve
from engine.loop.service_only_settings import ServiceSettings
from engine.simulation.simulated_visitors import crowd
from engine.store import StoredLoop
from engine.worlds import WORLDS, Knobs, generate
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.moment_links import context_from_link, context_in_link
from pages.parts.settings.loop_library_access import loop_projections
from tests.clock import ManualClock

COFFEE = WORLDS["coffee"]


def an_open_loop(visitors: int) -> tuple[StoredLoop, OpenLoop]:
    stored = StoredLoop.create(None, world=COFFEE, seed=1, make_projections=loop_projections)
    list(crowd(stored.loop, COFFEE, visitors))
    return stored, OpenLoop(stored)


def test_the_view_equals_the_engines_answers() -> None:
    stored, opened = an_open_loop(60)
    context = COFFEE.contexts[3]
    now = stored.loop.preview(COFFEE.actions, COFFEE.features(context))
    assert opened.ranked_for(context).probabilities == now.probabilities
    assert opened.favoured() == favoured_actions(stored.loop, COFFEE)
    curve = stored.follow(LearningCurve)
    assert list(opened.curve()) == list(curve.rows())
    last = opened.curve()[-1]
    assert (last["visitor"], last["mean"], last["recent"]) == pytest.approx(
        (60, curve.rewards.mean(), curve.rewards[-RECENT_VISITORS:].mean()), abs=1e-12
    )


def test_before_the_first_visitor_there_is_nothing_to_draw() -> None:
    _, opened = an_open_loop(0)
    assert opened.curve() == ()


def test_what_was_given_stays_what_it_is_while_others_go_on() -> None:
    stored, opened = an_open_loop(10)
    curve, rows = opened.curve(), opened.favoured()
    before = list(curve), list(rows)
    list(crowd(stored.loop, COFFEE, 5))
    assert (list(curve), rows) == before
    assert len(opened.curve()) == 15


def test_each_part_is_computed_once_for_a_state_of_the_log() -> None:
    stored, opened = an_open_loop(10)
    context = COFFEE.contexts[0]
    parts = opened.ranked_for(context), opened.favoured(), opened.curve()
    assert all(
        now is before
        for now, before in zip(
            (opened.ranked_for(context), opened.favoured(), opened.curve()), parts, strict=True
        )
    )
    stored.configure(crosses=0)
    assert opened.ranked_for(context) is not parts[0]
    assert opened.favoured() is not parts[1]


def test_the_end_of_a_wait_is_seen_although_the_log_does_not_tell_of_it() -> None:
    clock, context = ManualClock(), COFFEE.contexts[0]
    settings = LoopSettings(default_reward=1.0)
    stored = StoredLoop.create(None, world=COFFEE, settings=settings, clock=clock)
    opened = OpenLoop(stored)
    stored.rank(COFFEE.actions, COFFEE.features(context))
    before = opened.ranked_for(context).means
    assert before == opened.ranked_for(context).means
    clock.advance(hours=1)
    now = opened.ranked_for(context).means
    assert now == stored.preview(COFFEE.actions, COFFEE.features(context)).means
    assert now != before


def test_of_a_large_world_it_is_those_like_who_stands_there_but_in_two_fields() -> None:
    world = generate(Knobs(fields=6, values=4, actions=3), seed=1)
    stored = StoredLoop.create(None, world=world, seed=1, make_projections=loop_projections)
    opened = OpenLoop(stored)
    rows, other = opened.favoured("f3", "f6"), opened.favoured()
    assert len(rows) == len(other) == 16
    assert opened.favoured("f3", "f6") is rows is not other
    same = [name for name in opened.context if name not in {"f3", "f6"}]
    assert all(row[name] == opened.context[name] for row in rows for name in same)
    link = context_in_link(world, opened.context)
    assert context_from_link(world, link) == opened.context
    wrong = ("", "1", f"{link}-0", f"9{link[1:]}", f"0{link}", link.replace("-", "_"))
    assert [context_from_link(world, told) for told in wrong] == [None] * len(wrong)


def test_an_update_of_the_served_model_is_seen_although_the_log_does_not_tell_of_it() -> None:
    clock, context = ManualClock(), COFFEE.contexts[0]
    stored = StoredLoop.create(None, world=COFFEE, clock=clock)
    opened = OpenLoop(stored)
    stored.configure_service(ServiceSettings(update_frequency=60))
    list(crowd(stored.loop, COFFEE, 10))
    before = opened.ranked_for(context).means
    assert before == opened.ranked_for(context).means
    clock.advance(minutes=1)
    now = opened.ranked_for(context).means
    assert now == stored.preview(COFFEE.actions, COFFEE.features(context)).means
    assert now != before


def test_a_click_reaches_cells_of_the_map_that_was_drawn_before_it() -> None:
    """None without a map of the state before, nor of what was undone or came with a crowd."""
    _, opened = an_open_loop(20)
    opened.answer(opened.show(), 1.0, False)
    assert opened.click is not None
    assert opened.click.reach == {}
    opened.favoured()
    opened.answer(opened.show(), 1.0, False)
    reach, own = opened.click.reach, COFFEE.cell(opened.context)
    before, after = opened.click.before, opened.click.after
    leads = [
        each.means[before.shown] - max(m for i, m in enumerate(each.means) if i != before.shown)
        for each in (before, after)
    ]
    assert list(reach) == list(range(36))
    assert reach[own] == pytest.approx(leads[1] - leads[0])
    opened.undo()
    assert opened.click is None


def test_of_a_large_world_a_click_reaches_the_cells_of_its_map() -> None:
    world = generate(Knobs(fields=6, values=4, actions=3), seed=1)
    stored = StoredLoop.create(None, world=world, seed=1, make_projections=loop_projections)
    opened = OpenLoop(stored)
    opened.favoured("f3", "f6")
    cells = opened.mapped(opened.context, "f3", "f6")
    opened.answer(opened.show(), 1.0, True)
    assert opened.click is not None
    assert list(opened.click.reach) == cells
