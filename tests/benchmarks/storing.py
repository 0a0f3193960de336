"""What keeping costs: a click, a crowd, opening a long loop.

    python -m tests.benchmarks.storing [--events 100000]

Each time beside the same without a store, in the same run, alternating.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable

from engine import LearningLoop
from engine.simulation import crowd, serve, visitor
from engine.store import KeptLoop, Store, keep, reopen
from tests.workers import WORLD, beliefs

FRAME = 250
"""Visitors in one frame of a crowd, written down together."""


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def click(loop: LearningLoop) -> None:
    """Rank and Reward in one commit, as the page does it."""
    guest = visitor(WORLD, loop.seed, len(loop.events))
    loop.together(lambda: serve(loop, WORLD, guest))


def let_in(kept: KeptLoop, visitors: int) -> None:
    """A crowd in frames."""
    for _ in range(visitors // FRAME):
        kept.loop.together(lambda: list(crowd(kept.loop, WORLD, FRAME)))
        kept.settle()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/events.db")
        kept = keep(store, owner="me", world="coffee", seed=7)
        plain = keep(None, world="coffee", seed=7)
        pairs = [
            (seconds(lambda: click(plain.loop)), seconds(lambda: click(kept.loop)))
            for _ in range(500)
        ]
        alone, stored = (statistics.median(times) * 1e3 for times in zip(*pairs, strict=True))
        print(f"a click: {alone:.2f} ms, kept {stored:.2f} ms, {stored - alone:+.2f} ms")
        crowds = [
            (
                seconds(lambda: let_in(plain, 1_000)),
                seconds(lambda: let_in(kept, 1_000)),
            )
            for _ in range(5)
        ]
        alone, stored = (statistics.median(times) for times in zip(*crowds, strict=True))
        print(f"a crowd of 1,000: {alone:.2f} s, kept {stored:.2f} s, x {stored / alone:.2f}")
        let_in(kept, options.events - len(kept.loop.events))
        before = beliefs(kept.loop)
        opened = [seconds(lambda: reopen(store, kept.id)) for _ in range(5)]
        back = reopen(store, kept.id)
        assert beliefs(back.loop) == before
        assert back.curve is not None
        drawn = seconds(lambda: (back.curve.follow(back.loop), list(back.curve.rows())))  # type: ignore[union-attr]
        taken = seconds(back.loop.undo_event)
        print(
            f"{len(kept.loop.events):,} events: opened in {statistics.median(opened):.2f} s, "
            f"curves {drawn * 1e3:.0f} ms, undo {taken:.2f} s"
        )
        store.close()


if __name__ == "__main__":
    main()
