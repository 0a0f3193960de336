"""Names of columns, and what may stand before them."""

from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.table import head
from engine.store.exchange.lines import Faults
from tests.engine.evaluation.sources.tables.read import lines_of


def test_names_behind_the_mark_of_a_comment_are_those_of_the_columns() -> None:
    marked, faults = b"# by NumPy\n# id,a\n3,4\n5\n6,7\n", Faults()
    assert head(LogFile("log", marked)).column_names == ["id", "a"]
    assert lines_of(marked, faults) == [3, 5]
    assert [fault.line for fault in faults.first] == [4]
    assert head(LogFile("log", b"# in May, by hand\na,b\n3,4\n")).column_names == ["a", "b"]
