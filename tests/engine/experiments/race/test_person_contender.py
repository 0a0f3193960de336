"""A person in a race, with the visitors and the luck of the other contenders."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from engine.experiments.person_duel import Duel, visits
from engine.experiments.race.contenders import Blind, LoopContender
from engine.experiments.race.person_contender import Recorded
from engine.experiments.race.plan import Plan
from engine.experiments.race.standings import Standings
from engine.pausable_steps import finish
from engine.worlds.coffee import COFFEE
from tests.engine.experiments.race.races import QUICK, outcomes_of
from tests.engine.refusals import refusal

CHOICES = (0, 3, 1, 1, 2, 0, 3, 3, 2, 1, 0, 2)
YOU = Recorded("you", 5, CHOICES)
PLAN = Plan(
    COFFEE, (YOU, LoopContender("engine", QUICK), Blind("blind")),
    visitors=len(CHOICES), repetitions=1, seed=5,
)  # fmt: skip


def test_a_race_gives_the_person_and_the_engine_what_their_duel_gave_them() -> None:
    one = Duel(COFFEE, 5, list(islice(visits(COFFEE, 5, {}), len(CHOICES))), QUICK)
    finish(one.choosing(CHOICES))
    own, engine, _ = outcomes_of(PLAN)
    assert (own.seed, engine.seed) == (5, 5)
    earned = np.array(one.scores()).cumsum(axis=0)
    assert own.rewards.tolist() == earned[:, 0].tolist()
    assert engine.rewards.tolist() == earned[:, 1].tolist()
    assert (own.regret[-1], engine.regret[-1]) == pytest.approx(one.regrets())


def test_one_run_has_no_interval_and_nobody_is_clearly_ahead() -> None:
    made = Standings(PLAN)
    for outcome in outcomes_of(PLAN):
        made.add(outcome)
    assert all(np.isnan(final.reward.low) for final in made.finals())
    margin = made.margin()
    assert margin is not None
    assert not margin.is_clear
    assert made.window == 10


@pytest.mark.parametrize(
    ("change", "target"),
    [({"seed": 6}, "seed"), ({"visitors": 13}, "visitors"), ({"repetitions": 2}, "repetitions"),
     ({"drift": "slow"}, "drift"),
     ({"contenders": (YOU, replace(YOU, key="other", seed=6))}, "seed")],
)  # fmt: skip
def test_a_record_races_before_its_own_crowd_alone(change: dict[str, object], target: str) -> None:
    assert refusal(lambda: replace(PLAN, **change)).target == target  # type: ignore[arg-type]


def test_records_that_do_not_fit_the_world_are_refused() -> None:
    assert refusal(lambda: Recorded("you", 5, ())).target == "choices"
    assert refusal(lambda: YOU.enter(COFFEE, 6)).target == "seed"
    assert refusal(lambda: Recorded("you", 5, (4,)).enter(COFFEE, 5)).target == "choices"


def test_part_of_a_record_may_be_raced() -> None:
    own, *_ = outcomes_of(replace(PLAN, visitors=4))
    assert own.rewards.tolist() == outcomes_of(PLAN)[0].rewards[:4].tolist()
