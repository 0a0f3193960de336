"""Speed of Rank and Reward, compared with a plain dense learner in the same run.

    python tests/benchmarks/engine.py

Four tables. (1) Actions that differ by id only, in contexts with an array of n numbers: K x (1 + n)
columns, as many independent dimensions. (2) Contexts of 40 to 200 numbers with a separate scale
each, and actions with five attributes, for thousands of columns. (3) Actions of 40 to 200 numbers
each, without context. (4) Visitors per second in each world with the default settings. Each is
measured with all hypotheses, the default, and with a single hypothesis.

The reference follows the textbook: rows written out over explicit columns, the Gram matrix in
weight space, a full inverse, and 4,096 new samples from every action's density for each Rank. It
receives parsed requests, without validation, and the scales of numbers, and has no log. It has a
single hypothesis, and must reach the same means and, within Monte Carlo error, the same
probabilities as our loop with this hypothesis; otherwise the script ends with an error.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import sys
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine import LearningLoop, LoopSettings, RankRequest, Thompson
from engine.arrays import Array
from engine.learners.bayesian.basis import MAX_BASIS
from engine.learners.bayesian.component import Linear
from engine.learners.bayesian.hypothesis import HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner import FITS, BayesianLearner
from engine.learners.bayesian.posterior import USUAL
from engine.learners.belief import Before, Belief
from engine.loop.entries import Ranked
from engine.loop.event import EventState
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, World, key_of
from tests.oracles import Readings, Row, all_columns, naive_readings, naive_row, naive_unit

Json = dict[str, Any]
T = TypeVar("T")

KNOWN = HYPOTHESES[0]
"""The hypothesis of the reference."""
SIZES = ((4, 40), (10, 100), (50, 200))
"""(actions, features) of tables 1 to 3."""
BLOCK = 20
"""Consecutive visits served by each learner."""
CROWD = 1_000
"""Visitors of table 4."""
UNSETTLED = 100
"""After so many visitors the reference steps in, while probabilities are far from 0 and 1."""
MEAN_TOLERANCE = 1e-8
SIGMAS = 5.0
"""Monte-Carlo standard errors by which probabilities may differ, of thousands compared."""


# -- the reference --------------------------------------------------------------------


class DenseLearner:
    """Thompson sampling over a constant and explicit columns, without optimisations."""

    def __init__(self, settings: LoopSettings, read: Readings, columns: Iterable[Hashable]) -> None:
        assert isinstance(settings.policy, Thompson)
        assert settings.compared[0].memory == 1
        (self._hypothesis,), self._policy = settings.compared, settings.policy
        self._read = read
        self._at = {column: 1 + i for i, column in enumerate(columns)}
        self._rng = np.random.default_rng(1)
        prior = np.full(1 + self.size, 1 / self._hypothesis.prior_sd**2)
        prior[0] = 4.0
        self._precision: Array = np.diag(prior)
        self._pull: Array = np.zeros(1 + self.size)
        self._pull[0] = 4.0 * 0.5
        self._rewards: list[float] = []
        self._excess = 0.0

    @property
    def size(self) -> int:
        """Number of columns, the constant left out."""
        return len(self._at)

    def rank(self, request: RankRequest) -> tuple[Array, Array]:
        """Means and probabilities of the offered actions."""
        rows = np.array([self._row(request, i) for i in range(len(request.actions))])
        covariance = np.linalg.inv(self._precision)
        mean = covariance @ self._pull
        own, prior = rows @ covariance @ rows.T, rows[:, 1:] @ rows[:, 1:].T
        inside = self._unit * own  # Uncertainty in units of the rewards.
        belief = Belief(np.ones(1), (rows @ mean)[None], inside[None], Before(prior[None]))
        normals = self._rng.standard_normal((self._policy.draws, len(rows)))
        winners = (belief.means + self._policy.width * belief.widths * normals).argmax(axis=1)
        return belief.mean, self._probabilities(np.bincount(winners, minlength=len(rows)))

    def learn(self, request: RankRequest, chosen: int, reward: float) -> None:
        """Count the reward of the chosen action."""
        row, noise = self._row(request, chosen), self._hypothesis.noise_sd**2
        if reward not in (0.0, 1.0):  # Which tell nothing of the noise.
            gain = np.linalg.solve(self._precision, row)
            variance = naive_unit(self._rewards) * float(noise + row @ gain)
            self._excess += (reward - float(gain @ self._pull)) ** 2 / variance - 1.0
        self._precision += np.outer(row, row) / noise
        self._pull += reward * row / noise
        self._rewards.append(reward)

    @property
    def _unit(self) -> float:
        """Unit of variances, widened by the learned noise: (20)."""
        learned = 1.0 + self._excess / (USUAL + len(self._rewards))
        return naive_unit(self._rewards) * max(learned, 1.0)

    def _row(self, request: RankRequest, position: int) -> Array:
        row: Array = np.zeros(1 + self.size)
        row[0] = 1.0
        for column, value in rows_of(request, self._hypothesis, self._read)[position].items():
            row[self._at[column]] = value
        return row

    def _probabilities(self, wins: NDArray[np.int_]) -> Array:
        chance = np.full(len(wins), 0.5 / len(wins))
        chance[0] += 0.5
        floor = self._policy.floor
        result: Array = (1 - floor) * wins / self._policy.draws + floor * chance
        return result


def rows_of(request: RankRequest, hypothesis: Hypothesis, read: Readings) -> list[Row]:
    """The rows of the offered actions, written out."""
    context, actions = json.loads(request.context_text), json.loads(request.actions_text)
    return [
        naive_row(context, action, hypothesis.crosses, hypothesis.form.by, read)
        for action in actions
    ]


def readings_of(requests: Sequence[RankRequest], hypothesis: Hypothesis) -> Readings:
    """Readings of numbers after the last fit of scales."""
    offered: list[list[Json]] = []
    for request in requests[: FITS[-1]]:
        offered.append(json.loads(request.context_text))
        offered += [action["features"] for action in json.loads(request.actions_text)]
    return naive_readings(offered, hypothesis.form.by)


def reference_for(loop: LearningLoop) -> DenseLearner:
    """A reference with the settings of a loop and all columns of its requests."""
    (hypothesis,) = loop.settings.compared
    requests = [state.ranked.request for state in loop.events.values()]
    read = readings_of(requests, hypothesis)
    rows = [row for request in requests for row in rows_of(request, hypothesis, read)]
    return DenseLearner(loop.settings, read, all_columns(rows))


def check(ranked: Ranked, means: Array, probabilities: Array, draws: int) -> None:
    """Exit with an error unless the reference agrees with the logged decision."""
    gap = float(np.abs(means - ranked.means).max())
    if gap > MEAN_TOLERANCE:
        sys.exit(f"event {ranked.event_id}: means differ from the reference by {gap:.2e}")
    ours = np.array(ranked.probabilities)
    middle = (ours + probabilities) / 2
    error = np.sqrt(2 * middle * (1 - middle) / draws) + 1 / draws
    sigmas = float((np.abs(ours - probabilities) / error).max())
    if sigmas > SIGMAS:
        sys.exit(f"event {ranked.event_id}: a probability is {sigmas:.1f} standard errors off")


# -- timing ---------------------------------------------------------------------------


@dataclass
class Times:
    """Milliseconds of each Rank and each Reward, visit by visit."""

    rank: list[float] = field(default_factory=list)
    reward: list[float] = field(default_factory=list)

    def series(self) -> dict[str, Array]:
        """Times of both calls and their sums."""
        rank, reward = np.array(self.rank), np.array(self.reward)
        return {"Rank": rank, "Reward": reward, "both": rank + reward}

    @property
    def median(self) -> float:
        """Median of Rank and Reward together."""
        return float(np.median(self.series()["both"]))


def timed(call: Callable[[], T], into: list[float]) -> T:
    """Call the function, and append the duration in milliseconds."""
    start = time.perf_counter()
    result = call()
    into.append(1e3 * (time.perf_counter() - start))
    return result


def follow(reference: DenseLearner, state: EventState, times: Times, draws: int) -> None:
    """Let the reference serve an event of the loop, and compare."""
    ranked = state.ranked
    means, probabilities = timed(lambda: reference.rank(ranked.request), times.rank)
    check(ranked, means, probabilities, draws)
    reward = state.rewards[0]
    timed(lambda: reference.learn(ranked.request, ranked.chosen, reward), times.reward)


def catch_up(reference: DenseLearner, states: Iterable[EventState]) -> None:
    """Let the reference learn events without ranking them."""
    for state in states:
        reference.learn(state.ranked.request, state.ranked.chosen, state.rewards[0])


# -- tables 1 to 3: sizes -------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """Actions to offer, and how many numbers a context has, in one array or each by itself."""

    actions: list[Json]
    numbers: int
    in_array: bool

    @property
    def dimensions(self) -> int:
        """Number of independent rows, up to the limit of a model."""
        return min(len(self.actions) * (1 + self.numbers), MAX_BASIS)

    def context(self, rng: np.random.Generator) -> list[Json]:
        """Numbers, uniform on [-1, 1)."""
        values = rng.uniform(-1, 1, self.numbers).tolist()
        if self.in_array:
            return [{"numbers": values}]
        return [{"numbers": {f"n{i}": value for i, value in enumerate(values)}}]


def ids_only(actions: int, features: int) -> Problem:
    """Ids x (1 + numbers). The required feature of an action is [0], without a column."""
    offered: list[Json] = [
        {"id": f"action {k}", "features": [{"nothing": [0]}]} for k in range(actions)
    ]
    return Problem(offered, features // actions - 1, in_array=True)


def attributes(actions: int, features: int) -> Problem:
    """As many numbers as features, and five attributes of four values for each action."""
    rng = np.random.default_rng(2)
    offered: list[Json] = [
        {"id": f"action {k}", "features": [{f"a{i}": f"v{rng.integers(4)}" for i in range(5)}]}
        for k in range(actions)
    ]
    return Problem(offered, features, in_array=False)


def numbers(actions: int, features: int) -> Problem:
    """Actions of as many numbers, before any visitor."""
    rng = np.random.default_rng(2)
    offered: list[Json] = [
        {"id": f"action {k}", "features": [{f"n{i}": round(v, 3) for i, v in enumerate(values)}]}
        for k, values in enumerate(rng.normal(size=(actions, features)).tolist())
    ]
    return Problem(offered, 0, in_array=False)


def dimensions_of(loop: LearningLoop) -> int:
    """Number of independent rows in the largest basis of the reward head."""
    assert isinstance(loop.learner, BayesianLearner)
    components = loop.learner.components
    return max((part.span.size for part in components if isinstance(part, Linear)), default=0)


def settings_of(one: bool, **changes: Any) -> LoopSettings:
    """Default settings, or the reference's settings: one hypothesis, one sample."""
    textbook = Thompson(agreement=1)
    known: Json = {"hypotheses": (KNOWN,), "may_change": False, "policy": textbook} if one else {}
    return LoopSettings(**known | changes)


