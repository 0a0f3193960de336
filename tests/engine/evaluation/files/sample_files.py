"""Small logs with the same events in each file format, and the refusals of damaged files."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from engine.errors import RejectedError
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.files.event_range import WHOLE_LOG, EventRange
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.offline_evaluation import Evaluation
from tests.engine.requests import Json

ACTIONS = ("tea", "soup", "cake")
COLUMNS = Columns(
    "action", "reward", "propensity", ("weather", "loud"), offered="offered", time="time",
    probabilities=tuple((action, f"p_{action}") for action in ACTIONS),
)  # fmt: skip
HEADER = "time,weather,loud,offered,action,propensity,reward"
GOOD = "2026-01-01T00:00:00Z,rainy,true,tea|cake,cake,0.25,1"


def table(events: int = 200, seed: int = 0) -> pa.Table:
    """A log that offers all actions, or the last two, to visitors in six contexts."""
    rng = np.random.default_rng(seed)
    first = rng.integers(2, size=events)
    chances = rng.dirichlet(np.ones(3), events) * (np.arange(3) >= first[:, None])
    chances /= chances.sum(axis=1, keepdims=True)
    shown = (rng.random((events, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(max=2)
    start = np.datetime64("2026-01-01T00:00:00", "us")
    columns: dict[str, object] = {
        "event_id": [f"e{n}" for n in range(events)],
        "time": pa.array(
            start + np.arange(events) * np.timedelta64(1, "h"), pa.timestamp("us", "UTC")
        ),
        "weather": np.array(["rainy", "sunny", "odd, = one"])[rng.integers(3, size=events)],
        "loud": rng.random(events) < 0.5,
        "offered": ["|".join(ACTIONS[at:]) for at in first],
        "action": np.array(ACTIONS)[shown],
        "propensity": chances[np.arange(events), shown],
        "reward": (rng.random(events) < 0.2 + 0.3 * (shown == 1)).astype(float),
    }
    for at, action in enumerate(ACTIONS):
        column = [
            chance if at >= lowest else None
            for chance, lowest in zip(chances[:, at], first, strict=True)
        ]
        columns[f"p_{action}"] = pa.array(column, pa.float64())
    return pa.table(columns)


def as_csv(made: pa.Table, pack: bool = False) -> bytes:
    """A table as text."""
    sink = pa.BufferOutputStream()
    csv.write_csv(made, sink)
    text: bytes = sink.getvalue().to_pybytes()
    return gzip.compress(text) if pack else text


def as_parquet(made: pa.Table) -> bytes:
    """A table as Parquet."""
    sink = pa.BufferOutputStream()
    parquet.write_table(made, sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def as_dsjson(made: pa.Table) -> bytes:
    """The table as the service would have logged the events."""
    return "\n".join(json.dumps(row_of(event)) for event in made.to_pylist()).encode()


def row_of(event: Mapping[str, object]) -> Json:
    """An event of the table as a line of dsjson."""
    offered = str(event["offered"]).split("|")
    return {
        "_label_cost": -float(str(event["reward"])),
        "_label_probability": event["propensity"],
        "_labelIndex": offered.index(str(event["action"])),
        "Timestamp": str(event["time"]).replace(" ", "T"),
        "EventId": event["event_id"],
        "a": list(range(1, len(offered) + 1)),
        "p": [event[f"p_{action}"] for action in offered],
        "c": {
            "FromUrl": [{"weather": event["weather"], "loud": event["loud"]}],
            "_multi": [{"_tag": action, "j": [{"x": 1}]} for action in offered],
        },
    }


def text(*lines: str) -> bytes:
    """A CSV file of a header and lines."""
    return "\n".join((HEADER, *lines)).encode()


def read(
    data: bytes, columns: Columns | None = None, event_range: EventRange = WHOLE_LOG
) -> list[Decisions]:
    """All batches of a file."""
    return list(open_log(data, "log", columns, event_range=event_range).batches())


def refused(data: bytes, columns: Columns | None = None) -> Sequence[tuple[int, str]]:
    """The lines and reasons for which a file is refused."""
    with pytest.raises(RejectedError) as error:
        read(data, columns)
    assert error.value.message.startswith("Nothing was evaluated: log")
    return [(fault.line, fault.reason) for fault in error.value.faults]


def numbers_of(evaluation: Evaluation) -> list[float]:
    """Numbers of all rows of an evaluation, in one list."""
    numbers: list[float] = []
    for row in evaluation.rows():
        numbers += [row.events, row.effective, row.largest, row.share]
        for interval in filter(None, row.intervals.values()):
            numbers += astuple(interval)
    return numbers
