"""Three arms with the same crowd, compared with the loops' logs and with the claim they support."""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings, RankRequest, Thompson
from engine.arrays import Array
from engine.evaluation.apprentice_agreement import RECENT_EVENTS, Matching, MatchingRecord
from engine.evaluation.mean_intervals import estimate_of_differences, estimate_of_rewards
from engine.evaluation.switch_value import switch_value
from engine.experiments.apprentice_comparison import ARMS, AutoSwitch, Comparison, ComparisonWindow
from engine.loop.settings import LearningMode
from engine.policies.base import Policy
from engine.simulation.baselines import Baseline, always, best_rule, mood
from engine.simulation.simulated_visitors import nth_visitor
from engine.streams import stream
from engine.worlds import WORLDS
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.requests import request_of
from tests.oracles import value_of

BY_WEATHER = best_rule(COFFEE, ("weather",))
BASELINES: dict[str, Baseline] = {
    "weather": BY_WEATHER,
    "always": always(COFFEE, "Latte"),
    "mood": mood(COFFEE),
}
every_baseline = pytest.mark.parametrize("baseline", BASELINES.values(), ids=BASELINES)
QUICK = LoopSettings(policy=EpsilonGreedy(0.2), crosses=2)


def crowd(
    visitors: int,
    baseline: Baseline = BY_WEATHER,
    settings: LoopSettings = QUICK,
    seed: int = 1,
    auto: AutoSwitch | None = None,
) -> Comparison:
    comparison = Comparison(COFFEE, baseline, settings, seed=seed, auto=auto, clock=ManualClock())
    walk(comparison, visitors)
    return comparison


def walk(comparison: Comparison, visitors: int) -> None:
    for _ in range(visitors):
        comparison.step()


def earned(loop: LearningLoop) -> list[float]:
    """Rewards read off a loop's events."""
    return [math.nan if s.earned is None else s.earned for s in loop.events.values()]


def requests(loop: LearningLoop) -> list[RankRequest]:
    return [state.ranked.request for state in loop.events.values()]


# -- the shared crowd -----------------------------------------------------------------


@pytest.mark.no_cover
@every_baseline
def test_all_arms_meet_the_same_visitors_with_the_baselines_item_first(
    baseline: Baseline,
) -> None:
    comparison = crowd(40, baseline, seed=5)
    for number, requested in enumerate(zip(*map(requests, comparison.loops.values()), strict=True)):
        visitor = nth_visitor(COFFEE, 5, number)
        first = baseline.choose(visitor.context, stream(5, "baseline", number))
        expected = request_of(COFFEE.features(visitor.context), *COFFEE.actions_from(first))
        for request in requested:
            assert request.context_text == expected.context_text
            assert request.actions_text == expected.actions_text
            assert request.actions[0].id == first
    firsts = {request.actions[0].id for request in requests(comparison.apprentice)}
    assert (
        len(firsts)
        == {"weather": 3, "always": 1, "mood": 4}[
            next(name for name, known in BASELINES.items() if known is baseline)
        ]
    )


@pytest.mark.no_cover
def test_a_visitor_gives_every_arm_what_their_luck_gives_for_the_item_shown() -> None:
    """Arms that show the same item earn the same; on the news page luck matters."""
    world = WORLDS["news"]
    rule = best_rule(world, (world.fields[0].name,))
    comparison = Comparison(world, rule, QUICK, seed=3, clock=ManualClock())
    walk(comparison, 60)
    comparison.go_online()
    walk(comparison, 60)
    agreed = 0
    for number in range(120):
        visitor = nth_visitor(world, 3, number)
        states = [list(loop.events.values())[number] for loop in comparison.loops.values()]
        for state in states:
            shown = state.ranked.action_id
            assert state.earned == world.answer(visitor.context, shown, visitor.uniform)
        agreed += len({state.ranked.action_id for state in states}) < len(states)
    assert 10 < agreed < 120


