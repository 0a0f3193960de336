"""An answer draws by itself what a run of the page would draw."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from engine.worlds import WORLDS
from pages.parts.components.reward_buttons import ANSWER_PATH
from pages.parts.play.answer_route import answer
from pages.parts.play.answering import Page, hear
from tests.pages.conftest import App
from tests.pages.presses import pressed, wished
from tests.score import number_in

Open = Callable[..., App]
Panels = dict[str, Any]


def page_of(app: App) -> Page:
    page = app.session.page
    assert isinstance(page, Page), "answers do not draw by themselves here"
    return page


def answered(app: App, reward: float | None, offer: object = None) -> Mapping[str, Any] | None:
    """Press, as a browser does that asks the server itself; what it is to draw."""
    told = pressed(app.session, (offer or app.bar["offer"], reward))
    told |= {"drawn": app.bar["number"]}
    drawn = page_of(app).take(told)
    return None if drawn is None else json.loads(drawn)


def whole(panels: Panels, known: Panels) -> Panels:
    """Panels as a browser has them, which knows the specifications of those before."""
    specs = {
        part["key"]: part["spec"] for parts in known.values() for part in parts if "spec" in part
    }
    return {
        name: [{**({"spec": specs[p["key"]]} if p["kind"] == "chart" else {}), **p} for p in parts]
        for name, parts in panels.items()
    }


def drawn_by_the_page(app: App) -> tuple[Panels, Mapping[str, Any]]:
    """What a run of the page has drawn."""
    return app.panels, {
        name: one for name, one in app.bar.items() if name not in {"path", "number"}
    }


def around_it(app: App) -> list[object]:
    """What stands on the page that is drawn by Streamlit."""
    at = app.at
    texts = [one.value for one in (*at.title, *at.header, *at.markdown, *at.caption, *at.error)]
    helps = [one.proto.help for one in at.markdown]
    buttons = [(one.key, one.label, one.disabled) for one in at.button]
    links = [(one.proto.label, one.proto.query_string) for one in at.get("page_link")]
    return [*texts, *helps, *buttons, *links]


@pytest.mark.combinations
@pytest.mark.parametrize("world", sorted(WORLDS))
@pytest.mark.parametrize("query", [{}, {"next": "1"}, {"truth": "1"}, {"mode": "apprentice"}])
def test_it_is_what_a_run_of_the_page_draws(
    open_app: Open, world: str, query: dict[str, str]
) -> None:
    app = open_app(world=world, **query).answer(1.0)
    for reward in (0.0, 1.0, None):
        before, around = app.panels, around_it(app)
        drawn = answered(app, reward)
        assert drawn is not None
        panels, visit = drawn_by_the_page(app.run())
        assert drawn["more"] or around_it(app) == around
        told = {name: one for name, one in drawn["visit"].items() if name != "number"}
        shown = whole(drawn["published"]["panels"], before)
        assert {name: shown[name] for name in panels} == panels
        assert told == visit
        assert not app.bar["disabled"]


def test_a_browser_that_has_not_drawn_what_is_known_is_told_all(open_app: Open) -> None:
    """As of another map, on whose drawing an answer did not wait, or where one was lost."""
    app = open_app().answer(1.0)
    told = pressed(app.session, (app.bar["offer"], 1.0)) | {"drawn": app.bar["number"] - 1}
    drawn = page_of(app).take(told)
    assert drawn is not None
    charts = [
        part
        for parts in json.loads(drawn)["published"]["panels"].values()
        for part in parts
        if part["kind"] == "chart"
    ]
    assert len(charts) == 3
    assert all("spec" in chart for chart in charts)


def test_more_follows_the_first_one_by_a_run_of_the_page_which_takes_it_no_second_time(
    open_app: Open,
) -> None:
    """*Undo* and the link to the loop come with it."""
    app = open_app()
    drawn = answered(app, 1.0)
    assert drawn is not None
    assert drawn["more"]
    assert number_in(drawn["published"]["panels"]["earned"], "Visitors") == "1"
    assert app.session.presses.taken == 1
    assert app.run().metric("Visitors") == "1"
    assert app.can_press("undo")
    drawn = answered(app, 1.0)
    assert drawn is not None
    assert not drawn["more"]
    assert app.run().metric("Visitors") == "2"


def test_a_run_of_the_page_draws_all_once_it_shows_another_world_or_a_crowd_comes(
    open_app: Open,
) -> None:
    app = open_app().answer(1.0)
    app.session.live.play()
    assert answered(app, 1.0) is None
    app.session.live.stop()
    app.session.change_tastes()
    assert answered(app, 1.0) is None
    assert app.run().session.page is not None


def test_what_is_open_below_follows_each_by_a_run_of_the_page(open_app: Open) -> None:
    app = open_app().answer(1.0)
    app.at.button_group("boxes").set_value(["log"])
    app.run()
    assert app.session.page is None
    assert not app.bar["path"]


def test_more_follows_one_that_is_refused(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app().answer(1.0)
    offer = app.bar["offer"]
    app.session.open.serve(1)
    drawn = answered(app, 1.0, offer)
    assert drawn is not None
    assert drawn["more"]
    assert any("had left" in error.value for error in app.run().at.error)


def test_who_else_is_wanted_is_drawn_the_same_way(open_app: Open) -> None:
    app = open_app().answer(1.0)
    wish = app.part("coffee-name")
    assert wish is not None
    drawn = page_of(app).take(wished(app.session, {**wish["wish"], "value": "Dave"}))
    assert drawn is not None
    (name, *_) = json.loads(drawn)["published"]["panels"]["who"]
    assert name["value"] == "Dave" == app.session.open.context["name"]
    drawn = page_of(app).take(wished(app.session, {"stand": 35, "world": "coffee"}))
    assert drawn is not None
    assert app.session.open.context == WORLDS["coffee"].contexts[35]
    assert len(app.session.open.loop.events) == 1


def test_what_it_draws_can_be_taken_along(open_app: Open) -> None:
    app = open_app().answer(1.0)
    before = dict(app.at.session_state["drawn"]["panels"].figures)
    assert answered(app, 0.0) is not None
    after = app.at.session_state["drawn"]["panels"].figures
    assert set(before) == set(after)
    assert before["chart-map"].rows != after["chart-map"].rows


def test_what_is_drawn_later_has_the_higher_number(open_app: Open) -> None:
    """A run of the page and an answer may come to a browser in either order."""
    app = open_app().answer(1.0)
    first = app.bar["number"]
    drawn = answered(app, 1.0)
    assert drawn is not None
    assert drawn["visit"]["number"] == drawn["published"]["number"] > first
    assert app.run().bar["number"] > drawn["visit"]["number"]


def test_tabs_that_watch_the_loop_learn_how_long_it_is(open_app: Open) -> None:
    app = open_app().answer(1.0)
    drawn = answered(app, 1.0)
    assert drawn is not None
    assert drawn["published"]["length"] == app.session.open.loop.log.position


# -- the route ------------------------------------------------------------------------


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[Route(ANSWER_PATH, answer, methods=["POST"])])) as client:
        yield client


def test_a_browser_gets_what_it_is_to_draw(open_app: Open, client: TestClient) -> None:
    app = open_app().answer(1.0)
    told = pressed(app.session, (app.bar["offer"], 1.0))
    drawn = client.post(ANSWER_PATH, json=told)
    assert drawn.status_code == 200
    assert number_in(drawn.json()["published"]["panels"]["earned"], "Visitors") == "2"
    assert client.post(ANSWER_PATH, json=told).json()["visit"]["taken"] == 2
    assert len(app.session.open.loop.events) == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 9_000, 400), (b"[]", 204), (b"7", 204),
        (b"{}", 204), (b'{"session": 3}', 204), (b'{"session": "nobody", "count": 1}', 204),
    ],
)  # fmt: skip
def test_whoever_has_no_page_here_gets_nothing(
    client: TestClient, body: bytes, status: int
) -> None:
    assert client.post(ANSWER_PATH, content=body).status_code == status


def test_a_page_says_one_thing_after_the_other(open_app: Open, client: TestClient) -> None:
    """So that one that does not keeps nobody else from those who take answers."""
    app = open_app().answer(1.0)
    told = pressed(app.session, (app.bar["offer"], 1.0))
    page_of(app).is_asked = True
    assert client.post(ANSWER_PATH, json=told).status_code == 204
    page_of(app).is_asked = False
    assert client.post(ANSWER_PATH, json=told).status_code == 200
    assert not page_of(app).is_asked


def test_an_answer_during_a_run_of_the_page_draws_by_itself_on_what_that_has_drawn(
    open_app: Open,
) -> None:
    """So that who answers again while the page follows a first answer costs no run more."""
    app = open_app().answer(1.0)
    before, told = page_of(app), pressed(app.session, (app.bar["offer"], 0.0))
    app.run()
    assert page_of(app) is not before
    drawn = json.loads(before.take(told) or "null")
    assert drawn is not None
    assert len(app.session.open.loop.events) == 2
    # The browser has not told that it knows what the run has drawn: it is told all of it.
    assert all("spec" in part for part in charts(drawn["published"]["panels"]))
    assert not drawn["more"]
    assert page_of(app).number == drawn["visit"]["number"]


def test_a_run_that_only_follows_an_answer_lets_others_clicks_go_first(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has to draw the answer itself does not, nor one that takes another."""
    app = open_app().answer(1.0)
    rest = list[bool]()
    monkeypatch.setattr("pages.parts.play.answering.only_follow", lambda: rest.append(True))
    told = pressed(app.session, (app.bar["offer"], 0.0))
    assert page_of(app).take(told) is not None
    hear(app.session, told)
    assert len(rest) == 1
    hear(app.session, pressed(app.session, (app.run().bar["offer"], 1.0)))
    assert len(app.session.open.loop.events) == 3
    told = pressed(app.session, (app.run().bar["offer"], 0.0))
    page, app.session.page = page_of(app), None
    assert page.take(told) is None
    assert len(app.session.open.loop.events) == 4
    hear(app.session, told)
    assert len(rest) == 1


def charts(panels: Panels) -> list[Any]:
    """Those in panels."""
    return [part for parts in panels.values() for part in parts if part["kind"] == "chart"]


def test_a_page_that_is_gone_takes_no_answers(open_app: Open, client: TestClient) -> None:
    app = open_app().answer(1.0)
    told = pressed(app.session, (app.bar["offer"], 1.0))
    app.session.page = None
    assert client.post(ANSWER_PATH, json=told).status_code == 204
    assert len(app.session.open.loop.events) == 1
