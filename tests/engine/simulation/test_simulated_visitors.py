"""Simulated visitors: the same person with the same luck in every loop."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, Thompson, Uniform
from engine.arrays import Array
from engine.loop.entries import Ranked, Rewarded
from engine.simulation.simulated_visitors import crowd, nth_visitor, potential_outcomes, serve
from engine.worlds import GALLERY, World
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.worlds.ready import every_world
from tests.statistics import CHI_SQUARE_999, chi_square

pytestmark = pytest.mark.no_cover


# -- the visitors -------------------------------------------------------------------------


@every_world
def test_numbered_visitors_come_as_often_too_with_luck_that_is_uniform(world: World) -> None:
    visitors = [nth_visitor(world, 2026, number) for number in range(4_000)]

    def counts(found: Iterable[int], size: int) -> Array:
        return np.bincount(list(found), minlength=size).astype(float)

    cells = counts((world.cell(visitor.context) for visitor in visitors), len(world.contexts))
    assert chi_square(cells, world.frequencies) < CHI_SQUARE_999[len(cells) - 1]
    lucks = counts((int(visitor.uniform * 20) for visitor in visitors), 20)
    assert chi_square(lucks, np.full(20, 1 / 20)) < CHI_SQUARE_999[19]
    first = world.fields[0]
    names = [value.name for value in first.values]
    pairs = counts(  # luck is uniform: no first field value is luckier
        (
            names.index(visitor.context[first.name]) * 2 + int(visitor.uniform * 2)
            for visitor in visitors
        ),
        2 * len(names),
    )
    shares = np.array([value.share for value in first.values], dtype=float)
    halves = np.repeat(shares / shares.sum() / 2, 2)
    assert chi_square(pairs, halves) < CHI_SQUARE_999[len(halves) - 1]


@every_world
def test_a_visitor_depends_on_seed_and_number_only(world: World) -> None:
    assert nth_visitor(world, 3, 8) == nth_visitor(world, 3, 8)
    assert len({nth_visitor(world, 3, number).uniform for number in range(100)}) == 100
    assert len({nth_visitor(world, seed, 8).uniform for seed in range(100)}) == 100


HOME = GALLERY["home"].world


def test_a_visitor_comes_to_each_slot_of_a_page_with_luck_of_its_own() -> None:
    visitors = [nth_visitor(HOME, 3, number) for number in range(200)]
    for hero, side in zip(visitors[::2], visitors[1::2], strict=True):
        assert side.context == {**hero.context, "slot": "Side"}
        assert hero.context["slot"] == "Hero"
    assert len({visitor.uniform for visitor in visitors}) == 200


def test_a_crowd_fills_whole_pages_and_each_row_is_a_slot() -> None:
    loop = LearningLoop(seed=3, clock=ManualClock())
    rows = list(crowd(loop, HOME, 99))
    assert [row["event"] for row in rows] == [*loop.events]
    assert len(rows) == 100
    for number, (hero, side) in enumerate(zip(rows[::2], rows[1::2], strict=True)):
        assert hero["action"] != side["action"]
        assert side["event"] == f"{hero['event']}/Side"
        for at, row in enumerate((hero, side)):
            visitor = nth_visitor(HOME, 3, 2 * number + at)
            told = HOME.answer(visitor.context, str(row["action"]), visitor.uniform)
            assert row["reward"] == told == loop.events[str(row["event"])].earned
    assert all(float(str(row["expected"])) <= float(str(row["best"])) for row in rows)


@every_world
def test_loops_of_one_seed_meet_the_same_visitors_whatever_they_offer(world: World) -> None:
    learning = list(crowd(LearningLoop(seed=5), world, 40))
    guessing = list(crowd(LearningLoop(LoopSettings(policy=Uniform()), seed=5), world, 40))
    names = [field.name for field in world.fields]
    for number, (one, other) in enumerate(zip(learning, guessing, strict=True)):
        visitor = nth_visitor(world, 5, number)
        for row in (one, other):
            assert {name: row[name] for name in names} == visitor.context
            assert row["reward"] == world.answer(
                visitor.context, str(row["action"]), visitor.uniform
            )
    assert [row["action"] for row in learning] != [row["action"] for row in guessing]


# -- in a loop ----------------------------------------------------------------------------


@every_world
def test_rows_of_a_crowd_say_what_the_log_says(world: World) -> None:
    loop = LearningLoop(seed=2)
    rows = list(crowd(loop, world, 30))
    ranked = [entry for entry in loop.log if isinstance(entry, Ranked)]
    rewarded = [entry for entry in loop.log if isinstance(entry, Rewarded)]
    assert len(rows) == len(ranked) == len(rewarded) == 30
    for row, ranking, earned in zip(rows, ranked, rewarded, strict=True):
        context = {field.name: str(row[field.name]) for field in world.fields}
        assert row["event"] == ranking.event_id == earned.event_id
        assert row["action"] == ranking.action_id
        assert row["probability"] == ranking.probabilities[ranking.chosen] > 0
        assert row["reward"] == earned.value
        assert set(ranking.request.context.columns) == {f"{k}={v}" for k, v in context.items()}
        expected = world.expected[world.cell(context)]
        assert row["expected"] == expected[world.position(ranking.action_id)]
        assert row["best"] == max(expected)


@every_world
def test_a_crowd_goes_on_where_the_last_one_stopped(world: World) -> None:
    loop = LearningLoop(seed=4)
    in_parts = [*crowd(loop, world, 7), *crowd(loop, world, 5)]
    assert in_parts == list(crowd(LearningLoop(seed=4), world, 12))


def test_a_visitor_is_the_same_person_with_the_same_luck_in_every_loop() -> None:
    policies = (Thompson(draws=64), Uniform())
    loops = [LearningLoop(LoopSettings(policy=p), seed=4, clock=ManualClock()) for p in policies]
    ways = [list(crowd(loop, COFFEE, 60)) for loop in loops]
    names = [field.name for field in COFFEE.fields]
    came = [[tuple(row[n] for n in names) for row in rows] for rows in ways]
    assert came[0] == came[1]
    assert came[0] == [tuple(nth_visitor(COFFEE, 4, n).context.values()) for n in range(60)]
    assert [row["action"] for row in ways[0]] != [row["action"] for row in ways[1]]


def test_other_seeds_bring_other_visitors() -> None:
    def came(seed: int) -> Sequence[object]:
        return [(v.context, v.uniform) for v in (nth_visitor(COFFEE, seed, n) for n in range(20))]

    assert came(0) != came(1)
    assert came(0) == came(0)


def test_a_crowd_that_comes_in_two_parts_is_the_same_crowd() -> None:
    whole, parts = (LearningLoop(seed=2, clock=ManualClock()) for _ in range(2))
    rows = list(crowd(whole, COFFEE, 40))
    assert [*crowd(parts, COFFEE, 15), *crowd(parts, COFFEE, 25)] == rows


def test_a_visitors_row_tells_what_happened_and_the_hidden_truth() -> None:
    loop = LearningLoop(seed=2, clock=ManualClock())
    visitor = nth_visitor(COFFEE, 2, 0)
    row = serve(loop, COFFEE, visitor)
    state = loop.events[str(row["event"])]
    truth = COFFEE.expected[COFFEE.cell(visitor.context)]
    assert row == {
        "event": state.ranked.event_id,
        **visitor.context,
        "action": state.ranked.action_id,
        "probability": state.ranked.probabilities[state.ranked.chosen],
        "reward": state.rewards[0],
        "expected": truth[state.ranked.chosen],
        "best": 1.0,
    }
    assert 0 <= visitor.uniform < 1


def test_luck_is_uniform() -> None:
    """Mean of 2,000 within 4 standard errors of 1/2, and none outside [0, 1)."""
    luck = np.array([nth_visitor(COFFEE, 1, n).uniform for n in range(2_000)])
    assert luck.min() >= 0
    assert luck.max() < 1
    assert abs(luck.mean() - 0.5) <= 4 * np.sqrt(1 / 12 / 2_000)


@every_world
def test_potential_outcomes_are_what_each_numbered_visitor_would_answer(
    world: World,
) -> None:
    met = potential_outcomes(world, 40, 5)
    for number in range(40):
        visitor = nth_visitor(world, 5, number)
        assert met.cells[number] == world.cell(visitor.context)
        answers = [world.answer(visitor.context, item.id, visitor.uniform) for item in world.items]
        assert met.rewards[number].tolist() == answers
        assert met.expected[number] == pytest.approx(world.expected[met.cells[number]])
