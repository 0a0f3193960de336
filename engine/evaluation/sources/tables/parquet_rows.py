"""Rows of Parquet, of files that take no more room than they may."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from engine.evaluation.sources import pages
from engine.evaluation.sources.files import LogFile, UnfoldsError
from engine.evaluation.sources.tables.batch import Batch
from engine.evaluation.sources.tables.failures import FAILURES, parquet_fault
from engine.store.exchange.lines import Faults

_ROWS = 1 << 13
"""Rows of a batch: a step for those who share a processor with whoever reads."""
_CELL = 8
"""Bytes that a value takes in memory, however small it is in the file."""
_AT_ONCE = 256 << 20
"""Bytes that the pages which are read at one time may unfold to: one of each column."""


def _data(file: LogFile) -> Any:
    return pa.BufferReader(file.data) if isinstance(file.data, bytes) else file.data


def parquet_names(file: LogFile) -> Sequence[str]:
    """The columns that a file has."""
    schema = parquet.ParquetFile(_data(file)).schema_arrow
    return list(flat(schema.empty_table()).column_names)


def opened_parquet(file: LogFile) -> Any:
    """A file that takes no more room than it may, by what it and its pages say of themselves.

    Texts that come again and again stay codes, as they are in the file.
    """
    data = _data(file)
    told = parquet.ParquetFile(data).metadata
    groups = [told.row_group(at) for at in range(told.num_row_groups)]
    parts = [group.column(at) for group in groups for at in range(group.num_columns)]
    if file.most < sys.maxsize:
        sizes = [max(_CELL, told.schema.column(at).length) for at in range(told.num_columns)]
        columns = ((group.column(at), size) for group in groups for at, size in enumerate(sizes))
        if sum(size * part.num_values for part, size in columns) > file.most:
            raise UnfoldsError(file.most)
        with file.open() as opened:
            pages.check(opened, told, file.most, min(file.most, _AT_ONCE))
    texts = {part.path_in_schema for part in parts if part.physical_type == "BYTE_ARRAY"}
    return parquet.ParquetFile(data, read_dictionary=sorted(texts))


def of_parquet(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    """All rows of a file with some of its columns; what cannot be read becomes a fault."""
    row, left = 1, file.most
    try:
        for batch in opened_parquet(file).iter_batches(_ROWS, columns=list(names)):
            left -= batch.nbytes
            if left < 0:
                raise UnfoldsError(file.most)
            lines = np.arange(row, row + batch.num_rows)
            yield Batch(flat(pa.Table.from_batches([batch])).to_batches()[0], lines)
            row += batch.num_rows
    except FAILURES as error:
        faults.end(row if row > 1 else 0, parquet_fault(error))


def flat(table: Any) -> Any:
    """A table with each value of an object as a column of its own, ``visitor.age``."""
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return table
