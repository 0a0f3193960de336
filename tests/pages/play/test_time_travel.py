"""Time travel on the Play page: any earlier position, and the ways back."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from engine.loop.time_travel import as_of
from engine.pausable_steps import finish
from engine.worlds import key_of
from pages.parts.play import timeline_slider
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from tests.engine.comparable import decision_of, learned_bits
from tests.pages.conftest import App
from tests.pages.presses import answer

Open = Callable[..., App]

ANSWERS = (1.0, 0.0, 0.5, 1.0)


def with_past(open_app: Open) -> App:
    """Four visitors with answers; the next visitor arrives after each answer."""
    app = open_app().set("play-next", True)
    answer(app.session, *ANSWERS)
    return app.run().click("look-back")


def address(app: App, name: str) -> str | None:
    told = app.at.query_params.get(name)
    return told[0] if isinstance(told, list) else told


def test_the_slider_shows_any_moment_as_it_was_and_nobody_can_answer_there(open_app: Open) -> None:
    app = with_past(open_app)
    opened = app.session.open
    ranked = [state.ranked for state in opened.loop.events.values()]
    for visitors in (2, 0, 3):
        app.set("moment", visitors)
        assert f"You are viewing visitor **{visitors}** of 4" in app.text
        assert app.metric("Visitors") == str(visitors)
        assert address(app, "at") == str(visitors)
        # The next visitor is there, with the same offer as then.
        assert decision_of(app.session.displayed.ranked) == decision_of(ranked[visitors])
        assert app.bar["offer"]["event"] == ranked[visitors].event_id
        assert not app.can_answer
        assert not any(map(app.can_press, ("undo", "redo", "start", "let-in-10", "next")))
    assert len(opened.loop.events) == 4
    app.click("back-to-now")
    assert app.metric("Visitors") == "4"
    assert address(app, "at") is None
    assert app.can_answer


def test_all_the_way_to_the_right_is_now(open_app: Open) -> None:
    app = with_past(open_app).set("moment", 1).set("moment", 4)
    assert "You are viewing visitor" not in app.text
    assert app.answer(1.0).metric("Visitors") == "5"
    assert app.widget("moment").value == 5


def test_the_right_end_is_now_though_others_came_since_it_was_drawn(open_app: Open) -> None:
    """For example, during a crowd: a newly drawn slider used to jump back to its start."""
    app = with_past(open_app).set("moment", 1)
    app.session.open.serve(1)
    assert len(app.session.open.loop.events) == 5
    assert "You are viewing visitor" not in app.set("moment", 4).text


def test_play_from_here_is_a_loop_of_its_own(open_app: Open) -> None:
    app = with_past(open_app).set("moment", 2)
    parent, context = app.session.open, app.session.displayed.context
    before = list(parent.loop.log)
    app.click("play-from-here")
    branch = app.session.open
    assert branch.stored.id != parent.stored.id
    assert address(app, "loop") == branch.link
    assert address(app, "at") is None
    assert branch.context == context
    was = finish(as_of(parent.loop, 1 + 2 * 2))
    assert learned_bits(branch.loop.learner) == learned_bits(was.learner)
    app.answer(0.0).answer(0.0)
    assert app.metric("Visitors") == "4"
    assert list(parent.loop.log) == before
    assert parent.loop.events.keys() == branch.loop.events.keys()  # The same seed, other answers.


@pytest.mark.slow
def test_bookmarks_stand_before_crowds_and_settings_and_where_they_are_put(open_app: Open) -> None:
    app = open_app().answer(1.0).click("let-in-10").finish_the_crowd()
    app.set("play-policy", "greedy").set("play-mode", "apprentice").answer(1.0).click("bookmark")
    bookmarks = app.session.time_travel.bookmarks
    assert [(one.visitors, one.kind) for one in bookmarks] == [
        (1, "crowd"),
        (11, "mode"),
        (11, "settings"),
        (12, "by hand"),
    ]
    app.set("bookmarks", 0)
    assert app.metric("Visitors") == "1"
    app.set("moment", 7).click("bookmark").click("back-to-now").click("undo")
    assert [one.visitors for one in app.session.time_travel.bookmarks] == [1, 7, 11, 11]


def test_a_link_to_a_moment_opens_it_and_going_back_leaves_it(open_app: Open) -> None:
    host = with_past(open_app).set("moment", 2)
    codes = host.open_more("link").at.code
    link = next(code.value for code in codes if "who=" in code.value)
    query = dict(part.split("=") for part in link.partition("?")[2].split("&"))
    assert query["at"] == "2"
    guest = App(**(query | {"who": "2-1-0"}))
    world = guest.session.open.world
    assert guest.metric("Visitors") == "2"
    assert list(guest.session.displayed.context.values()) == [
        field.values[place].name for field, place in zip(world.fields, (2, 1, 0), strict=True)
    ]
    assert address(guest, "who") == "2-1-0"
    last = world.fields[-1]
    guest.session.ask(last.name, last.values[1].name, guest.session.displayed.arrivals.visit)
    assert address(guest.run(), "who") == "2-1-1"  # A reload shows the latest choice.
    del guest.at.query_params["at"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pages.parts.settings.page_settings_base.has_gone_back", lambda: True)
        assert guest.run().metric("Visitors") == "4"


def test_a_link_to_the_moment_that_is_now_stays_there_whoever_comes(open_app: Open) -> None:
    host = with_past(open_app)
    codes = host.open_more("link").at.code
    link = next(code.value for code in codes if "who=" in code.value)
    query = dict(part.split("=") for part in link.partition("?")[2].split("&"))
    assert query["at"] == "4"
    guest = App(**query)
    there = guest.session.displayed.context
    assert there == host.session.displayed.context
    host.answer(1.0)
    assert "You are viewing visitor **4** of 5" in guest.run().text
    guest.at.session_state["has-told"] = True
    assert (
        "This session belongs to somebody else. You are viewing visitor **4** of 5"
        in guest.run().text
    )
    offered = {button.key for button in guest.at.button}
    assert "play-from-here" in offered
    assert "make-own" not in offered, "to play from here makes a copy, too"
    assert guest.metric("Visitors") == "4"
    assert guest.session.displayed.context == there
    assert (address(guest, "at"), address(guest, "who")) == ("4", query["who"])
    host.click("undo").click("undo")
    assert guest.run().metric("Visitors") == "3"
    assert "were undone" in guest.at.toast[0].value


def test_a_link_to_a_moment_that_never_was_shows_now_and_says_so(open_app: Open) -> None:
    host = with_past(open_app)
    for told in ("5", "-1", "x", "1e3", "²"):
        guest = App(loop=str(host.session.open.link), at=told)
        assert guest.metric("Visitors") == "4", told
        assert "at in the link is &#39;" in guest.at.toast[0].value


def test_a_link_to_who_cannot_be_there_says_so(open_app: Open) -> None:
    host = with_past(open_app)
    guest = App(loop=str(host.session.open.link), at="2", who="9-9-9")
    assert guest.metric("Visitors") == "2"
    (said,) = (toast.value for toast in guest.at.toast)
    assert "who in the link is" in said


@pytest.mark.parametrize(("left", "comes"), [(1, 0), (0, 0), (1, 3)])
def test_who_looks_at_what_is_taken_back_sees_now_and_reads_so(
    open_app: Open, left: int, comes: int
) -> None:
    """With no visitors afterwards, or with as many new ones as before."""
    app = with_past(open_app).set("moment", 3)
    app.session.open.stored.undo(2 * (4 - left))
    for _ in range(comes):
        app.session.open.serve(1)
    app.run()
    assert app.metric("Visitors") == str(left + comes)
    assert "You are viewing visitor" not in app.text
    assert "Visitors were undone" in app.at.toast[0].value
    assert app.can_answer
    assert not app.run().at.toast


def test_what_was_taken_back_is_not_played_from(open_app: Open) -> None:
    app = with_past(open_app).set("moment", 2)
    parent = app.session.open
    parent.stored.undo(6)
    for _ in range(3):
        parent.serve(1)
    app.click("play-from-here")
    assert app.session.open is parent
    assert "Visitors were undone" in app.at.toast[0].value


def test_a_moment_that_still_is_stays_whatever_others_do(open_app: Open) -> None:
    app = with_past(open_app).set("moment", 2)
    app.session.open.stored.undo(2)
    app.run()
    assert "You are viewing visitor **2** of 3" in app.text
    app.session.open.serve(1)
    assert "You are viewing visitor **2** of 4" in app.run().text
    assert app.widget("moment").max == 4


def test_the_mode_that_is_told_is_that_of_the_moment(open_app: Open) -> None:
    app = open_app().answer(1.0).set("play-mode", "apprentice").answer(1.0)
    app.click("look-back")
    assert "visitors get what today's rules choose. It learns" in app.text
    app.set("moment", 0)
    assert "visitors get what today's rules choose" not in app.text


def test_the_page_is_drawn_once_for_an_answer_with_the_past_in_sight(open_app: Open) -> None:
    session = with_past(open_app).session
    drawn = session.toolbar_state
    answer(session, 0.5)
    assert session.toolbar_state == drawn


def test_a_choice_that_a_second_click_takes_back_leads_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = PlaySession(PlaySetup())
    answer(session, 1.0, 0.0)
    session.time_travel.mark()

    def pills(*args: object, key: str, on_change: Callable[[], None], **more: object) -> None:
        screen.session_state[key] = None
        on_change()

    screen = SimpleNamespace(session_state=dict[str, object](), pills=pills)
    monkeypatch.setattr(timeline_slider, "st", screen)
    timeline_slider._show_bookmarks(session)
    assert session.time_travel.at is None


def test_the_latest_hundred_places_are_marked_each_once() -> None:
    session = PlaySession(PlaySetup())
    for number in range(102):
        answer(session, 1.0)
        for _ in range(1 + (number == 101)):
            session.time_travel.mark()
    assert [one.visitors for one in session.time_travel.bookmarks] == list(range(3, 103))
    assert len(session.open.marks) == 100


def test_who_looks_on_can_look_back_and_play_from_there(open_app: Open) -> None:
    host = with_past(open_app)
    guest = App(loop=str(host.session.open.link), at="3")
    assert guest.metric("Visitors") == "3"
    guest.click("play-from-here").answer(1.0)
    assert guest.metric("Visitors") == "4"
    assert guest.session.may_answer
    assert host.run().metric("Visitors") == "4"


def test_a_world_that_is_come_back_to_has_the_loop_that_was_left(open_app: Open) -> None:
    app = open_app().set("play-policy", "greedy").answer(1.0)
    coffee = app.session.open
    app.set("play-world", "news").set("play-policy", "uniform").answer(1.0)
    news = app.session.open
    app.set("play-world", "coffee")
    assert app.session.open is coffee
    assert (app.widget("play-policy").value, app.session.setup.policy) == ("greedy", "greedy")
    assert len(coffee.loop.log) == 3 + 1  # The value was not set here.
    app.set("play-world", "news")
    assert app.session.open is news
    assert key_of(app.session.open.world) == "news"
    assert app.widget("play-policy").value == "uniform"


def test_a_step_says_what_the_visitor_answered(open_app: Open) -> None:
    app = open_app().press_key("S")
    (event,) = app.session.open.loop.events.values()
    label = app.session.open.world.items[event.ranked.shown].label
    (said,) = (line for line in app.text.splitlines() if "Step:" in line)
    assert label in said
    assert f"answered {sum(event.rewards):g}." in said
    assert "Step:" not in app.answer(1.0).text
