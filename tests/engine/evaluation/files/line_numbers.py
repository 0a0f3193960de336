"""Line numbers of the rows that are read from a file."""

from itertools import chain

from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.table_file import batches
from engine.store.exchange.untrusted_lines import Faults


def lines_of(data: bytes, faults: Faults) -> list[int]:
    """Return the line numbers of the rows of a column ``a``."""
    parts = batches(LogFile("log", data), ["a"], faults)
    return list(chain.from_iterable(batch.lines.tolist() for batch in parts))
