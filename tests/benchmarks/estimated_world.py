"""Accuracy of a world estimated from a log of a known world, and agreement of races in both.

Run: python -m tests.benchmarks.estimated_world [worlds ...] [events ...]

Each log is from a logger that shows a fixed random action per cell, and a random action for a share
of the offers. Printed for each: the root mean squared error of the expected rewards, weighted by
visitors; the achievable error of a learner with the same events that knows the variances of the
true effects, by field, by pair and by cell, and the noise (*can be*: the best linear estimate, see
`achievable`); the error of the plain means of the log (*plain*), and of as many randomly shown
events (*at random*); the error stated by the estimate; the true value of the best actions of the
estimate, and the true best value. Then a race in both worlds: final mean rewards, and whether
contenders that differ by more than both intervals in the true world have the same order in the
estimated world.
"""

import sys
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.logged_decisions import Decisions, context_of
from engine.evaluation.world_from_log import EstimatedWorld, estimate
from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.simulation.simulated_visitors import potential_outcomes
from engine.streams import stream
from engine.worlds import GALLERY, World

KEYS = ("coffee", "news", "shop", "movies", "grocery", "bank", "banner", "vending")
SEEDS = 3, 4, 5
"""Seeds of the logs; means over seeds are printed."""
RARE = "banner", "vending"
"""Worlds in which no race tells contenders apart."""
RACED = ("ours", "epsilon", "ab", "present", "uniform")


def logged(world: World, events: int, seed: int, chance: float) -> Decisions:
    """A log of the world's visitors, from a logger that chooses at random for this
    share of offers.
    """
    met, rng = potential_outcomes(world, events, seed), stream(seed, "logger")
    k, rows = len(world.items), np.arange(events)
    liked = rng.integers(k, size=world.size)[met.cells]
    chances = np.full((events, k), chance / k)
    chances[rows, liked] += 1 - chance
    shown = (chances.cumsum(axis=1) > rng.random(events)[:, None]).argmax(axis=1)
    return Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(context_of(world.request(cell).context) for cell in range(world.size)),
        context_index=met.cells,
        shown=shown,
        propensity=chances[rows, shown],
        reward=met.rewards[rows, shown],
        offered=np.ones((events, k), dtype=bool),
        baseline=np.zeros(events, dtype=np.intp),
        probabilities=chances,
    )


def aligned(world: World, estimate: EstimatedWorld) -> tuple[Array, Array]:
    """Estimated rewards and their errors, in the order of the true world."""
    cells = [estimate.world.cell(context) for context in world.contexts]
    items = [estimate.world.position(item.id) for item in world.items]
    return estimate.world.expected[cells][:, items], estimate.errors[cells][:, items]


def root(world: World, squares: Array) -> float:
    """Root of a mean over visitors and actions."""
    return float(np.sqrt((world.frequencies @ squares).mean()))


def sampling(world: World, events: int) -> float:
    """The error of plain means of as many events, shown at random."""
    each = events * world.frequencies[:, None] / len(world.items)
    return root(world, noise(world) / np.maximum(each, 1))


def effects(world: World) -> tuple[list[tuple[NDArray[np.intp], float]], float]:
    """Mean squares of effects on the true rewards: actions, then each field, then each pair of
    fields, each after the preceding ones, with the group of each cell; and the rest of the cells.
    """
    sizes = [len(field.values) for field in world.fields]
    places = np.unravel_index(np.arange(world.size), sizes)
    come, rest, result = world.frequencies[:, None], world.expected - world.expected.mean(), []
    for order in range(min(2, len(sizes) - 1) + 1):
        for fields in combinations(range(len(sizes)), order):
            group = np.zeros(world.size, dtype=np.intp)
            for at in fields:
                group = group * sizes[at] + places[at]
            is_in = np.eye(group.max() + 1)[group]
            mean = is_in @ ((is_in.T @ (come * rest)) / (is_in.T @ come))
            rest = rest - mean
            result.append((group, float((come * mean**2).sum() / mean.shape[1])))
    return result, float((come * rest**2).sum() / rest.shape[1])


