"""Download of everything that a page shows."""

import io
from collections import Counter
from collections.abc import Callable
from pathlib import PurePath
from zipfile import ZipFile

import pandas as pd
import pytest
import streamlit as st

from engine.worlds import WORLDS
from pages.parts.components.page_download import packed
from pages.parts.work.figure_registry import Drawn, begin_page, drawing_part, drawn_here, drawn_now
from tests.pages.conftest import App


def noted(app: App) -> tuple[int, int]:
    """Number of charts and tables registered for the download."""
    parts = app.at.session_state["drawn"].values()
    return sum(len(part.figures) for part in parts), sum(len(part.tables) for part in parts)


def shown(app: App) -> tuple[int, int]:
    """Number of charts and tables on the page."""
    return len(app.at.get("vega_lite_chart")) + len(app.charts), len(app.at.dataframe)


def check_files(app: App) -> None:
    """Check the files from Play together with an additional table."""
    rows = pd.DataFrame({"who": ["=1+1"], "chance": [0.25]})
    parts = app.at.session_state["drawn"] | {"more": Drawn(tables={"who": rows})}
    with ZipFile(io.BytesIO(packed(parts))) as file:
        names = [PurePath(name) for name in file.namelist()]
        told = file.read("table-who.csv").decode()
        drawings = [file.read(str(name)).decode() for name in names if name.suffix == ".svg"]
    assert Counter(name.suffix for name in names) == {
        ".svg": 2, ".png": 2, ".csv": 3, ".parquet": 3,
    }  # fmt: skip
    assert told.splitlines() == ["who,chance", "'=1+1,0.25"]
    # Each drawing has its description, and the map the colours of the actions.
    assert "A bell and a bar for each action" in drawings[0]
    assert all(item.name in drawings[1] for item in WORLDS["coffee"].items)


@pytest.mark.nightly
def test_every_chart_and_table_of_a_page_and_no_other(open_app: Callable[..., App]) -> None:
    app = open_app()
    assert noted(app) == shown(app) == (2, 0)
    check_files(app)
    app.click("let-in-10").finish_the_crowd()
    assert noted(app) == shown(app) == (3, 0)
    seen = set()
    for page in ("why", "compare", "evaluate", "worlds", "learn"):
        app.at.switch_page(f"../../{page}.py")
        app.run().run()
        assert noted(app) == shown(app)
        seen.add(shown(app))
    assert len(seen) > 3


def test_drawn_figures_stay_until_the_part_is_redrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(st, "session_state", {})
    for keys in (("a", "b"), ("b",)):
        with drawing_part("frame"):
            for key in keys:
                drawn_now().tables[key] = pd.DataFrame()
            assert set(drawn_here()) <= {"frame"}
        assert tuple(drawn_here()["frame"].tables) == keys
    drawn_now().tables["page"] = pd.DataFrame()
    assert len(drawn_here()) == 2
    begin_page()
    assert not drawn_here()
