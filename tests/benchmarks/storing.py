"""What keeping costs: a click, a crowd, opening a long loop, a file out and in.

    python -m tests.benchmarks.storing [--events 200000]

Each time beside the same without a store, in the same run, alternating. Files beside JSON
alone, written and read; their memory is the most that Python had at once beyond what it had
before, beside that of as many events in a list.
"""

import argparse
import json
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine import LearningLoop, LoopSettings
from engine.evaluation.learning_curve import LearningCurve
from engine.simulation.crowd import crowd, nth_visitor, serve
from engine.store import About, Library, Limits, Store, StoredLoop
from engine.store.exchange.formats import FORMATS, Format
from engine.store.exchange.intake import import_file
from engine.worlds import World
from tests.engine.store.workers import WORLD, beliefs

FRAME = 250
"""Visitors in one frame of a crowd, written down together."""


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def click(loop: LearningLoop) -> None:
    """Rank and Reward in one commit, as the page does it."""
    visitor = nth_visitor(WORLD, loop.seed, len(loop.events))
    loop.together(lambda: serve(loop, WORLD, visitor))


def followers(world: World | None) -> tuple[LearningCurve, ...]:
    """What the pages show of a loop."""
    return (LearningCurve(WORLD),)


def let_in(kept: StoredLoop, visitors: int) -> None:
    """A crowd in frames."""
    for _ in range(visitors // FRAME):
        kept.loop.together(lambda: list(crowd(kept.loop, WORLD, FRAME)))
        kept.snapshot_if_due()


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that it takes, and MiB that it needs at most; done twice, as watching is slow."""
    took = seconds(work)
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return took, peak / 2**20


def export(library: Library, about: About, kind: Format, path: Path) -> None:
    """A loop into a file."""
    with path.open("wb") as file:
        kind.write(library, about, file)


def bring_in(library: Library, events: int, path: Path) -> None:
    """A loop out of a file, and away again."""
    with path.open("rb") as file:
        came = import_file(library, file, "other", path.name)
    assert came.events == events
    library.store.delete(came.id, "other")


def files(store: Store, kept: StoredLoop, folder: str) -> None:
    """Each kind of file out and in, beside the same text through JSON alone."""
    library, about = Library(store, followers), store.about(kept.id)
    plain, held = measured(
        lambda: [json.dumps(json.loads(t)) for t in store.texts(kept.id, 0, about.length)]
    )
    for kind in FORMATS[:2]:
        path = Path(folder, f"loop{kind.suffix}")
        for way, work in (
            ("out", partial(export, library, about, kind, path)),
            ("in", partial(bring_in, library, about.events, path)),
        ):
            took, peak = measured(work)
            print(
                f"{kind.key} {way}: {about.events:,} events, {path.stat().st_size / 2**20:.1f} MiB "
                f"in {took:.1f} s, x {took / plain:.1f} of JSON alone; "
                f"peak {peak:.0f} MiB, x {peak / held:.2f} of the text in a list"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=Limits().max_events)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/events.db")
        settings = LoopSettings(max_events=Limits().max_events)
        kept = StoredLoop.create(
            store,
            owner="me",
            world=WORLD,
            seed=7,
            settings=settings,
            followers=followers,
        )
        plain = StoredLoop.create(None, world=WORLD, seed=7)
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
        opened = [seconds(lambda: StoredLoop.open(store, kept.id, followers)) for _ in range(5)]
        back = StoredLoop.open(store, kept.id, followers)
        assert beliefs(back.loop) == before
        drawn = seconds(lambda: list(back.follow(LearningCurve).rows()))
        taken = seconds(back.loop.undo_event)
        kept.loop.catch_up()
        print(
            f"{len(kept.loop.events):,} events: opened in {statistics.median(opened):.2f} s, "
            f"curves {drawn * 1e3:.0f} ms, undo {taken:.2f} s"
        )
        files(store, kept, folder)
        store.close()


if __name__ == "__main__":
    main()
