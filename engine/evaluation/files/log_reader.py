"""Logs in files, read as batches of decisions."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.evaluation.estimators import Bounds
from engine.evaluation.files import loop_decisions
from engine.evaluation.files.cell_values import CheckedRows, Written, times, words
from engine.evaluation.files.column_roles import Columns, guess
from engine.evaluation.files.csv_file import correct_lines
from engine.evaluation.files.dsjson_decisions import DsjsonReader
from engine.evaluation.files.duplicate_events import EventIds
from engine.evaluation.files.event_range import WHOLE_LOG, EventRange
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.rounded_probabilities import Calibration, Shares
from engine.evaluation.files.table_decisions import check_number_of_actions, decisions
from engine.evaluation.files.table_file import batches, column_names, head
from engine.evaluation.logged_decisions import Decisions
from engine.store.exchange.untrusted_lines import Faults, numbered_lines

_MOST_MIB, _MOST_LINES = 1 << 20, 1 << 32
"""Limits of a file that is streamed line by line."""
_MOST_EVENTS = 1_000_000
"""Maximum number of events of a loop's own export, which is held in memory."""
_Batches = Generator[Decisions, None, int]


@dataclass(frozen=True, slots=True)
class _Before:
    """State of the reading of a log after some files: the ids of their events, and the notation
    of their numbers."""

    ids: EventIds = field(default_factory=EventIds)
    written: Written = field(default_factory=Written)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource(ABC):
    """Ordered files of one log.

    Attributes:
        bounds: least and greatest reward.
    """

    files: tuple[LogFile, ...]
    bounds: Bounds = (0.0, 1.0)
    event_range: EventRange = WHOLE_LOG

    @property
    def label(self) -> str:
        """Names of its files."""
        first, last = self.files[0].name, self.files[-1].name
        return first if len(self.files) == 1 else f"{first} … {last}"

    def batches(self) -> Iterator[Decisions]:
        """Yield the decisions in the range.

        Raises:
            RejectedError: after the last line, with all faults.
        """
        faults = Faults("evaluated")
        yield from self._prepared()._batches(faults)
        if faults.total:
            raise faults.rejection()

    def _batches(self, faults: Faults) -> Iterator[Decisions]:
        """Yield the decisions of all files until the first fault."""
        number, before = 0, _Before()
        for file in self.files:
            faults.file = file.name
            number = yield from self._read(file, number, faults, before)
            if self.event_range.is_past(number + 1):
                break

    def _prepared(self) -> Self:
        """Complete the log with everything needed before its first batch."""
        return self

    @abstractmethod
    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        """Yield the decisions of one file until the first fault; report all faults of the file.

        Args:
            number: number of the last event before the file.
            before: state left by earlier files.

        Returns:
            number of its last event, or of one after the range.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLog(LogSource):
    """CSV or Parquet, with the meaning of its columns."""

    columns: Columns
    calibration: Calibration | None = None

    def _prepared(self) -> Self:
        """Add the actions of the log if no column lists the offers, and the calibration of rounded
        probabilities.

        Raises:
            RejectedError: if a file cannot be read to its end, and for rounded probabilities in a
                log with faults.
        """
        return self._with_actions()._calibrated()

    def _calibrated(self) -> Self:
        shares, faults = Shares(), Faults("evaluated")
        for batch in self._batches(faults):
            shares.add(batch)
            if not shares.is_coarse:
                return self
        if faults.total:
            raise faults.rejection()
        return replace(self, calibration=shares.calibration())

    def _with_actions(self) -> Self:
        columns = self.columns
        if columns.tells_offers or not columns.shown:
            return self
        actions, faults = set[str](), Faults("evaluated")
        for file in self.files:
            faults.file = file.name
            if columns.shown in column_names(file):
                for batch in batches(file, [columns.shown], faults):
                    actions.update(words(batch.rows[columns.shown], CheckedRows(batch.lines))[1])
                    check_number_of_actions(actions - {""})
        if faults.is_ended:  # Then the set of actions is incomplete.
            for file in self.files:
                faults.file = file.name
                correct_lines(file, faults)
            raise faults.rejection()
        return replace(self, columns=replace(columns, actions=tuple(sorted(actions - {""}))))

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        names = column_names(file)
        fault = self.columns.fault(names) if names else None
        if fault is None and self.event_range.by_time and not self.columns.time:
            fault = "no column is said to hold the time"
        if fault is not None:
            faults.add(0, fault)
            return number
        for batch in batches(file, self.columns.names, faults):
            rows, table = CheckedRows(batch.lines, batch.decimal_comma, before.written), batch.rows
            inside = self._inside(table, number, rows)
            number += len(inside)
            if not inside.all():
                rows, table = rows.subset(inside), table.filter(pa.array(inside))
            if len(rows.lines):
                log = decisions(table, self.columns, self.bounds, rows, before.ids)
                rows.report(faults)
                if log is not None and not faults.total:
                    yield self.calibration.apply(log) if self.calibration else log
            if self.event_range.is_past(number + 1):
                break
        before.written.end(faults)
        correct_lines(file, faults)
        return number

    def _inside(self, table: Any, number: int, rows: CheckedRows) -> NDArray[np.bool_]:
        """Mask of the rows in the range; rows with an unreadable time count as inside, with a
        fault."""
        if self.event_range == WHOLE_LOG:
            return np.ones(len(rows.lines), dtype=bool)
        when = times(table[self.columns.time], rows) if self.event_range.by_time else None
        numbers = np.arange(number + 1, number + 1 + len(rows.lines))
        return self.event_range.mask(numbers, when) | ~rows.good


@dataclass(frozen=True, slots=True, kw_only=True)
class DsjsonLog(LogSource):
    """The service's dsjson, plain or as gzip.

    Attributes:
        dropped: ``pdrop`` of all events; None to take the first event's.
    """

    dropped: float | None = None

    def _prepared(self) -> Self:
        """Add the ``pdrop`` of the first event, for all files."""
        if self.dropped is not None or len(self.files) == 1:
            return self
        number, faults = 0, Faults("evaluated")
        for file in self.files:
            faults.file = file.name
            reader = DsjsonReader(self.event_range, self.bounds, number)
            with file.open() as opened:
                lines = numbered_lines(opened, _MOST_MIB, faults, _MOST_LINES)
                next(reader.batches(lines, faults), None)
            if reader.dropped is not None:
                return replace(self, dropped=reader.dropped)
            number = reader.number
        return self

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        reader = DsjsonReader(self.event_range, self.bounds, number, before.ids, self.dropped)
        with file.open() as opened:
            lines = numbered_lines(opened, _MOST_MIB, faults, _MOST_LINES)
            yield from reader.batches(lines, faults)
        return reader.number


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopLog(LogSource):
    """A loop's own export, as lines of JSON."""

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        with file.open() as opened:
            lines = numbered_lines(opened, _MOST_MIB, faults)
            events = loop_decisions.read_events(lines, _MOST_EVENTS, faults)
        if not faults.total:
            yield from loop_decisions.batches(events, self.event_range)
        return number + len(events)


