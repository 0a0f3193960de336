"""A page with two slots on Play: each answered on its own, in one visit."""

from collections.abc import Callable

import pytest

from engine import LoopSettings
from engine.store import StoredLoop
from engine.worlds import GALLERY, WORLDS
from pages.parts.play.clicks import take_clicks
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.shown_offers import VisitorLeftError
from pages.parts.play.visitor_choice import slot_choice, visitor_panel
from pages.parts.settings.loop_library_access import loop_projections
from tests.clock import ManualClock
from tests.pages.conftest import App, CompareApp, RaceApp
from tests.pages.presses import pressed

HOME = GALLERY["home"].world


def opened_home(max_events: int = 1_000) -> OpenLoop:
    settings = LoopSettings(max_events=max_events)
    stored = StoredLoop.create(
        None,
        world=HOME,
        seed=3,
        settings=settings,
        make_projections=loop_projections,
        clock=ManualClock(),
    )
    return OpenLoop(stored)


def answered(opened: OpenLoop) -> list[bool]:
    return [opened.is_answered(ranked) for ranked in opened.page(opened.context)]


def test_both_slots_have_an_offer_before_the_first_answer_and_nothing_is_logged() -> None:
    opened = opened_home()
    hero, side = opened.page(opened.context)
    assert hero.action_id != side.action_id
    assert opened.context["slot"] == "Hero"
    assert opened.show().ranked == hero
    assert len(opened.loop.events) == 0


def test_each_slot_is_answered_on_its_own_and_then_the_next_visitor_comes() -> None:
    opened = opened_home()
    visitor, shown = opened.context, [ranked.action_id for ranked in opened.page(opened.context)]
    opened.answer(opened.show(), 1.0, calls_next=True)
    assert opened.context == {**visitor, "slot": "Side"}
    assert answered(opened) == [True, False]
    assert [ranked.action_id for ranked in opened.page(opened.context)] == shown
    assert opened.click is not None
    assert opened.click.after.means[opened.click.before.shown] > 0.5
    opened.answer(opened.show(), 0.0, calls_next=True)
    assert opened.context["slot"] == "Hero"
    assert answered(opened) == [False, False]
    assert [event.rewards for event in opened.loop.events.values()] == [[1.0], [0.0]]
    assert [event.ranked.action_id for event in opened.loop.events.values()] == shown


def test_the_side_may_be_answered_first() -> None:
    opened = opened_home()
    assert opened.arrivals.ask("slot", "Side", opened.arrivals.visit)
    opened.answer(opened.show(), 1.0, calls_next=True)
    assert opened.context["slot"] == "Hero"
    assert answered(opened) == [False, True]
    opened.answer(opened.show(), None, calls_next=False)
    assert answered(opened) == [False, False]
    assert opened.context["slot"] == "Hero"
    assert [event.rewards for event in opened.loop.events.values()] == [[0.0], [1.0]]


def test_a_slot_takes_one_answer() -> None:
    opened = opened_home()
    hero = opened.show()
    opened.answer(hero, 1.0, calls_next=True)
    with pytest.raises(VisitorLeftError):
        opened.answer(hero, 1.0, calls_next=True)
    opened.arrivals.ask("slot", "Hero", opened.arrivals.visit)
    with pytest.raises(VisitorLeftError):
        opened.answer(opened.show(), 1.0, calls_next=True)
    assert [event.rewards for event in opened.loop.events.values()] == [[1.0], []]


def test_undo_and_redo_go_answer_by_answer() -> None:
    opened = opened_home()
    first = opened.context
    opened.answer(opened.show(), 1.0, calls_next=True)
    second = opened.context
    opened.answer(opened.show(), 0.0, calls_next=True)
    opened.undo()
    assert (opened.context, answered(opened)) == (second, [True, False])
    opened.undo()
    assert (opened.context, answered(opened), len(opened.loop.events)) == (first, [False] * 2, 0)
    opened.redo()
    assert (opened.context, answered(opened)) == (second, [True, False])


def test_a_reopened_page_undoes_both_slots_of_the_last_visitor() -> None:
    opened = opened_home()
    opened.serve(1)
    again = OpenLoop(opened.stored)
    again.show()
    again.undo()
    assert len(again.loop.events) == 0
    assert again.context["slot"] == "Hero"


