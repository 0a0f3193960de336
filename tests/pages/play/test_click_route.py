"""Clicks on Play are answered with the scene that a run of the page would draw."""

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from engine.worlds import WORLDS
from pages.parts.components.scene_view import ANSWER_PATH
from pages.parts.play.click_route import PlayScreen, answer, follow_click
from tests.pages.conftest import App
from tests.pages.presses import pressed, wished
from tests.score import number_in

Open = Callable[..., App]
Panels = dict[str, Any]


def screen_of(app: App) -> PlayScreen:
    screen = app.session.screen
    assert isinstance(screen, PlayScreen)
    return screen


def answered(app: App, reward: float | None, offer: object = None) -> Mapping[str, Any] | None:
    """Press a reward like a browser; return the scene in the response."""
    request = pressed(app.session, (offer or app.bar["offer"], reward))
    return drawn(app, request)


def drawn(app: App, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Send clicks like a browser that has drawn the last scene; return the scene in the
    response.
    """
    answer = screen_of(app).answer({**request, "drawn": app.scene["number"]})
    return None if answer is None else json.loads(answer)


def whole(panels: Panels, known: Panels) -> Panels:
    """Panels as completed by a browser that caches earlier specifications."""
    specs = {
        part["key"]: part["spec"] for parts in known.values() for part in parts if "spec" in part
    }
    return {
        name: [{**({"spec": specs[p["key"]]} if p["kind"] == "chart" else {}), **p} for p in parts]
        for name, parts in panels.items()
    }


def around_it(app: App) -> list[object]:
    """Contents of the page that Streamlit draws."""
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
        answer = answered(app, reward)
        assert answer is not None
        run = app.run().scene
        assert answer["more"] or around_it(app) == around
        assert whole(answer["panels"], before) == {**run["panels"]}
        assert (answer["session"], answer["taken"]) == (run["session"], run["taken"])
        assert not app.bar["disabled"]


def test_a_run_of_the_page_sends_the_scene_once_for_all_panels(open_app: Open) -> None:
    app = open_app().answer(1.0)
    panels = [message for message in app.told if message.get("name") in app.scene["panels"]]
    assert {panel["name"] for panel in panels} == app.scene["panels"].keys() - {"lost"}
    assert ["scene" in panel for panel in panels].count(True) == 1


def test_a_browser_that_has_not_drawn_the_last_scene_gets_all_specifications(
    open_app: Open,
) -> None:
    """For example, after an answer did not wait for the drawing of another map, or a scene was
    lost.
    """
    app = open_app().answer(1.0)
    request = pressed(app.session, (app.bar["offer"], 1.0)) | {"drawn": app.scene["number"] - 1}
    answer = json.loads(screen_of(app).answer(request) or "null")
    assert len(charts(answer["panels"])) == 3
    assert all("spec" in chart for chart in charts(answer["panels"]))


def test_more_follows_the_first_one_by_a_run_of_the_page_which_takes_it_no_second_time(
    open_app: Open,
) -> None:
    """*Undo* and the link to the loop appear with this run, and after the second answer crowds have
    the primary button.
    """
    app = open_app()
    answer = answered(app, 1.0)
    assert answer is not None
    assert answer["more"]
    assert number_in(answer["panels"]["earned"], "Visitors") == "1"
    assert app.session.presses.taken == 1
    assert app.run().metric("Visitors") == "1"
    assert app.can_press("undo")
    answers = [answered(app.run(), 1.0) for _ in range(2)]
    assert [answer and answer["more"] for answer in answers] == [True, False]
    assert app.run().metric("Visitors") == "3"


def test_while_a_crowd_comes_an_answer_draws_itself_and_a_run_of_the_page_the_crowd(
    open_app: Open,
) -> None:
    app = open_app().answer(1.0)
    app.session.live.play()
    answer = answered(app, 1.0)
    assert answer is not None
    assert answer["more"]


def test_a_run_of_the_page_draws_all_of_another_world(open_app: Open) -> None:
    app = open_app().answer(1.0)
    app.session.change_tastes()
    assert answered(app, 1.0) is None
    assert app.run().scene["taken"] == app.session.presses.taken
    assert answered(app, 1.0) is not None


def test_what_is_open_below_follows_each_by_a_run_of_the_page(open_app: Open) -> None:
    app = open_app().answer(1.0)
    app.at.button_group("boxes").set_value(["log"])
    for _ in range(2):
        answer = answered(app.run(), 1.0)
        assert answer is not None
        assert answer["more"]


def test_more_follows_one_that_is_refused(open_app: Open) -> None:
    app = open_app().answer(1.0)
    offer = app.bar["offer"]
    app.session.open.serve(1)
    answer = answered(app, 1.0, offer)
    assert answer is not None
    assert answer["more"]
    assert any("had left" in error.value for error in app.run().at.error)


def test_who_else_is_wanted_is_drawn_the_same_way(open_app: Open) -> None:
    app = open_app().answer(1.0)
    wish = app.part("coffee-name")
    assert wish is not None
    answer = drawn(app, wished(app.session, {**wish["wish"], "value": "Dave"}))
    assert answer is not None
    (name, *_) = answer["panels"]["who"]
    assert name["value"] == "Dave" == app.session.open.context["name"]
    assert drawn(app, wished(app.session, {"stand": 35, "world": "coffee"})) is not None
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
    first = app.scene["number"]
    answer = answered(app, 1.0)
    assert answer is not None
    assert answer["number"] > first
    assert app.run().scene["number"] > answer["number"]


def test_tabs_that_watch_the_loop_learn_how_long_it_is(open_app: Open) -> None:
    app = open_app().answer(1.0)
    answer = answered(app, 1.0)
    assert answer is not None
    assert answer["length"] == app.session.open.loop.log.position


# -- the route ------------------------------------------------------------------------


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[Route(ANSWER_PATH, answer, methods=["POST"])])) as client:
        yield client


def test_a_browser_gets_what_it_is_to_draw(open_app: Open, client: TestClient) -> None:
    app = open_app().answer(1.0)
    request = pressed(app.session, (app.bar["offer"], 1.0))
    first = client.post(ANSWER_PATH, json=request)
    assert first.status_code == 200
    assert number_in(first.json()["panels"]["earned"], "Visitors") == "2"
    assert client.post(ANSWER_PATH, json=request).json()["taken"] == 2
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
    """A client that never finishes must not keep other clients from the threads for answers."""
    app = open_app().answer(1.0)
    request = pressed(app.session, (app.bar["offer"], 1.0))
    screen_of(app).is_busy = True
    assert client.post(ANSWER_PATH, json=request).status_code == 204
    screen_of(app).is_busy = False
    assert client.post(ANSWER_PATH, json=request).status_code == 200
    assert not screen_of(app).is_busy


def test_a_page_that_is_gone_takes_no_answers(open_app: Open, client: TestClient) -> None:
    gc.freeze()  # The collection below looks at what comes from here on, not at all tests' objects.
    app = open_app().answer(1.0)
    request = pressed(app.session, (app.bar["offer"], 1.0))
    app.session.screen = None
    gc.collect()
    assert client.post(ANSWER_PATH, json=request).status_code == 204
    assert len(app.session.open.loop.events) == 1


def test_an_answer_during_a_run_of_the_page_draws_by_itself_on_what_that_has_drawn(
    open_app: Open,
) -> None:
    """Another answer while the page follows the first must not cost a run more."""
    app = open_app().answer(1.0).answer(1.0)
    before, number = screen_of(app), app.scene["number"]
    request = pressed(app.session, (app.bar["offer"], 0.0)) | {"drawn": number}
    app.run()
    assert screen_of(app) is not before
    answer = json.loads(before.answer(request) or "null")
    assert len(app.session.open.loop.events) == 3
    # The browser has not drawn the scene of that run, so it gets all specifications.
    assert all("spec" in part for part in charts(answer["panels"]))
    assert not answer["more"]
    assert screen_of(app).scene.number == answer["number"]


def test_a_run_that_only_follows_an_answer_lets_others_clicks_go_first(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that has to draw the answer itself does not give way, and counts unhandled presses."""
    app = open_app().answer(1.0)
    rest = list[bool]()
    monkeypatch.setattr(
        "pages.parts.play.click_route.let_next_frame_wait", lambda: rest.append(True)
    )
    follow_click(app.session, {"drawn": True})
    assert rest == [True]
    request = pressed(app.session, (app.run().bar["offer"], 0.0))
    for _ in range(2):
        follow_click(app.session, request)
        assert len(app.session.open.loop.events) == 2
    assert app.run().metric("Visitors") == "2"
    assert rest == [True]


def charts(panels: Panels) -> list[Any]:
    """Return the charts in panels."""
    return [part for parts in panels.values() for part in parts if part["kind"] == "chart"]
