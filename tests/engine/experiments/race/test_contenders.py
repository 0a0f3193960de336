"""Contenders admitted to a race."""

from dataclasses import replace

import pytest

from engine.experiments.race.contenders import ABTest, LoopContender, line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.simulation.usual_reward import stated_prices
from engine.worlds import WORLDS
from tests.engine.refusals import refusal
from tests.pages.own_bank import OWN_BANK

COFFEE = WORLDS["coffee"]


# -- learners are loops ---------------------------------------------------------------


@pytest.mark.nightly
def test_everybody_in_the_line_up_can_race_in_every_world() -> None:
    for world in WORLDS.values():
        entered = tuple(line_up(world, trial=10).values())
        plan = Plan(world, entered, visitors=25, repetitions=1, delay=2, refresh=3, drift="slow")
        assert [o.contender for o in race(plan)] == [contender.key for contender in entered]


def test_where_rewards_are_rare_this_engine_knows_what_random_offers_earn_and_says_so() -> None:
    known, coffee = line_up(OWN_BANK), line_up(COFFEE)
    for key in ("ours", "nofloor", "textbook", "single"):
        contender = known[key]
        assert isinstance(contender, LoopContender)
        assert contender.settings.usual_reward == pytest.approx(0.006)
        assert contender.settings.prices == stated_prices(OWN_BANK)
    assert "what a random offer earns" in known["ours"].story
    assert "The engine knows what each offer pays." in known["ours"].story
    equal = replace(OWN_BANK, items=tuple(replace(item, value=1.0) for item in OWN_BANK.items))
    assert "what each offer pays" not in line_up(equal)["ours"].story
    assert "what a random offer earns" not in coffee["ours"].story


# -- refusals -------------------------------------------------------------------------


def test_contenders_that_cannot_race_are_refused() -> None:
    assert refusal(lambda: ABTest("ab", 0)).target == "trial"
    assert refusal(lambda: ABTest("ab", 5, "shoe size").enter(COFFEE, 1)).target == "field"