def test_each_arm_starts_in_its_mode_with_the_same_settings_and_seed() -> None:
    comparison = crowd(0, seed=9)
    assert list(comparison.loops) == list(ARMS) == ["baseline", "apprentice", "online"]
    modes = [loop.settings.learning_mode for loop in comparison.loops.values()]
    assert modes == ["logging_only", "apprentice", "online"]
    assert {loop.seed for loop in comparison.loops.values()} == {9}
    for loop in comparison.loops.values():
        assert loop.settings.policy == EpsilonGreedy(0.2)
        assert loop.settings.crosses == 2


@pytest.mark.combinations
@pytest.mark.slow
@every_baseline
@pytest.mark.parametrize("policy", [Thompson(draws=64), Greedy()], ids=repr)
def test_the_apprentice_earns_exactly_what_the_baseline_earns_until_it_goes_online(
    baseline: Baseline, policy: Policy
) -> None:
    comparison = crowd(50, baseline, LoopSettings(policy=policy))
    rewards = comparison.rewards()
    assert rewards["apprentice"].tolist() == rewards["baseline"].tolist()
    assert rewards["online"].tolist() != rewards["baseline"].tolist()
    comparison.go_online()
    walk(comparison, 150)
    rewards = comparison.rewards()
    assert rewards["apprentice"][:50].tolist() == rewards["baseline"][:50].tolist()
    if policy != Greedy():  # Actions believed to fall short of the rule are not tried.
        assert rewards["apprentice"][50:].tolist() != rewards["baseline"][50:].tolist()


@pytest.mark.no_cover
def test_the_same_seed_gives_the_same_comparison_and_another_another() -> None:
    one, same, other = (crowd(30, settings=QUICK, seed=seed).table() for seed in (1, 1, 2))
    assert one == same != other


# -- switching ------------------------------------------------------------------------


def test_every_switch_is_recorded_and_one_can_go_back() -> None:
    comparison = crowd(5)
    assert (comparison.is_apprentice, comparison.switches) == (True, [])
    comparison.go_online()
    assert not comparison.is_apprentice
    assert comparison.switches == [(5, "online")]
    walk(comparison, 3)
    comparison.go_online()
    assert comparison.switches == [(5, "online")]
    comparison.go_back()
    assert comparison.is_apprentice
    walk(comparison, 2)
    comparison.go_online()
    assert comparison.switches == [(5, "online"), (8, "apprentice"), (10, "online")]
    modes = [state.ranked.mode for state in comparison.apprentice.events.values()]
    assert modes == ["apprentice"] * 5 + ["online"] * 3 + ["apprentice"] * 2
    assert [len(loop.log) for loop in comparison.loops.values()] == [21, 24, 21]
    assert len(comparison) == 10


@pytest.mark.no_cover
def test_a_switch_touches_no_other_arm() -> None:
    stays, switches = crowd(30), crowd(30)
    switches.go_online()
    for comparison in (stays, switches):
        walk(comparison, 20)
    for arm in ("baseline", "online"):
        assert earned(stays.loops[arm]) == earned(switches.loops[arm])


def test_what_the_log_foresaw_is_kept_from_right_before_the_switch() -> None:
    comparison = crowd(30)
    assert comparison.foreseen is None
    expected = switch_value(comparison.apprentice)
    comparison.go_online()
    walk(comparison, 5)
    assert comparison.foreseen == expected is not None


@pytest.mark.no_cover
def test_going_online_when_online_already_changes_nothing_not_even_what_was_foreseen() -> None:
    comparison = crowd(30)
    comparison.go_online()
    foreseen = comparison.foreseen
    walk(comparison, 20)
    comparison.go_online()
    assert comparison.switches == [(30, "online")]
    assert comparison.foreseen == foreseen


@pytest.mark.no_cover
@every_baseline
def test_the_value_of_going_online_is_known_to_the_world(baseline: Baseline) -> None:
    """Computed over every cell and every possible first item of the baseline."""
    comparison = crowd(60, baseline)
    loop, total = comparison.apprentice, 0.0
    for cell, context in enumerate(COFFEE.contexts):
        firsts = (
            [item.id for item in COFFEE.items]
            if baseline is BASELINES["mood"]
            else [baseline.choose(context, np.random.default_rng(0))]
        )
        for first in firsts:
            actions = COFFEE.actions_from(first)
            chances = loop.probabilities_online(request_of(COFFEE.features(context), *actions))
            for action, chance in zip(actions, chances.tolist(), strict=True):
                expected = COFFEE.expected[cell, COFFEE.position(action["id"])]
                total += chance * expected / len(firsts) / 36
    assert comparison.value_online() == pytest.approx(total)
    before = comparison.value_online()
    comparison.go_online()
    assert comparison.value_online() == before


