"""What the pages of a Parquet file say of themselves, read before any of them is unfolded.

A reader makes room for a page by the size that the page's own header names, up to 2 GiB whatever
the footer says, and only then finds out whether that was true. So the headers are read first: a
few numbers each, in Thrift's compact protocol.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from engine.errors import UnreadableError

MOST_PAGES = 1 << 13
"""Pages that a file may have: a mebibyte or so is usual for one."""
_HEADER, _LONGEST = 1 << 10, 1 << 20
"""Bytes that most headers fit into, and that one may have: some hold a text of the data."""
_DEEPEST, _FIELDS = 8, 100
"""Structs in a struct, and numbers of fields, that a header has at most."""
_PAST = re.compile(r"parquet-mr(?! version (?:1\.(?:[3-9]|\d\d)|[2-9]))")
"""Who once wrote columns longer than they said: readers go on behind the end of theirs."""
_DICTIONARY = 2
_ENCODINGS = {5: 2, 8: 4}
"""Fields of a header, of pages of either version, and which of their fields is the encoding."""
_DELTA = {6, 7}
"""Encodings of texts that say how many there are, and how much each shares with the one before."""


class Page(NamedTuple):
    """One page.

    Attributes:
        is_dictionary: of values that others name; it stays in memory.
        packed, unfolded: its bytes in the file, and in memory.
        values: how many it holds.
        is_delta: whether it holds texts that may be many more bytes than it has.
    """

    is_dictionary: bool
    packed: int
    unfolded: int
    values: int
    is_delta: bool


class _Thrift:
    """Values in Thrift's compact protocol, one after the other.

    What the readers of pages would take for something else is refused, as a number of more bits
    than its type has.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def varint(self, bits: int = 64) -> int:
        found = shift = 0
        while True:
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            if found >> bits or shift > 63:
                raise ValueError("a number is too large")
            if byte < 0x80:
                return found
            shift += 7

    def number(self) -> int:
        found = self.varint(32)
        return (found >> 1) ^ -(found & 1)

    def fields(self) -> Iterator[tuple[int, int]]:
        """Number and type of each field of a struct; whoever iterates reads its value."""
        number = 0
        while told := self.byte():
            number = number + (told >> 4) if told >> 4 else self.number()
            if not 0 < number < _FIELDS:
                raise ValueError("it has no such field")
            yield number, told & 0x0F

    def skip(self, kind: int, depth: int = 0, in_list: bool = False) -> None:
        """Go past a value."""
        if depth > _DEEPEST:
            raise ValueError("it is too deep")
        match kind:
            case 1 | 2:  # True and False are types of fields; in lists they are bytes.
                self.at += in_list
            case 3:
                self.at += 1
            case 4 | 5 | 6:
                self.varint()
            case 7:
                self.at += 8
            case 8:
                size = self.varint(31)
                self.at += size
            case 9 | 10:
                told = self.byte()
                for _ in range(told >> 4 if told >> 4 < 15 else self.varint(20)):
                    self.skip(told & 0x0F, depth + 1, in_list=True)
            case 12:
                for _, inner in self.fields():
                    self.skip(inner, depth + 1)
            case _:
                raise ValueError("it holds a value of no known type")


def _header(data: bytes) -> tuple[Page, int]:
    """A page by the bytes of its header, and how many these are.

    Raises:
        IndexError: if it goes on behind these bytes.
        ValueError: if it is none.
    """
    thrift, told, about = _Thrift(data), dict[int, int](), dict[tuple[int, int], int]()
    for number, kind in thrift.fields():
        if kind == 12:
            for inner, of in thrift.fields():
                if of == 5:
                    about[number, inner] = thrift.number()
                else:
                    thrift.skip(of)
        elif kind == 5:
            told[number] = thrift.number()
        else:
            thrift.skip(kind)
    if thrift.at > len(data):
        raise IndexError
    if min(told.get(2, -1), told.get(3, -1)) < 0:
        raise ValueError("it has no size")
    is_delta = any(about.get(place) in _DELTA for place in _ENCODINGS.items())
    values = sum(about.get((number, 1), 0) for number in (5, 7, 8))
    return Page(told.get(1) == _DICTIONARY, told[3], told[2], values, is_delta), thrift.at


def pages_in(file: BinaryIO, start: int, end: int) -> Iterator[Page]:
    """The pages of a column between two places of a file, none of them unfolded.

    Raises:
        EOFError: if it is no column of pages.
    """
    while start < end:
        file.seek(start)
        data = file.read(_HEADER)
        try:
            try:
                page, size = _header(data)
            except IndexError:
                page, size = _header(data + file.read(_LONGEST))
        except (IndexError, ValueError):
            raise EOFError("a page has no header") from None
        yield page
        start += size + page.packed


def check(file: BinaryIO, told: Any, most: int, most_at_once: int) -> None:
    """Refuse a file whose pages unfold to more than they may.

    Args:
        told: its `pyarrow.parquet.FileMetaData`.
        most: bytes that all pages may unfold to.
        most_at_once: bytes that the largest pages of all columns may that are side by side: so
            much is in memory at one time.

    Raises:
        UnreadableError: if they do, or it is not known what they do.
        EOFError: if it is damaged.
    """
    if _PAST.match(told.created_by or ""):
        raise UnreadableError("it was written by a version of parquet-mr before 1.3")
    found = unfolded = 0
    for group in map(told.row_group, range(told.num_row_groups)):
        at_once = 0
        for column in map(group.column, range(group.num_columns)):
            if not column.num_values:
                continue  # No page of it is read; where only a dictionary is, it may say none.
            largest, values = defaultdict[bool, int](int), 0
            for page in pages_in(file, *_place(column)):
                found += 1
                if found > MOST_PAGES:
                    raise UnreadableError(f"it has more than {MOST_PAGES:,} pages")
                _check_page(page, column.path_in_schema)
                values += 0 if page.is_dictionary else page.values
                if values > column.num_values:
                    raise EOFError("pages hold more values than their column has")
                unfolded += page.unfolded
                largest[page.is_dictionary] = max(largest[page.is_dictionary], page.unfolded)
            at_once += sum(largest.values())
        _check_size(unfolded, most, "")
        _check_size(at_once, most_at_once, " at once")


def _place(column: Any) -> tuple[int, int]:
    """Where a column begins and ends, as a reader has it."""
    start = column.data_page_offset
    if column.has_dictionary_page and 0 < column.dictionary_page_offset < start:
        start = column.dictionary_page_offset
    return start, start + column.total_compressed_size


def _check_page(page: Page, column: str) -> None:
    if page.is_delta:
        raise UnreadableError(
            f"column {column!r} holds texts as differences (DELTA_BYTE_ARRAY or "
            "DELTA_LENGTH_BYTE_ARRAY), of which nobody can tell how long they get"
        )
    if page.is_dictionary and page.values > page.unfolded:
        raise EOFError("a dictionary holds more values than bytes")


def _check_size(taken: int, most: int, how: str) -> None:
    if taken > most:
        raise UnreadableError(
            f"it unfolds to more than {most / 2**20:,.0f} MiB{how}, the most allowed"
        )