def warm(problem: Problem, rng: np.random.Generator, one: bool) -> LearningLoop:
    """A loop with full bases: actions offered one at a time, in new contexts."""
    loop = LearningLoop(settings_of(one, crosses=1))
    for i in range(problem.dimensions * 6 // 5):
        action = problem.actions[i % len(problem.actions)]
        answer = loop.rank([action], problem.context(rng))
        loop.reward(answer.event_id, float(rng.random()))
    return loop


def serve(loop: LearningLoop, problem: Problem, rng: np.random.Generator, times: Times) -> str:
    """Serve a visit with timed Rank and Reward; return the event id."""
    context, reward = problem.context(rng), float(rng.random())
    answer = timed(lambda: loop.rank(problem.actions, context), times.rank)
    timed(lambda: loop.reward(answer.event_id, reward), times.reward)
    return answer.event_id


@dataclass
class Measured:
    """Times of our loop with all hypotheses and with one, and of the reference."""

    all: Times = field(default_factory=Times)
    one: Times = field(default_factory=Times)
    reference: Times = field(default_factory=Times)
    dimensions: int = 0
    columns: int = 0


def measure(problem: Problem, visits: int, compare: bool) -> Measured:
    """Times of both loops and of the reference.

    They alternate in blocks of visits, so that all run under the same load of the machine, and none
    finds cold caches and a foreign heap at every visit.
    """
    rng = np.random.default_rng(3)
    every, single = (warm(problem, rng, one) for one in (False, True))
    reference = reference_for(single) if compare else None
    result = Measured(dimensions=dimensions_of(single))
    if reference:
        result.columns = reference.size
        catch_up(reference, single.events.values())
    while len(result.all.rank) < visits:
        for _ in range(BLOCK):
            serve(every, problem, rng, result.all)
        events = [serve(single, problem, rng, result.one) for _ in range(BLOCK)]
        if reference:
            for event in events:
                follow(reference, single.events[event], result.reference, Thompson().draws)
    return result


def size_rows(name: str, result: Measured) -> list[Json]:
    """Rows of tables 1 to 3 for one size."""
    rows = []
    one, reference = result.one.series(), result.reference.series()
    for call, values in result.all.series().items():
        row = {"actions x features": name, "dimensions": result.dimensions, "call": call}
        row |= {"median ms": ms(np.median(values)), "p95 ms": ms(np.quantile(values, 0.95))}
        row |= {"one hypothesis": ms(np.median(one[call]))}
        if result.reference.rank:
            beside = reference[call]
            row |= {"reference median": ms(np.median(beside))}
            row |= {"reference p95": ms(np.quantile(beside, 0.95))}
            row |= {"ours / reference": f"{np.median(values) / np.median(beside):.3f}"}
        rows.append(row)
    return rows


def sizes(
    make: Callable[[int, int], Problem], visits: int, compare: bool
) -> tuple[list[Json], dict[str, float]]:
    """Rows for all sizes, and the median of Rank + Reward by size."""
    rows: list[Json] = []
    medians: dict[str, float] = {}
    for actions, features in SIZES:
        name = f"{actions} x {features}"
        result = measure(make(actions, features), visits, compare)
        if compare and result.columns != features:
            sys.exit(f"{result.columns} columns at {name}")
        rows += size_rows(name, result)
        medians[name] = result.all.median
    return rows, medians


# -- table 4: worlds ------------------------------------------------------------------


def world_row(world: World, repeats: int, beside: int) -> tuple[Json, float]:
    """A row of table 4, and the median of seconds a crowd took."""
    took, one = (
        float(np.median([crowded(world, seed, single)[1] for seed in range(repeats)]))
        for single in (False, True)
    )
    loop, _ = crowded(world, 0, True)
    states, times, reference = list(loop.events.values()), Times(), reference_for(loop)
    catch_up(reference, states[:UNSETTLED])
    for state in states[UNSETTLED : UNSETTLED + beside]:
        follow(reference, state, times, Thompson().draws)
    each = 1e3 * took / CROWD
    return {
        "world": key_of(world),
        "dimensions": dimensions_of(loop),
        "visitors / s": f"{CROWD / took:,.0f}",
        "ms / visitor": ms(each),
        "one hypothesis": ms(1e3 * one / CROWD),
        "reference columns": reference.size,
        "reference ms": ms(times.median),
        "ours / reference": f"{each / times.median:.4f}",
    }, took


def crowded(world: World, seed: int, one: bool) -> tuple[LearningLoop, float]:
    """A loop with a crowd, and the seconds needed."""
    loop = LearningLoop(settings_of(one), seed=seed)
    start = time.perf_counter()
    for _ in crowd(loop, world, CROWD):
        pass
    return loop, time.perf_counter() - start


# -- all tables -----------------------------------------------------------------------


def ms(value: float) -> str:
    return f"{value:.3f}"


def show(title: str, rows: list[Json]) -> None:
    print(f"\n{title}\n{pd.DataFrame(rows).to_string(index=False)}", flush=True)


def target(name: str, value: float, limit: float, unit: str) -> Json:
    met = "yes" if value < limit else "NO"
    return {"target": name, "limit": f"{limit:g} {unit}", "here": f"{value:.2f} {unit}", "met": met}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visits", type=int, default=200, help="timed visits for each size")
    parser.add_argument("--crowds", type=int, default=3, help="crowds for each world")
    parser.add_argument("--beside", type=int, default=5, help="visitors the reference serves too")
    options = parser.parse_args()

    rows, medians = sizes(ids_only, options.visits, compare=True)
    show("1. Ids x (1 + numbers)", rows)
    wide, _ = sizes(attributes, options.visits, compare=False)
    show("2. Contexts of 40 / 100 / 200 numbers, five attributes an action", wide)
    long, of_actions = sizes(numbers, options.visits, compare=False)
    show("3. Actions of 40 / 100 / 200 numbers", long)
    crowds = {
        key: world_row(world, options.crowds, options.beside) for key, world in WORLDS.items()
    }
    show(f"4. {CROWD:,} visitors, default settings", [row for row, _ in crowds.values()])
    targets = [
        target("Rank + Reward, 10 x 100, median", medians["10 x 100"], 1.0, "ms"),
        target("Rank + Reward, 50 x 200, median", medians["50 x 200"], 5.0, "ms"),
        target("The same of actions of 200 numbers", of_actions["50 x 200"], 5.0, "ms"),
        target("1,000 visitors, coffee", crowds["coffee"][1], 1.0, "s"),
    ]
    show("Targets", targets)


if __name__ == "__main__":
    main()
