"""Many threads of one process that write to SQLite: how long one waits, and who is refused.

    python -m tests.benchmarks.writers [--threads 60] [--seconds 20] [--hold 0.01]

Each thread gives a loop of its own another name, again and again, and every commit is slowed, as
a busy machine does it. Where waiting is fair, nobody waits much longer than all others together
hold the database.
"""

import argparse
import statistics
import tempfile
import threading
import time

from sqlalchemy import event
from sqlalchemy.engine import Engine

from engine.store import About, Store, StoreError


class Writer(threading.Thread):
    """A thread that writes all the time.

    Attributes:
        waits: seconds that each write took.
        refused: how many were not done.
    """

    def __init__(self, store: Store, number: int, until: float) -> None:
        super().__init__()
        self._store, self._loop, self._until = store, f"loop-{number}", until
        self.waits: list[float] = []
        self.refused = 0

    def run(self) -> None:
        while time.monotonic() < self._until:
            start = time.monotonic()
            try:
                self._store.rename(self._loop, "me", f"at {start}")
            except StoreError:
                self.refused += 1
            self.waits.append(time.monotonic() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--hold", type=float, default=0.01, help="seconds of each commit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/events.db")
        for number in range(options.threads):
            store.create(About(f"loop-{number}", "me", "new", None, number))
        event.listen(Engine, "commit", lambda _: time.sleep(options.hold))
        until = time.monotonic() + options.seconds
        writers = [Writer(store, number, until) for number in range(options.threads)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        store.close()
    waits = [wait for writer in writers for wait in writer.waits]
    each = sorted(len(writer.waits) for writer in writers)
    print(
        f"{len(waits)} writes by {len(writers)} threads, {each[0]} to {each[-1]} each: waited "
        f"{statistics.median(waits):.2f} s, {max(waits):.2f} at most, "
        f"{sum(writer.refused for writer in writers)} refused"
    )


if __name__ == "__main__":
    main()