def test_a_simulated_visitor_answers_what_the_person_left_open() -> None:
    opened = opened_home()
    opened.answer(opened.show(), 1.0, calls_next=True)
    assert opened.serve(1) == 1
    hero, side = opened.loop.events.values()
    assert hero.rewards == [1.0]
    assert len(side.rewards) == 1
    come = 0
    while come < 20:
        come += opened.serve(20 - come, crowd=1)
    assert len(opened.loop.events) == 42
    assert len(opened.curve()) == 42


def test_a_visitor_who_is_sent_away_leaves_an_open_slot_to_the_default_reward() -> None:
    opened = opened_home()
    opened.answer(opened.show(), 1.0, calls_next=True)
    opened.arrivals.let_pass()
    assert answered(opened) == [False, False]
    opened.serve(1)
    assert [len(event.rewards) for event in opened.loop.events.values()] == [1, 0, 1, 1]


def test_a_world_with_slots_has_room_for_whole_visitors() -> None:
    opened = opened_home(max_events=5)
    assert opened.room == 2
    while opened.room:
        opened.serve(9, crowd=1)
    assert len(opened.loop.events) == 4


def test_the_choice_of_slots_names_each_offer_and_what_is_answered() -> None:
    opened = opened_home()
    hero, side = (HOME.items[ranked.shown].label for ranked in opened.page(opened.context))
    part = slot_choice(opened, is_live=False)
    assert part is not None
    assert part["options"] == [("Hero", f"🖼️ Hero\n{hero}"), ("Side", f"📌 Side\n{side}")]
    assert part["value"] == "Hero"
    opened.answer(opened.show(), 1.0, calls_next=True)
    part = slot_choice(opened, is_live=False)
    assert part is not None
    assert part["options"][0] == ("Hero", f"🖼️ Hero ✓\n{hero}")
    assert part["value"] == "Side"
    keys = [one.get("key", "") for one in visitor_panel(opened, is_live=False).parts]
    assert not any("slot" in key for key in keys)
    coffee = OpenLoop(
        StoredLoop.create(None, world=WORLDS["coffee"], make_projections=loop_projections)
    )
    assert slot_choice(coffee, is_live=False) is None


# -- on the page ----------------------------------------------------------------------

_APART = "Each slot is a visit of its own here"


def test_a_person_answers_both_slots_and_undoes_it(open_app: Callable[..., App]) -> None:
    app = open_app(world="home")
    part = app.part("slots")
    assert part is not None
    assert [name for name, _ in part["options"]] == ["Hero", "Side"]
    assert app.chosen("slots") == "Hero"
    app.answer(1.0)
    assert (app.chosen("slots"), app.metric("Visitors")) == ("Side", "1")
    assert "Your last click: reward 1" in app.text
    assert "An action at 0 % is not available in this slot." in app.text
    app.set("slots", "Hero")
    assert not app.can_answer
    app.set("slots", "Side").answer(0.0)
    assert (app.chosen("slots"), app.metric("Visitors")) == ("Hero", "2")
    app.click("undo").click("undo")
    assert (app.chosen("slots"), app.metric("Visitors")) == ("Hero", "0")
    app.press_key("S").click("let-in-10").finish_the_crowd()
    assert app.metric("Visitors") == "22"
    assert "Each slot of a page counts as one visitor here." in app.text
    app.click("undo")
    assert app.metric("Visitors") == "2"


def test_a_moment_between_two_slots_can_be_viewed(open_app: Callable[..., App]) -> None:
    app = open_app(world="home").press_key("S").press_key("S")
    session = app.session
    session.time_travel.look(1)
    app.run()
    assert len(session.displayed.loop.events) == 1
    assert [name for name, _ in (app.part("slots") or {})["options"]] == ["Hero", "Side"]
    assert not app.can_answer


def test_a_press_that_was_sent_with_another_is_counted_too(open_app: Callable[..., App]) -> None:
    app = open_app(world="home")
    session, hero = app.session, app.bar["offer"]
    app.set("slots", "Side")
    side = app.bar["offer"]
    take_clicks(session, pressed(session, (hero, 1.0), (side, 0.5), (side, 0.5)))
    rewards = [event.rewards for event in session.open.loop.events.values()]
    assert rewards == [[1.0], [0.5]]


def test_pages_that_take_each_slot_alone_say_so(
    open_app: Callable[..., App],
    open_compare: Callable[..., CompareApp],
    open_race: Callable[..., RaceApp],
) -> None:
    assert _APART not in open_app(world="home").text
    assert _APART in open_app(world="home", you="1").text
    assert _APART in open_compare(world="home").text
    assert _APART in open_race(world="home").text
    assert _APART not in open_compare(world="coffee").text
