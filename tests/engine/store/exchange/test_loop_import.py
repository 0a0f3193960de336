"""Import of a loop from a file, entirely or not at all."""

import gzip
import io
import json
import sqlite3
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Hypothesis, LoopSettings, Uniform
from engine.errors import RejectedError
from engine.loop.entries import Ranked
from engine.simulation.simulated_visitors import crowd
from engine.store import Limits, LoopLibrary, Store, StoredLoop, StoreError
from engine.store.entry_codec import to_text
from engine.store.exchange.loop_export import FORMATS, Format
from engine.store.exchange.loop_import import import_file, import_steps
from engine.store.exchange.untrusted_lines import STEP
from engine.worlds import WORLDS, World
from tests.engine.store.exchange.files import file_of, reading_of
from tests.engine.store.workers import WORLD, serve_next

# -- refusals -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [FORMATS[0], pytest.param(FORMATS[1], marks=pytest.mark.nightly)], ids=lambda k: k.key
)
def test_a_full_loop_comes_in_and_one_event_more_does_not(
    kind: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, chunk = 205, 200
    for module in ("store", "log_store"):
        monkeypatch.setattr(f"engine.store.{module}.CHUNK", chunk)
    store = Store.open(f"sqlite:///{tmp_path}/events.db", Limits(max_events=most))
    library = LoopLibrary(store)
    quick = LoopSettings(
        policy=Uniform(), hypotheses=(Hypothesis(),), may_change=False, max_events=most
    )
    full = StoredLoop.create(store, owner="me", world=WORLDS["coffee"], settings=quick)
    full.loop.together(lambda: list(crowd(full.loop, WORLD, most)))
    about, file = store.loop_info(full.id), io.BytesIO()
    assert len(list(kind.writing(library, about, file))) >= most / STEP
    assert import_file(library, file, "new", "x").events == most

    less = Store.open(f"sqlite:///{tmp_path}/events.db", Limits(max_events=most - 1))
    text = gzip.decompress(file.getvalue()).decode()
    smaller = text.replace(f'"max_events":{most}', f'"max_events":{most - 1}')
    with pytest.raises(RejectedError) as error:
        import_file(LoopLibrary(less), file_of(smaller), "other", "x")
    line = text.count("\n") - (2 if kind.key == "log" else 1)
    assert error.value.message == (
        f"Nothing was imported: line {line}: it holds more than 204 events."
    )
    assert less.loops("other") == []
    with sqlite3.connect(tmp_path / "events.db") as raw:
        assert raw.execute("select count(*) from loops").fetchone() == (2,)
    store.close()
    less.close()


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_export_of_a_full_loop_can_be_imported(world: World) -> None:
    """Early events need most space: later probabilities are more certain, and numbers repeat."""
    kept, events = StoredLoop.create(None, world=world), 100
    list(crowd(kept.loop, world, events))
    size = len(gzip.compress("\n".join(map(to_text, kept.loop.log)).encode(), 3))
    limits = Limits()
    assert size / events * limits.max_events < limits.max_upload << 20


def test_an_import_says_how_far_it_is_and_leaves_nothing_when_it_is_left(
    lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.exchange.loop_import.STEP", 8)
    library = LoopLibrary(Store.open(f"sqlite:///{tmp_path}/events.db"))
    work = import_steps(library, file_of(*lines), "me")
    shares = [next(work), next(work)]
    assert 0 < shares[0] < shares[1] < 1
    work.close()
    with sqlite3.connect(tmp_path / "events.db") as raw:
        for table in ("loops", "entries", "snapshots"):
            assert raw.execute(f"select count(*) from {table}").fetchone() == (0,)
    library.store.close()


def test_an_import_may_be_interrupted_every_hundred_lines(library: LoopLibrary) -> None:
    kept = library.begin("me", WORLDS["coffee"], 1, LoopSettings())
    kept.together(lambda: list(crowd(kept.loop, WORLDS["coffee"], 2 * STEP)))
    file = io.BytesIO()
    FORMATS[0].write(library, library.store.loop_info(kept.id), file)
    assert len(list(import_steps(library, file, "me"))) == 5


def test_too_many_loops_keep_a_file_out(lines: list[str], tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db", Limits(max_loops=1))
    library = LoopLibrary(store)
    import_file(library, file_of(*lines), "me")
    with pytest.raises(StoreError, match="the most it may"):
        import_file(library, file_of(*lines), "me")
    store.close()


# -- arbitrary files ------------------------------------------------------------------


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.just(10**400) | st.just("\x00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner,
                                                                max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def mutilated(draw: st.DrawFn, lines: list[str]) -> bytes:
    """A file with one or two faults, or valid by chance."""
    broken: list[bytes] = [line.encode() for line in lines]
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(broken) - 1))
        kind = draw(st.sampled_from(["cut", "swap", "double", "drop", "value", "bytes", "deep"]))
        if kind == "cut":
            broken[at] = broken[at][: draw(st.integers(0, len(broken[at])))]
        elif kind == "swap":
            other = draw(st.integers(0, len(broken) - 1))
            broken[at], broken[other] = broken[other], broken[at]
        elif kind == "double":
            broken.insert(draw(st.integers(0, len(broken))), broken[at])
        elif kind == "drop":
            del broken[at]
        elif kind == "bytes":
            broken[at] = draw(st.binary(max_size=30))
        elif kind == "deep":
            broken[at] = b"[" * draw(st.sampled_from([10, 2_000, 100_000]))
        else:
            broken[at] = _with_another_value(draw, broken[at])
        broken = broken or [b""]
    data = b"\n".join(broken)
    return gzip.compress(data) if draw(st.booleans()) else data


def _with_another_value(draw: st.DrawFn, line: bytes) -> bytes:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return line
    place = entry
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or draw(st.booleans()):
            place[key] = draw(ANY)
            break
        place = place[key]
    return json.dumps(entry).encode()


@pytest.mark.slow
@given(st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_an_upload_is_imported_entirely_or_not_at_all(
    library: LoopLibrary, lines: list[str], data: st.DataObject
) -> None:
    upload = data.draw(mutilated(lines))
    _comes_in_whole_or_not(library, upload)


@pytest.mark.nightly
@pytest.mark.slow
@given(st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_the_same_for_the_services_format(
    library: LoopLibrary, exported: StoredLoop, data: st.DataObject
) -> None:
    rows = [json.dumps(row) for row in reading_of(exported.loop.log).rows()]
    _comes_in_whole_or_not(library, data.draw(mutilated(rows)))


@given(st.text(string.printable, max_size=60) | st.binary(max_size=60))
def test_the_same_for_anything_at_all(library: LoopLibrary, data: str | bytes) -> None:
    _comes_in_whole_or_not(library, data.encode() if isinstance(data, str) else data)


def _comes_in_whole_or_not(library: LoopLibrary, upload: bytes) -> None:
    try:
        about = import_file(library, io.BytesIO(upload), "fuzz", "upload")
    except RejectedError as error:
        faults = error.faults
    else:
        faults = ()
    if faults:
        assert library.store.loops("fuzz") == []
        assert all(fault.reason and "\n" not in fault.reason for fault in faults)
        return
    kept = StoredLoop.open(library.store, about.id)
    assert about.events == len(kept.loop.events) > 0
    serve_next(kept)
    assert any(isinstance(entry, Ranked) for entry in kept.loop.log)
    library.store.delete(about.id, "fuzz")
