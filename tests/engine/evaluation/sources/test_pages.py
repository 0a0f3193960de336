"""Pages of Parquet: what they say of themselves, and files that are refused before they unfold."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.errors import RejectedError, UnreadableError
from engine.evaluation.sources import pages
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.pages import Page, check, pages_in
from engine.evaluation.sources.tables.table import batches, head
from engine.store.exchange.lines import Faults

MIB = 1 << 20
TABLE = pa.table(
    {
        "a": pa.array(np.arange(30_000)),
        "text": [f"text {number}" for number in range(30_000)],
        "list": [[number, 1] for number in range(30_000)],
        "few": pa.array(["x", None, "y"] * 10_000),
    }
)
ZEROS = pa.table({"a": pa.array(np.zeros(150_000, dtype=np.int64))})


def written(table: Any, **how: Any) -> bytes:
    sink = BytesIO()
    parquet.write_table(table, sink, **how)
    return sink.getvalue()


def metadata(data: bytes) -> Any:
    return parquet.ParquetFile(BytesIO(data)).metadata


def all_pages(data: bytes, column: int) -> list[Page]:
    told = metadata(data).row_group(0).column(column)
    return list(pages_in(BytesIO(data), *pages._place(told)))


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["snappy", "zstd", "none"])
def test_pages_say_what_the_whole_column_says(version: str, compression: str) -> None:
    data = written(TABLE, data_page_version=version, compression=compression, data_page_size=10_000)
    for number in range(4):
        found, told = all_pages(data, number), metadata(data).row_group(0).column(number)
        assert len(found) > 1
        assert [page.is_dictionary for page in found] == [True, *[False] * (len(found) - 1)]
        assert sum(page.values for page in found[1:]) == told.num_values
        without_headers = sum(page.unfolded for page in found)
        assert 0 < told.total_uncompressed_size - without_headers < 200 * len(found)
    check(BytesIO(data), metadata(data), 2 * MIB, 2 * MIB)


def lying(data: bytes, honest: int, told: int) -> bytes:
    """The same file, with another size in the header of a page."""

    def varint(number: int) -> bytes:
        number *= 2
        found = [0x80 | number >> shift & 0x7F for shift in range(0, 28, 7)]
        return bytes([*found[:-1], found[-1] & 0x7F])

    assert data.count(varint(honest)) > 0
    at = data.index(varint(honest))
    return data[:at] + varint(told) + data[at + 4 :]


def test_a_page_that_lies_about_its_size_is_refused_before_there_is_room_for_it() -> None:
    data = written(ZEROS, use_dictionary=False, data_page_size=4 * MIB, max_rows_per_page=10**6)
    (page,) = all_pages(data, 0)
    assert (page.unfolded, page.values) == (1_200_008, 150_000)
    lie = lying(data, page.unfolded, 120 * MIB)
    assert metadata(lie).row_group(0).column(0).total_uncompressed_size < 2 * MIB, "and says so"
    reason = "it unfolds to more than 64 MiB, the most allowed"
    with pytest.raises(RejectedError, match=reason):
        head(LogFile("log", lie, 64 * MIB))
    faults = Faults()
    assert not list(batches(LogFile("log", lie, 64 * MIB), ["a"], faults))
    assert [fault.reason for fault in faults.first] == [reason]
    assert len(list(batches(LogFile("log", data, 64 * MIB), ["a"], Faults()))) > 1


def test_pages_that_are_read_at_one_time_have_a_bound_of_their_own() -> None:
    table = pa.table({f"c{number}": ZEROS["a"] for number in range(3)})
    data = written(table, use_dictionary=False, data_page_size=4 * MIB, max_rows_per_page=10**6)
    check(BytesIO(data), metadata(data), 64 * MIB, 4 * MIB)
    with pytest.raises(UnreadableError, match="it unfolds to more than 3 MiB at once, the most"):
        check(BytesIO(data), metadata(data), 64 * MIB, 3 * MIB)


def test_texts_whose_length_nobody_can_tell_are_refused() -> None:
    texts = pa.table({"a": ["x" * 10_000 + str(number) for number in range(300)]})
    data = written(texts, use_dictionary=False, column_encoding="DELTA_BYTE_ARRAY")
    assert len(data) < 30_000
    with pytest.raises(RejectedError, match="column 'a' holds texts as differences"):
        head(LogFile("log", data, MIB))


def more_values(page: Page) -> Page:
    return page._replace(values=page.values + 10**6)


def far_too_many(page: Page) -> Page:
    return page._replace(values=10**9) if page.is_dictionary else page


@pytest.mark.parametrize("lie", [more_values, far_too_many])
def test_pages_that_lie_about_how_many_values_they_hold_are_damaged(
    lie: Callable[[Page], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = pages_in
    monkeypatch.setattr(pages, "pages_in", lambda *place: map(lie, honest(*place)))
    with pytest.raises(RejectedError, match="it is no whole Parquet file"):
        head(LogFile("log", written(TABLE), 64 * MIB))


def test_a_file_of_very_many_pages_is_refused() -> None:
    data = written(ZEROS, use_dictionary=False, data_page_size=8, max_rows_per_page=10)
    with pytest.raises(UnreadableError, match="it has more than 8,192 pages"):
        check(BytesIO(data), metadata(data), 2 * MIB, 2 * MIB)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\x15\x04",
        b"\x15\x04\x00",  # No sizes.
        b"\x15\x00\x15\x01\x15\x02\x00",  # A size of -1.
        b"\x15\x00\x15\xff\xff\xff\xff\xff\x01\x15\x02\x00",  # More bits than it has.
        b"\x15\x00\x05\x84\x80\x08\x02\x15\x02\x00",  # A field that would be another one.
        b"\x15\x00\x15\x02\x15\x02\x1b\x00",  # A map.
        b"\x15\x00\x15\x02\x15\x02" + b"\x1c" * 20,  # Structs in structs.
    ],
)
def test_what_is_no_header_is_told_as_damage(header: bytes) -> None:
    with pytest.raises(EOFError):
        list(pages_in(BytesIO(header), 0, 100))


@pytest.mark.parametrize(
    ("author", "is_told"),
    [
        ("parquet-mr version 1.2.8", True),
        ("parquet-mr", True),
        ("parquet-mr version 1.12.3 (build ab)", False),
        ("parquet-cpp-arrow version 26.0.1", False),
        (None, False),
    ],
)
def test_writers_whose_columns_are_longer_than_they_say_are_refused(
    author: str | None, is_told: bool
) -> None:
    assert bool(pages._PAST.match(author or "")) == is_told
