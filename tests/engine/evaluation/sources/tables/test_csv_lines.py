"""Lines of files in which values have several."""

import pyarrow as pa
import pytest

from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.csv_lines import tell_lines
from engine.evaluation.sources.tables.table import batches
from engine.store.exchange.lines import Faults


@pytest.mark.parametrize(
    "data",
    [
        b'a,b\n"1\n2",3\n9,4\n5\n',
        b'\n# by hand, in May\na|b\n1|"3\n"\n9|4\n5\n',
        b'a;b\r"1\r",3\r9;4\r5\r'.replace(b",", b";"),
    ],
)
def test_a_line_is_that_of_the_file_where_values_have_several(data: bytes) -> None:
    faults = Faults()
    file = LogFile("log", data)
    read = pa.concat_tables(
        [pa.Table.from_batches([batch.rows]) for batch in batches(file, ["a"], faults)]
    )
    assert list(tell_lines(file, faults)) == []
    assert read["a"].to_pylist()[-1] == b"9"
    wrong = 1 + data[: data.rindex(b"5")].replace(b"\r", b"\n").count(b"\n")
    assert [fault.line for fault in faults.first] == [wrong]
