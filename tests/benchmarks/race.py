"""Speed and results of a race.

    python tests/benchmarks/race.py

The target: 200 repetitions x 2,000 visitors x 4 contenders on the coffee world in under two minutes
on two cores.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.worlds import WORLDS

DEFAULT = ("ours", "epsilon", "ab", "classic")
"""Default contenders of the Race page."""
TARGET = 120.0
"""Seconds."""


def run(plan: Plan, workers: int) -> tuple[Standings, float]:
    """Final standings, and the seconds needed including the start of processes."""
    standings, start = Standings(plan), time.perf_counter()
    with ProcessPoolExecutor(workers) as executor:
        for outcome in race(plan, executor):
            standings.add(outcome)
    return standings, time.perf_counter() - start


def processor_seconds() -> float:
    """Processor seconds of ended child processes; additional time is waiting for a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def alone(plan: Plan) -> dict[str, float]:
    """Microseconds per visitor of each contender, in this process."""
    taken: dict[str, float] = {}
    for contender in plan.contenders:
        one = Plan(plan.world, (contender,), visitors=plan.visitors, repetitions=1)
        start = time.perf_counter()
        list(race(one))
        taken[contender.key] = 1e6 * (time.perf_counter() - start) / plan.visitors
    return taken


def report(standings: Standings, taken: dict[str, float]) -> pd.DataFrame:
    """One row for each contender, the highest reward first."""
    return pd.DataFrame(
        [
            {
                "": final.contender,
                "mean reward": f"{final.reward.mean:.4f} ±{final.reward.error:.4f}",
                "regret": f"{final.regret.mean:.1f} ±{final.regret.error:.1f}",
                "crowds won": f"{final.won:.1%}",
                "us a visitor": f"{taken[final.contender]:.0f}",
            }
            for final in standings.finals()
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Race and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--world", default="coffee", choices=list(WORLDS))
    parser.add_argument("--who", default=",".join(DEFAULT), help="keys of contenders, or all")
    parser.add_argument("--visitors", type=int, default=2_000)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)

    world = WORLDS[options.world]
    known = line_up(world)
    keys = list(known) if options.who == "all" else options.who.split(",")
    contenders = tuple(known[key] for key in keys)
    plan = Plan(world, contenders, options.visitors, options.repetitions)
    standings, seconds = run(plan, options.workers)
    print(report(standings, alone(plan)).to_string(index=False))
    print(
        f"{plan.visitors * plan.runs:,} choices in {seconds:.0f} s with {options.workers} "
        f"processes, which took {processor_seconds():.0f} s of processor time; the target for "
        f"1,600,000 choices with 2 processes is {TARGET:.0f} s."
    )


if __name__ == "__main__":
    main()
