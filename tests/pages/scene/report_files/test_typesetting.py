"""PDF and PNG of a report: a single page with all of its text, typeset from data alone."""

import io
from dataclasses import replace
from typing import Any

import pytest
import typst
from PIL import Image
from pypdf import PageObject, PdfReader

from engine.worlds import WORLDS
from pages.parts.scene.report_files import typesetting
from pages.parts.scene.report_files.builder import report_on
from pages.parts.scene.report_files.paper_sizes import PAPERS, Paper
from pages.parts.scene.report_files.report_content import Report
from pages.parts.scene.report_files.typesetting import as_pdf, as_png, svg_to_png
from tests.engine.worlds.test_pictures import KEPT as PICTURE
from tests.pages.scene.report_files.reports import FIGURE, REPORT, TYPED

papers = pytest.mark.parametrize("paper", PAPERS.values(), ids=list(PAPERS))


def page_of(report: Report, paper: Paper = PAPERS["a4"]) -> PageObject:
    """The only page of a report's PDF."""
    (page,) = PdfReader(io.BytesIO(as_pdf(report, paper))).pages
    return page


def text_of(report: Report, paper: Paper = PAPERS["a4"]) -> str:
    return " ".join(page_of(report, paper).extract_text().split())


@papers
def test_a_pdf_is_one_page_of_its_paper_with_text_and_its_fonts(paper: Paper) -> None:
    page = page_of(REPORT, paper)
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(
        (paper.width, paper.height), abs=0.01
    )
    text = text_of(REPORT, paper)
    for part in (REPORT.title, TYPED, *REPORT.sentences[:1], REPORT.link, "27 November 2026"):
        assert part in text
    assert "mean reward" in text  # Within a chart.
    resources: Any = page["/Resources"]
    for font in resources["/Font"].values():
        for part in font.get_object().get("/DescendantFonts", []):
            assert {"/FontFile2", "/FontFile3"} & set(part.get_object()["/FontDescriptor"])


def test_the_link_in_a_pdf_can_be_followed() -> None:
    annotations: Any = page_of(REPORT)["/Annots"]
    assert {note.get_object()["/A"]["/URI"] for note in annotations} == {REPORT.link}


@papers
def test_the_longest_texts_stay_on_one_page(paper: Paper) -> None:
    name = "A name of sixty letters ".ljust(60, "x")
    crowded = replace(
        REPORT,
        world="W" * 40,
        story="A story of five hundred letters. " * 15,
        offered=((name, PICTURE),) * 50,
        figures=(replace(FIGURE, title=name * 2, keys=(("#015fb0", name),) * 12),) * 2,
        actions=((name, "Pays", "Assumed rate", "Mean reward"),) * 14,
        sentences=(f"{name} earned more than {name}, in the last fifty crowds. " * 2,) * 5,
    )
    text = text_of(crowded, paper)
    assert text.count("in the last fifty crowds") == 10
    assert REPORT.origin in text


def test_a_link_too_long_for_a_code_is_shortened() -> None:
    codes = {}
    for letters in (100, 3_000):
        report = replace(REPORT, link=REPORT.link.ljust(letters, "a"))
        codes[letters] = '"code": "<svg' in typesetting._inputs(report, PAPERS["a4"], [])["report"]
        assert REPORT.link[:20] in text_of(report)
    assert codes == {100: True, 3_000: False}


@pytest.mark.parametrize(
    "host",
    ["localhost:8501", "127.0.0.1:8501", "0.0.0.0:80", "play.localhost", "playground.example"],
)
def test_a_link_that_only_this_machine_can_open_is_not_printed(host: str) -> None:
    report = report_on(WORLDS["coffee"], "T", "A", (FIGURE,), ("S",), 7, f"http://{host}/?seed=7")
    assert ("See it live" in text_of(report)) == (host == "playground.example")


@papers
def test_a_png_is_as_sharp_as_a_projector(paper: Paper) -> None:
    width, height = Image.open(io.BytesIO(as_png(REPORT, paper))).size
    assert width >= 1_400
    assert width / height == pytest.approx(paper.width / paper.height, rel=0.01)


def test_no_file_of_the_server_is_read() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
    assert svg_to_png(svg.format(""))
    with pytest.raises(typst.TypstError, match="failed to load linked image"):
        svg_to_png(svg.format('<image width="9" height="9" href="pages/parts/logo.svg"/>'))


def test_without_an_emoji_font_emoji_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "emoji_fonts", list)
    assert "coffee shop. (croissant) (hot beverage)" in text_of(
        replace(REPORT, story="A coffee shop. 🥐 ☕")
    )


@pytest.mark.parametrize("has_font", [True, False])
def test_labels_of_charts_have_words_only(has_font: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "emoji_fonts", lambda: ["An emoji font"] * has_font)
    drawn = typesetting._drawable("<text>☕ &lt;Tea&gt;</text><text><tspan>🥐</tspan></text>")
    alone = "🥐" if has_font else "(croissant)"
    assert drawn == f"<text>&lt;Tea&gt;</text><text><tspan>{alone}</tspan></text>"


@pytest.mark.nightly
@papers
def test_pictures_of_actions_are_on_the_page_and_of_many_a_count(paper: Paper) -> None:
    def offered(number: int) -> Report:
        return replace(REPORT, offered=(("Roll", PICTURE),) * number)

    most = 9 if paper.is_slide else 5
    for number, pictures in ((2, 2), (50, most)):
        text = text_of(offered(number), paper)
        assert text.count("Roll") == pictures
        assert (f"and {number - pictures} more" in text) == (number > pictures)
    assert len(page_of(offered(1), paper).images) == 1
    assert as_png(REPORT, paper) != as_png(offered(2), paper)


def test_without_a_link_there_is_neither_link_nor_code() -> None:
    assert "See it live" not in text_of(replace(REPORT, link=""))
