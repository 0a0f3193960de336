"""A second loop with other settings on the visitors of a first loop."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine import LearningLoop, LoopSettings, Thompson
from engine.evaluation.learning_curve import LearningCurve
from engine.experiments.second_loop import SecondLoop, standing
from engine.loop.entries import Ranked
from engine.loop.time_travel import as_of
from engine.pausable_steps import finish
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.simulation.drift import with_other_tastes
from engine.simulation.simulated_visitors import Visitor, crowd, nth_visitor, serve
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock

SEED = 7
QUICK = LoopSettings(policy=Thompson(agreement=1, draws=64))


def a_loop(of: LoopSettings = QUICK) -> LearningLoop:
    return LearningLoop(of, seed=SEED, clock=ManualClock())


def beside(change: Callable[[LoopSettings], LoopSettings]) -> SecondLoop:
    return SecondLoop(COFFEE, SEED, change)


def no_crosses(of: LoopSettings) -> LoopSettings:
    return replace(of, crosses=0)


def events_of(loop: LearningLoop) -> list[tuple[object, ...]]:
    """Every event of the loop, without times."""
    return [
        (e.ranked.event_id, e.ranked.probabilities, e.ranked.means, e.ranked.shown, e.rewards)
        for e in loop.events.values()
    ]


def answer(loop: LearningLoop, value: float, number: int = 3) -> Ranked:
    """Answer manually for a requested visitor."""
    features = COFFEE.features(nth_visitor(COFFEE, SEED + 1, number).context)
    event = loop.rank(COFFEE.actions, features).event_id
    loop.reward(event, value)
    return loop.events[event].ranked


def test_with_the_same_settings_it_is_the_same_loop_whoever_answered() -> None:
    first, second = a_loop(), beside(lambda of: of)
    list(crowd(first, COFFEE, 30))
    answer(first, -0.25)
    first.expire(first.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[0])).event_id)
    list(crowd(first, COFFEE, 5))
    assert second.follow(first)
    assert events_of(second.loop) == events_of(first)


def test_visitors_are_the_same_with_the_same_luck() -> None:
    first, second = a_loop(), beside(no_crosses)
    list(crowd(first, COFFEE, 60))
    second.follow(first)
    alone = a_loop(no_crosses(QUICK))
    list(crowd(alone, COFFEE, 60))
    assert events_of(second.loop) == events_of(alone)
    assert events_of(second.loop) != events_of(first)


def test_a_person_answers_for_what_both_offered_and_the_world_for_anything_else() -> None:
    first, second = a_loop(), beside(lambda of: replace(of, policy=EpsilonGreedy(epsilon=1)))
    for number in range(40):
        answer(first, -0.5, number)
    second.follow(first)
    pairs = zip(first.events.values(), second.loop.events.values(), strict=True)
    kinds = set()
    for number, (here, there) in enumerate(pairs):
        context = COFFEE.context_of(here.ranked.request)
        luck = nth_visitor(COFFEE, SEED, number).uniform
        alike = here.ranked.action_id == there.ranked.action_id
        other = COFFEE.answer(context, there.ranked.action_id, luck)
        assert there.earned == (-0.5 if alike else other)
        kinds.add(alike)
    assert kinds == {True, False}


def test_settings_of_the_first_are_followed_as_far_as_they_are_not_set_otherwise() -> None:
    first, second = a_loop(), beside(no_crosses)
    list(crowd(first, COFFEE, 3))
    second.follow(first)
    first.configure(crosses=2, learning_mode="apprentice")
    list(crowd(first, COFFEE, 3))
    second.follow(first)
    assert (second.loop.settings.crosses, second.loop.settings.learning_mode) == (0, "apprentice")
    assert second.loop.last is not None
    assert second.loop.last.mode == "apprentice"


def test_an_event_that_nobody_has_answered_yet_waits_here_too() -> None:
    first, second = a_loop(), beside(no_crosses)
    event = first.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[0])).event_id
    assert second.follow(first)
    assert not second.loop.events
    first.reward(event, 1.0)
    second.follow(first)
    assert list(second.loop.events) == [event]


def test_it_follows_as_far_as_it_is_let() -> None:
    first, second = a_loop(), beside(no_crosses)
    list(crowd(first, COFFEE, 4))
    parts = [second.follow(first, most=2) for _ in range(5)]
    assert parts == [False, False, False, False, True]
    assert len(second.loop.events) == 4


STEPS = st.lists(
    st.sampled_from(["visitor", "click", "setting", "undo", "redo", "half"]), min_size=1
)


@given(steps=STEPS)
def test_after_any_undo_the_second_loop_equals_a_replay(
    steps: list[str],
) -> None:
    first, second = a_loop(), beside(no_crosses)
    for number, step in enumerate(steps):
        if step == "visitor":
            serve(first, COFFEE, nth_visitor(COFFEE, SEED, len(first.events)))
        elif step == "click":
            answer(first, 0.5, number)
        elif step == "setting":
            first.configure(default_reward=number / 1_000)
        elif step == "undo" and len(first.log) > 1:
            first.undo(min(len(first.log) - 1, 1 + number % 4))
        elif step == "redo" and first.can_bring_back:
            first.redo()
        elif step == "half":
            first.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[number % 7]))
        second.follow(first)
    anew = beside(no_crosses)
    anew.follow(first)
    assert events_of(second.loop) == events_of(anew.loop)
    assert second.loop.settings == anew.loop.settings


def test_it_goes_back_with_a_past_moment_and_comes_again() -> None:
    first, second = a_loop(), beside(no_crosses)
    list(crowd(first, COFFEE, 20))
    second.follow(first)
    now = events_of(second.loop)
    second.follow(finish(as_of(first, 11)))
    assert events_of(second.loop) == now[:5]
    second.follow(first)
    assert events_of(second.loop) == now


def test_comparison_covers_visitors_served_by_both() -> None:
    first, second = a_loop(), beside(no_crosses)
    curves = LearningCurve(COFFEE), LearningCurve(COFFEE)
    list(crowd(first, COFFEE, 50))
    second.follow(first, most=1 + 2 * 40)
    curves[0].follow(first)
    curves[1].follow(second.loop)
    stands = standing(*curves)
    one, other = (curve.rewards[:40] for curve in curves)
    assert (stands.visitors, stands.first, stands.second) == (40, one.mean(), other.mean())
    assert stands.apart == sum(a != b for a, b in zip(one, other, strict=True)) > 0


def test_before_the_first_visitor_nothing_is_earned() -> None:
    stands = standing(LearningCurve(COFFEE), LearningCurve(COFFEE))
    assert (stands.visitors, stands.apart) == (0, 0)
    assert np.isnan([stands.first, stands.second]).all()


def test_an_action_that_is_left_out_is_left_out_here_too() -> None:
    first, second = a_loop(), beside(no_crosses)
    visitor: Visitor = nth_visitor(COFFEE, SEED, 0)
    left_out = [item.id for item in COFFEE.items[1:]]
    event = first.rank(
        COFFEE.actions, COFFEE.features(visitor.context), excluded_actions=left_out
    ).event_id
    first.reward(event, 1.0)
    second.follow(first)
    assert second.loop.events[event].ranked.action_id == COFFEE.items[0].id


def test_seeds_that_differ_would_bring_other_luck() -> None:
    first = a_loop()
    list(crowd(first, COFFEE, 40))
    here, there = beside(no_crosses), SecondLoop(COFFEE, SEED + 1, no_crosses)
    for second in (here, there):
        second.follow(first)
    assert events_of(here.loop) != events_of(there.loop)


def test_a_world_that_changes_changes_here_too_and_back_again() -> None:
    first, second = a_loop(), beside(lambda of: of)
    list(crowd(first, COFFEE, 10))
    other = with_other_tastes(COFFEE, SEED, 10)
    first.change_world(other)
    list(crowd(first, other, 10))
    assert second.follow(first)
    assert events_of(second.loop) == events_of(first)
    first.undo(21)
    assert second.follow(first)
    assert second.loop.state.world is None
    list(crowd(first, COFFEE, 5))
    assert second.follow(first)
    assert events_of(second.loop) == events_of(first)
