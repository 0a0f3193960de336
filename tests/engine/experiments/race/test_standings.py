"""Standings against numbers worked out by hand, and intervals against textbook tables."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.mean_intervals import band, estimate
from engine.experiments.power import ERROR, trial_size
from engine.experiments.race.contenders import Blind, line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import Failure, Outcome, race
from engine.experiments.race.standings import (
    ENOUGH,
    RARE,
    Believed,
    Standings,
)
from engine.worlds import GALLERY, WORLDS
from engine.worlds.world_contents import Drift
from tests.engine.experiments.race.races import FOUR

SIZE = len(WORLDS["coffee"].segments())


PLAN = Plan(WORLDS["coffee"], (Blind("a"), Blind("b")), visitors=10, repetitions=3)


def outcome(contender: str, repetition: int, rewards: list[float], **changes: object) -> Outcome:
    """An outcome of ten visitors whose expected reward is the reward given, with a best reward of
    1.
    """
    sums = np.array(rewards).cumsum()
    made = Outcome(
        contender=contender,
        repetition=repetition,
        seed=repetition,
        rewards=sums,
        expected=sums,
        regret=np.arange(1, len(sums) + 1) - sums,
        chance=0.0,
        visitors=np.full(SIZE, 2.0),
        losses=np.full(SIZE, 1.0),
        weights={},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def standings(*results: Outcome | Failure, plan: Plan = PLAN) -> Standings:
    made = Standings(plan)
    for each in results:
        made.add(each)
    return made


def test_estimates_and_bands_by_hand() -> None:
    result = estimate(np.array([1.0, 2.0, 6.0]))
    assert (result.mean, result.error) == pytest.approx((3.0, math.sqrt(7 / 3)))
    assert result.high - result.mean == pytest.approx(4.303 * result.error, rel=0.01)
    assert result.mean - result.low == pytest.approx(result.high - result.mean)
    assert math.isnan(estimate(np.array([1.0])).low)
    curves = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    around = band(curves)
    assert around.mean.tolist() == [1.0, 1.0]
    assert around.low.tolist() == pytest.approx([0.2, 1.0])
    assert around.high.tolist() == pytest.approx([1.8, 1.0])
    assert around.error == pytest.approx([1 / math.sqrt(3), 0.0])
    assert np.isnan(band(curves[:1]).error).all()


def test_finals_are_those_of_the_crowds_that_everybody_has_met() -> None:
    made = standings(outcome("a", 0, [1.0] * 10))
    assert made.keys == ["a"]
    assert made.margin() is None
    assert math.isnan(made.finals()[0].won)
    made.add(outcome("b", 1, [0.5] * 10))
    assert [f.reward.mean for f in made.finals()] == [1.0, 0.5]  # no repetition in common yet
    made.add(outcome("b", 0, [0.0] * 10))
    assert [f.reward.mean for f in made.finals()] == [1.0, 0.0]
    assert made.shared == [0]
    assert len(made) == 3


def test_the_share_of_crowds_won_and_the_lead() -> None:
    made = standings(
        outcome("a", 0, [1.0] * 10), outcome("b", 0, [0.5] * 10),
        outcome("a", 1, [0.5] * 10), outcome("b", 1, [0.5] * 10),
        outcome("a", 2, [0.0] * 10), outcome("b", 2, [1.0] * 10),
    )  # fmt: skip
    finals = {final.contender: final for final in made.finals()}
    assert finals["a"].won == pytest.approx(0.5)
    assert finals["b"].won == pytest.approx(0.5)
    assert [final.contender for final in made.finals()] == ["b", "a"]
    margin = made.margin()
    assert margin is not None
    assert (margin.leader, margin.next) == ("b", "a")
    assert margin.ahead.mean == pytest.approx((-0.5 + 0 + 1) / 3)
    assert not margin.is_clear
    assert finals["a"].regret.mean == pytest.approx((0 + 5 + 10) / 3)
    # Student's interval would range from -7 to 17 rewards, outside of the possible values.
    assert (finals["a"].regret.low, finals["a"].regret.high) == (0, 10)
    assert (finals["a"].reward.low, finals["a"].reward.high) == (0, 1)


def test_no_interval_exceeds_the_best_offers() -> None:
    """Student's interval of two crowds would reach 3.3."""
    best = {"regret": 0.5 * np.arange(1, 11) - np.arange(1, 11) * 0.25}
    made = standings(outcome("a", 0, [0.0] * 10), outcome("a", 1, [0.5] * 10, **best))
    (final,) = made.finals()
    assert final.reward.mean == 0.25
    assert final.reward.high == pytest.approx((1.0 + 0.75) / 2)


