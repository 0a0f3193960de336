"""A log gives the same decisions in every file format, whole or in parts; faults refuse all
of it.
"""

import gzip
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PersonalizerError, RejectedError
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.files.event_range import EventRange
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.logged_decisions import columns_in
from tests.engine.evaluation.files.sample_files import (
    ACTIONS,
    COLUMNS,
    as_csv,
    as_dsjson,
    as_parquet,
    read,
    refused,
    table,
    text,
)

MADE = table()
EVENTS = MADE.to_pylist()
Write = Callable[..., bytes]
each_kind = pytest.mark.parametrize("write", [as_csv, as_dsjson, as_parquet])


@each_kind
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_the_same_log_is_read_from_every_kind_of_file(
    write: Write, pack: Callable[[bytes], bytes]
) -> None:
    data = write(MADE)
    (log,) = read(data if write is as_parquet else pack(data))
    assert [log.actions[at] for at in log.shown] == [event["action"] for event in EVENTS]
    offers = [event["offered"].split("|") for event in EVENTS]
    assert [log.actions[at] for at in log.baseline] == [offered[0] for offered in offers]
    for action in ACTIONS:
        at = log.actions.index(action)
        assert log.offered[:, at].tolist() == [action in offered for offered in offers]
        assert log.probabilities is not None
        chances = [event[f"p_{action}"] or 0.0 for event in EVENTS]
        np.testing.assert_allclose(log.probabilities[:, at], chances)
    assert log.reward.tolist() == [event["reward"] for event in EVENTS]
    np.testing.assert_allclose(log.propensity, [event["propensity"] for event in EVENTS])
    expected_fields = [
        {f"weather={event['weather']}", f"loud={event['loud']}".lower()} for event in EVENTS
    ]
    assert [{*columns_in(log.contexts[at])} for at in log.context_index] == expected_fields


def test_a_log_without_a_word_on_what_is_offered_offers_all_that_it_shows() -> None:
    names = Columns("action", "reward", "propensity")
    (log,) = read(as_parquet(MADE), names)
    assert log.actions == tuple(sorted(ACTIONS))
    assert log.offered.all()
    assert log.contexts == ("",)
    (log,) = read(as_parquet(MADE), replace(names, actions=("cake", "tea", "soup", "pie")))
    assert log.actions[log.baseline[0]] == "cake"


# -- windows and parts ----------------------------------------------------------------


@each_kind
def test_a_window_holds_the_events_that_a_cut_would(write: Write) -> None:
    inside = EventRange(first=21, last=150)
    by_number = read(write(MADE), event_range=inside)
    by_time = read(
        write(MADE), event_range=EventRange(since=EVENTS[20]["time"], until=EVENTS[149]["time"])
    )
    rewards = [event["reward"] for event in EVENTS[20:150]]
    for result in (by_number, by_time):
        assert [reward for log in result for reward in log.reward] == rewards
    late = datetime(2030, 1, 1, tzinfo=UTC)
    assert not read(write(MADE), event_range=EventRange(since=late))
    assert not read(write(MADE), event_range=EventRange(first=201))


@each_kind
def test_a_folder_of_parts_is_one_log(write: Write, tmp_path: Path) -> None:
    for at in range(0, 200, 50):
        (tmp_path / f"part-{at:03d}").write_bytes(write(MADE.slice(at, 50)))
    (tmp_path / "_SUCCESS").touch()
    log = open_log(tmp_path)
    rewards = [event["reward"] for event in EVENTS]
    assert [reward for batch in log.batches() for reward in batch.reward] == rewards
    across = replace(log, event_range=EventRange(first=41, last=60))
    assert [reward for one in across.batches() for reward in one.reward] == rewards[40:60]


def test_parts_that_do_not_agree_are_refused_by_their_names(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match="it holds no file"):
        open_log(tmp_path)
    (tmp_path / "a.parquet").write_bytes(as_parquet(MADE))
    (tmp_path / "b.parquet").write_bytes(as_parquet(MADE.drop_columns(["reward"])))
    with pytest.raises(RejectedError, match=r"b\.parquet: it has no column 'reward'\."):
        list(open_log(tmp_path).batches())
    (tmp_path / "c.csv").write_bytes(as_csv(MADE))
    with pytest.raises(RejectedError, match="files of several kinds: csv, parquet"):
        open_log(tmp_path)


