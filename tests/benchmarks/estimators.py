"""Coverage and width of the intervals of all estimators, and their errors.

    python -m tests.benchmarks.estimators --worlds coffee news --events 300 1000 --seeds 60

Each log is from a new loop with default settings except for the exploration floor, if given; the
first 300 events of a longer log serve as the log of 300. Targets are each action for all visitors,
all actions alike, and each visitor's best action. The betting sequence is also looked at ten times
on the way, and then must hold each time. The last columns are the gains of a target over the
logging policy and over the first action, for the visitors of the log.

    ... --results figures.jsonl --logs FOLDER --seconds 240

appends the results of each log to a file, stores the log in a folder, and stops after so many
seconds of processor time. A repeated call continues with the missing seeds; the table covers all
results in the file. A folder without the file measures changed estimators on the same logs.
"""

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from engine.evaluation.estimators import ESTIMATORS, Betting, Interval
from engine.evaluation.interval_coverage import Count, targets_of
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.mean_intervals import normal, score_reach
from engine.evaluation.policy_difference import difference
from engine.evaluation.simulated_log import SimulatedLog, simulate_log
from engine.evaluation.target_policies import Baseline, GivenProbabilities, LoggedPolicy, Target
from engine.loop.settings import LoopSettings
from engine.pausable_steps import finish
from engine.policies.thompson import Thompson
from engine.worlds import WORLDS

LOOKS = 10
Key = tuple[str, int, str, str]
"""World, events, kind of target, estimator."""
Counts = Mapping[Key, Count]


# -- a single log ---------------------------------------------------------------------


def part(experiment: SimulatedLog, events: int) -> SimulatedLog:
    """The first events of a log."""
    return SimulatedLog(experiment.log.take(slice(events)), experiment.cells[:events])


def measure(world: str, experiment: SimulatedLog, events: int, counts: dict[Key, Count]) -> None:
    """Count the intervals of all estimators and targets on the first events of a log."""
    first = part(experiment, events)
    for kind, target, truth in targets_of(WORLDS[world], first):
        weighed = target.weigh(first.log)
        for estimator in ESTIMATORS:
            key = world, events, kind, estimator.key
            if interval := estimator().add(weighed).interval():
                counts[key] = counts[key].add(interval, truth)
        key = world, events, kind, "betting, always"
        counts[key] = counts[key].add(watched(target, first, truth), truth)
        others: Mapping[str, Target] = {"what ran": LoggedPolicy(), "the first": Baseline()}
        for name, other in others.items():
            key = world, events, kind, f"beside {name}"
            if told_of := difference([first.log], target, other):
                ran, would = (earns(world, first, one) for one in (other, target))
                counts[key] = counts[key].add(told_of, would - ran)


def earns(world: str, experiment: SimulatedLog, target: Target) -> float:
    """True mean reward of a target for the visitors of the log."""
    items = [WORLDS[world].position(action) for action in experiment.log.actions]
    expected = WORLDS[world].expected_in(experiment.cells)[:, items]
    chances = target.weigh(experiment.log).probabilities
    assert chances is not None
    return float(np.sum(chances * expected) / len(experiment.log))


