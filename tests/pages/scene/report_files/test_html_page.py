"""A report as an HTML page: self-contained, readable on phones, typed text as text."""

import re
from dataclasses import replace

import pytest

from engine.worlds.coffee import COFFEE
from engine.worlds.taste import Taste
from engine.worlds.world import World
from pages.parts.scene.report_files.builder import report_on
from pages.parts.scene.report_files.html_page import as_html
from pages.parts.scene.report_files.paper_sizes import PAPERS
from pages.parts.scene.report_files.report_content import Report
from tests.engine.worlds.test_pictures import KEPT as PICTURE
from tests.pages.own_bank import OWN_BANK
from tests.pages.scene.report_files.reports import FIGURE, REPORT, TYPED


@pytest.fixture(scope="module")
def page() -> str:
    return as_html(replace(REPORT, offered=((TYPED, PICTURE),)), PAPERS["a4"]).decode()


def test_a_page_asks_no_other_machine_and_runs_nothing(page: str) -> None:
    assert "<script" not in page
    assert "default-src 'none'" in page
    links = re.findall(r"""(?:href|src|url)\s*[=(]\s*["']?([^"'\s)]+)""", page)
    outside = {link for link in links if not link.startswith(("#", "data:image/"))}
    assert outside == {REPORT.link.replace("&", "&amp;")}
    assert f'<a href="{REPORT.link.replace("&", "&amp;")}"' in page


def test_typed_text_is_text(page: str) -> None:
    assert "<b>ß" not in page
    assert page.count("&lt;b&gt;ß&lt;/b&gt;") == 1 + 1 + len(REPORT.figures)


def test_charts_have_a_form_for_phones_whose_type_can_be_read(page: str) -> None:
    ids = re.findall(r' id="(\w[\w-]*)"', page)
    assert len(ids) == len({*ids})
    charts = re.findall(
        r'<div class="(wide|narrow)"><svg.*?viewBox="0 0 ([\d.]+).*?font-size="([\d.]+)', page
    )
    assert [name for name, _, _ in charts] == ["wide", "narrow"] * len(REPORT.figures)
    for name, width, size in charts:
        window = 684 if name == "wide" else 354
        assert float(size) * window / float(width) >= 9.5


def test_a_chart_may_have_another_one_for_phones() -> None:
    other = replace(FIGURE, spec=FIGURE.spec | {"title": "For phones"})
    page = as_html(replace(REPORT, figures=(replace(FIGURE, narrow=other),)), PAPERS["a4"])
    wide, _, narrow = page.decode().partition('class="narrow"')
    assert ("For phones" in wide, "For phones" in narrow) == (False, True)


def test_a_simulation_has_the_prices_and_rates_of_its_actions() -> None:
    report = report_on(OWN_BANK, "T", "A.", (FIGURE,), ("S",), 7, "", is_simulation=True)
    assert report.world == "Simulation: Our bank"
    assert "The world is simulated" in report.about
    head, premium, *_, nothing = report.actions
    assert head == ("Action", "Pays", "Assumed rate", "€ per 1,000 visitors")
    assert premium == ("Premium card", "120\u00a0€", "2.5\u00a0%", "3,000")
    assert report.actions[3][1:] == ("300\u00a0€", "0.734\u00a0%", "2,202"), "their product"
    assert nothing == ("Nothing new", "0\u00a0€", "0.5\u00a0%", "0")
    page = as_html(report, PAPERS["a4"]).decode()
    assert "<th>Assumed rate</th>" in page
    assert "<td>3,000</td>" in page
    assert "<table>" not in as_html(report, PAPERS["16-9"]).decode()


def test_of_many_actions_those_that_earn_most_are_in_the_table() -> None:
    items = tuple(replace(COFFEE.items[0], id=f"n{n}", title="") for n in range(20))
    world = replace(
        COFFEE, items=items, taste=lambda context, item: Taste(0, int(item.id[1:]) / 50)
    )
    _, *rows, rest = report_on(world, "", "", (), (), None, "", is_simulation=True).actions
    assert [row[0] for row in rows] == [f"n{n}" for n in range(8, 20)]
    assert rest == ("and 8 more", "", "")


def test_a_slide_has_its_own_proportions() -> None:
    pages = [as_html(REPORT, paper).decode() for paper in PAPERS.values()]
    assert ["<main class=slide>" in page for page in pages] == [False, True]
    assert ["size:960pt 540pt" in page for page in pages] == [False, True]


def test_without_a_link_there_is_neither_link_nor_code() -> None:
    page = as_html(replace(REPORT, link=""), PAPERS["a4"]).decode()
    assert "See it live" not in page
    assert page.count("<svg") == 2 * len(REPORT.figures)


def test_a_report_that_hides_the_truth_has_prices_but_no_rates() -> None:
    def reported(world: World, truth: bool) -> Report:
        about = world, "Title", "About.", (), (), 7, ""
        return report_on(*about, is_simulation=True, truth=truth)

    hidden = reported(OWN_BANK, truth=False)
    assert hidden.world == "Simulation: Our bank"
    assert hidden.actions[:2] == (("Action", "Pays"), ("Premium card", "120\u00a0€"))
    assert reported(OWN_BANK, truth=True).actions[0][2] == "Assumed rate"
    assert reported(COFFEE, truth=False).actions == ()
