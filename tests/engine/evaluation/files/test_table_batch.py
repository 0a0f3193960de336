"""A batch knows the position of its rows in the file and the number format of the file."""

from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.table_file import batches
from engine.store.exchange.untrusted_lines import Faults
from tests.engine.evaluation.files.sample_files import as_parquet, table


def test_rows_are_numbered_as_their_file_counts_them() -> None:
    (rows,) = batches(LogFile("log", as_parquet(table(3))), ["action"], Faults())
    assert (rows.lines.tolist(), rows.decimal_comma) == ([1, 2, 3], False)
    (rows,) = batches(LogFile("log", b"action;reward\na;0,5\n\nb;1\n"), ["action"], Faults())
    assert (rows.lines.tolist(), rows.decimal_comma) == ([2, 4], True)
