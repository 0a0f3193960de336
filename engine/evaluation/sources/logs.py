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
from engine.evaluation.sources import loops
from engine.evaluation.sources.cells import Rows, Written, times, words
from engine.evaluation.sources.columns import Columns, guess
from engine.evaluation.sources.dsjson.reader import Reader
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.rounding import Calibration, Shares
from engine.evaluation.sources.rows import check_number_of_actions, decisions
from engine.evaluation.sources.tables.csv_lines import tell_lines
from engine.evaluation.sources.tables.table import batches, column_names, head
from engine.evaluation.sources.twice import EventIds
from engine.evaluation.sources.window import ALL, Window
from engine.store.exchange.lines import Faults, numbered_lines

_MOST_MIB, _MOST_LINES = 1 << 20, 1 << 32
"""As large as a file may be that is read line by line and never held."""
_MOST_EVENTS = 1_000_000
"""Of a loop's own export, which is held."""
_Batches = Generator[Decisions | None, None, int]


@dataclass(frozen=True, slots=True)
class _Before:
    """What is known of the files of a log that were read: the ids of their events, and how their
    numbers are written."""

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
            RejectedError: after the last line, for all faults that were found.
        """
        return (batch for batch in self.in_steps() if batch is not None)

    def in_steps(self) -> Iterator[Decisions | None]:
        """The same, and None wherever others may have their turn."""
        log, faults, number, before = (
            (yield from self._prepared()),
            Faults("evaluated"),
            0,
            _Before(),
        )
        for file in self.files:
            faults.file = file.name
            number = yield from log._read(file, number, faults, before)
            if self.window.is_over(number + 1):
                break
        if faults.total:
            raise faults.rejection()

    def _prepared(self) -> Generator[None, None, Self]:
        """With what has to be known of the whole log before any part of it is read."""
        yield None
        return self

    @abstractmethod
    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        """The decisions of one file, as long as there are no faults; all faults in it.

        Args:
            number: of the last event before it.
            before: what is known of the files before it.

        Returns:
            number of its last event, or of one after the window.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLog(Log):
    """CSV or Parquet, with what its columns say."""

    columns: Columns
    calibration: Calibration | None = None

    def _prepared(self) -> Generator[None, None, Self]:
        """With all actions that it shows, where nothing else tells what is offered, and with the
        calibration of its probabilities, where few digits are written.

        Raises:
            RejectedError: if a file cannot be read to its end, and for rounded probabilities in a
                log with faults.
        """
        log = yield from self._with_actions()
        return (yield from log._calibrated())

    def _calibrated(self) -> Generator[None, None, Self]:
        shares, faults, number, before = Shares(), Faults("evaluated"), 0, _Before()
        for file in self.files:
            faults.file = file.name
            reading = self._read(file, number, faults, before)
            while True:
                try:
                    batch = next(reading)
                except StopIteration as end:
                    number = end.value
                    break
                if batch is not None and len(batch):
                    shares.add(batch)
                    if not shares.is_coarse:
                        return self
                yield None
            if self.window.is_over(number + 1):
                break
        if faults.total:
            raise faults.rejection()
        return replace(self, calibration=shares.calibration())

    def _with_actions(self) -> Generator[None, None, Self]:
        yield None
        columns = self.columns
        if columns.tells_offers or not columns.shown:
            return self
        found, faults = set[str](), Faults("evaluated")
        for file in self.files:
            faults.file = file.name
            if columns.shown in column_names(file):
                for batch in batches(file, [columns.shown], faults):
                    found.update(words(batch.rows[columns.shown], Rows(batch.lines))[1])
                    check_number_of_actions(found - {""})
                    yield None
        if faults.is_ended:  # Then it is not known what all its actions are.
            for file in self.files:
                faults.file = file.name
                yield from tell_lines(file, faults)
            raise faults.rejection()
        actions = tuple(sorted(found - {""}))
        return replace(self, columns=replace(columns, actions=actions))

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        there = column_names(file)
        fault = self.columns.fault(there) if there else None
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
            found = None
            if len(rows.lines):
                found = decisions(table, self.columns, self.bounds, rows, before.ids)
            if found is not None and self.calibration is not None:
                found = self.calibration.apply(found)
            rows.tell(faults)
            yield None if faults.total else found
            if self.window.is_over(number + 1):
                break
        before.written.end(faults)
        yield from tell_lines(file, faults)
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

    def _prepared(self) -> Generator[None, None, Self]:
        """With the ``pdrop`` of the first event, for all files."""
        yield None
        if self.dropped is not None or len(self.files) == 1:
            return self
        number, faults = 0, Faults("evaluated")
        for file in self.files:
            faults.file = file.name
            reader = Reader(self.window, self.bounds, number)
            with file.open() as opened:
                lines = numbered_lines(opened, _MOST_MIB, faults, _MOST_LINES)
                for _ in reader.batches(lines, faults):
                    if reader.dropped is not None:
                        return replace(self, dropped=reader.dropped)
                    yield None
            number = reader.number
        return self

    def _read(self, file: LogFile, number: int, faults: Faults, before: _Before) -> _Batches:
        reader = Reader(self.window, self.bounds, number, before.ids, self.dropped)
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
            events = yield from loops.reading_events(lines, _MOST_EVENTS, faults)
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
        most: bytes that CSV and Parquet may unfold to, each file.
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
