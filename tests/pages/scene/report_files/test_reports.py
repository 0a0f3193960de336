"""The report of each page agrees with the page and the engine."""

import io
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.mean_intervals import estimate, estimate_of_rewards
from engine.experiments.business_figures import gained
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, world_from_json
from engine.worlds.success_levels import Level
from pages.parts.charts.context_map import map_rows, map_spec
from pages.parts.charts.forest import Branch
from pages.parts.charts.map_axes import Axes
from pages.parts.compare import page_content as compare
from pages.parts.evaluate import page_content as evaluate
from pages.parts.evaluate.wording import headline_row, served
from pages.parts.play import report as play
from pages.parts.play.page_settings import PlaySetup
from pages.parts.race import page_content as race
from pages.parts.scene.part_types import Figure
from pages.parts.scene.report_files.builder import report_on
from pages.parts.scene.report_files.charts import chart_svg
from pages.parts.scene.report_files.charts_zip import as_zip
from pages.parts.scene.report_files.paper_sizes import PAPERS
from pages.parts.scene.report_files.typesetting import as_pdf
from pages.parts.settings.loop_library_access import library
from pages.parts.text.format import bare
from tests.engine.worlds.random_worlds import bakery
from tests.engine.worlds.test_pictures import KEPT as PICTURE
from tests.pages.conftest import App, CompareApp, EvaluateApp, RaceApp
from tests.pages.own_bank import OWN_BANK

LINK = "https://playground.example/?loop=abc"


def test_of_a_loop(open_app: Callable[..., App]) -> None:
    app = open_app(seed="3")
    assert play.report(app.session, LINK) is None
    app.click("let-in-100").finish_the_crowd()
    report = play.report(app.session, LINK)
    assert report is not None
    rewards = app.session.open.stored.follow(LearningCurve).rewards
    result = estimate_of_rewards(rewards)
    assert (
        f"All 100 gave {result.mean:.2f} each (95 % interval {result.low:.2f} to"
        in (report.sentences[-1])
    )
    assert (report.world, report.seed, report.link) == ("Simulation: Coffee", 3, LINK)
    assert [name for _, name in report.figures[0].keys] == [
        item.name for item in app.session.open.world.items
    ]
    strengths = report.figures[0].rows["strength"].to_pylist()
    assert all(strength == 0 or strength >= 0.3 for strength in strengths)
    assert report.figures[0].rows["seen"].to_pylist() == [float(s > 0) for s in strengths]
    assert as_pdf(report, PAPERS["a4"]).startswith(b"%PDF")


def test_a_map_with_long_names_stands_upright_on_paper(open_app: Callable[..., App]) -> None:
    open_app()
    for world, field in ((WORLDS["coffee"], "row"), (OWN_BANK, "column")):
        stored = library().begin("somebody", world, 7, PlaySetup().settings())
        stored.together(partial(deque, crowd(stored.loop, world, 30)))
        report = play.report(open_app(loop=stored.id).session, LINK)
        assert report is not None
        assert report.figures[0].spec["layer"][0]["encoding"]["y"]["field"] == field


def test_of_a_comparison(open_compare: Callable[..., CompareApp]) -> None:
    app = open_compare()
    report = compare.report(app.session, LINK)
    assert report is not None
    uplift = estimate(gained(app.session.comparison, 0, "online"))
    assert report.sentences[0].startswith("Always online, from the first visitor on: ")
    word = "more" if uplift.mean > 0 else "less"
    assert f"{abs(uplift.mean):.2f} {word} per visitor than today's rules" in report.sentences[0]
    assert len(report.sentences) == 4
    with ZipFile(io.BytesIO(as_zip((*report.figures, *report.further)))) as packed:
        names = [Path(name) for name in packed.namelist()]
    assert {path.suffix for path in names} == {".svg", ".png", ".csv", ".parquet"}
    assert len(names) == 4 * (len(report.figures) + len(report.further)) == 20
    assert as_pdf(report, PAPERS["16-9"]).startswith(b"%PDF")