# -- automatic switch -------------------------------------------------------------------


@cache
def matches() -> list[bool]:
    """For each choice of an apprentice that is never switched online: true if equal to the
    baseline.
    """
    states = crowd(150).apprentice.events.values()
    return [state.ranked.chosen == state.ranked.baseline for state in states]


def first_time(auto: AutoSwitch) -> int | None:
    """Number of visitors the latest choices matched often enough, off the log."""
    enough = auto.share * QUICK.policy.best_match(4)
    for size in range(auto.events, len(matches()) + 1):
        if np.mean(matches()[size - auto.events : size]) >= enough:
            return size
    return None


@pytest.mark.slow
@pytest.mark.parametrize(
    "auto", [AutoSwitch(0.9, 20), AutoSwitch(0.98, 50), AutoSwitch(1.0, 30)], ids=repr
)
def test_the_rule_switches_after_the_first_visitor_with_enough_matches_and_once(
    auto: AutoSwitch,
) -> None:
    """The share is of the ceiling, .85 here, over so many of the latest events."""
    at = first_time(auto)
    assert at is not None
    assert at > auto.events
    comparison = crowd(at - 1, auto=auto)
    assert comparison.is_apprentice
    walk(comparison, 1)
    assert not comparison.is_apprentice
    walk(comparison, 20)
    assert comparison.switches == [(at, "online")]
    assert comparison.foreseen is not None
    assert comparison.foreseen.events == at


def test_the_rule_waits_for_its_number_of_events_however_low_its_share() -> None:
    comparison = crowd(25, auto=AutoSwitch(0.0, 20))
    assert comparison.switches == [(20, "online")]


@pytest.mark.no_cover
def test_the_rule_never_switches_what_cannot_be_imitated() -> None:
    comparison = crowd(150, BASELINES["mood"], auto=AutoSwitch(0.9, 50))
    assert comparison.switches == []


@pytest.mark.no_cover
def test_without_the_rule_nobody_switches() -> None:
    """Though the rule would have."""
    without, with_it = (
        crowd(60, BASELINES["always"], auto=auto) for auto in (None, AutoSwitch(0.9, 20))
    )
    assert without.switches == []
    assert with_it.switches


def test_the_rule_says_nothing_about_an_empty_record() -> None:
    assert not AutoSwitch(0.0, 10).says(MatchingRecord())


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("share", -0.01, "a number from 0 to 1"),
        ("share", 1.01, "a number from 0 to 1"),
        ("share", math.nan, "a number from 0 to 1"),
        ("events", 9, "a whole number from 10 to 1000"),
        ("events", 1_001, "a whole number from 10 to 1000"),
        ("events", 50.5, "a whole number from 10 to 1000"),
    ],
)
def test_a_rule_out_of_bounds_is_refused(name: str, value: Any, allowed: str) -> None:
    error = refusal(lambda: AutoSwitch(**{name: value}))
    assert (error.code, error.target) == ("BadRequest", name)
    assert_one_sentence(error, str(value), allowed)


@pytest.mark.parametrize(("share", "events"), [(0, 10), (1, 1_000)])
def test_the_bounds_of_the_rule_are_allowed(share: float, events: int) -> None:
    assert AutoSwitch(share, events).events == events


# -- displayed values -------------------------------------------------------------------


@pytest.fixture(scope="module")
def walked() -> Comparison:
    """120 visitors as an apprentice, 60 online, 30 as an apprentice again, and online."""
    comparison = crowd(120)
    comparison.go_online()
    walk(comparison, 60)
    comparison.go_back()
    walk(comparison, 30)
    comparison.go_online()
    return comparison


@pytest.mark.no_cover
def test_rewards_are_those_of_the_loops_own_events(walked: Comparison) -> None:
    for arm, rewards in walked.rewards().items():
        assert rewards.tolist() == earned(walked.loops[arm])
        assert len(rewards) == len(walked) == 210


