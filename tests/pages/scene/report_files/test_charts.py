"""Charts of a report, and their files in a ZIP."""

import io
import re
from dataclasses import replace
from math import inf
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.worlds import world_from_json
from pages.parts.charts.context_map import map_rows, map_spec
from pages.parts.charts.map_axes import axes_of
from pages.parts.components import report_links
from pages.parts.scene.part_types import Figure
from pages.parts.scene.report_files.charts import chart_svg, charts_within, standalone_svg
from pages.parts.scene.report_files.charts_zip import as_zip
from pages.parts.scene.report_files.paper_sizes import PAPERS
from pages.parts.scene.report_files.typesetting import as_pdf
from tests.engine.worlds.random_worlds import bakery
from tests.engine.worlds.test_pictures import KEPT as PICTURE
from tests.pages.scene.report_files.reports import FIGURE, REPORT, TYPED


def test_a_zip_has_charts_and_the_rows_that_they_draw() -> None:
    with ZipFile(io.BytesIO(as_zip(REPORT.figures))) as packed:
        names = packed.namelist()
        assert [Path(name).suffix for name in names] == [".svg", ".png", ".csv", ".parquet"] * 2
        rows = pq.read_table(io.BytesIO(packed.read(names[3])))
        assert rows.equals(REPORT.figures[0].rows)
        ElementTree.fromstring(packed.read(names[0]))
        assert Image.open(io.BytesIO(packed.read(names[1]))).width == 1_800
        assert len(packed.read(names[2]).decode().splitlines()) == rows.num_rows + 1


def test_a_chart_that_stands_alone_says_what_its_marks_and_colours_mean() -> None:
    long = "Dotted: the best that could be had, for each of those who came. " * 3
    svg = standalone_svg(replace(FIGURE, marks=long), 720)
    texts = [node.text for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("}text")]
    assert FIGURE.title in texts
    assert TYPED in texts
    assert long.strip() in " ".join(filter(None, texts))


def test_before_anything_happened_no_file_is_made() -> None:
    assert report_links._charts(None) is None
    assert report_links._maker(lambda link: None, "", "a4", "pdf")() is None
    made = report_links._maker(lambda link: REPORT, "", "a4", "html")()
    assert made is not None
    assert REPORT.title.encode() in made


def test_a_map_with_picture_files_becomes_a_pdf_and_an_svg_without_webp() -> None:
    changed = bakery(version=4)
    changed["items"][0]["picture"] = PICTURE
    changed["items"][1]["id"] = "🍰"
    world = world_from_json(changed)
    axes = next(iter(axes_of(world)))
    cells = favoured_actions(LearningLoop(seed=1), world)
    rows = map_rows(world, cells, world.contexts[0], axes, True, True).drop_columns(["here"])
    mapped = Figure("map", "Map", "Map", map_spec(world, False, axes), rows)
    assert as_pdf(replace(REPORT, figures=(mapped,)), PAPERS["a4"]).startswith(b"%PDF")
    with ZipFile(io.BytesIO(as_zip((mapped,)))) as packed:
        assert "1-map.png" in packed.namelist()
        assert b"data:image/png" in packed.read("1-map.svg")
        assert b"image/webp" not in packed.read("1-map.svg")


def test_a_label_has_the_room_that_paper_has() -> None:
    name = "Aprikosen-Streuselkuchen vom Blech"
    axis = {"field": "name", "type": "nominal", "axis": {"labelLimit": 60}}
    spec = {"mark": "bar", "encoding": {"y": axis, "x": {"field": "n", "type": "quantitative"}}}
    figure = Figure("cakes", "Cakes", "Cakes", spec, pa.table({"name": [name], "n": [1.0]}))
    assert f">{name}<" in chart_svg(figure, 600)
    assert f">{name}<" not in chart_svg(figure, 320)
    (wider,) = charts_within([figure], 320, inf)
    assert f">{name}<" in wider


def test_charts_below_one_another_have_type_of_one_size_and_fit() -> None:
    low = replace(FIGURE, spec=FIGURE.spec | {"height": FIGURE.spec["height"] // 2})
    charts = charts_within((low, FIGURE), 500, 300)
    sizes = [re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', chart)[0] for chart in charts]
    (first, _), (second, _) = sizes
    assert first == second
    assert sum(float(height) for _, height in sizes) / float(first) * 500 <= 300.5
