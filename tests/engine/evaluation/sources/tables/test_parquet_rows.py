"""Rows of Parquet, and files that take more room than they may, or are damaged inside."""

import pyarrow as pa
from pyarrow import parquet

from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.table import batches
from engine.store.exchange.lines import Faults
from tests.engine.evaluation.sources.made import as_parquet
from tests.engine.evaluation.sources.tables.read import lines_of


def test_a_text_that_comes_again_and_again_takes_no_more_room_than_in_the_file() -> None:
    data = as_parquet(pa.table({"a": ["x" * 20_000] * 10_000}))
    faults = Faults()
    read = list(batches(LogFile("log", data, 1 << 20), ["a"], faults))
    assert (len(read), faults.total) == (2, 0)


def test_a_parquet_file_that_is_damaged_inside_is_told_with_the_row() -> None:
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


def test_values_of_one_width_take_the_room_of_that_width() -> None:
    made = pa.table({"a": pa.array([b"x" * 4_096] * 10_000, pa.binary(4_096))})
    data = as_parquet(made)
    assert len(data) < 100_000
    faults = Faults()
    list(batches(LogFile("log", data, 1 << 20), ["a"], faults))
    assert [fault.reason[:14] for fault in faults.first] == ["it unfolds to "]
