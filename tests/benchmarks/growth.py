"""How a loop grows: milliseconds a visitor and memory, up to 20,000 visitors with numbers.

    python tests/benchmarks/growth.py [--visitors 20000] [--every 2500]

Four actions told apart by ids and words, contexts of a word and of four numbers that never come
again together, as an hour, an age, a price and a rate are. What is kept grows with them: the log,
and, until the bases are full, what was learned. Processor time, of the last visitors before each
row; memory of the process since its first visitor, and the part of it that what was learned has.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine import LearningLoop
from engine.learners.state import size_of

Json = dict[str, Any]

ACTIONS: list[Json] = [
    {"id": f"item {k}", "features": [{"kind": "warm" if k % 2 else "cold", "size": f"s{k // 2}"}]}
    for k in range(4)
]
MIB = 2**20


def visitors(seed: int) -> Iterator[tuple[list[Json], list[float]]]:
    """Contexts, and how likely each action is liked there: by thresholds of the numbers."""
    rng = np.random.default_rng(seed)
    while True:
        hour, age, rate = rng.uniform(0, 24), rng.normal(45, 15), rng.uniform(0, 1e-3)
        price, device = rng.lognormal(4, 1), str(rng.choice(["phone", "tablet", "desk"]))
        numbers = {"hour": hour, "age": age, "price": price, "rate": rate}
        best = 2 * (hour > 12) + (age > 45)
        yield [{**numbers, "device": device}], [0.8 if k == best else 0.1 for k in range(4)]


def resident() -> float:
    """MiB of memory that the process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=20_000)
    parser.add_argument("--every", type=int, default=2_500, help="visitors from row to row")
    options = parser.parse_args()

    loop, luck, begun = LearningLoop(seed=0), np.random.default_rng(1), resident()
    rows: list[Json] = []
    spent, earned = time.process_time(), 0.0
    for number, (context, chances) in zip(
        range(1, options.visitors + 1), visitors(0), strict=False
    ):
        answer = loop.rank(ACTIONS, context)
        (shown,) = (k for k, one in enumerate(ACTIONS) if one["id"] == answer.reward_action_id)
        reward = float(luck.random() < chances[shown])
        loop.reward(answer.event_id, reward)
        earned += reward
        if number % options.every == 0:
            now = time.process_time()
            rows.append(
                {
                    "visitors": number,
                    "ms / visitor": f"{1e3 * (now - spent) / options.every:.2f}",
                    "MiB": f"{resident() - begun:.0f}",
                    "of it learned": f"{size_of(loop.learner) / MIB:.1f}",
                    "mean reward": f"{earned / options.every:.3f}",
                }
            )
            spent, earned = time.process_time(), 0.0
            print(rows[-1], flush=True)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
