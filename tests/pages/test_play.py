"""The Play page: user actions and their effects."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from engine import LearningLoop
from engine.arrays import Array
from engine.evaluation import event_rows
from engine.loop.entries import Configured, Ranked
from engine.protocol.request import RankRequest
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import WORLDS, key_of
from engine.worlds.draft_rows import ActionRow, rows_of
from engine.worlds.world_contents import MAPPED_BELIEFS
from pages.parts.play import event_log, toolbar_controls
from pages.parts.play.detail_boxes import BOXES
from pages.parts.play.page_settings import PlaySetup
from pages.parts.settings.loop_library_access import library
from pages.parts.text.format import bare
from pages.parts.work import job_queue
from tests.engine.worlds.large_worlds import deep
from tests.pages.conftest import App, many_frames

Open = Callable[..., App]
PICTURE, MAP = "A bell and a bar for each action", "Map of all contexts"
EVERY_WORLD = pytest.mark.parametrize("world", list(WORLDS))


def test_the_page_opens_with_a_new_loop_and_says_what_to_do(open_app: Open) -> None:
    app = open_app()
    assert len(app.session.open.loop.events) == 0
    assert app.metric("Visitors") == "0"
    assert "Click how they like it" in app.text
    assert WORLDS["coffee"].story.split()[0] in app.text


@EVERY_WORLD
def test_every_world_can_be_played(open_app: Open, world: str) -> None:
    app = open_app(world=world).answer(1.0).press_key("S").answer(None)
    assert app.metric("Visitors") == "3"
    assert app.session.open.world is WORLDS[world]


@pytest.mark.parametrize("value", [1.0, 0.5, 0.0])
def test_a_click_logs_one_event_with_its_reward(open_app: Open, value: float) -> None:
    app = open_app()
    offered = app.session.open.ranked
    app.answer(value)
    (row,) = event_rows.rows(app.session.open.loop.log)
    assert (row["event"], row["action"]) == (offered.event_id, offered.action_id)
    assert (row["reward"], row["status"]) == (value, "rewarded")


def test_any_reward_between_can_be_sent(open_app: Open) -> None:
    app = open_app().answer(0.35)
    assert event_rows.rows(app.session.open.loop.log)[0]["reward"] == 0.35


def test_no_answer_means_the_default_reward(open_app: Open) -> None:
    app = open_app().answer(None)
    (row,) = event_rows.rows(app.session.open.loop.log)
    assert (row["reward"], row["status"]) == (0.0, "default")
    assert "no answer" in app.text


def test_a_click_says_what_moved_and_shows_before_and_after(open_app: Open) -> None:
    app = open_app().answer(1.0)
    click = app.session.open.click
    assert click is not None
    i = click.before.chosen
    assert click.after.means[i] > click.before.means[i]
    (cells,) = tables(app, MAP)
    moved = {cell["at"]: cell["moved"] for cell in cells}
    assert moved == click.reach
    own = WORLDS["coffee"].cell(WORLDS["coffee"].context_of(click.before.request))
    assert max(moved.values()) == moved[own] > 0
    others = sum(by != 0 for by in moved.values()) - 1
    assert others == 35
    assert "It counts for all 35 other visitors" in app.text
    assert "▲ Your last click raised Cold brew." in app.text
    row = tables(app, PICTURE)[0][i]
    assert (row["mean"], row["old_mean"]) == (click.after.means[i], click.before.means[i])
    assert "Dashed: before your last click." in app.text


def test_who_is_next_without_an_answer_is_another_one_each_time(open_app: Open) -> None:
    app = open_app()
    came = [app.session.open.context]
    for _ in range(5):
        came.append(app.press_key("N").session.open.context)
        assert came[-1] != came[-2]
    app.answer(1.0).set("play-next", True).answer(0.0)
    assert app.session.open.context == nth_visitor(WORLDS["coffee"], 7, 2).context


def test_the_visitor_stays_unless_the_next_one_is_wanted(open_app: Open) -> None:
    app = open_app()
    first = app.session.open.context
    assert app.answer(1.0).session.open.context == first
    app.set("play-next", True)
    contexts = [app.answer(1.0).session.open.context for _ in range(4)]
    assert any(context != first for context in contexts)


def test_with_a_new_visitor_the_last_click_keeps_its_own_pictures(open_app: Open) -> None:
    app = open_app(next="1")
    while True:
        before = app.session.open.context
        app.answer(1.0)
        if app.session.open.context != before:
            break
    here, moved = tables(app, PICTURE)
    assert any(row["old_mean"] is not None for row in moved)
    assert not any("old_mean" in row for row in here)


@EVERY_WORLD
def test_asking_what_if_moves_the_ranking_and_logs_nothing(open_app: Open, world: str) -> None:
    app = open_app(world=world, next="1")
    for _ in range(8):
        app.session.live.step()
    app.run()
    entries, ranked = len(app.session.open.loop.log), app.session.open.ranked
    field = app.session.open.world.fields[0]
    other = next(v.name for v in field.values if v.name != app.session.open.context[field.name])
    app.set(f"{world}-{field.name}", other)
    assert app.session.open.context[field.name] == other
    assert app.session.open.ranked.means != ranked.means
    assert len(app.session.open.loop.log) == entries


def test_next_visitor_logs_nothing(open_app: Open) -> None:
    app = open_app().press_key("N")
    assert len(app.session.open.loop.events) == 0


def test_whoever_is_asked_for_stays_on_the_page(open_app: Open) -> None:
    app = open_app()
    app.set("coffee-name", "Dave")
    assert app.session.open.context["name"] == "Dave"
    assert "Dave" in app.text
    assert app.chosen("coffee-name") == "Dave"


def test_whoever_comes_by_themselves_is_shown(open_app: Open) -> None:
    app = open_app().set("play-next", True)
    for _ in range(5):
        app.answer(1.0)
        assert app.chosen("coffee-name") == app.session.open.context["name"]
    app.set("play-next", False).press_key("N")
    assert app.chosen("coffee-name") == app.session.open.context["name"]


def test_step_lets_the_visitor_who_is_there_answer_by_the_worlds_taste(open_app: Open) -> None:
    app = open_app().set("coffee-name", "Dave").set("coffee-weather", "Rainy")
    context, offered = app.session.open.context, app.session.open.ranked
    app.press_key("S")
    world = WORLDS["coffee"]
    expected = world.expected[world.cell(context), world.position(offered.action_id)]
    (row,) = event_rows.rows(app.session.open.loop.log)
    assert row["action"] == offered.action_id
    assert row["reward"] == expected


def test_a_crowd_comes_in_and_mixes_with_own_clicks(open_app: Open) -> None:
    app = open_app().answer(1.0).click("let-in-100").finish_the_crowd().answer(0.0)
    assert app.metric("Visitors") == "102"
    assert not app.session.live.is_live


def test_a_crowd_can_be_stopped_and_what_happened_stays(open_app: Open) -> None:
    with many_frames():
        app = open_app(world="movies").click("let-in-1000").click("stop")
    served = len(app.session.open.loop.events)
    assert 0 < served < 1_000
    assert len(app.run().session.open.loop.events) == served


def test_a_crowd_that_ends_while_the_toolbar_is_drawn_leaves_no_stop_there(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = toolbar_controls.step_back

    def end_the_crowd(*args: Any, **more: Any) -> None:
        while job_queue.jobs().turn():
            pass
        drawn(*args, **more)

    app = open_app()
    with many_frames():
        monkeypatch.setattr(toolbar_controls, "step_back", end_the_crowd)
        app.click("let-in-100")
    assert len(app.session.open.loop.events) == 100
    assert app.can_press("start")


def test_play_goes_on_until_paused(open_app: Open) -> None:
    app = open_app(speed="20").click("start")
    first = len(app.session.open.loop.events)
    app.run()
    assert len(app.session.open.loop.events) > first > 0
    app.click("stop")
    paused = len(app.session.open.loop.events)
    assert len(app.run().session.open.loop.events) == paused


def test_rewards_are_off_while_a_crowd_walks_in(open_app: Open) -> None:
    with many_frames():
        app = open_app(world="movies").click("let-in-1000")
    assert not app.can_answer
    assert app.click("stop").can_answer


def test_own_clicks_mix_with_live_play(open_app: Open) -> None:
    app = open_app(speed="1").click("start")
    app.session.now = lambda: 0.0
    served = len(app.session.open.loop.events)
    app.answer(0.5)
    assert len(app.session.open.loop.events) == served + 1
    assert app.session.live.playing


def test_only_time_lets_visitors_in(open_app: Open) -> None:
    app = open_app(speed="1").click("start")
    app.session.now = lambda: 0.0
    served = len(app.session.open.loop.events)
    app.set("play-truth", True).set("play-truth", False).run()
    assert len(app.session.open.loop.events) == served
    assert not app.can_press("coffee-name")


def test_undo_takes_back_the_last_visitor_exactly(open_app: Open) -> None:
    app = open_app().answer(1.0).answer(0.0)
    context, before = app.session.open.context, app.session.open.ranked
    app.set("play-next", True).answer(0.5).click("undo")
    assert app.session.open.context == context
    again = app.session.open.ranked
    assert (again.means, again.sds, again.probabilities, again.draw, again.event_id) == (
        before.means, before.sds, before.probabilities, before.draw, before.event_id,
    )  # fmt: skip
    assert app.metric("Visitors") == "2"
    app.click("undo").click("undo")
    assert not app.can_press("undo")


def test_undo_takes_back_a_change_of_settings_and_redo_brings_it_back(open_app: Open) -> None:
    app = open_app().answer(1.0).set("play-policy", "greedy").click("undo")
    assert app.session.setup.policy == "thompson"
    assert app.widget("play-policy").value == "thompson"
    assert app.session.open.loop.settings == app.session.setup.settings()
    assert len(app.session.open.loop.events) == 1
    app.click("redo")
    assert app.widget("play-policy").value == "greedy"
    assert app.session.open.loop.settings == app.session.setup.settings()
    assert not app.can_press("redo")


def test_reset_forgets_everything_but_what_is_set(open_app: Open) -> None:
    app = open_app(world="news", seed="3").answer(1.0).click("reset")
    assert len(app.session.open.loop.events) == 0
    assert (key_of(app.session.open.world), app.session.open.loop.seed) == ("news", 3)


def test_a_new_seed_can_be_undone(open_app: Open) -> None:
    app = open_app(seed="3").click("let-in-10").finish_the_crowd()
    before = app.session.open
    app.open_more("Settings").set("play-seed", 21)
    assert (app.session.open.loop.seed, len(app.session.open.loop.events)) == (21, 0)
    app.click("undo").run()
    assert app.session.open is before
    assert app.widget("play-seed").value == 3
    assert app.at.query_params["seed"] in ("3", ["3"])


def test_a_reset_can_be_undone(open_app: Open) -> None:
    app = open_app().answer(1.0).answer(0.0)
    before = app.session.open.ranked
    app.click("reset").click("undo")
    assert app.metric("Visitors") == "2"
    assert app.session.open.ranked.means == before.means
    app.click("reset").answer(1.0).click("undo")
    assert len(app.session.open.loop.events) == 0


def test_an_emptied_seed_keeps_the_loop(open_app: Open) -> None:
    app = open_app(seed="4").answer(1.0).set("play-seed", None)
    assert (len(app.session.open.loop.events), app.session.open.loop.seed) == (1, 4)


def test_next_lets_an_unanswered_visitor_answer_as_simulated_and_an_answered_one_go(
    open_app: Open,
) -> None:
    app = open_app()
    served: list[int] = []
    came: list[Mapping[str, str]] = []

    def note(app: App) -> None:
        served.append(len(app.session.open.loop.events))
        came.append(app.session.open.context)

    for act in ("next", "answer", "next", "next"):
        note(app.answer(1.0) if act == "answer" else app.click(act))
    assert served == [1, 2, 2, 3]
    assert came[0] == came[1] != came[2]
    app.answer(1.0).set("coffee-name", "Dave" if came[-1]["name"] != "Dave" else "Bob")
    assert len(app.click("next").session.open.loop.events) == 5, "nobody answered for that visitor"
    app.set("play-next", True).answer(1.0)
    assert len(app.click("next").session.open.loop.events) == 7, "the next one was there already"


def test_answers_are_primary_until_two_were_given_and_then_crowds_are(open_app: Open) -> None:
    app, primary = open_app(), []
    for _ in range(3):
        crowd = next(each for each in app.at.button if each.key == "let-in-100")
        primary.append((app.bar["primary"], crowd.proto.type == "primary"))
        app.answer(1.0)
    assert primary == [(True, False), (True, False), (False, True)]


def test_what_it_earns_stands_beside_what_can_be_earned(open_app: Open) -> None:
    app, world = open_app().answer(1.0), WORLDS["coffee"]
    reached = {
        "Random": world.uniform_value,
        "Best single offer": world.single_value,
        "Best possible": world.ceilings.best.value,
    }
    assert {name: app.metric(name) for name in reached} == {
        name: f"{value:.2f}" for name, value in reached.items()
    }


def test_how_much_of_the_map_is_right_is_said_large(open_app: Open) -> None:
    app = open_app().answer(1.0)
    assert not [part for part in app.panels["map"] if part["kind"] == "result"]
    (told,) = (
        part for part in app.set("play-truth", True).panels["map"] if part["kind"] == "result"
    )
    assert re.fullmatch(r"\d+ of 36 right", told["pieces"][0][0])


def test_what_can_do_nothing_yet_is_not_there(open_app: Open) -> None:
    """An empty map, too, has no other axes, and nothing was earned."""
    app, later = open_app(), ("undo", "look-back", "bookmark", "another-map")
    assert not any(map(app.can_press, (*later, "redo")))
    assert not app.panels["earned"]
    assert all(map(app.answer(1.0).can_press, later))
    assert not app.can_press("redo")


def test_a_button_goes_through_the_maps_of_three_fields(open_app: Open) -> None:
    app = open_app().answer(1.0)
    cells = [len(tables(app.click("another-map"), MAP)[0]) for _ in range(4)]
    assert cells == [12, 12, 9, 36]


def test_going_back_is_followed_and_a_late_browser_is_put_right(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app().set("play-world", "news")
    app.at.query_params["world"] = "shop"
    assert key_of(app.run().session.open.world) == "news"
    assert app.at.query_params["world"] in ("news", ["news"])
    app.at.query_params["world"] = "store"  # as the shop was called in older links
    monkeypatch.setattr("pages.parts.settings.page_settings_base.has_gone_back", lambda: True)
    assert key_of(app.run().session.open.world) == "shop"


def test_streamlit_still_tells_whohas_gone_back() -> None:
    assert ScriptRunContext.__dataclass_fields__["is_history_navigation"].default is False


def test_the_server_does_not_overrule_what_is_clicked_meanwhile(open_app: Open) -> None:
    """A run that began before a click may arrive after the click."""
    app = open_app(floor="20", crosses="2").set("play-seed", 8)
    of_compare = {"rule", "item", "table"}  # Play follows today's rules, which are set there.
    for name in {*PlaySetup.declared()} - {"epsilon", "temperature", "beside", *of_compare}:
        assert not app.widget(PlaySetup.key(name)).proto.set_value, name
    assert not app.open_more("stage").run().widget("play-beside").proto.set_value


def test_another_seed_or_world_starts_a_new_loop(open_app: Open) -> None:
    app = open_app().answer(1.0).set("play-seed", 8)
    assert (len(app.session.open.loop.events), app.session.open.loop.seed) == (0, 8)
    app.answer(1.0).set("play-world", "shop")
    assert (len(app.session.open.loop.events), key_of(app.session.open.world)) == (0, "shop")


def test_a_change_of_settings_keeps_what_was_learned_and_is_logged(open_app: Open) -> None:
    app = open_app().answer(1.0).set("play-policy", "epsilon").set("play-epsilon", 40)
    assert len(app.session.open.loop.events) == 1
    assert sum(isinstance(entry, Configured) for entry in app.session.open.loop.log) == 3
    app.set("play-crosses", 1)
    assert app.session.open.loop.settings.crosses == 1
    assert app.metric("Visitors") == "1"


def test_the_truth_stays_hidden_until_it_is_revealed(open_app: Open) -> None:
    app = open_app().click("let-in-10").finish_the_crowd()
    hidden = len(app.charts)
    assert all(row["truth"] is None for row in tables(app, MAP)[0])
    assert "best possible" not in json.dumps([chart["rows"] for chart in app.charts])
    assert "Missed rewards (regret)" not in app.text
    app.set("play-truth", True)
    assert len(app.charts) == hidden + 1
    world = WORLDS["coffee"]
    for row in tables(app, MAP)[0]:
        best = world.items[int(world.expected[row["at"]].argmax())]
        assert row["best"] == best.name
        assert row["truth"] == (None if row["action"] == best.id else best.id)
    right = sum(row["truth"] is None and row["strength"] > 1e-6 for row in tables(app, MAP)[0])
    assert f"{right} of 36 right" in app.text


def test_charts_show_what_the_loop_says(open_app: Open) -> None:
    app = open_app().click("let-in-100").finish_the_crowd()
    ranked = app.session.open.ranked
    shown = {r["action"]: r["won"] + r["kept"] for r in tables(app, PICTURE)[0]}
    loop, world = app.session.open.loop, app.session.open.world
    names = [item.name for item in world.items]
    assert shown == pytest.approx(dict(zip(names, ranked.probabilities, strict=True)))
    for row in tables(app, MAP)[0]:
        preview = loop.preview(world.actions, world.features(world.contexts[row["at"]]))
        assert row["probability"] == pytest.approx(max(preview.probabilities))


def test_the_address_follows_what_is_set(open_app: Open) -> None:
    app = open_app().set("play-seed", 21).set("play-truth", True).set("play-next", True)
    query = dict(app.at.query_params)
    assert query == {"world": "coffee", "seed": "21", "truth": "1", "next": "1"}


def test_a_copied_link_opens_the_same_set_up(open_app: Open) -> None:
    app = open_app(world="shop", seed="5").set("play-policy", "epsilon").set("play-epsilon", 33)
    again = open_app(**app.session.setup.query())
    assert again.session.setup == app.session.setup


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", "-1"), ("world", "<b>x</b> **y**")],
)
def test_a_broken_link_falls_back_with_a_notice(open_app: Open, name: str, value: str) -> None:
    app = open_app(**{name: value})
    (toast,) = app.at.toast
    assert name in toast.value
    assert "<" not in toast.value
    assert "**" not in toast.value
    assert app.session.setup == open_app().session.setup


def test_all_that_a_link_says_wrong_is_one_notice(open_app: Open) -> None:
    """A notice for each error covered half of a phone's screen."""
    (toast,) = open_app(seed="many", mode="x", speed="9").at.toast
    first, *each = bare(toast.value).split("\n\n")
    assert first == "3 things in the link cannot be used: seed, mode and speed."
    assert len(each) == 3
    assert all("is used instead" in sentence for sentence in each)


