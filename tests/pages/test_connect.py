"""The Connect page, without a browser."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from engine.loop.entries import ModelReset
from engine.service.call_types import Call
from engine.service.limits import CallLimits, RateLimit
from engine.service.operations import answered
from engine.service.server_state import Server
from engine.store import StoredLoop
from pages.parts.connect import simulated_calls, wording
from pages.parts.connect.call_list import LISTED
from pages.parts.connect.session import ConnectSession
from pages.parts.settings.loop_library_access import library
from pages.parts.text.format import bare
from pages.parts.work.recent_calls import recent_calls
from tests.pages.conftest import App, AppFromPlay

SERVICE = "connect-settings"


class ConnectApp(AppFromPlay):
    """The app in one browser session, on the Connect page."""

    PAGE = "../../connect.py"

    @property
    def connect(self) -> ConnectSession:
        session: ConnectSession = self.at.session_state["ConnectSession"]
        return session

    @property
    def play_loop(self) -> StoredLoop:
        """The loop on Play."""
        return self.session.open.stored

    @property
    def codes(self) -> list[str]:
        """All code blocks of the page."""
        return [block.value for block in self.at.code]

    @property
    def lines(self) -> list[str]:
        """Headings of the listed calls, newest first."""
        return [bare(box.label) for box in self.at.expander if "connect-call-" in str(box.proto.id)]

    def make_key(self, slot: int = 1) -> str:
        """Make a key of the displayed loop; return it."""
        self.click(f"connect-make-{slot}")
        return self.connect.any_key(self.connect.chosen or self.play_loop.id)

    def call(self, key: str, path: str, body: object, method: str = "POST") -> Any:
        """Call an operation like an application; return the JSON of the answer."""
        limits = CallLimits()
        server = Server(library(), limits, RateLimit(limits))
        call = Call(
            method, f"/v1.0{path}", headers={"ocp-apim-subscription-key": key},
            body=json.dumps(body).encode(),
        )  # fmt: skip
        reply = answered(server, call)
        recent_calls().note(call, reply, 0.002)
        return json.loads(reply.body or b"null")


@pytest.fixture
def open_connect(open_app: Callable[..., App]) -> Iterator[Callable[..., ConnectApp]]:
    """Opens the Connect page in a new session, on a server without earlier calls."""
    recent_calls.cache_clear()
    yield ConnectApp
    recent_calls.cache_clear()


Open = Callable[..., ConnectApp]


def at_loop(name: str) -> ConnectApp:
    """The Connect page of a new session in which Play has a loop open."""
    app = ConnectApp()
    app.at.switch_page("../../play.py")
    app.at.query_params["loop"] = name
    app.run()
    app.at.switch_page(ConnectApp.PAGE)
    app.run()
    return app


ANY = {"actions": [{"id": "a", "features": [{"n": 1}]}, {"id": "b", "features": [{"n": 2}]}]}


def world_request(app: ConnectApp) -> dict[str, object]:
    world = app.play_loop.world_now
    assert world is not None
    context = world.features(world.contexts[0])
    return {"actions": [*world.actions], "contextFeatures": context}


def test_without_calls_the_page_tells_what_to_do(open_connect: Open) -> None:
    app = open_connect()
    assert [each.value for each in app.at.info] == [wording.NO_CALLS]
    assert app.widget("connect-send").disabled
    assert "Not set" in app.text
    assert any("http://localhost:" in code for code in app.codes)
    assert all("<your key>" in code for code in app.codes if "import" in code)


def test_a_key_is_in_the_code_while_it_is_shown(open_connect: Open) -> None:
    app = open_connect()
    key = app.make_key()
    assert library().store.loop_of_key(key) == app.play_loop.id
    assert app.codes.count(key) == 1
    assert all(key in code for code in app.codes if "import" in code)
    assert not app.widget("connect-send").disabled
    later = at_loop(app.play_loop.id)
    assert later.play_loop.id == app.play_loop.id
    assert key not in "".join(later.codes)


def test_a_rotated_key_replaces_the_old_one(open_connect: Open) -> None:
    app = open_connect()
    old, second = app.make_key(1), app.make_key(2)
    new = app.make_key(1)
    store = library().store
    assert [store.loop_of_key(key) for key in (old, second, new)] == [
        None, app.play_loop.id, app.play_loop.id,
    ]  # fmt: skip
    assert all(new in code for code in app.codes if "import" in code)


def test_a_stored_key_has_its_date(open_connect: Open) -> None:
    app = open_connect()
    app.make_key()
    app.connect._keys.clear()
    assert "Set on" in app.run().text


def test_calls_are_listed_with_their_outcome(open_connect: Open) -> None:
    app = open_connect()
    key = app.make_key()
    answer = app.call(key, "/rank", world_request(app))
    path = f"/events/{answer['eventId']}/reward"
    app.call(key, path, {"value": 1})
    app.call(key, path, {"value": 1})
    app.call(key, "/events/nobody/reward", {"value": 1})
    app.call(key, "/rank", ANY)
    app.run()
    refused, unknown, second, rewarded, ranked = app.lines
    assert "400 InvalidRankRequest" in refused
    assert "not learned: no such event" in unknown
    assert "not learned: the first reward counts" in second
    assert "learned" in rewarded
    assert f"Rank {answer['rewardActionId']}" in ranked
    assert "reward 1, learned" in ranked
    assert "2.0" in ranked


def test_an_opened_call_stays_while_others_arrive(open_connect: Open) -> None:
    app = open_connect()
    key = app.make_key()
    app.call(key, "/rank", {"actions": []})
    app.run()
    assert len(app.lines) == 1
    app.at.session_state["connect-call-1"] = True
    app.run()
    for _ in range(LISTED + 3):
        app.call(key, "/rank", world_request(app))
    app.run()
    assert len(app.lines) == LISTED + 1
    assert "400 InvalidRankRequest" in app.lines[-1]
    assert any('"actions": []' in code for code in app.codes)


def test_the_loop_of_the_key_is_the_loop_on_play(open_connect: Open) -> None:
    app = open_connect()
    key = app.make_key()
    answer = app.call(key, "/rank", world_request(app))
    app.call(key, f"/events/{answer['eventId']}/reward", {"value": 1})
    app.at.switch_page("../../play.py")
    app.run()
    assert app.metric("Visitors") == "1"


def test_an_application_gets_a_loop_that_takes_any_actions(open_connect: Open) -> None:
    app = open_connect()
    app.click("connect-create")
    loop = app.connect.chosen
    assert loop
    key = app.make_key()
    assert library().store.loop_of_key(key) == loop
    assert app.call(key, "/rank", ANY)["rewardActionId"] in {"a", "b"}
    assert len(app.run().lines) == 1
    app.widget("connect-loop").set_value("")
    app.run()
    assert app.connect.chosen == ""
    assert app.lines == []


def test_the_loop_of_somebody_else_has_no_keys_here(open_connect: Open) -> None:
    theirs = open_connect()
    theirs.make_key()
    app = at_loop(theirs.play_loop.view)
    assert app.play_loop.id == theirs.play_loop.id
    assert wording.NOT_YOURS in [each.value for each in app.at.info]
    assert "connect-make-1" not in [button.key for button in app.at.button]


def test_a_door_that_is_off_is_said(open_connect: Open) -> None:
    recent_calls().is_open = False
    app = open_connect()
    assert [each.value for each in app.at.warning] == [wording.OFF]
    assert "connect-make-1" not in [button.key for button in app.at.button]


def test_test_calls_and_their_result(open_connect: Open) -> None:
    app = open_connect()
    app.make_key()

    def send(sender: object, path: str, body: object, counts: simulated_calls.CallCounts) -> Any:
        counts.sent += 1
        counts.seconds.append(0.002)
        return {"eventId": "e", "rewardActionId": "Latte"}

    with patch.object(simulated_calls._Sender, "send", send):
        app.click("connect-send")
    assert "100 sent, 100 answered, median 2.0" in bare(app.text)


def open_settings(app: ConnectApp) -> ConnectApp:
    app.at.session_state[SERVICE] = True
    return app.run()


def setting(app: ConnectApp, name: str) -> Any:
    """Widget of a setting, whose key ends with the time of the last edit."""
    kinds = ("number_input", "selectbox", "toggle", "text_area")
    return next(
        each for kind in kinds for each in app.at.get(kind)
        if str(each.key).startswith(f"connect-{name}-")
    )  # fmt: skip


def test_settings_are_changed_together(open_connect: Open) -> None:
    app = open_settings(open_connect())
    setting(app, "rewardWaitTime").set_value(240.0)
    setting(app, "explorationPercentage").set_value(30.0)
    setting(app, "restarts").set_value(True)
    app.click("connect-save")
    loop = app.play_loop.loop
    assert loop.settings.reward_wait_time == timedelta(hours=4)
    assert loop.state.service.restarts_model
    assert sum(isinstance(entry, ModelReset) for entry in loop.log) == 1
    assert setting(app, "explorationPercentage").value == 30
    assert "The settings are saved." in [bare(each.value) for each in app.at.success]


def test_optimisation_and_explanations_are_switched_on(open_connect: Open) -> None:
    app = open_settings(open_connect())
    assert setting(app, "autoOptimizationFrequency").value == 28
    setting(app, "autoOptimizationFrequency").set_value(7.0)
    setting(app, "isAutoOptimizationEnabled").set_value(True)
    setting(app, "isInferenceExplainabilityEnabled").set_value(True)
    app.click("connect-save")
    service = app.play_loop.loop.state.service
    assert service.is_auto_optimization_enabled
    assert service.is_inference_explainability_enabled
    assert timedelta(seconds=service.auto_optimization_frequency) == timedelta(days=7)


def test_a_refused_setting_changes_nothing(open_connect: Open) -> None:
    app = open_settings(open_connect())
    length = len(app.play_loop.loop.log)
    setting(app, "rewardWaitTime").set_value(0.01)
    setting(app, "defaultReward").set_value(0.5)
    app.click("connect-save")
    (error,) = app.at.error
    said = "Reward wait time is 'PT0.6S', but must be from 5 seconds to 2 days."
    assert bare(error.value) == said
    assert len(app.play_loop.loop.log) == length
    assert setting(app, "defaultReward").value == 0.5


def test_a_learning_policy_is_imported_and_reset(open_connect: Open) -> None:
    app = open_settings(open_connect())
    own = setting(app, "policy").value
    classic = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"
    setting(app, "policy").set_value(json.dumps({"name": "vw", "arguments": classic}))
    app.click("connect-policy-import")
    assert app.play_loop.loop.settings.learner == "classic"
    assert json.loads(setting(app, "policy").value)["arguments"] == classic
    setting(app, "policy").set_value("{")
    app.click("connect-policy-import")
    assert "not JSON" in bare(app.at.error[0].value)
    app.click("connect-policy-reset")
    learner: str = app.play_loop.loop.settings.learner
    assert learner == "bayesian"
    assert json.loads(own)["name"] == json.loads(setting(app, "policy").value)["name"]


def test_the_stage_shows_the_calls_and_no_key(open_connect: Open) -> None:
    app = open_connect()
    key = app.make_key()
    app.at.query_params["stage"] = "1"
    app.run()
    (before,) = app.at.title
    assert bare(before.value).startswith("Applications call http://")
    (code,) = app.codes
    assert "client.rank" in code
    app.call(key, "/rank", world_request(app))
    app.run()
    (after,) = app.at.title
    assert after.value == "1 call since this server started."
    assert "waiting for a reward" in bare(app.text)
    assert not app.at.button
    assert key not in app.text
