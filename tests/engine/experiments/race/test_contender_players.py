"""Players: A/B tests by hand, and loops without a log."""

import numpy as np
import pytest

from engine import EpsilonGreedy, LearningLoop, LoopSettings, Thompson, Uniform
from engine.experiments.race.contender_players import Choice
from engine.experiments.race.contenders import ABTest, Blind, LoopContender, Present
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import play
from engine.simulation.baselines import best_rule, usual_fields
from engine.simulation.simulated_visitors import crowd, potential_outcomes
from engine.worlds import WORLDS
from tests.engine.experiments.race.races import outcomes_of, shown

COFFEE = WORLDS["coffee"]


# -- learners are loops ---------------------------------------------------------------


@pytest.mark.combinations
@pytest.mark.no_cover
@pytest.mark.parametrize("world", ["coffee", "news"])
@pytest.mark.parametrize(
    "settings",
    [LoopSettings(), LoopSettings(policy=EpsilonGreedy(0.3)), LoopSettings.classic()],
    ids=["ours", "epsilon", "classic"],
)
def test_a_learner_does_exactly_what_its_loop_does(world: str, settings: LoopSettings) -> None:
    place = WORLDS[world]
    rows = list(crowd(LearningLoop(settings, seed=11), place, 150))
    met = potential_outcomes(place, 150, 11)
    plan = Plan(place, (LoopContender("it", settings),), visitors=150)
    choices, _ = play(plan, plan.contenders[0], 11, met)
    assert [place.items[choice.position].id for choice in choices] == [r["action"] for r in rows]
    assert [choice.propensity for choice in choices] == [r["probability"] for r in rows]
    rewards = [met.rewards[n, choice.position] for n, choice in enumerate(choices)]
    assert rewards == [r["reward"] for r in rows]


def test_uniform_chooses_as_a_uniform_loop_does() -> None:
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=3)
    rows = list(crowd(loop, COFFEE, 60))
    plan = Plan(WORLDS["coffee"], (Blind("uniform"),), visitors=60)
    ids = [COFFEE.items[position].id for position in shown(plan, plan.contenders[0])]
    assert ids == [row["action"] for row in rows]


@pytest.mark.no_cover
def test_uniform_has_the_regret_computed_from_the_world() -> None:
    plan = Plan(WORLDS["news"], (Blind("uniform"),), visitors=500, repetitions=30, seed=1)
    news = WORLDS["news"]
    losses = np.array([outcome.regret[-1] for outcome in outcomes_of(plan)])
    expected = 500 * (news.best_value - news.uniform_value)
    assert abs(losses.mean() - expected) < 4 * losses.std(ddof=1) / 30**0.5
    assert losses.std(ddof=1) < 0.1 * expected


# -- A/B tests ------------------------------------------------------------------------


def test_an_ab_test_shows_the_item_that_earned_most_in_its_trial() -> None:
    plan = Plan(WORLDS["news"], (ABTest("ab", 50),), visitors=120)
    met = potential_outcomes(WORLDS["news"], 120, 3)
    positions = shown(plan, plan.contenders[0])
    uniform = shown(plan, Blind("uniform"))
    assert positions[:50] == uniform[:50]
    earned: dict[int, list[float]] = {}
    for number, position in enumerate(positions[:50]):
        earned.setdefault(position, []).append(met.rewards[number, position])
    means = {position: sum(rewards) / len(rewards) for position, rewards in earned.items()}
    winner = min(means, key=lambda position: (-means[position], position))
    assert set(positions[50:]) == {winner}


def test_an_ab_test_by_hand() -> None:
    player = ABTest("ab", 4).enter(COFFEE, seed=1)
    for position, reward in ((0, 0.5), (1, 1.0), (1, 0.0), (3, 0.5)):
        assert player.choose(0, 0).propensity == 0.25
        player.learn(0, Choice(position, 0.25), reward)
    # Means: .5, .5, none, .5. The first of equal items wins; an item without data does not.
    assert {player.choose(number, number % 36) for number in range(50)} == {Choice(0, 1.0)}
    player.learn(0, Choice(2, 0.25), 1.0)
    assert player.choose(0, 0).position == 0


def test_an_ab_test_per_segment_has_a_winner_for_each_and_for_strangers_the_overall_one() -> None:
    player = ABTest("segments", 4, "name").enter(COFFEE, seed=1)
    names = [context["name"] for context in COFFEE.contexts]
    alice, bob = names.index("Alice"), names.index("Bob")
    for cell, position, reward in ((alice, 1, 1.0), (alice, 2, 0.0), (bob, 2, 1.0), (bob, 2, 1.0)):
        player.learn(cell, Choice(position, 0.25), reward)
    assert player.choose(9, alice).position == 1
    assert player.choose(9, bob).position == 2
    # Overall: item 1 earned 1 of 1, item 2 two of three.
    assert player.choose(9, names.index("Cathy")).position == 1


def test_a_trial_waits_for_its_rewards() -> None:
    plan = Plan(WORLDS["coffee"], (ABTest("ab", 20),), visitors=200, delay=30)
    positions, uniform = shown(plan, plan.contenders[0]), shown(plan, Blind("uniform"))
    assert positions[:50] == uniform[:50]
    assert len(set(positions[50:])) == 1


# -- rules, and chance ----------------------------------------------------------------


def test_the_present_rules_show_what_the_usual_rule_shows() -> None:
    rule = best_rule(COFFEE, usual_fields(COFFEE))
    player = Present("present").enter(COFFEE, seed=1)
    for cell, context in enumerate(COFFEE.contexts):
        (item,) = rule.possible(context)
        player.learn(cell, Choice(0, 1.0), 1.0)
        assert player.choose(9, cell) == Choice(COFFEE.position(item), 1.0)


@pytest.mark.no_cover
def test_cost_of_chance_is_the_regret_of_random_offers() -> None:
    floors = {floor: LoopSettings(policy=Thompson(floor=floor)) for floor in (0.0, 0.5, 1.0)}
    contenders = tuple(LoopContender(str(floor), s) for floor, s in floors.items())
    plan = Plan(COFFEE, (*contenders, Blind("uniform")), visitors=200, repetitions=1)
    lost = {o.contender: (o.chance, float(o.regret[-1])) for o in outcomes_of(plan)}
    assert lost["0.0"][0] == 0 < lost["0.5"][0] < lost["0.5"][1]
    for contender in ("1.0", "uniform"):
        assert lost[contender][0] == pytest.approx(lost[contender][1])
