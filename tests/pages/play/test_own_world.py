"""A loop in a custom world, opened by its link and played."""

import json
from ast import literal_eval
from collections.abc import Callable
from contextlib import redirect_stdout
from html import unescape
from io import StringIO

import pytest

from engine.simulation.simulated_visitors import crowd
from engine.store import StoredLoop
from engine.worlds import WORLDS, key_of, world_from_json
from pages.parts.play.detail_boxes import BOXES
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.reproduction_script import reproduce
from pages.parts.play.session import PlaySession
from pages.parts.settings.known_worlds import keep_at_hand
from pages.parts.settings.loop_library_access import library
from tests.engine.worlds.random_worlds import bakery
from tests.pages.conftest import App, CompareApp, RaceApp, float_seconds
from tests.pages.presses import answer
from tests.pages.restart import restart

BAKERY = world_from_json(bakery())
KEY = key_of(BAKERY)
Open = Callable[..., App]


def offered(app: App, key: str) -> list[str]:
    """Options of a row of segments or pills as Markdown; most pictures are separate."""
    return [option.content for option in app.widget(key).proto.options]


@pytest.fixture
def stored(open_app: Open) -> StoredLoop:
    """A loop of the bakery in the store, with some visitors."""
    open_app()
    stored = library().begin("somebody", BAKERY, 11, PlaySetup().settings())
    stored.together(lambda: list(crowd(stored.loop, BAKERY, 30)))
    return stored


def test_a_link_to_the_loop_shows_its_world(open_app: Open, stored: StoredLoop) -> None:
    app = open_app(loop=stored.id)
    assert not app.at.toast
    assert app.session.open.world == BAKERY
    assert "A bakery offers one thing" in unescape(app.text)
    assert app.metric("Visitors") == "30"
    assert app.widget("play-world").value == KEY
    assert offered(app, "play-world")[1:] == ["News", "Movies", "Shop", "Bakery"]
    assert app.at.query_params["loop"] in (stored.view, [stored.view])
    assert app.at.query_params["world"] in (KEY, [KEY])


def test_its_visitors_answer_and_its_settings_are_set(open_app: Open, stored: StoredLoop) -> None:
    app = (
        open_app(loop=stored.id).answer(1.0).set("play-mode", "apprentice").set("play-truth", True)
    )
    assert len(stored.loop.events) == 31
    assert stored.loop.settings.learning_mode == "apprentice"
    app.set(f"{KEY}-hurry", "no").set(f"{KEY}-weather", "Rainy")
    assert app.session.open.context == {"weather": "Rainy", "hurry": "no"}
    app.click("let-in-10").finish_the_crowd()
    assert len(stored.loop.events) == 41
    app.click("undo")
    assert len(stored.loop.events) == 31


def test_a_reset_stays_in_the_world_and_another_world_can_be_chosen(
    open_app: Open, stored: StoredLoop
) -> None:
    app = open_app(loop=stored.id).click("reset")
    assert (len(app.session.open.loop.events), app.session.open.world) == (0, BAKERY)
    app.click("undo")
    assert app.session.open.stored is stored
    app.set("play-seed", 12)
    assert (app.session.open.loop.seed, app.session.open.world) == (12, BAKERY)
    app.set("play-world", "news").run()
    assert app.session.open.world is WORLDS["news"]
    assert offered(app, "play-world")[1:] == ["News", "Movies", "Shop"]


def test_a_restarted_server_opens_it_again_and_lists_it(open_app: Open, stored: StoredLoop) -> None:
    restart()
    app = open_app(loop=stored.id)
    assert app.session.open.world == BAKERY
    assert app.session.open.stored is not stored
    library().store.hand_over("somebody", app.session.owner)
    app.at.switch_page("../../data.py")
    listed = unescape(app.run().text)
    assert "Bakery, random seed 11" in listed
    assert "30 visitors" in listed
    assert app.widget(f"open-{stored.id}").label == "Open"


def test_going_back_to_its_address_does_not_leave_the_loop(
    open_app: Open, stored: StoredLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(loop=stored.id)
    monkeypatch.setattr("pages.parts.settings.page_settings_base.has_gone_back", lambda: True)
    assert app.run().session.open.stored is stored


def test_the_python_that_the_page_offers_holds_the_world(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stored = StoredLoop.create(None, world=BAKERY, seed=3)
    session = PlaySession(PlaySetup(), float_seconds(), stored=stored)
    session.live.step()
    answer(session, 0.5)
    names: dict[str, object] = {}
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(reproduce(stored.loop, BAKERY), "snippet", "exec"), names)
    assert names["world"] == BAKERY
    last = list(stored.loop.events.values())[-1].ranked
    told = literal_eval(printed.getvalue())
    assert told["eventId"] == last.event_id
    assert {a["id"]: a["probability"] for a in told["ranking"]} == dict(
        zip((item.id for item in BAKERY.items), last.probabilities, strict=True)
    )


def test_words_of_a_world_are_shown_as_they_are(open_app: Open) -> None:
    told = json.loads(json.dumps(bakery(title="*B* <b>")).replace("Rainy", "[x](y)"))
    app = open_app()
    stored = library().begin("somebody", world_from_json(told), 1, PlaySetup().settings())
    stored.together(lambda: list(crowd(stored.loop, world_from_json(told), 1)))
    app = open_app(loop=stored.id)
    part = app.part(f"{app.session.setup.world}-weather")
    assert part is not None
    assert any("[x](y)" in label for _, label in part["options"])  # Plain text there.
    words = offered(app, "play-world")
    assert not set("*<[]()") & set("".join(words))


# -- the smallest possible world, on every page ---------------------------------------

TINY = world_from_json(
    bakery(
        fields=[{"name": "who", "values": [{"name": "Ann"}, {"name": "Bo"}]}],
        items=[{"id": "Tea", "features": {"hot": True}}],
        truth={"table": [[0.5], [1]]},
    )
)


def test_one_field_one_item_and_no_pictures_can_be_played(open_app: Open) -> None:
    app = open_app()
    stored = library().begin("somebody", TINY, 1, PlaySetup().settings())
    stored.together(lambda: list(crowd(stored.loop, TINY, 3)))
    app = open_app(loop=stored.id).answer(1.0).set("play-truth", True)
    app.at.session_state[BOXES] = ["log", "code", "hypotheses"]
    assert app.press_key("S").metric("Visitors") == "5"


@pytest.mark.nightly
@pytest.mark.slow
def test_it_can_be_compared_and_raced(
    open_compare: Callable[..., CompareApp],
    open_race: Callable[..., RaceApp],
) -> None:
    tiny = keep_at_hand(TINY)
    compared = open_compare(world=tiny).click("let-in-100")
    compared.finish_the_crowd()
    compared.set("compare-truth", True)
    assert compared.session.world == TINY
    raced = open_race(world=tiny, who="ours,segments", visitors="200", crowds="2")
    raced.click("start")
    raced.finish_the_race()
    assert raced.session.known.plan.world == TINY