def test_of_a_race(open_race: Callable[..., RaceApp]) -> None:
    app = open_race(visitors="200", crowds="2", who="epsilon,ab,uniform")
    assert race.report(app.session, LINK) is None
    app.click("start").finish_the_race()
    report = race.report(app.session, LINK)
    assert report is not None
    best = app.session.known.finals()[0]
    assert f"earned most: {best.reward.mean:.3f} (" in report.sentences[0]
    size, late, more, missed = report.sentences[1:]
    assert missed.startswith("Missed rewards leave chance out")
    assert size.startswith("An A/B test of these 4 actions needs ")
    latest = app.session.known.latest(best.contender)
    name = app.session.displayed.names[best.contender]
    assert late.startswith(
        f"{name} earned {latest.mean:.2f} per visitor from the last 10 visitors of each "
        "repetition (95\u00a0% interval"
    )
    assert more.startswith(f"{name} missed {best.regret.mean:,.0f} rewards over 200 visitors, ")
    assert all(chart_svg(figure, 500) for figure in report.further)
    assert as_pdf(report, PAPERS["a4"]).startswith(b"%PDF")


def test_of_many_actions_those_that_would_earn_most_are_drawn() -> None:
    policies = [Branch("what ran", None, None, 0.5)]
    actions = [Branch(f"a{n}", n, None, None if n == 3 else n / 50) for n in range(50)]
    shown = evaluate.largest_of([*policies, *actions])
    assert shown == [*policies, *actions[-14:]]
    assert evaluate.largest_of(actions[:15]) == actions[:15]


def test_of_a_log(open_evaluate: Callable[..., EvaluateApp]) -> None:
    app = open_evaluate(visitors="300")
    report, result = evaluate.report(app.session, "Asked: 300.", LINK), app.session.result
    assert report is not None
    assert result is not None
    row = headline_row(result, app.session.setup)
    assert row is not None
    assert report.sentences[0] == bare(served(result, row, app.session.setup))
    assert as_pdf(report, PAPERS["a4"]).startswith(b"%PDF")
    guessing = open_evaluate(visitors="300", guess="1").session
    assert guessing.hides
    assert evaluate.report(guessing, "", LINK) is None


@pytest.mark.parametrize("told", ["**a** &#42;b&#42;", ":green-badge[a *b*]"])
def test_no_mark_of_markdown_is_left(told: str) -> None:
    assert "**" not in bare(told)
    assert "badge" not in bare(told)


def test_of_partial_rewards_worth_and_share_are_told() -> None:
    levels = Level(0.4, "Basket"), Level(0.1, "Looked", 3.0), Level(1.0, "Bought")
    coffee = replace(WORLDS["coffee"], levels=levels)
    report, plain = (report_on(one, "", "", (), (), None, "") for one in (coffee, WORLDS["coffee"]))
    assert report.story.startswith(plain.story)
    assert report.story.endswith("of each: Basket 0.40 (25\u00a0%), Looked 0.10 (75\u00a0%).")
    one = replace(coffee, levels=(Level(0.4),), story="Best in town")
    story = report_on(one, "", "", (), (), None, "").story
    assert story == "Best in town. A partial reward is worth 0.40 of a full one."
    items = (replace(coffee.items[0], picture=PICTURE), *coffee.items[1:])
    pictured = report_on(replace(coffee, items=items), "", "", (), (), None, "")
    assert (plain.offered, pictured.offered) == ((), ((items[0].name, PICTURE),))


def test_the_map_of_a_report_has_names_where_the_page_has_emoji() -> None:
    changed = bakery(version=4)
    first = changed["fields"][0]
    for value, name in zip(first["values"], ("Sunny", "Fan ⚽"), strict=True):
        value |= {"name": name, "emoji": "☀️"}
    world = world_from_json(changed)
    cells = favoured_actions(LearningLoop(seed=1), world)
    named, here = play.without_emoji(world), world.contexts[0]
    axes = Axes(first["name"], tuple(field.name for field in world.fields[1:]))
    rows = map_rows(named, cells, here, axes, True, True).drop_columns(["here"])
    drawn = chart_svg(Figure("map", "Map", "Map", map_spec(named, False, axes), rows), 700)
    assert {"Sunny", "Fan ⚽"} == set(rows["row"].to_pylist())
    assert set(rows["emoji"].to_pylist()) == {""}
    assert ">Sunny</text>" in drawn
    assert any(f">{item.name}</text>" in drawn for item in world.items)
