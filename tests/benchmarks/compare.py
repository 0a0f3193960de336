"""What Compare's first +1,000 costs: three loops, and what its page draws of them meanwhile.

    python tests/benchmarks/compare.py [--visitors 1000] [--repeats 3] [--why]

Processor time, as what a clock says depends on who else is at work. A frame comes after so many
visitors and reads both curves, as the page does four times a second; with ``--why`` also the
outlook, after each tenth more, as while somebody looks at *Why*. To see what a change brought,
run it in both checkouts in turn: the digest of all that was decided tells whether that is the same.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import hashlib
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine.evaluation.switch_value import switch_value
from engine.experiments.comparison import Comparison
from pages.parts.compare.setup import CompareSetup
from pages.parts.known_worlds import world_of

WORLDS = "news", "shop", "coffee"
FRAME = 60
"""Visitors from one frame to the next."""
WARM = 30
"""Visitors of a comparison before, in which what a process computes once is computed."""


def opened(world: str) -> Comparison:
    """A comparison as the page opens it."""
    setup = CompareSetup(world=world).fitted()
    return Comparison(world_of(world), setup.baseline(), setup.settings(), seed=setup.seed)


def walk(comparison: Comparison, visitors: int, why: bool) -> dict[str, float]:
    """Let visitors in; seconds of the processor by what they went to."""
    took, foreseen = {"loops": 0.0, "curves": 0.0, "outlook": 0.0}, 0
    for number in range(1, visitors + 1):
        begun = time.process_time()
        comparison.step()
        took["loops"] += time.process_time() - begun
        if number % FRAME and number < visitors:
            continue
        begun = time.process_time()
        for _ in (*comparison.record.rows(), *comparison.rows()):
            pass
        took["curves"] += time.process_time() - begun
        if why and number - foreseen > 0.1 * number:
            begun, foreseen = time.process_time(), number
            switch_value(comparison.apprentice)
            took["outlook"] += time.process_time() - begun
    return took


def digest(comparison: Comparison) -> str:
    """What tells all decisions from others."""
    found = hashlib.sha256()
    for loop in comparison.loops.values():
        for event in loop.events.values():
            ranked = event.ranked
            told = ranked.probabilities, ranked.chosen, ranked.draw, event.rewards
            found.update(repr(told).encode())
    return found.hexdigest()[:12]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--worlds", nargs="+", default=WORLDS)
    parser.add_argument("--why", action="store_true", help="somebody looks at the outlook")
    options = parser.parse_args()
    for world in options.worlds:
        walk(opened(world), WARM, options.why)
        found, decided = [], ""
        for _ in range(options.repeats):
            comparison = opened(world)
            found.append(walk(comparison, options.visitors, options.why))
            decided = digest(comparison)
        parts = {part: statistics.median(one[part] for one in found) for part in found[0]}
        total = statistics.median(sum(one.values()) for one in found)
        told = ", ".join(f"{part} {seconds:.2f}" for part, seconds in parts.items())
        print(f"{world}: {total:.2f} s of the processor ({told}); decided {decided}", flush=True)


if __name__ == "__main__":
    main()
