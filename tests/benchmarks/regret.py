"""Regret of the engine while learning, compared with other libraries on the same visitors.

    pip install -e ".[bench]"
    python tests/benchmarks/regret.py --rows rows.jsonl           # takes hours
    python tests/benchmarks/regret.py --environments coffee drift --learners ours "VW squarecb"
    python tests/benchmarks/regret.py --learners ours --beside rows.jsonl --visitors 1500 --seeds 1

Regret, mean ± standard error over seeds, in two families of environments: the six on which the
engine's defaults were chosen, and a second family that was not used for any choice. Our
configuration is `LoopSettings()` everywhere: with the exploration floor at 0, because the peers
have none, and with the default floor. A third family has rare rewards with prices (`rare_family`).
Peers run with their defaults and tuned, on plain features
and with the right crosses, if these can be named.

Each run of a learner in an environment for a seed is a line of ``--rows``. Existing rows are not
repeated, so a long run can be stopped and continued, by several processes too. Rows of ``--beside``
are displayed only: for example those of peers, while the engine changes.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine.arrays import Array
from tests.benchmarks.environments import FIRST_FAMILY, Environment, Maker
from tests.benchmarks.ours import FLOOR_0, FLOOR_05, OURS, Engine
from tests.benchmarks.peer import Peer
from tests.benchmarks.peers import ALL_PEERS, CROSSED, enter, fits, quiet
from tests.benchmarks.rare_family import COUNTING, RARE_FAMILY
from tests.benchmarks.second_family import SECOND_FAMILY
from tests.benchmarks.standings import Row, append, read, report

ENVIRONMENTS: Mapping[str, Maker] = {**FIRST_FAMILY, **SECOND_FAMILY, **RARE_FAMILY}
VISITORS = {
    **dict.fromkeys(FIRST_FAMILY, 5_000),
    "rare": 20_000,
    **dict.fromkeys(RARE_FAMILY, 10_000),
}
"""Number of visitors if not 3,000."""
USUAL = 3_000

Task = tuple[str, str, int, int]
"""Environment, learner, seed and number of visitors."""


def contender(name: str, place: Environment, seed: int) -> Peer:
    """A learner by its name, in an environment."""
    if name in OURS:
        return Engine(OURS[name](place), place, seed)
    if name in COUNTING:
        return COUNTING[name](place, place.plain, seed)
    return enter(name, place, seed)


def play(place: Environment, peer: Peer) -> Array:
    """Expected reward lost in each round, (T,)."""
    rounds = len(place.luck)
    lost: Array = np.zeros(rounds)
    regrets, chosen = place.regrets, np.zeros(rounds, dtype=int)
    for t in range(rounds + place.late):
        if t < rounds:
            chosen[t] = peer.choose(t)
            lost[t] = regrets[t, chosen[t]]
        due = t - place.late
        if due >= 0 and place.comes(due):
            peer.learn(due, int(chosen[due]), place.earned(due, int(chosen[due])))
    return lost


def run(task: Task) -> Row:
    """A row: result of a learner in an environment, or the reason for a failure."""
    quiet()
    name, learner, seed, visitors = task
    place = ENVIRONMENTS[name](seed, visitors)
    if learner in ALL_PEERS and not fits(learner, place):
        return Row(*task, failure="knows nothing of new actions")
    start = time.process_time()
    try:
        lost = play(place, contender(learner, place, seed)).cumsum()
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        return Row(*task, failure=f"{type(error).__name__}: {error}")
    ends = np.arange(1, 11) * visitors // 10 - 1
    ms = 1e3 * (time.process_time() - start) / visitors
    return Row(*task, curve=tuple(lost[ends].round(3).tolist()), ms=round(ms, 3))


def tasks(
    environments: Iterable[str], learners: Iterable[str], seeds: range, visitors: int | None
) -> Iterator[Task]:
    """All runs, seed by seed; learners with crosses only in environments with crosses."""
    crossing = {name: ENVIRONMENTS[name](0, 1).right is not None for name in environments}
    for seed, (name, crosses), learner in product(seeds, crossing.items(), learners):
        if crosses or not learner.endswith(CROSSED):
            yield name, learner, seed, visitors or VISITORS.get(name, USUAL)


def run_all(requested: Iterable[Task], path: Path, jobs: int) -> None:
    """Run tasks without a row in the file, and append each row when finished."""
    there = read([path])
    left = [task for task in requested if task not in there]
    with ProcessPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(run, task) for task in left]):
            row = done.result()
            append(path, row)
            outcome = row.failure or f"{row.regret:,.1f} in {row.ms:.2f} ms a visitor"
            print(f"{row.environment} | {row.learner} | seed {row.seed} | {outcome}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    every = [FLOOR_0, FLOOR_05, *ALL_PEERS]
    known = [*OURS, *ALL_PEERS, *COUNTING]
    parser.add_argument("--environments", nargs="+", choices=ENVIRONMENTS, default=[*ENVIRONMENTS])
    parser.add_argument("--learners", nargs="+", choices=known, default=every)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--visitors", type=int, help="instead of each environment's own number")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rows", type=Path, help="a file of rows to continue")
    parser.add_argument("--beside", type=Path, nargs="+", default=[], help="rows to show, too")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    with tempfile.TemporaryDirectory() as place:
        path = options.rows or Path(place) / "rows.jsonl"
        wanted = tasks(options.environments, options.learners, seeds, options.visitors)
        run_all(wanted, path, options.jobs)
        result = read([*options.beside, path]).values()
        print(report(row for row in result if row.environment in options.environments))


if __name__ == "__main__":
    main()
