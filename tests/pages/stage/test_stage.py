"""Every page on the stage: its screens, each with a sentence and a chart, and without controls."""

from collections.abc import Callable

import pytest

from engine.worlds import GALLERY, key_of, world_from_json
from pages.parts.compare.stage_screens import compare_show
from pages.parts.evaluate.stage_screens import evaluate_show
from pages.parts.play.stage_screens import play_show
from pages.parts.race.stage_screens import race_show
from pages.parts.shell.page_list import MENU, WHY
from pages.parts.text.glossary import terms, texts
from pages.parts.worlds.session import WorldsSession
from pages.stage import TALKS
from tests.engine.worlds.random_worlds import large
from tests.pages.conftest import App, AppFromPlay, CompareApp, EvaluateApp, RaceApp

Open = Callable[..., App]


def said(app: App) -> str:
    """The sentence of the screen."""
    (title,) = app.at.title
    return str(title.value)


def go_to(app: App, screen: str) -> App:
    """Show a screen, as a link does."""
    app.at.query_params["screen"] = screen
    return app.run()


def pictures(app: App) -> list[str]:
    """Descriptions of all charts for screen readers."""
    return [chart.proto.alt for chart in app.at.get("vega_lite_chart")]


@pytest.mark.parametrize("world", ["coffee", "movies"])
def test_every_screen_of_play_is_one_sentence_and_one_picture(open_app: Open, world: str) -> None:
    app = open_app(stage="1", world=world)
    assert not app.at.button
    app.session.live.step()
    for screen in play_show(app.session).screens:
        go_to(app, screen.name)
        assert said(app) == screen.say()
        assert len(pictures(app)) == 1
        assert screen.note


def test_every_screen_of_compare_has_a_sentence_and_shows_something(
    open_compare: Callable[..., CompareApp],
) -> None:
    app = open_compare(stage="1")
    app.finish_the_crowd()
    for screen in compare_show(app.session).screens:
        go_to(app, screen.name)
        assert said(app) == screen.say()
        assert len(pictures(app)) == 1


@pytest.mark.slow
def test_a_race_is_run_on_the_stage_and_its_screens_show_what_came_of_it(
    open_race: Callable[..., RaceApp],
) -> None:
    app = open_race(stage="1", visitors="200", crowds="2", who="ours,uniform")
    assert said(app) == "Which method earns most?"
    assert pictures(app) == ["Map of the best offers"]
    start = race_show(app.session).screens[1].do
    assert start is not None
    go_to(app, "curves")
    assert said(app) == "No race yet."
    app.session.start(app.session.setup, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(app.session), "is_live", True)
        assert not race_show(app.session).is_busy, "a race in advance holds up the first step"
    app.finish_the_race()
    for screen in race_show(app.session).screens[1:]:
        go_to(app, screen.name)
        assert said(app) == screen.say()
        assert len(pictures(app)) == 1
    assert "This engine" in said(app)


def test_what_a_log_tells_is_reported_asked_and_held_against_the_truth(
    open_evaluate: Callable[..., EvaluateApp],
) -> None:
    app = open_evaluate(stage="1", visitors="300")
    assert "where it was shown" in said(app)
    assert "everybody" not in said(app)
    for screen in evaluate_show(app.session).screens:
        go_to(app, screen.name)
        assert said(app) == screen.say()
        assert len(pictures(app)) == 1
    assert "If everybody had got it, it would have earned about" in said(go_to(app, "asked"))
    assert "The truth is" in said(go_to(app, "truth"))


class DataApp(AppFromPlay):
    """The app on the Data page."""

    PAGE = "../../data.py"


def test_data_on_the_stage_is_a_list_without_controls(open_app: Open) -> None:
    app = DataApp(stage="1")
    assert said(app).startswith("The first answer on Play starts a session.")
    assert len(pictures(app)) == 1, "the beliefs with which a session begins"
    assert not app.at.button


@pytest.mark.parametrize(("visitors", "number"), [(1, 1), (12, 0)])
def test_sessions_without_a_curve_stand_above_a_picture(
    open_app: Open, visitors: int, number: int
) -> None:
    app = open_app()
    for _ in range(visitors):
        app.answer(1.0)
    app.at.query_params["stage"] = "1"
    app.at.switch_page("../../data.py")
    app.run()
    assert said(app).startswith("1 session, taught by")
    assert len(pictures(app)) == number


class WordsApp(AppFromPlay):
    """The app on the list of words."""

    PAGE = "../../words.py"


class UseApp(AppFromPlay):
    """The app on the card on use."""

    PAGE = "../../use.py"


class WorldsApp(AppFromPlay):
    """The app on the world that is being edited."""

    PAGE = "../../worlds.py"


class ShowApp(AppFromPlay):
    """The app on the start page of a show."""

    PAGE = "../../show.py"


def draft_in_address(app: App) -> str:
    """The draft in the address."""
    told = app.at.query_params["draft"]
    return told if isinstance(told, str) else told[0]


def test_the_address_of_a_long_draft_is_its_key_on_the_stage_too(open_app: Open) -> None:
    app = WorldsApp(world="coffee")
    written: WorldsSession = app.at.session_state["WorldsSession"]
    written.begin(world_from_json(large()))
    draft = draft_in_address(app.run())
    assert draft.startswith("kept-")
    app.at.query_params["stage"] = "1"
    assert draft_in_address(app.run()) == draft
    again = WorldsApp(world="coffee", stage="1", draft=draft)
    assert said(again) == said(app)
    assert not again.at.session_state["WorldsSession"].refused


def test_every_page_has_a_stage() -> None:
    menu = [page.name for group in MENU.values() for page in group]
    assert TALKS.keys() == {*menu, WHY.name}


def test_pages_of_words_have_a_stage_too_and_the_show_begins_from_its_own(open_app: Open) -> None:
    app: App = WordsApp(stage="1", screen="thompson")
    assert said(app) == terms()["thompson"].name
    assert terms()["thompson"].sentence in app.text
    for page, screen, first in (
        (UseApp, "keep", texts("use")["keep"]),
        (WorldsApp, "map", "Coffee: who likes what best."),
        (WorldsApp, "worth", "The best single action earns 0.31"),
    ):
        app = page(stage="1", screen=screen)
        assert said(app).startswith(first)
        assert not app.at.button
        assert len(pictures(app)) == (screen == "map")
    for minutes, asked in (("5", "Visitor 1 of 6"), ("15", "What would you offer?")):
        assert asked in said(ShowApp(stage="1", length=minutes))


def test_a_show_is_about_any_world(open_app: Open) -> None:
    app = ShowApp(world="hotel")
    assert app.widget("show-world").value == key_of(GALLERY["hotel"].world)


def test_off_the_stage_a_page_is_unchanged(open_app: Open) -> None:
    app = open_app(stage="1")
    del app.at.query_params["stage"]
    assert app.run().widget("start") is not None
