"""A small line-up, and outcomes of a race in comparable form."""

from concurrent.futures import Executor

from engine import EpsilonGreedy, Hypothesis, LoopSettings, Thompson
from engine.experiments.race.contenders import ABTest, Blind, Contender, LoopContender
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import Outcome, play, race
from engine.simulation.simulated_visitors import potential_outcomes
from engine.worlds import WORLDS

QUICK = LoopSettings(
    policy=Thompson(draws=64), hypotheses=(Hypothesis(), Hypothesis(1)), may_change=False
)


FOUR = (
    LoopContender("ours", QUICK),
    LoopContender("epsilon", QUICK, EpsilonGreedy(0.1)),
    ABTest("ab", 20),
    Blind("uniform"),
)


def outcomes_of(plan: Plan, executor: Executor | None = None) -> list[Outcome]:
    """Outcomes of a race without failures."""
    results = list(race(plan, executor))
    outcomes = [result for result in results if isinstance(result, Outcome)]
    assert outcomes == results
    return outcomes


def bits(outcomes: list[Outcome]) -> dict[tuple[str, int], bytes]:
    """Every number of each outcome, by contender and repetition."""
    return {
        (o.contender, o.repetition): b"".join(
            part.tobytes()
            for part in (
                o.rewards, o.expected, o.regret, o.visitors, o.losses, *o.weights.values()
            )
        )
        for o in outcomes
    }  # fmt: skip


def shown(plan: Plan, contender: Contender, seed: int = 3) -> list[int]:
    """Positions of the items that a contender shows to each visitor."""
    met = potential_outcomes(plan.world, plan.visitors, seed, plan.drift)
    return [choice.position for choice in play(plan, contender, seed, met)[0]]


PLAN = Plan(WORLDS["coffee"], FOUR, visitors=60, repetitions=4, drift="halfway", delay=3, seed=9)