def test_the_log_can_be_filtered(open_app: Open) -> None:
    app = open_app().click("let-in-100").finish_the_crowd()
    app.at.session_state[BOXES] = ["log"]
    app.run()
    (table,) = app.at.dataframe
    assert len(table.value) == 100
    app.set("log-coffee-action", ["Cappucino"])
    (table,) = app.at.dataframe
    assert set(table.value["action"]) == {"Cappuccino"}
    assert len(table.value) < 100
    # By keys alone, a visitor is requested by number, including filtered ones.
    events = [*app.session.open.loop.events]
    for number in (int(table.value["number"].iloc[0]), 1):
        app.set("log-visitor", number)
        (link,) = (one for one in app.at.get("page_link") if "Why was visitor" in one.proto.label)
        assert f"visitor {number} offered" in link.proto.label
        assert f"event={events[number - 1]}" in link.proto.query_string
        is_shown = number in set(table.value["number"])
        assert link.proto.label.endswith("Cappuccino?" if is_shown else "that?")


def test_a_row_that_is_chosen_is_meant_and_no_number_that_was_typed_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state: dict[str, Any] = {"log-visitor": 3, "table": {"selection": {"rows": []}}}
    monkeypatch.setattr(st, "session_state", state)
    event_log._forget_number("table")
    assert state["log-visitor"] == 3
    state["table"]["selection"]["rows"] = [5]
    event_log._forget_number("table")
    assert state["log-visitor"] is None