def noise(world: World) -> Array:
    """The variance of a reward, (cells, items)."""
    _, half, full = np.moveaxis(world.outcomes, 2, 0)
    part = world.partial
    return np.asarray((full + half * part**2 - (full + half * part) ** 2) * world.worth**2)


def achievable(world: World, counts: NDArray[np.int_]) -> float:
    """The error of the best linear estimate from so many events of each action in each cell."""
    groups, left = effects(world)
    prior = left * np.eye(world.size)
    for group, differs in groups:
        prior += differs * (group[:, None] == group)
    doubts = np.zeros(counts.shape)
    for item, (came, chance) in enumerate(zip(counts.T, noise(world).T, strict=True)):
        met = np.flatnonzero(came)
        seen = prior[np.ix_(met, met)] + np.diag(np.maximum(chance[met] / came[met], 1e-9))
        known = np.linalg.solve(seen, prior[met])
        doubts[:, item] = np.diag(prior) - (prior[met] * known).sum(axis=0)
    return root(world, doubts.clip(0))


def near(world: World, events: int, chance: float, seed: int) -> tuple[float, ...]:
    """Error, achievable error, errors of plain means and of random sampling, the stated error, and
    the value of the best actions of the estimate.
    """
    log = logged(world, events, seed, chance)
    estimated, k = estimate([log]), len(world.items)
    came = np.bincount(log.context_index * k + log.shown, minlength=world.size * k)
    counts = came.reshape(world.size, k)
    plain = np.where(counts > 0, noise(world) / np.maximum(counts, 1), world.expected.var())
    expected, errors = aligned(world, estimated)
    earned = world.expected[np.arange(world.size), expected.argmax(axis=1)]
    return (
        root(world, (expected - world.expected) ** 2),
        achievable(world, counts),
        root(world, plain),
        sampling(world, events),
        root(world, errors**2),
        float(world.frequencies @ earned),
    )


def raced(world: World, visitors: int, repetitions: int) -> dict[str, tuple[float, float]]:
    """Mean reward of each contender, and half the width of its interval."""
    line = line_up(world)
    plan = Plan(
        world, tuple(line[key] for key in RACED), visitors=visitors, repetitions=repetitions, seed=9
    )
    standings = Standings(plan)
    for outcome in race(plan):
        standings.add(outcome)
    finals = {final.contender: final.reward for final in standings.finals()}
    return {key: (finals[key].mean, finals[key].high - finals[key].mean) for key in RACED}


def agreeing(true: dict[str, tuple[float, float]], other: dict[str, tuple[float, float]]) -> str:
    """Share of the truly different pairs with the same order."""
    pairs = [
        (a, b)
        for a, b in combinations(true, 2)
        if abs(true[a][0] - true[b][0]) > true[a][1] + true[b][1]
    ]
    same = sum((true[a][0] > true[b][0]) == (other[a][0] > other[b][0]) for a, b in pairs)
    return f"{same} of {len(pairs)}"


def main(keys: list[str], sizes: list[int]) -> None:
    print("world      events chance  error can be  plain random   says  earns   best")
    for key in keys:
        world = GALLERY[key].world
        for events in sizes:
            for chance in (1.0, 0.3):
                figures = np.mean([near(world, events, chance, seed) for seed in SEEDS], axis=0)
                line = " ".join(f"{one:6.3f}" for one in (*figures, world.best_value))
                print(f"{key:9} {events:7} {chance:6.1f} {line}", flush=True)
    print("\nrace in the true world, and in the one estimated from 5,000 events")
    for key in (one for one in keys if one not in RARE):
        world = GALLERY[key].world
        other = estimate([logged(world, 5_000, 3, 0.3)]).world
        true, estimated = raced(world, 400, 3), raced(other, 400, 3)
        results = "  ".join(f"{k} {true[k][0]:.3f}/{estimated[k][0]:.3f}" for k in true)
        print(f"{key:9} {results}  same order: {agreeing(true, estimated)}", flush=True)


if __name__ == "__main__":
    told = sys.argv[1:]
    main(
        [word for word in told if not word.isdigit()] or [*KEYS],
        [int(word) for word in told if word.isdigit()] or [1_000, 5_000, 20_000],
    )
