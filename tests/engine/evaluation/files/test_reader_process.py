"""A file is read in a separate process, which may fail and ends with its parent."""

import gzip
import os
import signal
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.errors import PersonalizerError, RejectedError
from engine.evaluation.files import reader_process as process
from engine.evaluation.files.batch_concatenation import concatenated
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.files.reader_process import inspection_steps, reading_steps
from engine.evaluation.logged_decisions import Decisions
from engine.pausable_steps import WAITS, finish
from tests.engine.evaluation.files.sample_files import COLUMNS, as_csv, as_dsjson, as_parquet, table

MADE = table(300)
MEMORY = 512
PLAIN = Columns("action", "reward", "propensity")


def read(data: bytes, columns: Columns | None = None, memory: int = MEMORY) -> Decisions:
    return finish(reading_steps(BytesIO(data), "log", columns, (0.0, 1.0), memory))


def refused(data: bytes, columns: Columns | None = None, memory: int = MEMORY) -> str:
    with pytest.raises(PersonalizerError) as error:
        read(data, columns, memory)
    return error.value.message


def fields(log: Decisions) -> dict[str, Any]:
    columns = {name: getattr(log, name) for name in Decisions.__slots__}
    return {name: v.tolist() if hasattr(v, "tolist") else v for name, v in columns.items()}


@pytest.mark.parametrize(
    "data",
    [
        as_csv(MADE),
        *(pytest.param(of(MADE), marks=pytest.mark.nightly) for of in (as_parquet, as_dsjson)),
    ],
)
def test_a_log_is_the_same_as_read_here(data: bytes) -> None:
    columns = None if data[:1] == b"{" else COLUMNS
    here = concatenated(open_log(data, "log", columns).batches())
    assert fields(read(data, columns)) == fields(here)


@pytest.mark.nightly
def test_columns_are_looked_at() -> None:
    description = finish(inspection_steps(BytesIO(as_csv(MADE)), "log", MEMORY))
    assert description.names == tuple(MADE.column_names)
    assert description.columns is not None
    assert (description.columns.shown, description.columns.probabilities) == (
        "action",
        COLUMNS.probabilities,
    )
    made = MADE.append_column("tags", pa.array([["a"]] * 300))
    assert finish(inspection_steps(BytesIO(as_parquet(made)), "log", MEMORY)).nested == ("tags",)
    assert finish(inspection_steps(BytesIO(as_dsjson(MADE)), "log", MEMORY)).columns is None


def test_faults_come_back_with_their_lines() -> None:
    data = b"action,reward,propensity\na,1,0\nb,2,1\n"
    with pytest.raises(RejectedError) as error:
        read(data)
    assert [(fault.line, fault.reason) for fault in error.value.faults] == [
        (2, "its probability is 0, but it was shown"),
        (3, "its reward is 2, but must be from 0 to 1"),
    ]
    assert error.value.total == 2
    assert refused(b"").startswith("Nothing was evaluated: it is empty")


def test_a_log_with_more_events_or_cells_than_allowed_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "MOST_CELLS", 899)
    assert "The number of events times actions is 900, but must be at most 899." in refused(
        as_csv(MADE), COLUMNS
    )
    monkeypatch.setattr(process, "MAX_LINES", 299)
    assert "The number of events is 300, but must be at most 299." in refused(as_dsjson(MADE))


def huge() -> bytes:
    """Parquet of a few KiB with a page of 160 MiB."""
    sink = BytesIO()
    texts = {"action": ["x" * (1 << 25)] * 5, "propensity": [0.5] * 5, "reward": [1.0] * 5}
    parquet.write_table(pa.table(texts), sink, compression="zstd", use_dictionary=False)
    return sink.getvalue()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_a_file_that_takes_more_memory_than_allowed_is_one_sentence() -> None:
    data = huge()
    assert len(data) < 100_000
    sentence = "Nothing was evaluated: reading it takes more than 128 MiB, the most allowed."
    assert refused(data, PLAIN, 128) == sentence
    with pytest.raises(RejectedError, match="reading it takes more than 128 MiB"):
        finish(inspection_steps(BytesIO(data), "log", 128))


def test_a_gzip_file_that_goes_on_and_on_is_one_sentence() -> None:
    rows = b"action,reward,propensity\n" + b"tea,1,.5\n" * 2_000_000
    assert "it has more than 1,000,000 rows" in refused(gzip.compress(rows, 1, mtime=0), PLAIN)


def children() -> list[int]:
    """Ids of the current process's children."""
    ids = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return list(map(int, ids.split()))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_it_ends_when_nobody_waits_any_more() -> None:
    before = children()
    steps = reading_steps(BytesIO(as_csv(MADE)), "log", COLUMNS, (0.0, 1.0), MEMORY)
    while next(steps) is not WAITS:
        pass
    (process_id,) = set(children()) - set(before)
    steps.close()
    assert process_id not in children(), "nor is it a zombie"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_one_that_is_killed_is_one_sentence() -> None:
    before = children()
    steps = reading_steps(BytesIO(as_csv(MADE)), "log", COLUMNS, (0.0, 1.0), MEMORY)
    while next(steps) is not WAITS:
        pass
    (process_id,) = set(children()) - set(before)
    os.kill(process_id, signal.SIGKILL)
    with pytest.raises(RejectedError, match="it cannot be read within 512 MiB and 120 s"):
        finish(steps)
    assert process_id not in children()


def test_no_more_than_two_read_at_once() -> None:
    data = as_csv(MADE)
    steps = [reading_steps(BytesIO(data), "log", COLUMNS, (0.0, 1.0), MEMORY) for _ in range(3)]
    assert [next(one) for one in steps] == [None, None, WAITS]
    steps[0].close()
    assert next(steps[2]) is None
    for one in steps[1:]:
        assert len(finish(one)) == 300


def test_one_that_takes_too_long_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SECONDS", 0)
    assert "it cannot be read within 512 MiB and 0 s" in refused(as_csv(MADE), COLUMNS)
