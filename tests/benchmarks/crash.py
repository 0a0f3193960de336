"""200 crashes on each database, and processes that share a loop.

    python -m tests.benchmarks.crash [--rounds 200] [--events 1000] [--databases sqlite postgres]

SQLite lies in a temporary folder; PostgreSQL is where ``PLAYGROUND_TEST_POSTGRES`` says.
Every round kills a process that ranks and rewards as fast as it can, with SIGKILL at a
random moment, and checks that no acknowledged event is lost or doubled and that the loop
that comes back is the fold of its log from scratch.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from engine.store import Store, StoredLoop
from tests.engine.store.databases import KINDS, POSTGRES, database
from tests.engine.store.workers import WORLD, beliefs, crash, from_scratch, serve_next, together

PROCESSES = {"sqlite": 4, "postgres": 8}


def begin(url: str) -> str:
    """A loop with one visitor; its id."""
    store = Store.open(url)
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    store.close()
    return kept.id


def crashes(kind: str, rounds: int) -> None:
    """Kill and check, so many times."""
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        start = time.perf_counter()
        seen = crash(url, begin(url), rounds, np.random.default_rng(1))
        seconds = time.perf_counter() - start
    print(
        f"{kind}: {seen.rounds} x SIGKILL, {seen.acknowledged} events acknowledged, "
        f"{seen.kept} kept, none lost, none doubled, posterior as from scratch ({seconds:.0f} s)"
    )


def meetings(kind: str, events: int) -> None:
    """Let processes work on one loop at once."""
    count = PROCESSES[kind]
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        loop_id, start = begin(url), time.perf_counter()
        found = together(url, loop_id, count, events)
        seconds = time.perf_counter() - start
        store = Store.open(url)
        kept = StoredLoop.open(store, loop_id)
        assert len(kept.loop.events) == 1 + count * events
        assert all(each == beliefs(from_scratch(store, loop_id)) for each in found)
        store.close()
    print(
        f"{kind}: {count} processes x {events} events, all there, one posterior ({seconds:.0f} s)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--databases", nargs="*", default=KINDS, choices=KINDS)
    options = parser.parse_args()
    for kind in options.databases:
        if kind == "postgres" and not os.environ.get(POSTGRES):
            print(f"postgres: left out, {POSTGRES} is not set")
            continue
        crashes(kind, options.rounds)
        meetings(kind, options.events)


if __name__ == "__main__":
    main()
