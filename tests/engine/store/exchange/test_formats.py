"""A loop as a file: out, in, and whatever else somebody might upload."""

import gzip
import io
import json
import sqlite3
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import LearningLoop, LoopSettings
from engine.errors import RejectedError
from engine.loop.entries import Ranked
from engine.simulation.crowd import crowd
from engine.store import Library, Limits, Store, StoredLoop, StoreError, keep, reopen
from engine.store.entry_codec import to_text
from engine.store.exchange.dsjson import dsjson_rows, import_dsjson
from engine.store.exchange.formats import FORMATS, Format, import_file
from engine.store.exchange.jsonl import export_lines, import_loop
from engine.store.exchange.lines import MAX_LINE, MAX_LINES, SHOWN
from engine.store.logs import CHUNK
from engine.store.snapshot_codec import load
from engine.worlds import WORLDS
from tests.engine.helpers import CONTEXTS, DRINKS
from tests.workers import WORLD, beliefs, serve_next

Json = dict[str, Any]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library in an SQLite file."""
    folder = tmp_path_factory.mktemp("files")
    return Library(Store.open(f"sqlite:///{folder}/events.db", Limits(max_upload=1)), lambda: 0.0)


@pytest.fixture(scope="module")
def taught(shelf: Library) -> StoredLoop:
    """A loop with clicks, an undo, another policy, a snapshot and no answer once."""
    kept = keep(shelf.store, owner="me", world="coffee", seed=7)
    for _ in range(12):
        serve_next(kept)
    kept.loop.undo_event()
    kept.loop.configure(default_reward=0.25)
    kept.snapshot_if_due(every=1)
    serve_next(kept)
    answer = kept.loop.rank(WORLD.actions, WORLD.features(WORLD.contexts[5]))
    kept.loop.expire(answer.event_id)
    return kept


@pytest.fixture(scope="module")
def lines(shelf: Library, taught: StoredLoop) -> list[str]:
    return list(export_lines(shelf.store, taught.id))


def file_of(*lines: str | bytes, pack: bool = False) -> io.BytesIO:
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return io.BytesIO(gzip.compress(data) if pack else data)


def rejected(shelf: Library, file: io.BytesIO) -> RejectedError:
    """The error of an import that has left nothing."""
    before = shelf.store.loops("other")
    with pytest.raises(RejectedError) as error:
        import_file(shelf.store, file, "other", "upload.jsonl")
    assert shelf.store.loops("other") == before == []
    assert error.value.faults
    assert error.value.message.startswith("Nothing was imported: ")
    assert "Traceback" not in error.value.message
    return error.value


@pytest.mark.parametrize("pack", [False, True])
def test_an_imported_loop_goes_on_like_the_exported_one(
    shelf: Library, taught: StoredLoop, lines: list[str], pack: bool
) -> None:
    shares: list[float] = []
    about = import_loop(shelf.store, file_of(*lines, "", pack=pack), "new", progress=shares.append)
    back = shelf.open(about.id)
    assert (about.name, about.seed, about.world) == ("Coffee, seed 7", 7, "coffee")
    assert about.events == len(taught.loop.events) == len(back.loop.events)
    assert beliefs(back.loop) == beliefs(taught.loop)
    assert list(export_lines(shelf.store, about.id)) == lines
    assert back.loop.settings == taught.loop.settings
    shelf.store.delete(about.id, "new")


def test_every_format_can_be_written(shelf: Library, taught: StoredLoop, lines: list[str]) -> None:
    about = shelf.store.about(taught.id)
    written = {}
    for kind in FORMATS:
        file = io.BytesIO()
        kind.write(shelf, about, file, lambda share: None)
        written[kind.key] = file.getvalue()
    assert gzip.decompress(written["log"]).decode().splitlines() == lines
    decisions = gzip.decompress(written["dsjson"]).decode().splitlines()
    assert len(decisions) == len(taught.loop.events)
    model = load(written["model"])["model"]
    assert model.weights == getattr(taught.loop.model, "weights", None)


def test_a_loop_without_a_world_is_for_python_alone(shelf: Library) -> None:
    kept = keep(shelf.store, owner="me", seed=1)
    kept.loop.rank(DRINKS, CONTEXTS[0], ["latte"], defer_activation=True)
    lines = list(export_lines(shelf.store, kept.id))
    about = import_loop(shelf.store, file_of(*lines), "new")
    assert about.world is None
    assert len(reopen(shelf.store, about.id).loop.events) == 1
    assert "no world of this app" in rejected(shelf, file_of(*lines)).message


# -- the service's format -------------------------------------------------------------


def test_the_services_format_says_what_was_shown(taught: StoredLoop) -> None:
    rows: list[Json] = [json.loads(json.dumps(row)) for row in dsjson_rows(taught.loop.log)]
    for row, state in zip(rows, taught.loop.events.values(), strict=True):
        ranked = state.ranked
        assert row["EventId"] == ranked.event_id
        assert row["a"][0] == row["_label_Action"] == row["_labelIndex"] + 1 == ranked.shown + 1
        assert row["p"][0] == row["_label_probability"] == ranked.propensity
        assert sorted(row["a"]) == [1, 2, 3, 4]
        assert sum(row["p"]) == pytest.approx(1)
        assert -row["_label_cost"] == state.earned
        assert [part["_tag"] for part in row["c"]["_multi"]] == [a["id"] for a in WORLD.actions]
        assert row["c"]["FromUrl"] == ranked.request.to_json()["contextFeatures"]
        assert "_skipLearn" not in row


def test_what_is_not_learned_is_marked_in_the_services_format() -> None:
    loop = LearningLoop(seed=1)
    loop.rank(DRINKS, event_id="waiting")
    loop.rank(DRINKS, event_id="deferred", defer_activation=True)
    loop.reward("deferred", 1.0)
    loop.rank(DRINKS, event_id="shown", defer_activation=True)
    loop.activate("shown")
    loop.reward("shown", 1.0)
    loop.rank(DRINKS, event_id="dropped", defer_activation=True)
    loop.expire("dropped")
    marks = {row["EventId"]: "_skipLearn" in row for row in dsjson_rows(loop.log)}
    assert marks == {"waiting": True, "deferred": True, "shown": False, "dropped": True}


@pytest.mark.parametrize("exploration", [0.0, 0.5])
def test_an_apprentices_propensities_are_of_what_was_shown(exploration: float) -> None:
    loop = LearningLoop(
        LoopSettings(learning_mode="apprentice", apprentice_exploration=exploration), seed=2
    )
    list(crowd(loop, WORLD, 40))
    for ranked in (state.ranked for state in loop.events.values()):
        chances = ranked.shown_probabilities()
        assert sum(chances) == pytest.approx(1)
        assert chances[ranked.shown] == pytest.approx(ranked.propensity)
        assert chances[0] == pytest.approx(1 - exploration + exploration / 4)
    alone = loop.rank(DRINKS[:1])
    assert loop.events[alone.event_id].ranked.shown_probabilities() == [1.0]


def test_a_log_of_the_service_teaches_the_same(shelf: Library, taught: StoredLoop) -> None:
    rows = [json.dumps(row) for row in dsjson_rows(taught.loop.log)]
    about = import_file(shelf.store, file_of(*rows, pack=True), "new", "monday.dsjson.gz")
    assert (about.name, about.world, about.seed) == ("monday", "coffee", 0)
    back = shelf.open(about.id)
    for context in WORLD.contexts:
        one, other = (
            kept.loop.preview(WORLD.actions, WORLD.features(context)) for kept in (taught, back)
        )
        assert (one.means, one.sds) == (other.means, other.sds)
    shelf.store.delete(about.id, "new")


def test_other_writers_of_the_services_format_are_read(shelf: Library) -> None:
    row = {
        "_label_cost": -1, "_label_probability": 0.5, "Timestamp": "2026-01-02T03:04:05",
        "EventId": "e", "a": [2, 1], "p": [0.75, 0.25],
        "c": {"user": {"name": "Ada"},
              "_multi": [{"i": {"id": "tea"}, "drink": {"hot": 1}}, {"j": [{"x": 1}]}]},
    }  # fmt: skip
    about = import_dsjson(shelf.store, file_of(json.dumps(row)), "new", name="Theirs")
    (state,) = reopen(shelf.store, about.id).loop.events.values()
    assert state.ranked.request.to_json()["actions"] == [
        {"id": "tea", "features": [{"drink": {"hot": 1}}]}, {"id": "2", "features": [{"x": 1}]},
    ]  # fmt: skip
    assert state.ranked.request.to_json()["contextFeatures"] == [{"user": {"name": "Ada"}}]
    assert (state.ranked.shown, state.ranked.propensity, state.rewards) == (1, 0.75, [1.0])
    error = rejected(shelf, file_of(json.dumps(row)))
    assert "not those of a world" in error.message


GOOD_ROW: Json = {
    "_label_cost": 0, "Timestamp": "2026-01-02T03:04:05Z", "EventId": "e", "a": [1, 2],
    "p": [0.75, 0.25],
    "c": {"FromUrl": [{"x": 1}], "_multi": [{"_tag": "a", "j": [{"x": 1}]},
                                             {"_tag": "b", "j": [{"x": 2}]}]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"c": 3}, "c is not an object"),
        ({"c": {"_multi": [3]}}, "is not an object"),
        ({"c": {"_multi": [{"j": 3}]}}, "is not a list"),
        ({"c": {"_multi": [], "FromUrl": 3}}, "is not a list"),
        ({"c": {"_multi": []}}, "1 to 50"),
        ({"EventId": None}, "no EventId"),
        ({"Timestamp": None}, "Timestamp"),
        ({"Timestamp": "noon"}, "Timestamp"),
        ({"a": [1, 1]}, "does not name the actions"),
        ({"a": [True, 2]}, "does not name the actions"),
        ({"a": 1}, "does not name the actions"),
        ({"p": [1]}, "2 values"),
        ({"p": ["1", 0]}, "p: "),
        ({"p": [0.5, 0.25]}, "add up to 0.75"),
        ({"p": [0, 1]}, "no probability"),
        ({"_label_cost": 7}, "-1 to 1"),
        ({"_label_cost": None}, "_label_cost: "),
        ({"_label_cost": 10**400}, "_label_cost: "),
    ],
)
def test_a_faulty_line_of_the_services_format_is_told(
    shelf: Library, change: Json, reason: str
) -> None:
    file = file_of(json.dumps(GOOD_ROW | {"EventId": "first"}), json.dumps(GOOD_ROW | change))
    with pytest.raises(RejectedError, match=f"line 2: .*{reason}"):
        import_dsjson(shelf.store, file, "other", name="x")
    assert shelf.store.loops("other") == []


# -- what is refused ------------------------------------------------------------------


def test_each_faulty_line_is_told_by_number_and_reason(shelf: Library, lines: list[str]) -> None:
    broken = [*lines]
    broken[3] = broken[3][:50]
    broken[9] = '{"kind":"Nonsense"}'
    error = rejected(shelf, file_of(*broken))
    told = {fault.line: fault.reason for fault in error.faults}
    assert "not JSON" in told[4]
    assert "not one of" in told[10]
    assert error.total == len(error.faults) >= 2
    assert "1 more line is faulty" in error.message
    many = rejected(shelf, file_of(lines[0], lines[1], *(["x"] * 100)))
    assert (many.total, len(many.faults)) == (100, SHOWN)


HEADS: dict[str, Json] = {
    "does not say that it is": {"format": "other"},
    "reads version 1": {"version": 2},
    "its seed": {"seed": "7"},
    "its seed ": {"seed": -1},
    "its name": {"name": ""},
    "its name ": {"name": "x" * 81},
    "its name is not text": {"name": "\ud800"},
    "its world": {"world": "moon"},
    "serves no world": {"world": None},
}


@pytest.mark.parametrize(("reason", "change"), HEADS.items(), ids=HEADS)
def test_a_first_line_that_cannot_be(
    shelf: Library, lines: list[str], reason: str, change: Json
) -> None:
    head = json.dumps(json.loads(lines[0]) | change)
    error = rejected(shelf, file_of(head, *lines[1:]))
    assert error.faults[0].line == 1
    assert reason.strip() in error.faults[0].reason


def edit(lines: list[str], at: int, change: Callable[[Json], object]) -> io.BytesIO:
    entry = json.loads(lines[at])
    change(entry)
    return file_of(*lines[:at], json.dumps(entry), *lines[at + 1 :])


EDITS: dict[str, tuple[int, Callable[[Json], object]]] = {
    "its probabilities add up to": (2, lambda e: e["probabilities"].__setitem__(0, 0.9)),
    "a probability is not within": (2, lambda e: e.update(probabilities=[2, -1, 0, 0])),
    "not all its lists": (2, lambda e: e["means"].pop()),
    "its draw does not have": (2, lambda e: e.update(draw=[1.0])),
    "it shows what it cannot": (2, lambda e: e.update(shown=9)),
    "its propensity": (2, lambda e: e.update(propensity=0)),
    "a standard deviation": (2, lambda e: e["sds"].__setitem__(0, -1)),
    "its request has another eventId": (2, lambda e: e["request"].update(eventId="x")),
    "it offers what Coffee does not": (2, lambda e: e["request"]["actions"][0].update(id="mud")),
    "nobody in Coffee comes": (2, lambda e: e["request"].update(contextFeatures=[{"x": 1}])),
    "its reward is not within": (3, lambda e: e.update(value=1.5)),
    "was not ranked before": (3, lambda e: e.update(event_id="x")),
    "entries cannot be taken back": (26, lambda e: e.update(entries=10**9)),
    "its settings allow": (27, lambda e: e["settings"].update(max_events=1_000_000)),
    "its default is not within": (31, lambda e: e.update(default_reward=7)),
    "its default reward does not apply": (31, lambda e: e.update(default_reward=None)),
}


@pytest.mark.parametrize(("reason", "how"), EDITS.items(), ids=EDITS)
def test_a_log_that_no_loop_could_have_written(
    shelf: Library, lines: list[str], reason: str, how: tuple[int, Callable[[Json], object]]
) -> None:
    error = rejected(shelf, edit(lines, *how))
    assert (error.faults[0].line, reason in error.faults[0].reason) == (how[0] + 1, True)


def test_entries_out_of_order_or_twice(shelf: Library, lines: list[str]) -> None:
    assert "begins with settings" in rejected(shelf, file_of(lines[0], *lines[2:])).message
    for wrong, reason in [
        ([*lines[:4], lines[2]], "was ranked before"),
        ([*lines[:4], lines[3]], "has a reward already"),
        ([*lines, lines[-1]], "wait of event"),
        ([lines[0], lines[1], lines[3], lines[2]], "was not ranked before"),
        (lines[:2], "holds no event"),
        (lines[:1], "holds no event"),
    ]:
        assert reason in rejected(shelf, file_of(*wrong)).message


def test_activations_and_sums_are_followed(shelf: Library) -> None:
    kept = keep(shelf.store, owner="me", seed=1,
                settings=LoopSettings(reward_aggregation="sum"))  # fmt: skip
    loop = kept.loop
    loop.rank(DRINKS, event_id="a", defer_activation=True)
    loop.reward("a", 0.5)
    loop.reward("a", 0.25)
    loop.activate("a")
    loop.undo(1)
    loop.activate("a")
    loop.rank(DRINKS, event_id="b")
    loop.expire("b")
    loop.undo(1)
    loop.expire("b")
    loop.configure(default_reward=0.5)
    loop.undo(1)
    loop.rank(DRINKS, event_id="c", defer_activation=True)
    loop.expire("c")
    lines = list(export_lines(shelf.store, kept.id))
    about = import_loop(shelf.store, file_of(*lines), "new")
    assert [s.rewards for s in reopen(shelf.store, about.id).loop.events.values()] == [
        [0.5, 0.25], [0.0], [],
    ]  # fmt: skip
    with pytest.raises(RejectedError, match="active already"):
        import_loop(shelf.store, file_of(*lines[:8], lines[7]), "other")
    assert shelf.store.loops("other") == []


def test_large_things_are_refused(shelf: Library, lines: list[str]) -> None:
    long_line = b'{"kind":"' + b"x" * (3 * MAX_LINE)
    with pytest.raises(RejectedError, match="has 4 MiB, but at most 1"):
        import_loop(shelf.store, file_of(*lines, long_line, long_line[: MAX_LINE // 2]), "other")
    packed = file_of(*lines, long_line, lines[2], pack=True)
    error = rejected(shelf, packed)
    assert error.faults[0].reason == "it is longer than 1 MiB"
    assert error.faults[0].line == len(lines) + 1
    bomb = io.BytesIO(gzip.compress(lines[0].encode() + (b" " * 999 + b"\n") * 40_000))
    assert "unfolds to more than" in rejected(shelf, bomb).message
    many = io.BytesIO(gzip.compress(lines[0].encode() + b"\n" * (MAX_LINES + 1)))
    assert "more than 1,000,000 lines" in rejected(shelf, many).message
    row = json.dumps(GOOD_ROW).encode() + b" " * (2 << 20)
    with pytest.raises(RejectedError, match="more than 1 MiB"):
        import_dsjson(shelf.store, io.BytesIO(row), "other", name="x")


def test_bytes_that_are_no_text_are_refused(shelf: Library, lines: list[str]) -> None:
    assert "not UTF-8" in rejected(shelf, file_of(*lines, b"\xff\xfe")).message
    cut = gzip.compress("\n".join(lines).encode())[:-20]
    assert "damaged gzip" in rejected(shelf, io.BytesIO(cut)).message
    for nothing in (b"", b"\n\n", b"\x1f\x8b", b"\x00"):
        rejected(shelf, io.BytesIO(nothing))


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind.is_long], ids=lambda k: k.key)
def test_a_full_loop_comes_in_and_one_event_more_does_not(kind: Format, tmp_path: Path) -> None:
    most = CHUNK + 5
    store = Store.open(f"sqlite:///{tmp_path}/events.db", Limits(max_events=most))
    full = keep(store, owner="me", world="coffee", settings=LoopSettings(max_events=most))
    full.loop.together(lambda: list(crowd(full.loop, WORLD, most)))
    about, file = store.about(full.id), io.BytesIO()
    told: list[float] = []
    kind.write(Library(store, lambda: 0.0), about, file, told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert import_file(store, file, "new", "x").events == most

    less = Store.open(f"sqlite:///{tmp_path}/events.db", Limits(max_events=most - 1))
    text = gzip.decompress(file.getvalue()).decode()
    smaller = text.replace(f'"max_events":{most}', f'"max_events":{most - 1}')
    with pytest.raises(RejectedError) as error:
        import_file(less, file_of(smaller), "other", "x")
    line = text.count("\n") - (kind.key == "log")
    assert error.value.message == (
        f"Nothing was imported: line {line}: it holds more than 1,004 events."
    )
    assert less.loops("other") == []
    with sqlite3.connect(tmp_path / "events.db") as raw:
        assert raw.execute("select count(*) from loops").fetchone() == (2,)
    store.close()
    less.close()


@pytest.mark.parametrize("world", list(WORLDS))
def test_what_a_full_loop_is_exported_as_may_be_brought_in(world: str) -> None:
    """Early events take most room: later ones are surer, and their numbers repeat."""
    kept, events = keep(None, world=world), 100
    list(crowd(kept.loop, WORLDS[world], events))
    size = len(gzip.compress("\n".join(map(to_text, kept.loop.log)).encode(), 3))
    limits = Limits()
    assert size / events * limits.max_events < limits.max_upload << 20


def test_too_many_loops_keep_a_file_out(lines: list[str], tmp_path: Any) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db", Limits(max_loops=1))
    import_loop(store, file_of(*lines), "me")
    with pytest.raises(StoreError, match="the most it may"):
        import_loop(store, file_of(*lines), "me")
    store.close()


# -- whatever else --------------------------------------------------------------------

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.just(10**400) | st.just("\x00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner,
                                                                max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def mutilated(draw: st.DrawFn, lines: list[str]) -> bytes:
    """A file with one or two things wrong, or right after all."""
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
    except ValueError:
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


@pytest.mark.no_cover
@given(st.data())
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
def test_whatever_is_uploaded_it_is_a_whole_loop_or_nothing(
    shelf: Library, lines: list[str], data: st.DataObject
) -> None:
    upload = data.draw(mutilated(lines))
    _comes_in_whole_or_not(shelf, upload)


@pytest.mark.no_cover
@given(st.data())
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_the_same_for_the_services_format(
    shelf: Library, taught: StoredLoop, data: st.DataObject
) -> None:
    rows = [json.dumps(row) for row in dsjson_rows(taught.loop.log)]
    _comes_in_whole_or_not(shelf, data.draw(mutilated(rows)))


@given(st.text(string.printable, max_size=60) | st.binary(max_size=60))
def test_the_same_for_anything_at_all(shelf: Library, data: str | bytes) -> None:
    _comes_in_whole_or_not(shelf, data.encode() if isinstance(data, str) else data)


def _comes_in_whole_or_not(shelf: Library, upload: bytes) -> None:
    try:
        about = import_file(shelf.store, io.BytesIO(upload), "fuzz", "upload")
    except RejectedError as error:
        faults = error.faults
    else:
        faults = ()
    if faults:
        assert shelf.store.loops("fuzz") == []
        assert all(fault.reason and "\n" not in fault.reason for fault in faults)
        return
    kept = reopen(shelf.store, about.id)
    assert about.events == len(kept.loop.events) > 0
    serve_next(kept)
    assert any(isinstance(entry, Ranked) for entry in kept.loop.log)
    shelf.store.delete(about.id, "fuzz")