def test_curves_are_what_their_definitions_give(walked: Comparison) -> None:
    rows = list(walked.rows(points=1_000))
    assert [row["visitor"] for row in rows] == list(range(1, 211))
    baseline = earned(walked.loops["baseline"])
    assert RECENT_EVENTS == 100
    for arm, loop in walked.loops.items():
        rewards = earned(loop)
        for size in (1, 2, 99, 100, 101, 150, 210):
            row, so_far = rows[size - 1], rewards[:size]
            assert row[arm] == pytest.approx(np.mean(so_far[-100:]))
            assert row[f"{arm}_mean"] == pytest.approx(np.mean(so_far))
            assert row[f"{arm}_gain"] == pytest.approx(sum(so_far) - sum(baseline[:size]))
            worse = sum(r < b for r, b in zip(so_far, baseline, strict=False))
            assert row[f"{arm}_worse"] == worse
    assert {row["baseline_gain"] for row in rows} == {0}
    assert rows[-1]["online_worse"] > 0


@pytest.mark.parametrize("points", [2, 10, 300])
def test_curves_are_thinned_with_the_first_and_the_last_visitor_kept(
    points: int, walked: Comparison
) -> None:
    whole, thinned = list(walked.rows(1_000)), list(walked.rows(points))
    assert len(thinned) == min(points, 210)
    assert (thinned[0], thinned[-1]) == (whole[0], whole[-1])
    assert thinned == [whole[int(row["visitor"]) - 1] for row in thinned]


def test_without_visitors_there_is_nothing_to_show() -> None:
    comparison = crowd(0)
    assert (list(comparison.rows()), comparison.table(), len(comparison)) == ([], [], 0)
    (stretch,) = comparison.stretches()
    assert (stretch.mode, stretch.start, stretch.end) == ("apprentice", 0, 0)
    assert math.isnan(stretch.mean("online"))
    assert stretch.earned("online") is None


def test_the_table_has_a_row_for_every_visitor(walked: Comparison) -> None:
    table = walked.table()
    assert len(table) == 210
    apprentice = list(walked.apprentice.events.values())
    for number in (1, 60, 120, 121, 180, 181, 210):
        row, own = table[number - 1], apprentice[number - 1].ranked
        visitor = nth_visitor(COFFEE, 1, number - 1)
        names = ("name", "weather", "timeofday")
        expected: dict[str, object] = {
            "visitor": number,
            "context": ", ".join(f"{name}={visitor.context[name]}" for name in names),
            "mode": "online" if 120 < number <= 180 else "apprentice",
            "apprentice_choice": own.request.actions[own.chosen].id,
            "agreement": own.probabilities[0],
        }
        for arm, loop in walked.loops.items():
            state = list(loop.events.values())[number - 1]
            expected[f"{arm}_shown"] = state.ranked.action_id
            expected[f"{arm}_reward"] = state.earned
        assert row == expected
        assert row["baseline_shown"] == BY_WEATHER.table[visitor.context["weather"],]
    choices = [row["apprentice_choice"] != row["apprentice_shown"] for row in table]
    assert any(choices[:120])
    assert not any(choices[120:180])


def test_stretches_are_what_was_earned_from_switch_to_switch(walked: Comparison) -> None:
    stretches = walked.stretches()
    modes: list[tuple[LearningMode, int, int]] = [
        ("apprentice", 0, 120),
        ("online", 120, 180),
        ("apprentice", 180, 210),
        ("online", 210, 210),
    ]
    assert [(s.mode, s.start, s.end) for s in stretches] == modes
    baseline = earned(walked.loops["baseline"])
    for stretch in stretches[:3]:
        for arm, loop in walked.loops.items():
            part = slice(stretch.start, stretch.end)
            mine, theirs = earned(loop)[part], baseline[part]
            pairs = list(zip(mine, theirs, strict=True))
            assert stretch.rewards[arm].tolist() == mine
            assert stretch.mean(arm) == pytest.approx(np.mean(mine))
            assert stretch.earned(arm) == estimate_of_rewards(np.array(mine))
            assert stretch.worse(arm) == sum(r < b for r, b in pairs)
            assert stretch.better(arm) == sum(r > b for r, b in pairs)
    assert stretches[0].worse("apprentice") == stretches[0].better("apprentice") == 0
    assert stretches[0].worse("online") > 0 < stretches[0].better("online")
    assert math.isnan(stretches[3].mean("online"))
    assert stretches[3].worse("online") == 0