def watched(target: Target, experiment: SimulatedLog, truth: float) -> Interval:
    """The first of ten looks at the betting sequence that misses the truth, else the last."""
    events = len(experiment.log)
    interval = Interval(0.0, 0.0, 1.0)
    for look in range(1, LOOKS + 1):
        so_far = part(experiment, events * look // LOOKS)
        one = (
            GivenProbabilities(target.key, target.chances[: len(so_far.log)])
            if isinstance(target, GivenProbabilities)
            else target
        )
        interval = Betting().add(one.weigh(so_far.log)).interval() or interval
        if not interval.holds(truth):
            break
    return interval


def stored_log(
    world: str, floor: float, seed: int, events: int, folder: Path | None
) -> SimulatedLog:
    """A log of so many events: from the folder, or newly generated and stored if a
    folder is given.
    """
    path = folder / f"{world}-{floor:g}-{seed}.npz" if folder else None
    if path and path.exists():
        kept = read(path)
        if len(kept.log) >= events:
            return part(kept, events)
    settings = LoopSettings(policy=Thompson(floor=floor))
    log = finish(simulate_log(WORLDS[world], settings, events, seed))
    if path:
        write(log, path)
    return log


COLUMNS = ("context_index", "shown", "propensity", "reward", "probabilities", "means")


def write(log: SimulatedLog, path: Path) -> None:
    """Store a log atomically."""
    columns = {name: getattr(log.log, name) for name in COLUMNS}
    names = {name: np.array(getattr(log.log, name)) for name in ("actions", "contexts")}
    half = path.with_suffix(".half.npz")
    np.savez_compressed(half, allow_pickle=False, cells=log.cells, **columns, **names)
    half.rename(path)


def read(path: Path) -> SimulatedLog:
    """Read a stored log."""
    with np.load(path) as kept:
        columns = {name: kept[name] for name in COLUMNS}
        actions, contexts = (tuple(kept[name].tolist()) for name in ("actions", "contexts"))
        cells = kept["cells"]
    size = len(cells)
    offered = np.ones((size, len(actions)), dtype=bool)
    baseline = np.zeros(size, dtype=np.intp)
    log = Decisions(actions, contexts, offered=offered, baseline=baseline, **columns)
    return SimulatedLog(log, cells)


# -- all logs -------------------------------------------------------------------------


def lines(world: str, floor: float, seed: int, counts: Counts) -> Iterator[str]:
    """Results of a log as JSON, a line for each number of events."""
    for events in dict.fromkeys(key[1] for key in counts):
        of = {
            f"{kind}, {name}": [c.intervals, c.covering, c.widths, c.squares]
            for (_, size, kind, name), c in counts.items()
            if size == events
        }
        row = {"world": world, "floor": floor, "seed": seed, "events": events, "counts": of}
        yield json.dumps(row) + "\n"


def measured(path: Path, floor: float) -> dict[tuple[str, int, int], dict[Key, Count]]:
    """Results in a file, by world, seed and events."""
    results: dict[tuple[str, int, int], dict[Key, Count]] = {}
    rows = map(json.loads, path.read_text().splitlines()) if path.exists() else ()
    for row in rows:
        if row["floor"] == floor:
            world, events = row["world"], row["events"]
            results[world, row["seed"], events] = {
                (world, events, *_named(name)): Count(values[0], values[1], values[2], values[3])
                for name, values in row["counts"].items()
            }
    return results


def _named(name: str) -> tuple[str, str]:
    kind, _, estimator = name.partition(", ")
    return kind, estimator


def plus(one: Count, other: Count) -> Count:
    """Both."""
    return Count(
        one.intervals + other.intervals,
        one.covering + other.covering,
        one.widths + other.widths,
        one.squares + other.squares,
    )


def summed(each: Iterable[Counts]) -> tuple[Counts, Mapping[tuple[str, int], int]]:
    """Sums over all logs, and the number of logs per world and number of events."""
    counts: dict[Key, Count] = defaultdict(Count)
    logs: dict[tuple[str, int], int] = defaultdict(int)
    for of in each:
        for place in {key[:2] for key in of}:
            logs[place] += 1
        for key, count in of.items():
            counts[key] = plus(counts[key], count)
    return counts, logs


def table(counts: Counts, logs: Mapping[tuple[str, int], int]) -> Iterable[str]:
    """Lines of Markdown: covering intervals of 240, with the range expected by chance; mean width /
    root mean squared error. Intervals of one log are dependent, so chance is computed for as many
    intervals as logs.
    """
    names = list(dict.fromkeys(key[3] for key in counts))
    yield f"| world, events, target (logs) | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for row in dict.fromkeys(key[:3] for key in counts):
        size = logs[row[:2]]
        result = (counts.get((*row, name)) for name in names)
        shown = ("–" if one is None else _cell(one, size) for one in result)
        yield f"| {row[0]}, {row[1]:,}, {row[2]} ({size}) | {' | '.join(shown)} |"


def _cell(count: Count, logs: int) -> str:
    share = count.share
    low, high = (share + sign * score_reach(share, logs, normal(), sign) for sign in (-1, 1))
    covering = f"{240 * share:.0f} ({240 * low:.0f} to {240 * high:.0f})"
    return f"{covering} / {count.width:.3f} / {count.rmse:.3f}"


def main() -> None:
    """Measure missing logs, and print the table of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="+", default=["coffee", "news"])
    parser.add_argument("--events", nargs="+", type=int, default=[300, 1_000, 3_000])
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--floor", type=float, default=Thompson().floor)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--logs", type=Path)
    parser.add_argument("--seconds", type=float, default=math.inf)
    options = parser.parse_args()
    result = measured(options.results, options.floor) if options.results else {}
    for world in options.worlds:
        for seed in range(options.first, options.first + options.seeds):
            missing = [size for size in options.events if (world, seed, size) not in result]
            if not missing or time.process_time() > options.seconds:
                continue
            log = stored_log(world, options.floor, seed, max(missing), options.logs)
            for events in missing:
                counts: dict[Key, Count] = defaultdict(Count)
                measure(world, log, events, counts)
                result[world, seed, events] = counts
                if options.results:
                    with options.results.open("a") as file:
                        file.writelines(lines(world, options.floor, seed, counts))
    print(*table(*summed(result.values())), sep="\n")


if __name__ == "__main__":
    main()
