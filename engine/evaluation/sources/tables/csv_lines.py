"""Lines of a CSV file in which values have several: faults are told with those that they have."""

import csv
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from itertools import islice

from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.csv_start import start_of
from engine.evaluation.sources.tables.failures import FAILURES
from engine.store.exchange.lines import Faults

_STEP = 1 << 13
"""Rows that are read before others may have their turn."""


def tell_lines(file: LogFile, faults: Faults) -> Generator[None, None, None]:
    """Give the faults of a CSV file in which values have several lines the lines that they have.

    Yields wherever others may have their turn.
    """
    wanted = {fault.line for fault in faults.first if fault.file == faults.file and fault.line > 1}
    if file.kind != "csv" or not wanted:
        return
    start, found = start_of(file), dict[int, int]()
    with file.unfolded() as opened, suppress(*FAILURES, csv.Error, StopIteration):
        lines = islice(TextIOWrapper(opened, "utf-8", "replace", newline=""), start.before, None)
        reader = csv.reader(lines, delimiter=start.delimiter)
        for row in range(start.before + 1, max(wanted) + 1):
            if row % _STEP == 0:
                yield None
            if row in wanted:
                found[row] = start.before + reader.line_num + 1
            next(reader)
    faults.first = [
        replace(fault, line=found.get(fault.line, fault.line))
        if fault.file == faults.file
        else fault
        for fault in faults.first
    ]
