"""What it takes to look back: any moment of a log, and undo and redo, beside a fold from scratch.

    python -m tests.benchmarks.time_travel [--world coffee] [--events 1000 10000 100000]

Processor seconds, in one run. A moment is all that the Play page shows of it: the loop, its map,
its curve. ``reopened`` is the first look back, to the middle, after the loop was opened anew, when
nothing of its past is in memory.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from engine import LearningLoop
from engine.evaluation.context_map import favourites
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.moments import entries_before
from engine.simulation.crowd import crowd
from engine.steps import finish
from engine.store import Store, StoredLoop
from engine.worlds import WORLDS, World

FRAME = 20
"""Visitors in one slice of a crowd."""
LOOKS = 40
"""Moments that are looked at, anywhere in the log."""


def seconds(work: Callable[[], object]) -> float:
    """How much of a processor it takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def followers(world: World | None) -> tuple[LearningCurve, ...]:
    """What the pages show of a loop."""
    return () if world is None else (LearningCurve(world),)


def let_in(kept: StoredLoop, world: World, visitors: int) -> None:
    """A crowd in slices, with what the page draws after each."""
    for _ in range(visitors // FRAME):
        kept.together(lambda: list(crowd(kept.loop, world, FRAME)))
        kept.follow(LearningCurve)


def look(kept: StoredLoop, world: World, events: int) -> None:
    """All that the page shows of a moment."""
    past = finish(kept.as_of(entries_before(kept.loop, events)))
    favourites(past.loop, world)
    list(past.follow(LearningCurve).rows())


def fold(kept: StoredLoop) -> LearningLoop:
    """The loop as its whole log makes it, from the first entry."""
    return LearningLoop.resume(kept.loop.log.until(len(kept.loop.log)), seed=kept.loop.seed)


def measure(world: World, events: int, folder: Path) -> None:
    """One row of the table."""
    store = Store.open(f"sqlite:///{folder}/{events}.db")
    kept = StoredLoop.create(store, world=world, seed=7, followers=followers)
    served = seconds(lambda: let_in(kept, world, events))
    anywhere, known = Random(1), kept.loop.folding.checkpoints
    places = [anywhere.randrange(events) for _ in range(LOOKS)]
    looks = sorted(seconds(lambda at=at: look(kept, world, at)) for at in places)  # type: ignore[misc]
    scratch = seconds(lambda: fold(kept))
    undo = seconds(lambda: kept.undo(2 * min(events - 1, 1_000)))
    redo = seconds(kept.redo)
    reopened = StoredLoop.open(store, kept.id, followers)
    first = seconds(lambda: look(reopened, world, events // 2))
    median, p95 = statistics.median(looks), looks[int(0.95 * LOOKS)]
    told = (median, p95, looks[-1], undo, redo, first)
    print(
        f"{events:>7,} events ({1_000 * served / events:.1f} ms each, "
        f"{len(known.points)} checkpoints, {known.size / 2**20:.0f} MiB)  from scratch "
        f"{1_000 * scratch:,.0f} ms;  a moment, median / p95 / most: "
        f"{' / '.join(f'{1_000 * each:.0f}' for each in told[:3])} ms, "
        f"{scratch / median:,.0f} times as fast;  -1,000 {1_000 * undo:.0f} ms, "
        f"back {1_000 * redo:.0f} ms;  reopened {1_000 * first:,.0f} ms",
        flush=True,
    )
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", choices=WORLDS, default="coffee")
    parser.add_argument("--events", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for events in chosen.events:
            measure(WORLDS[chosen.world], events, Path(folder))


if __name__ == "__main__":
    main()
