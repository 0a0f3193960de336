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

from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import Bounds
from engine.evaluation.files import loops
from engine.evaluation.files.cells import Rows, Written, times, words
from engine.evaluation.files.columns import Columns, guess
from engine.evaluation.files.csv_file import correct_lines
from engine.evaluation.files.dsjson import DsjsonReader
from engine.evaluation.files.duplicates import EventIds
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.rounding import Calibration, Shares
from engine.evaluation.files.rows import check_number_of_actions, decisions
from engine.evaluation.files.table import batches, column_names, head
from engine.evaluation.files.window import ALL, Window
from engine.store.exchange.lines import Faults, numbered_lines

_MOST_MIB, _MOST_LINES = 1 << 20, 1 << 32
"""As large as a file may be that is read line by line and never held."""
_MOST_EVENTS = 1_000_000
"""Of a loop's own export, which is held."""
_Batches = Generator[Decisions, None, int]


@dataclass(frozen=True, slots=True)
class _Before:
    """State of the reading of a log after some files: the ids of their events, and the notation
    of their numbers."""

    ids: EventIds = field(default_factory=EventIds)
    written: Written = field(default_factory=Written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(ABC):
    """Files that together are one log, in this order.

    Attributes:
        bounds: least and greatest reward.
    """

    files: tuple[LogFile, ...]
    bounds: Bounds = (0.0, 1.0)
    window: Window = ALL

    @property
    def label(self) -> str:
        """The names of its files."""
        first, last = self.files[0].name, self.files[-1].name
        return first if len(self.files) == 1 else f"{first} … {last}"

    def batches(self) -> Iterator[Decisions]:
        """The decisions in the window; none if it is empty.

        Raises:
            RejectedError: after the last line, with all faults.
        """
        faults = Faults("evaluated")
        yield from self._prepared()._batches(faults)
        if faults.total:
            raise faults.rejection()

    def _batches(self, faults: Faults) -> Iterator[Decisions]:
        """The decisions of all files, as long as there are no faults."""
        number, before = 0, _Before()
        for file in self.files:
            faults.file = file.name
            number = yield from self._read(file, number, faults, before)
            if self.window.is_over(number + 1):
                break

    def _prepared(self) -> Self:
        """The log with all that must be known of it before its first batch."""
        return self

    @abstractmethod
    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        """The decisions of one file, as long as there are no faults; all faults in it.

        Args:
            number: of the last event before it.
            before: state left by the files before it.

        Returns:
            number of its last event, or of one after the window.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLog(Log):
    """CSV or Parquet, with the meaning of its columns."""

    columns: Columns
    calibration: Calibration | None = None

    def _prepared(self) -> Self:
        """With all actions that it shows, where nothing else tells what is offered, and with the
        calibration of its probabilities, where few digits are written.

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
                    actions.update(words(batch.rows[columns.shown], Rows(batch.lines))[1])
                    check_number_of_actions(actions - {""})
        if faults.is_ended:  # Then it is not known what all its actions are.
            for file in self.files:
                faults.file = file.name
                correct_lines(file, faults)
            raise faults.rejection()
        return replace(self, columns=replace(columns, actions=tuple(sorted(actions - {""}))))

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        names = column_names(file)
        fault = self.columns.fault(names) if names else None
        if fault is None and self.window.by_time and not self.columns.time:
            fault = "no column is said to hold the time"
        if fault is not None:
            faults.add(0, fault)
            return number
        for batch in batches(file, self.columns.names, faults):
            rows, table = Rows(batch.lines, batch.decimal_comma, before.written), batch.rows
            inside = self._inside(table, number, rows)
            number += len(inside)
            if not inside.all():
                rows, table = rows.those(inside), table.filter(pa.array(inside))
            if len(rows.lines):
                log = decisions(table, self.columns, self.bounds, rows, before.ids)
                rows.tell(faults)
                if log is not None and not faults.total:
                    yield self.calibration.apply(log) if self.calibration else log
            if self.window.is_over(number + 1):
                break
        before.written.end(faults)
        correct_lines(file, faults)
        return number

    def _inside(self, table: Any, number: int, rows: Rows) -> NDArray[np.bool_]:
        """Which rows are in the window; those whose time cannot be read are, as faulty ones."""
        if self.window == ALL:
            return np.ones(len(rows.lines), dtype=bool)
        when = times(table[self.columns.time], rows) if self.window.by_time else None
        numbers = np.arange(number + 1, number + 1 + len(rows.lines))
        return self.window.mask(numbers, when) | ~rows.good


@dataclass(frozen=True, slots=True, kw_only=True)
class DsjsonLog(Log):
    """The service's dsjson, as it is or as gzip.

    Attributes:
        dropped: the ``pdrop`` of all its events; None where the first of them tells.
    """

    dropped: float | None = None

    def _prepared(self) -> Self:
        """With the ``pdrop`` of the first event, for all files."""
        if self.dropped is not None or len(self.files) == 1:
            return self
        number, faults = 0, Faults("evaluated")
        for file in self.files:
            faults.file = file.name
            reader = DsjsonReader(self.window, self.bounds, number)
            with file.open() as opened:
                lines = numbered_lines(opened, _MOST_MIB, faults, _MOST_LINES)
                next(reader.batches(lines, faults), None)
            if reader.dropped is not None:
                return replace(self, dropped=reader.dropped)
            number = reader.number
        return self

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        reader = DsjsonReader(self.window, self.bounds, number, before.ids, self.dropped)
        with file.open() as opened:
            lines = numbered_lines(opened, _MOST_MIB, faults, _MOST_LINES)
            yield from reader.batches(lines, faults)
        return reader.number


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopLog(Log):
    """A loop's own export, as lines of JSON."""

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        with file.open() as opened:
            lines = numbered_lines(opened, _MOST_MIB, faults)
            events = loops.read_events(lines, _MOST_EVENTS, faults)
        if not faults.total:
            yield from loops.batches(events, self.window)
        return number + len(events)


def open_log(
    data: Path | bytes,
    name: str = "",
    columns: Columns | None = None,
    bounds: Bounds = (0.0, 1.0),
    window: Window = ALL,
    most: int = sys.maxsize,
) -> Log:
    """A log in a file of any kind, or in all files of a folder, by their names in order.

    Args:
        name: of bytes in memory.
        most: rows of CSV and Parquet, each file.
        columns: of CSV and Parquet; guessed if not given.

    Raises:
        RejectedError: if there is no log.
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
            return DsjsonLog(files=files, bounds=bounds, window=window)
        case "jsonl":
            return LoopLog(files=files, bounds=bounds, window=window)
    columns = columns or guess(head(files[0]))
    return TableLog(files=files, bounds=bounds, window=window, columns=columns)


def _files(data: Path | bytes, name: str, most: int) -> tuple[LogFile, ...]:
    if isinstance(data, bytes):
        return (LogFile(name, data, most),)
    if data.is_dir():
        # What begins so is not data: ``_SUCCESS``, ``.crc``. Nor is a part without a byte.
        paths = sorted(data.rglob("*"))
        inside = (path for path in paths if path.is_file() and path.stat().st_size)
        shown = (path for path in inside if path.name[0] not in "._")
        # Files in several folders may have one name.
        return tuple(LogFile(path.relative_to(data).as_posix(), path, most) for path in shown)
    return (LogFile(data.name, data, most),)