# -- the claim ------------------------------------------------------------------------

LESSON_SEEDS = (3, 7, 11)
SEEDS, WATCHED, AFTER = (*LESSON_SEEDS, 0, 1, 2, 4), 200, 100


@cache
def sent_online(seed: int) -> Comparison:
    """Default loops: the apprentice watches the weather rule for 200 visitors, then goes online
    for 100."""
    comparison = crowd(WATCHED, settings=LoopSettings(), seed=seed)
    comparison.go_online()
    walk(comparison, AFTER)
    return comparison


@cache
def gains() -> dict[str, Array]:
    """Rewards minus the baseline's rewards, (seeds, visitors), of seven crowds."""
    results: dict[str, list[Array]] = {"apprentice": [], "online": []}
    for seed in SEEDS:
        rewards = sent_online(seed).rewards()
        for arm, rows in results.items():
            rows.append(rewards[arm] - rewards["baseline"])
    return {arm: np.array(rows) for arm, rows in results.items()}


def mean_and_error(per_seed: Array) -> tuple[float, float]:
    return float(per_seed.mean()), float(per_seed.std(ddof=1)) / math.sqrt(len(per_seed))


@pytest.mark.nightly
def test_after_an_apprenticeship_going_online_loses_less_than_a_cold_start() -> None:
    """The next 50 visitors beside the first 50 of the loop online from the start.

    Measured with 20 seeds: .15 a visitor more than the baseline (standard error .014),
    beside .14 less (.018).
    """
    warm = gains()["apprentice"][:, WATCHED : WATCHED + 50].mean(axis=1)
    cold = gains()["online"][:, :50].mean(axis=1)
    difference, error = mean_and_error(warm - cold)
    assert difference > 4 * error


@pytest.mark.slow
def test_a_cold_start_costs_visitors_who_got_a_worse_drink_than_today() -> None:
    loss, error = mean_and_error(gains()["online"][:, :50].mean(axis=1))
    assert loss < -4 * error
    assert not gains()["apprentice"][:, :WATCHED].any()


@pytest.mark.slow
def test_within_100_visitors_of_the_switch_the_apprentice_has_overtaken_the_baseline() -> None:
    """Visitors 51 to 100 after the switch."""
    late = gains()["apprentice"][:, WATCHED + 50 : WATCHED + 100].mean(axis=1)
    gain, error = mean_and_error(late)
    assert gain > 4 * error
    assert gain < 1 - value_of(COFFEE, BY_WEATHER)


def test_the_uplift_is_of_each_visitor_over_the_same_with_todays_choice() -> None:
    arms = {"baseline": [0.0, 1.0, 0.5, 0.5], "apprentice": [1.0, 1.0, 1.0, 0.5]}
    rewards = {arm: np.array(earned) for arm, earned in arms.items()}
    uplift = ComparisonWindow("online", 0, 4, Matching(), rewards).uplift("apprentice")
    assert uplift == estimate_of_differences(np.array([1.0, 0.0, 0.5, 0.0]))
    none = ComparisonWindow("online", 0, 4, Matching(), rewards).uplift("baseline")
    assert none is not None
    assert none.mean == none.error == 0
    one = {arm: earned[:1] for arm, earned in rewards.items()}
    assert ComparisonWindow("online", 0, 1, Matching(), one).uplift("apprentice") is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", LESSON_SEEDS)
def test_watching_costs_nobody_anything_and_spares_many_a_cold_start(seed: int) -> None:
    """The claim of the lesson."""
    comparison = sent_online(seed)
    watching, online = comparison.stretches()
    assert np.array_equal(watching.rewards["apprentice"], watching.rewards["baseline"])
    assert watching.matching.match_rate > 0.9
    cold = watching.worse("online") + online.worse("online")
    assert online.worse("apprentice") < cold / 5
    assert online.mean("apprentice") > online.mean("baseline")
