"""How often the intervals of all estimators hold, how wide they are, and how far estimates miss.

    python -m tests.benchmarks.estimators --worlds coffee news --events 300 1000 --seeds 60

Each log is a fresh loop's own, with default settings but for the exploration floor, if asked for.
Targets are each action for everybody, all actions alike, and each visitor's best action. The
betting sequence is looked at ten times on the way, too, and then counts as held if it held each
time. The last column is how much more a target would earn than what ran, among those who came.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from engine.evaluation.coverage import Count, Told, experiment, targets_of
from engine.evaluation.difference import difference
from engine.evaluation.estimators import ESTIMATORS, Betting, Interval
from engine.evaluation.targets import Given, Online, Target
from engine.loop.settings import LoopSettings
from engine.policies.thompson import Thompson
from engine.steps import finish
from engine.worlds import WORLDS

LOOKS = 10
Key = tuple[str, int, str, str]
"""World, events, kind of target, estimator."""


def part(told: Told, events: int) -> Told:
    """The first events of a log."""
    return Told(told.log.take(slice(events)), told.cells[:events])


def measure(world: str, told: Told, events: int, counts: dict[Key, Count]) -> None:
    """Count the intervals of all estimators and targets on the first events of a log."""
    first = part(told, events)
    for kind, target, truth in targets_of(WORLDS[world], first):
        weighed = target.weigh(first.log)
        for estimator in ESTIMATORS:
            key = world, events, kind, estimator.key
            if interval := estimator().add(weighed).interval():
                counts[key] = counts[key].add(interval, truth)
        key = world, events, kind, "betting, always"
        counts[key] = counts[key].add(watched(target, first, truth), truth)
        key = world, events, kind, "beside what ran"
        if told_of := difference([first.log], target, Online()):
            ran, would = (earns(world, first, one) for one in (Online(), target))
            counts[key] = counts[key].add(told_of, would - ran)


def earns(world: str, told: Told, target: Target) -> float:
    """What a target really earns among those who came."""
    items = [WORLDS[world].position(action) for action in told.log.actions]
    expected = WORLDS[world].expected_in(told.cells)[:, items]
    chances = target.weigh(told.log).probabilities
    assert chances is not None
    return float(np.sum(chances * expected) / len(told.log))


def watched(target: Target, told: Told, truth: float) -> Interval:
    """The first of ten looks at the betting sequence that misses the truth, else the last."""
    events = len(told.log)
    found = Interval(0.0, 0.0, 1.0)
    for look in range(1, LOOKS + 1):
        so_far = part(told, events * look // LOOKS)
        one = (
            Given(target.key, target.chances[: len(so_far.log)])
            if isinstance(target, Given)
            else target
        )
        found = Betting().add(one.weigh(so_far.log)).interval() or found
        if not found.holds(truth):
            break
    return found


def table(counts: dict[Key, Count]) -> Iterable[str]:
    """Lines of Markdown: of 240 intervals how many held / mean width / root mean squared error."""
    names = list(dict.fromkeys(key[3] for key in counts))
    yield f"| world, events, target (intervals) | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for row in dict.fromkeys(key[:3] for key in counts):
        cells = (counts[*row, name] for name in names)
        shown = (f"{240 * c.share:.0f} / {c.width:.3f} / {c.rmse:.3f}" for c in cells)
        size = counts[*row, names[0]].intervals
        yield f"| {row[0]}, {row[1]:,}, {row[2]} ({size}) | {' | '.join(shown)} |"


def main() -> None:
    """Print the table, all of it again after each ten seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="+", default=["coffee", "news"])
    parser.add_argument("--events", nargs="+", type=int, default=[300, 1_000, 3_000])
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--floor", type=float, default=Thompson().floor)
    asked = parser.parse_args()
    counts: dict[Key, Count] = defaultdict(Count)
    settings = LoopSettings(policy=Thompson(floor=asked.floor))
    for world in asked.worlds:
        for seed in range(asked.first, asked.first + asked.seeds):
            told = finish(experiment(WORLDS[world], settings, max(asked.events), seed))
            for events in asked.events:
                measure(world, told, events, counts)
            if seed % 10 == 9:
                print(
                    f"\n{world}: {seed + 1 - asked.first} seeds",
                    *table(counts),
                    sep="\n",
                    flush=True,
                )
    print("\nAll", *table(counts), sep="\n")


if __name__ == "__main__":
    main()
