"""Files of a report: one page, whose text can be selected, that needs nothing from elsewhere."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from pypdf import PdfReader

from engine import LearningLoop
from engine.evaluation.context_map import favourites
from engine.worlds import world_from_json
from pages.parts.charts.context_map import map_rows, map_spec
from pages.parts.charts.map_axes import axes_of
from pages.parts.components import take_home
from pages.parts.scene.report_files import charts_zip
from pages.parts.scene.report_files.charts_zip import as_zip
from pages.parts.scene.report_files.files import PAPERS, as_html, as_pdf, as_png
from pages.parts.scene.report_files.report import Figure
from pages.parts.scene.report_files.sheet import PHONE, Paper, figure_svg, sheet
from tests.engine.worlds.random_worlds import bakery
from tests.engine.worlds.test_pictures import KEPT as PICTURE
from tests.pages.scene.report_files.reports import FIGURE, REPORT, TYPED

papers = pytest.mark.parametrize("paper", PAPERS.values(), ids=list(PAPERS))


@papers
def test_a_pdf_is_one_page_of_its_paper_with_text_and_its_letters(paper: Paper) -> None:
    (page,) = PdfReader(io.BytesIO(as_pdf(REPORT, paper))).pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(
        (paper.width, paper.height), abs=0.01
    )
    told = " ".join(page.extract_text().split())
    for said in (REPORT.title, TYPED, *REPORT.sentences[:1], REPORT.link, "27 November 2026"):
        assert said in told
    resources: Any = page["/Resources"]
    for font in resources["/Font"].values():
        (used,) = font.get_object()["/DescendantFonts"]
        described = used.get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described)


def test_a_link_that_is_too_long_for_a_code_is_said_alone() -> None:
    short, long = (
        sheet(replace(REPORT, link=REPORT.link.ljust(letters, "a")), PAPERS["a4"])
        for letters in (100, 3_000)
    )
    assert (short.count("crispEdges"), long.count("crispEdges")) == (1, 0)
    assert REPORT.link[:20] in long


@papers
def test_a_picture_is_as_sharp_as_a_projector(paper: Paper) -> None:
    width, height = Image.open(io.BytesIO(as_png(REPORT, paper))).size
    assert width >= 1_400
    assert width / height == pytest.approx(paper.width / paper.height, rel=0.01)


def test_a_page_asks_nobody_for_anything_and_runs_nothing() -> None:
    page = as_html(REPORT, PAPERS["a4"]).decode()
    assert "<script" not in page
    assert "default-src 'none'" in page
    links = re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?(?!#)(\S+)', page)
    assert not [link for link in links if not link.startswith("#")]


@papers
def test_a_page_has_a_sheet_for_phones_too_whose_type_can_be_read(paper: Paper) -> None:
    page = as_html(REPORT, paper).decode()
    names = re.findall(r' id="(\w[\w-]*)"', page)
    assert len(names) == len({*names})
    narrow = page.partition('class="narrow"')[2]
    for said in (REPORT.title, REPORT.sentences[0], *(figure.title for figure in REPORT.figures)):
        assert f">{said}<" in narrow
    drawn = re.findall(r'<svg [^>]*viewBox="0 0 ([\d.]+)', narrow)
    assert float(drawn[0]) == PHONE.width
    heights = map(float, re.findall(r'font-size="([\d.]+)(?:px)?"', narrow))
    assert min(heights) >= 9.5


def test_a_sheet_for_phones_is_as_high_as_what_stands_on_it() -> None:
    short, long = (
        float(re.findall(r'height="([\d.]+)"', sheet(replace(REPORT, sentences=told), PHONE))[0])
        for told in (REPORT.sentences[:1], REPORT.sentences[:1] * 20)
    )
    assert long > short + 300
    narrow = replace(FIGURE, title="The other one")
    told = sheet(replace(REPORT, figures=(replace(FIGURE, narrow=narrow),)), PHONE)
    assert "The other one" in told
    assert "The other one" not in sheet(replace(REPORT, figures=(FIGURE,)), PAPERS["a4"])


@papers
def test_nothing_stands_outside_the_margins_nor_above_something_else(paper: Paper) -> None:
    root = ElementTree.fromstring(sheet(REPORT, paper))
    space = "{http://www.w3.org/2000/svg}"
    lines = root.findall(f"{space}text")
    assert all(paper.margin <= float(one.attrib["x"]) for one in lines)
    ends = [float(one.attrib["y"]) for one in lines]
    assert max(ends) <= paper.height - paper.margin / 2
    inner = root.findall(f"{space}svg")
    assert len(inner) == (3 if paper.beside == 1 else 2)
    boxes = [
        tuple(float(one.attrib[name]) for name in ("x", "y", "width", "height")) for one in inner
    ]
    for x, y, wide, high in boxes:
        assert x + wide <= paper.width - paper.margin + 0.01
        assert y + high <= paper.height
        assert not any(
            x < float(t.attrib["x"]) < x + wide and y < e < y + high
            for t, e in zip(lines, ends, strict=True)
        )


def test_charts_go_along_with_the_rows_that_they_draw() -> None:
    with ZipFile(io.BytesIO(as_zip(REPORT.figures))) as packed:
        names = packed.namelist()
        assert [Path(name).suffix for name in names] == [".svg", ".png", ".csv", ".parquet"] * 2
        rows = pq.read_table(io.BytesIO(packed.read(names[3])))
        assert rows.equals(REPORT.figures[0].rows)
        ElementTree.fromstring(packed.read(names[0]))
        told = packed.read(names[2]).decode().splitlines()
        assert len(told) == rows.num_rows + 1


def test_before_anything_happened_nothing_is_made() -> None:
    assert take_home._charts(None) is None
    assert take_home._making(lambda link: None, "", "a4", "pdf")() is None
    made = take_home._making(lambda link: REPORT, "", "a4", "html")()
    assert made is not None
    assert REPORT.title.encode() in made


def test_what_nobody_else_can_see_has_neither_link_nor_code() -> None:
    page = sheet(replace(REPORT, link=""), PAPERS["a4"])
    assert "See it live" not in page
    assert page.count("<svg") == 1 + len(REPORT.figures)


@papers
def test_a_picture_file_of_an_action_is_in_every_file_of_a_report(paper: Paper) -> None:
    pictured = replace(REPORT, offered=(("Roll", PICTURE), (TYPED, PICTURE)))
    for told, sheets in ((sheet(pictured, paper), 1), (as_html(pictured, paper).decode(), 2)):
        assert told.count("data:image/png") == 2 * sheets
        assert "image/webp" not in told
    (page,) = PdfReader(io.BytesIO(as_pdf(pictured, paper))).pages
    assert "Roll" in page.extract_text()
    assert len(page.images) == 2
    plain, drawn = as_png(REPORT, paper), as_png(pictured, paper)
    assert plain != drawn


@papers
@pytest.mark.parametrize(
    "name", ["Roll", "An action whose name is long " * 8], ids=["short", "long"]
)
def test_of_many_pictured_actions_it_is_said_how_many_are_left_out(paper: Paper, name: str) -> None:
    many = replace(REPORT, offered=((name, PICTURE),) * 50)
    drawn = sheet(many, paper)
    shown, (left,) = drawn.count("<image"), re.findall(r">and (\d+) more<", drawn)
    assert shown >= 3
    assert shown + int(left) == 50
    few = sheet(replace(many, offered=many.offered[:2]), paper)
    assert (few.count("<image"), " more<" in few) == (2, False)


def test_a_map_with_picture_files_becomes_a_pdf() -> None:
    told = bakery(version=4)
    told["items"][0]["picture"] = PICTURE
    told["items"][1]["id"] = "🍰"
    world = world_from_json(told)
    axes = next(iter(axes_of(world)))
    cells = favourites(LearningLoop(seed=1), world)
    rows = map_rows(world, cells, world.contexts[0], axes, 0, True, True).drop_columns(["here"])
    mapped = Figure("Map", map_spec(world, False, axes), rows)
    report = replace(REPORT, figures=(mapped,))
    assert "image/webp" not in sheet(report, PAPERS["a4"])
    assert as_pdf(report, PAPERS["a4"]).startswith(b"%PDF")
    with ZipFile(io.BytesIO(as_zip(report.figures))) as packed:
        assert "1-map.png" in packed.namelist()


def test_pictures_beside_words_go_unless_they_alone_tell_names_apart() -> None:
    writing = charts_zip._writing
    for names, left in ((("☕ Tea", "🥐 Cake"), "Tea"), (("☕ Tea", "🥐 Tea"), "☕ Tea")):
        figure = replace(REPORT.figures[0], rows=pa.table({"name": names, "value": [1, 2]}))
        told = writing(figure)("☕ Tea")
        assert told == (left if charts_zip.has_pictures() else "Tea")


def test_a_name_beside_an_axis_has_the_room_that_paper_has() -> None:
    name = "Aprikosen-Streuselkuchen vom Blech"
    axis = {"field": "name", "type": "nominal", "axis": {"labelLimit": 60}}
    spec = {"mark": "bar", "encoding": {"y": axis, "x": {"field": "n", "type": "quantitative"}}}
    drawn = figure_svg(Figure("Cakes", spec, pa.table({"name": [name], "n": [1.0]})), 600)
    assert f">{name}<" in drawn


def test_charts_below_one_another_have_type_of_one_height() -> None:
    """However high each is on its page."""
    low = replace(FIGURE, spec=FIGURE.spec | {"height": FIGURE.spec["height"] // 2})
    root = ElementTree.fromstring(sheet(replace(REPORT, figures=(low, FIGURE)), PAPERS["a4"]))
    charts = [one for one in root if one.attrib.get("x") == f"{PAPERS['a4'].margin:g}"]
    boxes = [
        (one.attrib["width"], one.attrib["viewBox"].split()[2])
        for one in charts
        if "viewBox" in one.attrib
    ]
    first, second = [float(width) / float(own) for width, own in boxes if float(width) > 200]
    assert first == pytest.approx(second, rel=0.1)
    assert first < 1
