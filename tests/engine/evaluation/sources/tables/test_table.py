"""Files of either kind have bounds, of columns and of bytes."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from engine.errors import RejectedError
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.table import batches, head
from engine.store.exchange.lines import Faults
from tests.engine.evaluation.sources.made import as_csv, as_parquet


@pytest.mark.parametrize("write", [partial(as_csv, pack=True), as_parquet])
def test_what_unfolds_to_too_much_is_one_sentence(write: Callable[[pa.Table], bytes]) -> None:
    data = write(pa.table({"a": pa.array(np.zeros(1_000_000, dtype=np.int64))}))
    assert len(data) < 20_000
    reason = "it unfolds to more than 1 MiB, the most allowed"
    faults = Faults()
    assert len(list(batches(LogFile("log", data, 64 << 20), ["a"], faults))) > 1
    assert not faults.total
    list(batches(LogFile("log", data, 1 << 20), ["a"], faults))
    assert [fault.reason for fault in faults.first] == [reason]


@pytest.mark.parametrize("write", [as_csv, as_parquet])
def test_a_file_has_no_more_columns_than_can_be_told_apart(
    write: Callable[[pa.Table], bytes],
) -> None:
    data = write(pa.table({f"c{n}": [1] for n in range(1_001)}))
    with pytest.raises(RejectedError, match="it has 1,001 columns, but at most 1,000 are allowed"):
        head(LogFile("log", data))
