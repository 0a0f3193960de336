"""A world estimated from a log of a known one: how near it comes, and whether a race agrees.

Run: python -m tests.benchmarks.estimated_world [worlds ...] [events ...]

Each log is of a logger that shows what somebody liked in a cell, and leaves a share of the offers
to chance. Printed for each: the root of the mean squared error of the expected rewards over those
who come; what can be had from as many events of each action in each cell, shown as that log shows
them, by whoever knows how much the true rewards differ from action to action, by field, by pair and
by cell, and how noisy each is (*can be*: the best linear estimate, see `achievable`); what it would
be for the plain means of that log (*plain*), and of as many events that were shown at random (*at
random*); what the estimate says of itself; what the best action in each estimated cell would truly
earn, and the best. Then a race in both worlds: final mean rewards, and whether the contenders that
differ by more than both intervals in the true world stand in the same order in the estimated one.
"""

import sys
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.decisions import Decisions, context_of
from engine.evaluation.world_of_log import Estimated, estimate
from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.simulation.crowd import potential_outcomes
from engine.streams import stream
from engine.worlds import GALLERY, World

KEYS = ("coffee", "news", "shop", "movies", "grocery", "bank", "banner", "vending")
SEEDS = 3, 4, 5
"""Of logs, of whose figures the means are printed."""
RARE = "banner", "vending"
"""Worlds in which no race tells contenders apart."""
RACED = ("ours", "epsilon", "ab", "present", "uniform")


def logged(world: World, events: int, seed: int, chance: float) -> Decisions:
    """A log of the world's visitors, by a logger that leaves this share of offers to chance."""
    met, rng = potential_outcomes(world, events, seed), stream(seed, "logger")
    k, rows = len(world.items), np.arange(events)
    liked = rng.integers(k, size=world.size)[met.cells]
    chances = np.full((events, k), chance / k)
    chances[rows, liked] += 1 - chance
    shown = (chances.cumsum(axis=1) > rng.random(events)[:, None]).argmax(axis=1)
    return Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(context_of(world.request(cell).context) for cell in range(world.size)),
        stratum=met.cells,
        shown=shown,
        propensity=chances[rows, shown],
        reward=met.rewards[rows, shown],
        offered=np.ones((events, k), dtype=bool),
        baseline=np.zeros(events, dtype=np.intp),
        probabilities=chances,
    )


def aligned(world: World, told: Estimated) -> tuple[Array, Array]:
    """Estimated rewards and their errors, in the order of the true world."""
    cells = [told.world.cell(context) for context in world.contexts]
    items = [told.world.position(item.id) for item in world.items]
    return told.world.expected[cells][:, items], told.errors[cells][:, items]


def root(world: World, squares: Array) -> float:
    """The root of a mean over those who come, and over all actions."""
    return float(np.sqrt((world.frequencies @ squares).mean()))


def sampling(world: World, events: int) -> float:
    """The error of plain means of as many events, shown at random."""
    each = events * world.frequencies[:, None] / len(world.items)
    return root(world, noise(world) / np.maximum(each, 1))


def effects(world: World) -> tuple[list[tuple[NDArray[np.intp], float]], float]:
    """By how much true rewards differ, squared: from action to action, by each field, by each pair
    of fields, each after those before; with the group of each cell; and what is left of cells."""
    sizes = [len(field.values) for field in world.fields]
    places = np.unravel_index(np.arange(world.size), sizes)
    come, rest, found = world.frequencies[:, None], world.expected - world.expected.mean(), []
    for order in range(min(2, len(sizes) - 1) + 1):
        for fields in combinations(range(len(sizes)), order):
            group = np.zeros(world.size, dtype=np.intp)
            for at in fields:
                group = group * sizes[at] + places[at]
            is_in = np.eye(group.max() + 1)[group]
            mean = is_in @ ((is_in.T @ (come * rest)) / (is_in.T @ come))
            rest = rest - mean
            found.append((group, float((come * mean**2).sum() / mean.shape[1])))
    return found, float((come * rest**2).sum() / rest.shape[1])


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
    """Error, what can be had, that of plain means and of sampling, what the estimate says, and the
    value of its best actions."""
    log = logged(world, events, seed, chance)
    told, k = estimate([log]), len(world.items)
    came = np.bincount(log.stratum * k + log.shown, minlength=world.size * k)
    counts = came.reshape(world.size, k)
    plain = np.where(counts > 0, noise(world) / np.maximum(counts, 1), world.expected.var())
    expected, errors = aligned(world, told)
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
    """Mean reward of each contender, and half of its interval."""
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
    """How many of the pairs that clearly differ in truth stand in the same order."""
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
                told = " ".join(f"{one:6.3f}" for one in (*figures, world.best_value))
                print(f"{key:9} {events:7} {chance:6.1f} {told}", flush=True)
    print("\nrace in the true world, and in the one estimated from 5,000 events")
    for key in (one for one in keys if one not in RARE):
        world = GALLERY[key].world
        other = estimate([logged(world, 5_000, 3, 0.3)]).world
        true, estimated = raced(world, 400, 3), raced(other, 400, 3)
        figures = "  ".join(f"{k} {true[k][0]:.3f}/{estimated[k][0]:.3f}" for k in true)
        print(f"{key:9} {figures}  same order: {agreeing(true, estimated)}", flush=True)


if __name__ == "__main__":
    told = sys.argv[1:]
    main(
        [word for word in told if not word.isdigit()] or [*KEYS],
        [int(word) for word in told if word.isdigit()] or [1_000, 5_000, 20_000],
    )