def test_the_last_event_is_shown_as_the_services_json(open_app: Open) -> None:
    app = open_app().answer(0.5)
    app.at.session_state[BOXES] = ["code"]
    app.run()
    request, answer, reward = (json.loads(c.value) for c in app.at.code if c.language == "json")
    (ranked,) = (entry for entry in app.session.open.loop.log if isinstance(entry, Ranked))
    assert request["contextFeatures"] == [app.session.open.context]
    assert [a["id"] for a in request["actions"]] == [a["id"] for a in WORLDS["coffee"].actions]
    assert answer["eventId"] == request["eventId"] == ranked.event_id
    assert answer["rewardActionId"] == ranked.action_id
    assert sum(a["probability"] for a in answer["ranking"]) == pytest.approx(1)
    assert reward == {"value": 0.5}


def test_a_full_loop_says_so(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.play.page_settings.max_visitors", lambda: 2)
    app = open_app().answer(1.0).answer(1.0)
    assert not app.can_answer
    assert "served 2 visitors" in app.at.info[0].value
    assert app.click("reset").can_answer


def test_a_click_changes_the_rows_of_a_chart_and_what_it_is_said_to_show(open_app: Open) -> None:
    """Otherwise the chart is drawn anew, which takes a browser longer than all the rest."""
    app = open_app()
    looks, numbers = [], []
    for reward in (1.0, 0.0, None):
        app.answer(reward)
        looks.append([(chart["key"], chart["spec"]) for chart in app.charts])
        numbers.append(app.text)
    assert looks[0] == looks[1] == looks[2]
    assert len(looks[0]) == 3
    assert len(set(numbers)) == 3


def tables(app: App, alt: str) -> list[list[dict[str, Any]]]:
    """Rows of the charts whose description contains a text."""
    return [list(chart["rows"]) for chart in app.charts if alt in chart["alt"]]


def test_a_click_that_was_expected_is_said_to_have_moved_nothing(open_app: Open) -> None:
    app = open_app(policy="greedy").click("let-in-100").finish_the_crowd()
    while (click := app.answer(1.0).session.open.click) is None or any(click.reach.values()):
        assert app.metric("Visitors") < "160"
    captions = "\n".join([app.text, *(caption.value for caption in app.at.caption)])
    assert "It hardly changed anything for other visitors." in captions


# -- another owner's loop -------------------------------------------------------------


def test_the_link_shows_the_loop_live_and_makes_a_copy(open_app: Open) -> None:
    host = open_app(world="news").answer(1.0).run()
    link = host.session.open.link
    guest = App(loop=str(link))
    assert "somebody else" not in guest.text  # before the browser has sent its identity
    assert not guest.can_answer
    guest.at.session_state["has-told"] = True
    guest.run()
    assert "This session belongs to somebody else. You can watch it, or make a copy." in guest.text
    assert guest.metric("Visitors") == "1"
    assert App().can_answer
    assert not guest.can_answer
    assert not any(map(guest.can_press, ("undo", "start", "let-in-10", "next")))
    host.answer(0.0)
    assert guest.run().metric("Visitors") == "2"
    guest.click("make-own").answer(1.0)
    assert (guest.metric("Visitors"), host.run().metric("Visitors")) == ("3", "2")
    assert "somebody else" not in guest.text
    assert guest.at.query_params["loop"] not in (link, [link])


def test_an_older_link_with_the_id_may_answer_and_becomes_the_other(open_app: Open) -> None:
    host = open_app().answer(1.0)
    stored = host.session.open.stored
    guest = App(loop=stored.id)
    assert guest.at.query_params["loop"] in (stored.view, [stored.view])
    assert guest.answer(0.0).metric("Visitors") == "2"


def test_the_links_to_a_loop_say_what_they_do(open_app: Open) -> None:
    host = open_app()
    assert len(links(host)) == 1
    stored = host.answer(1.0).run().session.open.stored
    fresh, shows, moment, answers = links(host)
    assert stored.view not in fresh
    assert f"loop={stored.view}" in shows
    assert stored.id not in shows
    assert f"loop={stored.view}&at=1&who=" in moment
    assert answers == f"{shows}#answer={stored.id}"
    guest = App(loop=stored.view)
    assert len(links(guest)) == 3


def links(app: App) -> list[str]:
    """Links on the page."""
    told = [code.value for code in app.open_more("link").at.code]
    return [link for link in told if link.startswith("http") or "?" in link]


def test_reset_and_a_crowd_pressed_at_once_are_a_crowd_before_a_new_loop(open_app: Open) -> None:
    app = open_app()
    app.answer(1.0)
    before = app.session.open
    for key in ("reset", "let-in-10"):
        app.at.button(key=key).click()
    app.run().finish_the_crowd()
    assert app.session.open is not before
    assert app.metric("Visitors") == "10"


@pytest.mark.parametrize(("link", "world"), [({}, "news"), ({"world": "shop"}, "shop")])
def test_other_pages_open_with_the_world_chosen_here_unless_their_link_says_another(
    open_app: Open, link: dict[str, str], world: str
) -> None:
    app = open_app().set("play-world", "news")
    app.at.query_params.clear()
    app.at.switch_page("../../race.py")
    app.open(**link)
    assert app.widget("race-world").value == world


def test_a_seed_goes_along_to_other_pages_but_never_takes_a_loop_away(open_app: Open) -> None:
    app = open_app()
    app.answer(1.0)
    before = app.session.open
    app.at.query_params.clear()
    app.at.switch_page("../../race.py")
    app.run()
    app.at.session_state["race-seed"] = 12
    app.run()
    app.at.query_params.clear()
    app.at.switch_page("../../compare.py")
    app.run()
    assert app.at.session_state["compare-seed"] == 12
    assert "Random seed 12" in app.text
    app.at.query_params.clear()
    app.at.switch_page("../../play.py")
    app.run()
    assert app.session.open is before
    assert app.widget("play-seed").value == 7


def test_the_world_is_changed_from_here_on(open_app: Callable[..., App]) -> None:
    app = open_app(seed="7", truth="1")
    app.click("let-in-10").finish_the_crowd()
    app.at.session_state[BOXES] = ["another"]
    app.run().click("change-tastes")
    opened = app.session.open
    assert "The world changed after visitor 10: " in app.text
    assert opened.world != opened.home == WORLDS["coffee"]
    assert app.at.query_params["world"] in ("coffee", ["coffee"])
    changed = opened.world
    assert not app.can_press("offer-from-now")
    app.session.offer([*rows_of(changed.items, 0)[1:], ActionRow(9, "Tea", worth=2.0)])
    app.run()
    assert [item.id for item in opened.world.items] == ["Cold brew", "Iced mocha", "Latte", "Tea"]
    assert (opened.world.outcomes[:, :3] == changed.outcomes[:, 1:]).all()
    app.at.session_state[BOXES] = ["log", "code"]
    app.click("let-in-10").finish_the_crowd()
    assert opened.changed_before == (10, 10)
    (curve,) = (chart for chart in app.charts if chart["alt"].startswith("Mean reward by visitor"))
    rules = [row for row in curve["rows"] if row["line"] is None and row["value"] is None]
    assert [(row["visitor"], row["is_first"]) for row in rules] == [(10, True)]
    assert "world changed" in json.dumps(curve["spec"])
    assert not app.at.exception
    assert "world_from_json" in app.at.code[-1].value
    app.click("undo").click("undo").click("undo")
    assert opened.world == WORLDS["coffee"]


def test_in_the_largest_world_a_click_computes_a_map_and_nothing_for_all_contexts(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_app()
    kept = library().store.keep_world(deep(), "somebody")
    asked = list[int]()
    outlook = LearningLoop.outlook

    def counted(loop: LearningLoop, requests: Sequence[RankRequest]) -> tuple[Array, Array]:
        asked.append(len(requests))
        return outlook(loop, requests)

    monkeypatch.setattr(LearningLoop, "outlook", counted)
    app = open_app(world=kept.key)
    assert app.session.open.world.size == 50**4
    assert sum(asked) <= MAPPED_BELIEFS // 50
    asked.clear()
    app.answer(1.0)
    assert 0 < sum(asked) <= 2 * MAPPED_BELIEFS // 50  # Before and after the answer.
    assert "The map has room for" in app.text