def open_log(
    data: Path | bytes,
    name: str = "",
    columns: Columns | None = None,
    bounds: Bounds = (0.0, 1.0),
    event_range: EventRange = WHOLE_LOG,
    most: int = sys.maxsize,
) -> LogSource:
    """Open a log in a file of any format, or in all files of a folder in the order of their names.

    Args:
        name: of bytes in memory.
        most: maximum number of rows of CSV and Parquet, per file.
        columns: of CSV and Parquet; guessed by default.

    Raises:
        RejectedError: if no log can be opened.
    """
    files = _files(data, name, most)
    kinds = {file.kind for file in files}
    if len(kinds) != 1:
        faults = Faults("evaluated")
        several = f"it holds files of several kinds: {', '.join(sorted(kinds))}"
        faults.add(0, several if kinds else "it holds no file")
        raise faults.rejection()
    match kinds.pop():
        case "dsjson":
            return DsjsonLog(files=files, bounds=bounds, event_range=event_range)
        case "jsonl":
            return LoopLog(files=files, bounds=bounds, event_range=event_range)
    columns = columns or guess(head(files[0]))
    return TableLog(files=files, bounds=bounds, event_range=event_range, columns=columns)


def _files(data: Path | bytes, name: str, most: int) -> tuple[LogFile, ...]:
    if isinstance(data, bytes):
        return (LogFile(name, data, most),)
    if data.is_dir():
        # Hidden files are not data, such as ``_SUCCESS`` or ``.crc``; nor are empty files.
        paths = sorted(data.rglob("*"))
        inside = (path for path in paths if path.is_file() and path.stat().st_size)
        visible = (path for path in inside if path.name[0] not in "._")
        # Files in several folders may have the same name.
        return tuple(LogFile(path.relative_to(data).as_posix(), path, most) for path in visible)
    return (LogFile(data.name, data, most),)
