"""The output of the process that reads a file."""

import os
import subprocess
import sys
from io import BytesIO
from typing import Any

import msgspec
import pytest

from engine.errors import PersonalizerError
from engine.evaluation.files import reader_main as child
from engine.evaluation.files.reader_messages import FileRequest, Inspected, read_answer
from engine.evaluation.logged_decisions import Decisions
from tests.engine.evaluation.files.sample_files import COLUMNS, as_csv, as_dsjson, table

DATA = as_csv(table(30))


def request(**changes: Any) -> FileRequest:
    usual = FileRequest("log", (0.0, 1.0), COLUMNS, 1_000, 10_000, 512, 60, os.getpid())
    return msgspec.structs.replace(usual, **changes)


def answer(data: bytes, **changes: Any) -> object:
    return child.answer_to(request(**changes), BytesIO(data))


def test_a_request_is_for_columns_or_for_decisions() -> None:
    assert isinstance(log := answer(DATA), Decisions)
    assert len(log) == 30
    assert isinstance(columns := answer(DATA, bounds=None), Inspected)
    assert columns.names == tuple(table(1).column_names)
    assert answer(as_dsjson(table(1)), bounds=None) == Inspected()


def test_rewards_beyond_one_set_the_range() -> None:
    lines = b"action,revenue,p\na,0,.5\nb,300,.5\na,12.5,.5\na,-7,.5\n"
    inspected = answer(lines, bounds=None)
    assert isinstance(inspected, Inspected)
    assert inspected.bounds == (-7.0, 300.0)
    shares = answer(b"action,reward,p\na,0 %,.5\nb,60 %,.5\n", bounds=None)
    assert isinstance(shares, Inspected)
    assert shares.bounds == (0.0, 1.0)


@pytest.mark.parametrize(
    ("data", "changes", "sentence"),
    [
        (b"a,b\n", {}, "Nothing was evaluated: log: it has no column 'action'."),
        (DATA, {"events": 29}, "it has more than 29 rows, the most allowed"),
        (DATA, {"cells": 89}, "The number of events times actions is 90, but must be at most 89."),
        (as_dsjson(table(30)), {"events": 29}, "The number of events is 30, but must be at most"),
        (DATA.partition(b"\n")[0] + b"\n", {}, "Nothing was evaluated: it holds no event."),
    ],
)
def test_a_file_that_is_refused_is_an_answer(
    data: bytes, changes: dict[str, Any], sentence: str
) -> None:
    error = answer(data, **changes)
    assert isinstance(error, PersonalizerError)
    assert sentence in error.message


def test_no_room_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(child, "decisions_in", fails)
    error = answer(DATA)
    assert isinstance(error, PersonalizerError)
    assert "reading it takes more than 512 MiB, the most allowed" in error.message


def run(asked: FileRequest) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "engine.evaluation.files.reader_main"],
        input=msgspec.json.encode(asked) + b"\n" + DATA,
        capture_output=True,
        check=False,
    )


def test_it_ends_with_its_server() -> None:
    assert isinstance(read_answer(BytesIO(run(request()).stdout)), Decisions)
    orphan = run(request(server=1))
    assert (orphan.returncode, orphan.stdout) == (1, b"")


def test_a_table_without_probabilities_tells_what_was_shown_most_often() -> None:
    lines = b"action,reward,segment,old\na,0,x,true\nb,1,y,false\nb,0,y,true\na,0,x,false\n"
    inspected = answer(lines + b"b,0,y,false\n", bounds=None)
    assert isinstance(inspected, Inspected)
    assert inspected.usual["segment"] == {"x": "a", "y": "b"}
    assert inspected.usual[""] == {"": "b"}
    assert inspected.actions == ("a", "b")
    assert isinstance(with_p := answer(DATA, bounds=None), Inspected)
    assert not with_p.usual
