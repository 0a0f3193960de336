"""A loop as a file: export, import, and arbitrary uploads."""

import gzip
import io
from pathlib import Path
from threading import Event, Thread

import pytest

from engine import EpsilonGreedy, LoopSettings
from engine.store import LoopLibrary, Store, StoredLoop
from engine.store.exchange.loop_export import FORMATS, Format
from engine.store.exchange.loop_import import import_file
from engine.store.snapshot_codec import load
from tests.engine.store.workers import WORLD, serve_next


def test_every_format_can_be_written(
    library: LoopLibrary, exported: StoredLoop, lines: list[str]
) -> None:
    about = library.store.loop_info(exported.id)
    written = {}
    for kind in FORMATS:
        file = io.BytesIO()
        kind.write(library, about, file)
        written[kind.key] = file.getvalue()
    assert gzip.decompress(written["log"]).decode().splitlines() == lines
    decisions = gzip.decompress(written["dsjson"]).decode().splitlines()
    assert len(decisions) == len(exported.loop.events) + 2
    learner = load(written["model"])["learner"]
    assert learner.weights == exported.loop.learner.weights


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [FORMATS[0], pytest.param(FORMATS[1], marks=pytest.mark.nightly)], ids=lambda k: k.key
)
def test_a_loop_can_be_written_while_it_is_used(kind: Format, tmp_path: Path) -> None:
    library = LoopLibrary(Store.open(f"sqlite:///{tmp_path}/events.db"))
    stored = library.begin("me", WORLD, 7, LoopSettings(policy=EpsilonGreedy()))
    serve_next(stored)
    done = Event()

    def go_on() -> None:
        while not done.is_set():
            serve_next(stored)
            stored.snapshot_if_due(every=15)

    thread = Thread(target=go_on)
    thread.start()
    try:
        for _ in range(8):
            about, file = library.store.loop_info(stored.id), io.BytesIO()
            kind.write(library, about, file)
            came = import_file(library, file, "new", "x")
            assert about.events <= came.events <= library.store.loop_info(stored.id).events
    finally:
        done.set()
        thread.join()
