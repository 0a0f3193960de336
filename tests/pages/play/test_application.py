"""An application and a person feed the same loop on Play."""

import json
from collections.abc import Callable
from typing import Any

from engine.protocol.request import parse_rank_request
from engine.service.call_types import Call, Reply
from engine.service.limits import CallLimits, RateLimit
from engine.service.operations import answered
from engine.service.server_state import Server
from pages.parts.play.detail_boxes import BOXES
from pages.parts.settings.loop_library_access import library_of_server
from tests.pages.conftest import App


def test_calls_of_an_application_appear_on_play(open_app: Callable[..., App]) -> None:
    app = open_app().answer(1.0)
    stored = app.session.open.stored
    world = stored.world
    assert world is not None
    library = library_of_server()
    key = library.store.rotate_key(stored.id, stored.owner, 1)
    server = Server(library, CallLimits(), RateLimit(CallLimits()))

    def call(path: str, body: object) -> Any:
        headers = {"ocp-apim-subscription-key": key}
        reply: Reply = answered(server, Call("POST", path, {}, headers, json.dumps(body).encode()))
        assert reply.status in {201, 204}, reply.content
        return reply.content

    def visit(cell: int, **parts: object) -> str:
        request = world.request(cell).to_json()
        body = {"actions": request["actions"], "contextFeatures": request["contextFeatures"]}
        event: str = call("/v1.0/rank", body | parts)["eventId"]
        return event

    for cell in range(3):
        call(f"/v1.0/events/{visit(cell)}/reward", {"value": 0.5})
    first = world.items[0].id
    visit(4, eventId="mine/1", deferActivation=True, excludedActions=[first])
    call("/v1.0/events/mine/1/activate", {})
    call("/v1.0/events/nobody/reward", {"value": 1})
    call("/v1.0/events/mine/1/reward", {"value": 1})
    call("/v1.0/events/mine/1/reward", {"value": 1})
    app.at.run()
    assert not app.at.exception
    assert app.session.open.stored is stored
    assert app.metric("Visitors") == "5"
    assert stored.loop.events["mine/1"].earned == 1
    app.answer(0.0)
    assert app.metric("Visitors") == "6"
    app.click("undo")
    assert not app.at.exception


def test_a_deferred_offer_is_counted_apart_and_can_be_activated(
    open_app: Callable[..., App],
) -> None:
    app = open_app().answer(1.0)
    stored = app.session.open.stored
    world = stored.world
    assert world is not None
    request = world.request(2).to_json()
    body = parse_rank_request(
        request["actions"], request["contextFeatures"], None, "mine", defer_activation=True
    )
    stored.serve(body)
    app.at.session_state[BOXES] = ["log"]
    app.run()
    assert "Not counted: 1 deferred offer." in app.text
    assert app.metric("Visitors") == "1"
    app.set("log-visitor", 2)
    app.click("log-activate")
    assert stored.loop.events["mine"].activated
    assert "Not counted" not in app.text
