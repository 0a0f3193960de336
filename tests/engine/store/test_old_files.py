"""Files of the first published version still open with the same meaning.

``data/events.db`` (schema 2) holds six loops with the exports beside it, and ``data/expected.json``
holds the decisions that follow from their logs. Present learners learn differently from the same
logs: sums count as if they had arrived at once, numbers have scales, rewards of 0 or a price have a
Bernoulli likelihood, and other rewards a learned noise. But the hypotheses named in a log are those
compared.
"""

import gzip
import hashlib
import io
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Hypothesis, LearningLoop
from engine.evaluation.apprentice_agreement import MatchingRecord
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.state import LoopState, State
from engine.store import Limits, LoopInfo, LoopLibrary, Store, StoredLoop
from engine.store.exchange.loop_export import FORMATS
from engine.store.exchange.loop_import import import_file
from engine.store.snapshot_codec import dump
from engine.worlds.coffee import COFFEE

DATA = Path(__file__).with_name("data")
EXPECTED: dict[str, Any] = json.loads((DATA / "expected.json").read_text())
each_loop = pytest.mark.parametrize("name", EXPECTED)

FORMER = (
    Hypothesis(odds=2.0),
    Hypothesis(noise_sd=0.05, prior_sd=0.6, odds=2.0),
    Hypothesis(memory=0.9, odds=0.5),
    Hypothesis(crosses=1, by="features", prior_sd=0.4, odds=5.0),
)
"""The default hypotheses of the old version, as listed in its logs."""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopLibrary]:
    """The old database with a snapshot of its time; its loops do not expire."""
    path = shutil.copy(DATA / "events.db", tmp_path_factory.mktemp("old"))
    snapshot = (EXPECTED["coffee"]["id"], 20, "0" * 64, "[20, [[0, 20]], 0]", b"other code's")
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?)", snapshot)
    store = Store.open(f"sqlite:///{path}", Limits(retention_days=36_500))
    yield LoopLibrary(store)
    store.close()


def opened(store: Store, about: LoopInfo) -> LearningLoop:
    """Open a loop at the time of its last entry, before any further wait ends."""
    (last,) = store.read(about.id, about.length - 1, about.length)

    def then() -> datetime:
        return last.time

    return StoredLoop.open(store, about.id, clock=then).loop


def check_answers(loop: LearningLoop, name: str, answers: str) -> None:
    """Assert that a loop still gives the expected answers in ten contexts."""
    case = EXPECTED[name]
    for context, expected in zip(case["contexts"], case[answers], strict=True):
        ranked = loop.preview(case["actions"], context)
        for field, value in expected.items():
            actual = getattr(ranked, field)
            if isinstance(value, str):
                assert actual == value
            else:
                # Equal to the bit on one machine; BLAS on another may round differently.
                np.testing.assert_allclose(actual, value, rtol=1e-9, atol=1e-9)


@each_loop
def test_an_old_database_opens_and_its_loops_answer_the_same(old: LoopLibrary, name: str) -> None:
    case = EXPECTED[name]
    about = old.store.loop_info(case["id"])
    loop = opened(old.store, about)
    assert (about.name, about.seed, about.events) == (case["name"], case["seed"], case["events"])
    assert (about.length, len(loop.log)) == (case["history"], case["counting"])
    assert loop.settings.hypotheses == FORMER
    check_answers(loop, name, "answers")


@each_loop
@pytest.mark.parametrize("kind", FORMATS[:2], ids=lambda k: k.key)
def test_its_loops_leave_in_the_same_files(old: LoopLibrary, name: str, kind: Any) -> None:
    case, file = EXPECTED[name], io.BytesIO()
    kind.write(old, old.store.loop_info(case["id"]), file)
    entries = gzip.decompress(file.getvalue()).splitlines()[1:-1]
    before = gzip.decompress((DATA / f"{name}{kind.suffix}").read_bytes()).splitlines()
    assert entries == before[kind.key == "log" :]


@each_loop
def test_old_files_come_in_and_their_loops_answer_the_same(name: str, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    library = LoopLibrary(store)
    for suffix, answers in (".jsonl.gz", "answers"), (".dsjson.gz", "answers after dsjson"):
        with (DATA / f"{name}{suffix}").open("rb") as file:
            about = import_file(library, file, "me", needs_world=False)
        assert about.events == EXPECTED[name]["events"]
        check_answers(opened(store, about), name, answers)
    store.close()


# -- versions -------------------------------------------------------------------------

PINNED = {
    "LoopState": (24, "516b9795cedacf10", 1006.8772719465276),
    "LearningCurve": (3, "1d5b941ff19f1081", -11.45853795431069),
    "MatchingRecord": (1, "686a250ca0f1c245", 606.1277898726481),
}
"""Version of each projection, and the value of `measured` for its states after the old logs."""


def measured(states: Iterable[State]) -> tuple[str, float]:
    """A digest of the form of states, and a weighted sum of their numbers, which BLAS may round."""
    form, numbers = hashlib.sha256(), []

    def number(text: str) -> str:
        numbers.append(float(text))
        return "number"

    for state in states:
        with np.load(io.BytesIO(dump(state))) as file:
            tree = json.loads(file["tree"].tobytes(), parse_float=number)
            arrays = {name: file[name] for name in sorted(set(file) - {"tree"})}
        shapes = [(name, array.shape, str(array.dtype)) for name, array in arrays.items()]
        form.update(json.dumps([tree, shapes]).encode())
        for array in arrays.values():
            numbers += array.ravel().tolist()
    finite = np.nan_to_num(numbers, nan=2.0, posinf=3.0, neginf=5.0)
    return form.hexdigest()[:16], float(np.cos(np.arange(len(finite))) @ finite)


@pytest.mark.parametrize("name", PINNED)
def test_what_a_log_tells_changes_only_with_the_version(old: LoopLibrary, name: str) -> None:
    loops = [opened(old.store, old.store.loop_info(case["id"])) for case in EXPECTED.values()]
    results: dict[str, tuple[int, list[State]]] = {
        "LoopState": (LoopState.VERSION, [LoopState(loop.log).state() for loop in loops])
    }
    for projection, loop in (LearningCurve(COFFEE), loops[0]), (MatchingRecord(), loops[1]):
        projection.follow(loop)
        results[type(projection).__name__] = projection.VERSION, [projection.state()]
    version, (form, total), pinned = results[name][0], measured(results[name][1]), PINNED[name]
    assert [version, form, total] == [*pinned[:2], pytest.approx(pinned[2])], (
        f"The same log tells something else than under version {pinned[0]}: raise {name}.VERSION, "
        f"so that no older snapshot is taken for a new one, and pin its {form!r}, {total!r}."
    )
