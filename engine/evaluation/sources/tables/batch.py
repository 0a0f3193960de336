"""Some rows of a file, and where in it they are."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Batch(NamedTuple):
    """Some rows of a file, as they follow each other.

    Attributes:
        rows: a `pyarrow.RecordBatch` of N rows.
        lines: their numbers in the file, (N,): of CSV as if no value had two lines, see
            `csv_lines`; rows of Parquet.
        decimal_comma: whether a comma in a number is its decimal point.
    """

    rows: Any
    lines: NDArray[np.int_]
    decimal_comma: bool = False
