"""Questions about a loop: the true answers equal those of a loop operated manually."""

from functools import cache

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.experiments.loop_questions import LoopInquiry, LoopQuestion
from engine.experiments.recorded_acts import Crowd, Playthrough, Visit
from engine.pausable_steps import finish
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import Context, Knobs, generate
from engine.worlds.coffee import COFFEE

DAVE = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}
CATHY = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}
SETTINGS = LoopSettings(policy=Thompson(agreement=1))
BEFORE, AFTER = 12, 8
ASKED = (
    LoopQuestion("rewarded", AFTER),
    LoopQuestion("offered", AFTER, CATHY, "Latte"),
    LoopQuestion("offered", 0, CATHY, "Latte"),
    LoopQuestion("favourite", AFTER, DAVE),
    LoopQuestion("single"),
    LoopQuestion("moves", context=CATHY, action="Latte", seen=DAVE, reward=1.0),
    LoopQuestion("moves", context=DAVE, action="Latte", seen=DAVE, reward=0.0),
    LoopQuestion("where", AFTER, DAVE, "Latte", rows="timeofday", columns="name"),
    LoopQuestion("rises", action="Latte", seen=DAVE, reward=1.0, rows="name", columns="weather"),
)
three_seeds = pytest.mark.parametrize("seed", [3, 7, 11])


@cache
def asking(seed: int) -> LoopInquiry:
    played = Playthrough(COFFEE, SETTINGS, (Crowd(BEFORE - 1), Visit(DAVE, 1.0)))
    result = LoopInquiry(played, seed, ASKED)
    finish(result.work())
    return result


def by_hand(seed: int, visitors: int, *more: tuple[Context, str, float]) -> LearningLoop:
    """The same loop without questions, after additional visitors or rewards."""
    loop = LearningLoop(SETTINGS, seed=seed)
    for number in range(BEFORE + visitors):
        visitor = nth_visitor(COFFEE, seed, number)
        context = DAVE if number == BEFORE - 1 else visitor.context
        answer = loop.rank(COFFEE.actions, [context])
        given = COFFEE.answer(context, answer.reward_action_id, visitor.uniform)
        loop.reward(answer.event_id, 1.0 if number == BEFORE - 1 else given)
    for seen, action, reward in more:
        others = [one["id"] for one in COFFEE.actions if one["id"] != action]
        loop.reward(loop.rank(COFFEE.actions, [seen], others).event_id, reward)
    return loop


def chances(loop: LearningLoop, context: Context) -> dict[str, float]:
    answer = loop.preview(COFFEE.actions, [context]).answer()
    return {one.id: one.probability for one in answer.ranking}


@three_seeds
def test_how_many_of_the_next_visitors_are_rewarded(seed: int) -> None:
    loop = by_hand(seed, AFTER)
    earned = [sum(state.rewards) for state in loop.events.values()]
    assert asking(seed).truth(0) == sum(reward > 0 for reward in earned[BEFORE:])


@pytest.mark.no_cover
@three_seeds
@pytest.mark.parametrize(("place", "visitors"), [(1, AFTER), (2, 0)])
def test_how_often_an_action_is_offered(seed: int, place: int, visitors: int) -> None:
    assert asking(seed).truth(place) == chances(by_hand(seed, visitors), CATHY)["Latte"]


def test_offers_are_drawn_of_the_loop_as_it_was_left() -> None:
    loop = by_hand(7, 0)
    drawn = [loop.preview(COFFEE.actions, [CATHY], event_id=f"again-{n}") for n in range(20)]
    for place, action in enumerate(COFFEE.actions):
        times = sum(offer.action_id == action["id"] for offer in drawn)
        assert asking(7).drawn[2][place] == times / 20
    assert set(asking(7).drawn) == {2}


@three_seeds
def test_which_action_is_offered_most(seed: int) -> None:
    result = chances(by_hand(seed, AFTER), DAVE)
    assert asking(seed).truth(3) == max(result, key=result.__getitem__)


@three_seeds
def test_what_the_best_single_action_would_earn(seed: int) -> None:
    means = []
    for item in COFFEE.items:
        tastes = [COFFEE.taste(context, item) for context in COFFEE.contexts]
        means.append(sum(one.full + one.half / 2 for one in tastes) / len(tastes))
    assert asking(seed).truth(4) == pytest.approx(max(means))


def test_ceilings_of_a_world_are_computed_in_steps() -> None:
    """Large worlds need up to a second; other requests wait only for the end of a step."""
    world, twin = (generate(Knobs(fields=2, values=2, actions=2), 1) for _ in range(2))
    steps = len(list(twin.finding_ceilings()))
    work = LoopInquiry(Playthrough(world, SETTINGS), 1, [LoopQuestion("single")]).work()
    known = ["ceilings" in vars(world) for _ in work]
    assert steps > 3
    assert known.count(False) >= steps
    assert True in known


@three_seeds
@pytest.mark.parametrize(("place", "context", "reward"), [(5, CATHY, 1.0), (6, DAVE, 0.0)])
def test_which_way_a_chance_moves(seed: int, place: int, context: Context, reward: float) -> None:
    before, after = (
        chances(by_hand(seed, 0, *more), context)["Latte"]
        for more in ((), [(DAVE, "Latte", reward)])
    )
    way = "same" if abs(after - before) < 0.01 else "up" if after > before else "down"
    assert asking(seed).truth(place) == way


def test_a_reward_that_was_only_looked_at_leaves_nothing_behind() -> None:
    alone = LoopInquiry(
        Playthrough(COFFEE, SETTINGS, (Crowd(BEFORE - 1), Visit(DAVE, 1.0))), 7, ASKED[:2]
    )
    finish(alone.work())
    assert alone.truth(1) == asking(7).truth(1)


def test_it_is_looked_after_each_quarter_and_averages_are_those_of_the_log() -> None:
    result = asking(7)
    assert result.progress == 1.0
    assert ASKED[0].looks == (0, 2, 4, 6, 8)
    assert set(result.looks) == {0, 2, 4, 6, 8, 25, 50, 75, 100}
    events = list(by_hand(7, AFTER).events.values())
    for action, average in zip(COFFEE.actions, result.looks[AFTER].averages, strict=True):
        own = [sum(e.rewards) for e in events if e.ranked.action_id == action["id"]]
        assert np.isnan(average) if not own else average == pytest.approx(sum(own) / len(own))


def cells(who: Context, rows: str, columns: str) -> list[Context]:
    """A map by hand."""
    values = {field.name: [value.name for value in field.values] for field in COFFEE.fields}
    return [{**who, rows: r, columns: c} for r in values[rows] for c in values[columns]]


@three_seeds
def test_in_which_cells_of_a_map_it_is_so(seed: int) -> None:
    loop, result = by_hand(seed, AFTER), asking(seed)
    at = [chances(loop, one) for one in cells(DAVE, "timeofday", "name")]
    most = [max(one, key=one.__getitem__) for one in at]
    assert result.truth(7) == frozenset(np.flatnonzero(np.array(most) == "Latte").tolist())
    before, after = by_hand(seed, 0), by_hand(seed, 0, (DAVE, "Latte", 1.0))
    here = cells(DAVE, "name", "weather")
    by = [chances(after, one)["Latte"] - chances(before, one)["Latte"] for one in here]
    assert result.truth(8) == frozenset(np.flatnonzero(np.array(by) >= 0.01).tolist())
    assert by[here.index(DAVE)] >= 0.01