def test_the_lead_is_clear_when_every_crowd_agrees() -> None:
    pairs = ((0.9, 0.6), (0.8, 0.5), (0.85, 0.5))
    made = standings(
        *(
            outcome(key, number, [level] * 10)
            for number, levels in enumerate(pairs)
            for key, level in zip("ab", levels, strict=True)
        )
    )
    margin = made.margin()
    assert margin is not None
    assert margin.is_clear


def test_recovery_by_hand() -> None:
    plan = replace(PLAN, drift="halfway")
    level = [0.8] * 5
    cases = {
        (0.2, 0.4, 0.76, 0.9, 0.1): 2,  # back; later values do not matter
        (0.76, 0.2, 0.2, 0.2, 0.2): 0,
        (0.1, 0.1, 0.1, 0.1, 0.1): None,
    }
    for after, back in cases.items():
        made = standings(outcome("a", 0, [*level, *after]), plan=plan)
        assert made.recovery("a") == back
        assert made.finals()[0].recovery == back
    assert standings(outcome("a", 0, level * 2)).recovery("a") is None  # no reshuffle happened


def test_the_latest_visitors_are_a_twentieth_of_all() -> None:
    plan = Plan(WORLDS["coffee"], PLAN.contenders, visitors=400, repetitions=1)
    made = Standings(plan)
    assert (made.window, made.latest_visitors) == (10, 20)
    rewards = np.arange(1, 401, dtype=float)
    sums = rewards.cumsum()[plan.points - 1]
    made.add(replace(outcome("a", 0, [1.0] * 10), rewards=sums))
    recent = made.recent("a").mean
    assert made.latest("a").mean == pytest.approx(recent[-1])
    assert recent[-1] == pytest.approx(rewards[-20:].mean())
    assert recent[0] == pytest.approx(rewards[:2].mean())


def test_segments_say_the_regret_of_a_visitor() -> None:
    losses, visitors = np.arange(SIZE, dtype=float), np.full(SIZE, 2.0)
    visitors[3] = 0.0
    made = standings(outcome("a", 0, [1.0] * 10, losses=losses, visitors=visitors))
    results = {(s.field, s.value): s for s in made.segments()}
    names = [(field.name, value.name) for field, value in WORLDS["coffee"].segments()]
    assert set(results) == set(names) - {names[3]}
    assert results[names[5]].regret.mean == 2.5
    assert results[names[5]].visitors == 2.0


def test_weights_are_averaged_and_most_have_none() -> None:
    weights = ({"x": np.array([0.2, 1.0])}, {"x": np.array([0.4, 0.0])})
    made = standings(*(outcome("a", i, [1.0] * 10, weights=w) for i, w in enumerate(weights)))
    assert made.weights("a")["x"].tolist() == pytest.approx([0.3, 0.5])
    made.add(outcome("b", 0, [1.0] * 10))
    assert made.weights("b") == {}


