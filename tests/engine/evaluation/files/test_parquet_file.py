"""Parquet rows, and files with damaged contents."""

import pyarrow as pa
from pyarrow import parquet

from engine.store.exchange.untrusted_lines import Faults
from tests.engine.evaluation.files.line_numbers import lines_of


def test_a_damaged_parquet_file_is_reported_with_the_row() -> None:
    sink = pa.BufferOutputStream()
    made = pa.table({"a": [str(n) for n in range(70_000)]})
    parquet.write_table(made, sink, row_group_size=66_000, compression="snappy")
    data = bytearray(sink.getvalue().to_pybytes())
    second = parquet.ParquetFile(pa.BufferReader(bytes(data))).metadata.row_group(1).column(0)
    data[second.dictionary_page_offset : second.dictionary_page_offset + 40] = b"\xff" * 40
    faults = Faults()
    lines_of(bytes(data), faults)
    (fault,) = faults.first
    assert fault.line == 65_537
