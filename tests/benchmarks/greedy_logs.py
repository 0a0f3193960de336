"""Intervals on logs of another learner, which follows the best mean of each context without
exploration bonus.

    python -m tests.benchmarks.greedy_logs --logs 60

Exploration is limited to a floor of .05, half of it on the first action, so actions that fail at
first are hardly shown again. All logs of a case are generated in parallel, without a loop of this
engine. Constants of the stratified interval were chosen on logs with seeds 5, 6 and 8, of the first
four cases and three more (12 x 5, .1 on average; 36 x 10, .35; 12 x 3, .25), and checked on logs
with seed 77; the margin for poor runs was chosen on seeds 901 and 902 of the six cases and these
three. The table shows covering intervals of 240 / mean width.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.estimators import (
    Betting,
    CressieRead,
    CressieReadMended,
    Stratified,
)
from engine.evaluation.interval_coverage import Count
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.target_policies import FixedAction, GivenProbabilities, Target, UniformTarget

ESTIMATORS = (CressieRead, CressieReadMended, Betting, Stratified)
FLOOR = 0.05


@dataclass(frozen=True)
class Case:
    """Random worlds: contexts, actions, and the beta distribution of mean rewards."""

    contexts: int
    actions: int
    mean: float
    shape: float

    def __str__(self) -> str:
        return f"{self.contexts} x {self.actions}, {self.mean:g} on average"


CASES = (
    Case(20, 6, 0.02, 1.0),
    Case(20, 6, 0.05, 1.0),
    Case(20, 6, 0.3, 0.5),
    Case(36, 4, 0.3, 0.3),
    Case(10, 3, 0.2, 0.5),
    Case(30, 8, 0.15, 0.6),
)


def made(case: Case, logs: int, events: int, seed: int) -> Iterator[tuple[Decisions, Array]]:
    """Yield logs, each with the mean reward of every action in every context."""
    rng, each = np.random.default_rng(seed), np.arange(logs)
    c, k = case.contexts, case.actions
    truth = rng.beta(case.shape, case.shape / case.mean - case.shape, (logs, c, k))
    earned, times, chance = np.zeros((logs, c, k)), np.zeros((logs, c, k)), np.full(k, 0.5 / k)
    chance[0] += 0.5
    contexts, shown = np.zeros((2, logs, events), dtype=np.intp)
    rewards, chances = np.zeros((logs, events)), np.zeros((logs, events, k))
    for t in range(events):
        x = contexts[:, t] = rng.integers(0, c, logs)
        means = (earned[each, x] + 0.05) / (times[each, x] + 0.5)
        best = (means + 1e-9 * rng.random((logs, k))).argmax(axis=1)
        q = FLOOR * chance + (1 - FLOOR) * (np.arange(k) == best[:, None])
        a = shown[:, t] = (rng.random((logs, 1)) > q.cumsum(axis=1)).sum(axis=1).clip(max=k - 1)
        rewards[:, t] = rng.random(logs) < truth[each, x, a]
        earned[each, x, a] += rewards[:, t]
        times[each, x, a] += 1
        chances[:, t] = q
    for i in range(logs):
        yield _log(contexts[i], shown[i], rewards[i], chances[i], c), truth[i]


def _log(
    contexts: NDArray[np.intp], shown: NDArray[np.intp], rewards: Array, chances: Array, size: int
) -> Decisions:
    events, actions = chances.shape
    return Decisions(
        actions=tuple(f"action{i}" for i in range(actions)),
        contexts=tuple(f"place={i}" for i in range(size)),
        context_index=contexts,
        shown=shown,
        propensity=chances[np.arange(events), shown],
        reward=rewards,
        offered=np.ones((events, actions), dtype=bool),
        baseline=np.zeros(events, dtype=np.intp),
        probabilities=chances,
    )


def targets_of(log: Decisions, truth: Array) -> Iterator[tuple[str, Target, float]]:
    """Each action, all alike, and the best of each context, with their true values."""
    for action, earns in zip(log.actions, truth.mean(axis=0), strict=True):
        yield "fixed", FixedAction(action), float(earns)
    yield "uniform", UniformTarget(), float(truth.mean())
    best = np.arange(len(log.actions)) == truth.argmax(axis=1)[log.context_index, None]
    yield "best", GivenProbabilities("best", best.astype(float)), float(truth.max(axis=1).mean())


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=int, default=60)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=78)
    options = parser.parse_args()
    print(f"| contexts x actions, target | {' | '.join(one.key for one in ESTIMATORS)} |")
    print("|---" * (len(ESTIMATORS) + 1) + "|")
    for case in CASES:
        counts: dict[tuple[str, str], Count] = defaultdict(Count)
        for log, truth in made(case, options.logs, options.events, options.seed):
            for kind, target, earns in targets_of(log, truth):
                weighed = target.weigh(log)
                for estimator in ESTIMATORS:
                    interval = estimator().add(weighed).interval()
                    assert interval is not None
                    key = kind, estimator.key
                    counts[key] = counts[key].add(interval, earns)
        for kind in ("fixed", "uniform", "best"):
            each = [counts[kind, one.key] for one in ESTIMATORS]
            cells = (f"{240 * one.share:.0f} / {one.width:.2f}" for one in each)
            print(f"| {case}, {kind} ({each[0].intervals}) | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