@pytest.mark.no_cover
def test_a_real_race_folds_the_same_in_any_order() -> None:
    plan = Plan(WORLDS["coffee"], FOUR, visitors=50, repetitions=3)
    outcomes = list(race(plan))
    forward, backward = standings(*outcomes, plan=plan), standings(*outcomes[::-1], plan=plan)
    assert forward.finals() == backward.finals()
    assert list(forward.curve_rows()) == list(backward.curve_rows())
    assert list(forward.run_rows()) == list(backward.run_rows())


def test_figures_leave_out_the_crowds_in_which_somebody_failed() -> None:
    late, early = Failure("b", 2, "no more coffee"), Failure("b", 1, "no milk")
    made = standings(
        outcome("a", 0, [1.0] * 10), outcome("b", 0, [0.5] * 10),
        outcome("a", 1, [0.0] * 10), late,
        outcome("a", 2, [0.0] * 10), early,
    )  # fmt: skip
    assert made.failures == [early, late]
    assert made.shared == [0]
    assert [final.reward.mean for final in made.finals()] == [1.0, 0.5]
    assert len(made) == 6
    assert [(row["contender"], row["repetition"]) for row in made.run_rows()] == [
        ("a", 1), ("a", 2), ("a", 3), ("b", 1),
    ]  # fmt: skip


def test_who_failed_in_every_crowd_does_not_keep_the_others_from_being_compared() -> None:
    plan = replace(PLAN, contenders=(Blind("a"), Blind("b"), Blind("c")))
    made = standings(
        outcome("a", 0, [1.0] * 10), outcome("b", 0, [0.5] * 10), Failure("c", 0, "no milk"),
        plan=plan,
    )  # fmt: skip
    assert made.shared == [0]
    margin = made.margin()
    assert margin is not None
    assert (margin.leader, margin.next, made.keys) == ("a", "b", ["a", "b"])
    nothing = standings(Failure("a", 0, "no milk"), Failure("b", 0, "no milk"))
    assert (nothing.finals(), nothing.margin(), nothing.segments()) == ([], None, [])
    assert list(nothing.curve_rows()) == list(nothing.run_rows()) == []


def test_rows_to_take_away_hold_every_run_and_every_curve() -> None:
    plan = Plan(WORLDS["coffee"], FOUR, visitors=50, repetitions=3)
    made = standings(*race(plan), plan=plan)
    runs = list(made.run_rows())
    assert len(runs) == 12
    assert runs[0]["seed"] == plan.seed_of(0)
    finals = {final.contender: final for final in made.finals()}
    ours = [row["mean_reward"] for row in runs if row["contender"] == "ours"]
    assert np.mean(ours) == pytest.approx(finals["ours"].reward.mean)  # type: ignore[arg-type]
    curves = list(made.curve_rows())
    hypotheses = sum(len(made.weights(key)) for key in made.keys)
    assert hypotheses
    assert len(curves) == (4 * 2 + hypotheses) * len(plan.points)
    weighed = standings(
        outcome("a", 0, [1.0] * 10, weights={"x": np.full(10, 0.5)}),
    )
    assert [row["mean"] for row in weighed.curve_rows() if row["measure"] == "weight"] == [0.5] * 10


# -- beliefs and the cost of chance ---------------------------------------------------


def test_the_hypothesis_believed_most_and_since_when() -> None:
    weights = {"pairs": np.array([0.9] * 4 + [0.2] * 6), "triples": np.array([0.1] * 4 + [0.8] * 6)}
    made = standings(outcome("a", 0, [1.0] * 10, weights=weights), outcome("b", 0, [1.0] * 10))
    assert made.believed("a") == Believed("triples", 0.8, since=4, others=1)
    assert made.believed("b") is None


