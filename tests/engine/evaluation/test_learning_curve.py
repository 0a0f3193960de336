"""Rewards and regret of a simulated crowd, against sums written out."""

import pytest

from engine import LearningLoop, LoopSettings, Thompson
from engine.evaluation.learning_curve import RECENT_VISITORS, LearningCurve
from engine.simulation.simulated_visitors import crowd, nth_visitor
from engine.worlds import WORLDS
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.worlds.ready import priced

SMALL = LoopSettings(policy=Thompson(draws=64))


def small_loop() -> LearningLoop:
    return LearningLoop(SMALL, seed=1, clock=ManualClock())


def followed(loop: LearningLoop) -> LearningCurve:
    curve = LearningCurve(COFFEE)
    curve.follow(loop)
    return curve


def test_before_the_first_answer_there_is_nothing_to_tell() -> None:
    curve = followed(small_loop())
    assert len(curve) == 0
    assert list(curve.rows()) == []
    assert curve.regret == 0


def test_means_and_regret_are_those_of_the_visitors_rows() -> None:
    loop = small_loop()
    rows = list(crowd(loop, COFFEE, 120))
    curve = followed(loop)
    rewards = [float(str(row["reward"])) for row in rows]
    regrets = [float(str(row["best"])) - float(str(row["expected"])) for row in rows]
    assert len(curve) == 120
    assert curve.rewards.tolist() == rewards
    assert curve.regret == pytest.approx(sum(regrets))
    for point in curve.rows():
        n = int(point["visitor"])
        recent = rewards[max(0, n - RECENT_VISITORS) : n]
        assert point["mean"] == pytest.approx(sum(rewards[:n]) / n)
        assert point["recent"] == pytest.approx(sum(recent) / len(recent))
        assert point["regret"] == pytest.approx(sum(regrets[:n]))
        # the coffee table: the best earns 1, choosing uniformly 1/4, the best drink 11/36
        assert point["uniform_regret"] == pytest.approx(n * 3 / 4)
        assert point["single_regret"] == pytest.approx(n * 25 / 36)


def test_an_action_that_was_excluded_is_not_regretted() -> None:
    loop, context = small_loop(), COFFEE.contexts[0]
    expected = COFFEE.expected_in(0)
    best = COFFEE.items[int(expected.argmax())].id
    event = loop.rank(COFFEE.actions, COFFEE.features(context), [best]).event_id
    loop.reward(event, 0.0)
    others = sorted(expected)[:-1]
    shown = expected[COFFEE.position(loop.events[event].ranked.action_id)]
    assert followed(loop).regret == pytest.approx(others[-1] - shown)


@pytest.mark.no_cover
@pytest.mark.parametrize(("points", "expected"), [(300, 40), (40, 40), (7, 7), (2, 2)])
def test_a_curve_is_thinned_but_keeps_its_ends(points: int, expected: int) -> None:
    loop = small_loop()
    list(crowd(loop, COFFEE, 40))
    visitors = [row["visitor"] for row in followed(loop).rows(points)]
    assert len(visitors) == expected
    assert (visitors[0], visitors[-1]) == (1, 40)
    assert visitors == sorted(set(visitors))


def test_following_piece_by_piece_is_the_same_as_at_once() -> None:
    loop, curve = small_loop(), LearningCurve(COFFEE)
    for visitors in (1, 0, 7, 12):
        list(crowd(loop, COFFEE, visitors))
        curve.follow(loop)
    assert list(curve.rows()) == list(followed(loop).rows())


@pytest.mark.no_cover
@pytest.mark.parametrize("undone", [1, 2, 15])
def test_after_an_undo_the_curve_is_that_of_what_still_counts(undone: int) -> None:
    loop, curve = small_loop(), LearningCurve(COFFEE)
    list(crowd(loop, COFFEE, 20))
    curve.follow(loop)
    loop.undo(undone)
    list(crowd(loop, COFFEE, 20))
    curve.follow(loop)
    assert list(curve.rows()) == list(followed(loop).rows())


@pytest.mark.parametrize("default", [0.5, 0, 1, -1.0])
def test_the_default_reward_of_an_expired_event_counts(default: float) -> None:
    loop = LearningLoop(LoopSettings(default_reward=default), clock=ManualClock())
    answer = loop.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[0]))
    loop.expire(answer.event_id)
    curve = followed(loop)
    assert curve.rewards.tolist() == [default]


def test_rewards_keep_the_price_of_their_time() -> None:
    loop, before = small_loop(), priced(COFFEE, (2, 4, 8, 5))
    after = priced(COFFEE, (2, 4, 80, 5))
    list(crowd(loop, before, 30))
    curve = LearningCurve(before)
    curve.follow(loop)
    (*_, last), earned, regret = curve.rows(), curve.rewards, curve.regret
    loop.change_world(after)
    curve.follow(loop)
    assert curve.rewards.tolist() == pytest.approx((earned / 10).tolist())
    assert curve.regret == pytest.approx(regret / 10)
    (*_, now) = curve.rows()
    assert now["visitor"] == last["visitor"]
    names = [*last.keys() - {"visitor"}]
    assert [10 * now[name] for name in names] == pytest.approx([last[name] for name in names])


def test_an_event_that_was_never_activated_does_not_count() -> None:
    loop = small_loop()
    context = COFFEE.features(COFFEE.contexts[0])
    loop.rank(COFFEE.actions, context, event_id="e", defer_activation=True)
    loop.expire("e")
    assert len(followed(loop)) == 0


def test_several_rewards_of_one_event_add_up() -> None:
    loop = LearningLoop(LoopSettings(reward_aggregation="sum"), clock=ManualClock())
    answer = loop.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[0]))
    loop.reward(answer.event_id, 0.75)
    loop.reward(answer.event_id, 0.5)
    curve = followed(loop)
    assert curve.rewards.tolist() == [1.25]


def test_each_visitor_is_measured_by_the_world_that_they_came_to() -> None:
    loop, news = small_loop(), WORLDS["news"]
    rows = list(crowd(loop, COFFEE, 20))
    waits = loop.rank(COFFEE.actions, COFFEE.features(nth_visitor(COFFEE, 1, 20).context))
    loop.change_world(news)
    rows += list(crowd(loop, news, 30))
    loop.reward(waits.event_id, 1.0)  # Visitors before the change are answered after it.
    curve, expected_best = followed(loop), [float(str(row["best"])) for row in rows]
    points = list(curve.rows())
    best, uniform = COFFEE.best_value, COFFEE.uniform_value
    assert [point["best"] for point in points] == [best] * 21 + [news.best_value] * 30
    lost = 21 * (best - uniform) + 30 * (news.best_value - news.uniform_value)
    assert points[-1]["uniform_regret"] == pytest.approx(lost)
    assert curve._column(3).tolist() == [*expected_best[:20], 1.0, *expected_best[20:]]
    again = LearningCurve(COFFEE)
    again.restore(curve.state())
    assert list(again.rows()) == points
    loop.undo(62)
    assert [point["best"] for point in followed(loop).rows()] == [best] * 20
