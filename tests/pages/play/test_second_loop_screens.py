"""Two loops on the stage: the page with a second loop in its address."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pages.parts.components import stage_corner
from pages.parts.text.format import plain
from tests.pages.conftest import App

Open = Callable[..., App]


def title(app: App) -> str:
    return app.at.title[0].value.replace("&#8288;", "").replace("&#46;", ".").replace("&#44;", ",")


def test_it_begins_with_what_sets_the_two_apart(open_app: Open) -> None:
    app = open_app(stage="1", beside="no-crosses")
    assert (
        title(app)
        == "Same visitors, same random numbers. Left: Context used. Right: Context ignored."
    )


def test_the_second_loop_that_was_chosen_on_the_page_stays_on_the_stage(open_app: Open) -> None:
    app = open_app().open_more("stage").set("play-beside", "epsilon")
    app.click("go-on-stage")
    for _ in range(3):  # Because a crowd and its end draw the whole page.
        app.run()
    assert app.at.query_params["beside"] in ("epsilon", ["epsilon"])
    assert "Right: Epsilon" in title(app)


def test_each_visitor_is_served_by_both_loops_and_one_sentence_names_both(
    open_app: Open,
) -> None:
    app = open_app(stage="1", beside="no-crosses")
    app.session.live.enqueue(60)
    app.finish_the_crowd()
    second = app.session.open.side_loop
    assert second is not None
    stands = second.standing()
    assert stands.visitors == 60
    assert stands.first != stands.second
    assert title(app) == (
        f"Both served 60 visitors. Context used: {stands.first:.2f} each. "
        f"Context ignored: {stands.second:.2f}."
    )


def test_the_last_visitor_is_named_with_what_both_offered(open_app: Open) -> None:
    app = open_app(stage="1", beside="greedy")
    app.session.live.step()
    app.open(screen="beside-1")
    here, second = app.session.open.loop.last, app.session.open.side_loop
    assert here is not None
    assert second is not None
    assert second.last is not None
    names = {item.id: item.name for item in app.session.open.world.items}
    said = title(app)
    assert said.startswith(", ".join(app.session.open.world.context_of(here.request).values()))
    assert names[here.action_id] in said
    assert names[second.last[0].action_id] in said


def test_the_highlighted_action_is_the_one_in_the_sentence(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[dict[str, Any]]] = []
    monkeypatch.setattr(
        "pages.parts.play.second_loop_screens.draw_stage_chart",
        lambda rows, *_, **__: drawn.append(rows.to_pylist()),
    )
    app = open_app(stage="1", beside="greedy", world="movies")
    for _ in range(4):  # The next offer is seldom the same each time.
        app.session.live.step()
        app.open(screen="beside-1")
        here, second = app.session.open.loop.last, app.session.open.side_loop
        assert here is not None
        assert second is not None
        assert second.last is not None
        names = {item.id: item.name for item in app.session.open.world.items}
        actions = [row for row in drawn[-1] if row["kind"] == "action"]
        lit = [row["action"] for row in actions if row["lit"]]
        assert lit == [names[here.action_id], names[second.last[0].action_id]]
        assert all(row["draw"] is None for row in actions)  # Those were other densities.


def test_a_reset_begins_both_anew(open_app: Open) -> None:
    app = open_app(stage="1", beside="no-crosses")
    app.session.live.step()
    app.run()
    app.session.reset()
    app.run()
    assert title(app).startswith("Same visitors")


def test_a_loop_that_had_too_many_visitors_stands_alone_and_it_is_said(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.play.second_loop_screens.MOST", 5)
    app = open_app(stage="1", beside="no-crosses")
    app.session.live.enqueue(6)
    app.finish_the_crowd()
    assert app.session.open.side_loop is None
    assert "What would you offer" in title(app)
    assert app.run().at.toast[0].value.startswith("A second session serves at most 5 visitors")


def test_a_second_loop_that_there_is_not_is_said_and_the_usual_talk_begins(open_app: Open) -> None:
    app = open_app(stage="1", beside="gredy")
    assert app.session.open.side_loop is None
    assert "gredy" in app.at.toast[0].value
    assert "What would you offer" in title(app)


@pytest.mark.parametrize("events", [0, 1])
def test_while_the_room_is_asked_its_phones_get_the_question_without_the_offer(
    open_app: Open, events: int
) -> None:
    app = open_app(stage="1")
    for _ in range(events):
        app.session.live.step()
    for screen in ("visitor-2", "offer-2"):
        app.open(screen=screen)
        asked = parse_qs(urlsplit(app.remote.link).query)
        is_asked = screen == "visitor-2"
        assert asked.get("stage") == (["1"] if is_asked else None)
        assert asked.get("screen") == (["visitor-1"] if is_asked else None)
        assert ("loop" in asked) is bool(events)


@pytest.mark.parametrize("page", ["", "beside"])
def test_the_room_gets_a_link_to_look_and_the_speaker_what_to_say(
    open_app: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_corner, "is_only_here", lambda _: False)
    app = open_app(stage="1", beside="no-crosses" if page else "", screen="answer-1")
    app.session.live.step()
    app.run()
    remote = app.remote
    asked = parse_qs(urlsplit(remote.link).query)
    stored = app.session.open.stored
    assert asked["loop"] == [stored.view]
    assert asked["at"] == ["1"]
    assert stored.id not in remote.link
    assert plain(remote.code) in "".join(one.value for one in app.at.markdown)
    told = remote.state
    assert told["title"]
    assert told["say"]
    assert "&#" not in str(told["title"])
    assert remote.token not in "".join(one.value for one in app.at.markdown)