@pytest.mark.parametrize(
    ("rewards", "chance", "lost"),
    [(0.9, 1.5, 0.15), (0.9, 1.0, 0.1), (0.8, 1.5, None), (1.0, 1.5, None), (0.9, 0.0, None)],
)
def test_chance_may_have_cost_the_race_where_the_leader_would_not_be_clearly_ahead_without(
    rewards: float, chance: float, lost: float | None
) -> None:
    made = standings()
    for crowd, luck in enumerate((-0.01, 0.0, 0.01)):
        made.add(outcome("a", crowd, [rewards + luck / 10] * 10, chance=chance))
        made.add(outcome("b", crowd, [0.999] * 10))
    result = made.cost_of_chance("a")
    assert (result and result.lost) == (None if lost is None else pytest.approx(lost))
    assert result is None or result.behind == pytest.approx(0.999 - rewards)
    assert made.cost_of_chance("b") is None


# -- the claims of two lessons --------------------------------------------------------


def raced(*who: str, seed: int, drift: Drift = "none") -> Standings:
    world = WORLDS["coffee"]
    known = line_up(world)
    plan = Plan(world, tuple(known[key] for key in who), 1_000, 1, drift, seed=seed)
    standings = Standings(plan)
    for outcome in race(plan):
        standings.add(outcome)
    return standings


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 7, 11])
def test_learning_who_likes_what_is_worth_three_times_one_winner(seed: int) -> None:
    standings = raced("ours", "segments", "ab", seed=seed)
    reward = {final.contender: final.reward.mean for final in standings.finals()}
    assert reward["ours"] > 2.5 * reward["ab"]
    assert reward["ab"] < WORLDS["coffee"].single_value + 0.05
    assert reward["segments"] < reward["ours"] / 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 7, 11])
def test_after_a_change_ours_is_back_within_300_and_a_test_had_little_to_lose(seed: int) -> None:
    standings = raced("ours", "ab", seed=seed, drift="halfway")
    recovery = {final.contender: final.recovery for final in standings.finals()}
    assert recovery["ours"] is not None
    assert 50 < recovery["ours"] < 300
    middle = len(standings.plan.points) // 2 - 1
    before = {key: standings.recent(key).mean[middle] for key in ("ours", "ab")}
    assert before["ab"] < before["ours"] / 2


def test_the_window_is_wider_where_rewards_are_rare() -> None:
    plan = Plan(GALLERY["banner"].world, PLAN.contenders, visitors=1_000, repetitions=10)
    size = plan.world.reward_size
    assert size < RARE
    made = Standings(plan)
    assert made.latest_visitors == pytest.approx(ENOUGH / size / 10, rel=0.1)
    assert Standings(replace(plan, repetitions=1)).latest_visitors == 250, "a quarter"


# -- payback --------------------------------------------------------------------------


def test_the_payback_is_that_of_the_mean_over_common_crowds() -> None:
    plan = replace(PLAN, repetitions=3)
    gains = [[-0.2, 0.1, 0.1, *[0.1] * 7], [0.1] * 10, [-0.3, 0.1, 0.1, *[0.1] * 7]]
    results = [
        result
        for crowd, gain in enumerate(gains)
        for result in (
            outcome("a", crowd, [0.5 + g for g in gain]),
            outcome("b", crowd, [0.5] * 10),
        )
    ]
    known = standings(*results, plan=plan).payback("a", "b")
    assert known is not None
    assert (known.visitors, known.low, known.paid, known.crowds) == (3, 0, 3, 3)
    assert standings().payback("a", "b") is None


def test_an_ab_test_by_power_has_the_planned_size_and_may_have_no_winner() -> None:
    fixed, planned = line_up(WORLDS["coffee"]), line_up(WORLDS["coffee"], trial=None)
    assert (fixed["ab"].trial, fixed["ab"].error) == (200, None)  # type: ignore[attr-defined]
    expected = trial_size(WORLDS["coffee"]).visitors, ERROR
    assert (planned["ab"].trial, planned["ab"].error) == expected  # type: ignore[attr-defined]
    assert "power analysis" in planned["ab"].story
    short = line_up(WORLDS["coffee"], trial=None, visitors=500)
    assert short["ab"].trial == 250  # type: ignore[attr-defined]