def test_other_events_were_left_out_of_one_part_than_of_another(tmp_path: Path) -> None:
    for at, dropped in enumerate((b"0.5", b"0.9")):
        rows = as_dsjson(MADE.slice(at, 1))
        (tmp_path / f"part-{at}").write_bytes(rows[:-1] + b', "pdrop": ' + dropped + b"}")
    with pytest.raises(RejectedError, match=r"part-1, line 1: its pdrop is 0\.9, but was"):
        list(open_log(tmp_path).batches())


# -- refusals -------------------------------------------------------------------------


def test_columns_that_are_not_there_or_not_said_are_one_sentence() -> None:
    data = as_parquet(MADE)
    sentence = "no column is said to hold the probability with which the action was shown"
    blind = replace(COLUMNS, propensity="", probabilities=())
    assert refused(data, blind)[0][1].startswith(sentence)
    for columns, reason in [
        (replace(COLUMNS, reward="rewards"), "it has no column 'rewards'"),
        (replace(COLUMNS, reward=""), "no column is said to hold the reward"),
        (replace(COLUMNS, shown=""), "no column is said to hold the action that was shown"),
    ]:
        assert refused(data, columns) == [(0, reason)]
    with pytest.raises(RejectedError, match="no column is said to hold the time"):
        read(data, replace(COLUMNS, time=""), EventRange(since=datetime(2026, 1, 1, tzinfo=UTC)))


def test_faults_are_reported_by_line_and_no_event_after_a_fault_is_returned() -> None:
    good = "2026-01-01T00:00:00Z,rainy,true,tea|cake,cake,0.25,1"
    lines = [good, good.replace("0.25", "0"), "", good.replace("cake,cake", "cake,soup")]
    lines += [good.replace(",1", ",7")] * 30
    with pytest.raises(RejectedError) as error:
        read(text(*lines))
    assert [fault.line for fault in error.value.faults] == [3, 5, *range(6, 24)]
    assert error.value.total == 32
    reason = "its probability is 0, but it was shown"
    assert error.value.message == (
        f"Nothing was evaluated: log, line 3: {reason}. 31 more lines are faulty."
    )


def test_lines_are_those_of_their_own_file_where_reading_ends_and_where_names_are_alike(
    tmp_path: Path,
) -> None:
    begin = b'action,reward,p\n"a\nb",1,0.5\nc,7\n'
    cut = begin + b"d,1,0.5\n" + b"e" * 600_000 + b",1,0.5\n"
    assert [line for line, _ in refused(cut, Columns("action", "reward", "p"))] == [4, 6]
    for folder, data in (("1", b"action,reward,p\nc,1,0.5\nc,7\n"), ("2", begin)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "part.csv").write_bytes(data)
    with pytest.raises(RejectedError) as error:
        list(open_log(tmp_path).batches())
    places = [(fault.file, fault.line) for fault in error.value.faults]
    assert places == [("1/part.csv", 3), ("2/part.csv", 4)]


def test_a_column_with_too_many_different_values_is_none_of_actions() -> None:
    rows = "".join(f"{number},id{number},.5,1\n" for number in range(1_500))
    data = ("who,action,probability,reward\n" + rows).encode()
    columns = Columns("action", "reward", "probability", context=("who",))
    with pytest.raises(PersonalizerError, match="1,000 at most"):
        list(open_log(data, "log.csv", columns).batches())


def test_a_log_that_cannot_be_read_to_its_end_is_not_said_to_show_what_was_not_offered() -> None:
    """The contents are not fully known then. Bytes are read ahead, so the race is repeated."""
    rows = b"country,action,prob,reward\n" + b"NL,red,.5,1\n" * 60_000
    columns = Columns(shown="action", reward="reward", propensity="prob", context=("country",))
    data = gzip.compress(rows, mtime=0)
    logs = [(data[:-20], sys.maxsize, "it is a damaged gzip file"), (data, 50_000, "it has more")]
    for cut, most, reason in logs * 20:
        log = open_log(cut, "mine.csv.gz", columns, most=most)
        with pytest.raises(RejectedError) as refused:
            list(log.batches())
        (fault,) = refused.value.faults
        assert fault.reason.startswith(reason)
