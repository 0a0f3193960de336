"""Rows of Parquet."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from engine.errors import UnreadableError
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.table_batch import FAILURES, Batch, check_rows
from engine.store.exchange.untrusted_lines import Faults

_ROWS = 1 << 13
"""Rows of a batch."""
_DAMAGED = "it is no whole Parquet file: it was cut, or is damaged"


def opened_parquet(file: LogFile) -> Any:
    """Open a `pyarrow.parquet.ParquetFile` that keeps texts dictionary-encoded."""
    data = pa.BufferReader(file.data) if isinstance(file.data, bytes) else file.data
    schema = parquet.ParquetFile(data).metadata.schema
    columns = (schema.column(at) for at in range(len(schema.names)))
    texts = {column.path for column in columns if column.physical_type == "BYTE_ARRAY"}
    return parquet.ParquetFile(data, read_dictionary=sorted(texts))


def parquet_names(file: LogFile) -> Sequence[str]:
    """The columns of a file."""
    return list(flat(opened_parquet(file).schema_arrow.empty_table()).column_names)


def parquet_head(file: LogFile, rows: int) -> Any:
    """The first rows of a file as a `pyarrow.Table`."""
    opened = opened_parquet(file)
    first = next(opened.iter_batches(rows), None)
    batches = [] if first is None else [first]
    return flat(pa.Table.from_batches(batches, opened.schema_arrow))


def of_parquet(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    """Yield batches of all rows with some of the columns; a read error becomes a fault."""
    row = 1
    try:
        opened = opened_parquet(file)
        check_rows(opened.metadata.num_rows, file.most)
        for batch in opened.iter_batches(_ROWS, columns=list(names)):
            lines = np.arange(row, row + batch.num_rows)
            yield Batch(flat(pa.Table.from_batches([batch])).to_batches()[0], lines)
            row += batch.num_rows
    except MemoryError:
        raise
    except FAILURES as error:
        faults.end(row if row > 1 else 0, parquet_fault(error))


def flat(table: Any) -> Any:
    """Flatten a table: each value of an object becomes a column of its own, ``visitor.age``."""
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return table


def parquet_fault(error: Exception) -> str:
    """Reason for a read error."""
    return str(error) if isinstance(error, UnreadableError) else _DAMAGED
