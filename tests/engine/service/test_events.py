"""Rank, Reward and Activate over the wire."""

import msgspec
import pytest

from engine.loop.entries import Dangling
from engine.service.json_bodies import RankAnswer
from engine.store import Store
from engine.worlds import GALLERY, WORLDS
from tests.engine.service.calling import ACTIONS, CONFIGURATION, RANK, Application


def dangling(application: Application) -> list[tuple[str, str]]:
    return [(e.act, e.reason) for e in application.stored.loop.log if isinstance(e, Dangling)]


def test_a_rank_and_a_reward_teach_the_loop(application: Application) -> None:
    answer = application.rank()
    assert {action["id"] for action in answer["ranking"]} == {"tea", "cola", "water"}
    assert application.reward(answer["eventId"], 1) == 204
    event = application.stored.loop.events[answer["eventId"]]
    assert (event.earned, event.ranked.action_id) == (1, answer["rewardActionId"])


def test_an_answer_explains_the_best_action_where_that_is_switched_on(
    application: Application,
) -> None:
    plain = application.rank(eventId="before")
    assert plain.keys() == {"ranking", "eventId", "rewardActionId"}
    for number in range(40):
        hot = number % 2 == 0
        event = application.rank(contextFeatures=[{"weather": "rainy" if hot else "sunny"}])
        application.reward(event["eventId"], float(hot == (event["rewardActionId"] == "tea")))
    on = CONFIGURATION | {"isInferenceExplainabilityEnabled": True}
    assert application.call("PUT", "/configurations/service", on).status == 200
    answers = [application.rank(contextFeatures=[{"weather": "rainy"}]) for _ in range(20)]
    assert {answer["rewardActionId"] for answer in answers} > {"tea"}
    for answer in answers:
        msgspec.convert(answer, RankAnswer, strict=True)
        (explained,) = answer["inferenceExplanation"]
        scores = {each["name"]: each["score"] for each in explained["features"]}
        assert explained["id"] == "tea"
        assert scores["weather"] > 0
    before = application.rank(eventId="before")
    assert {name: before[name] for name in plain} == plain


def test_a_known_event_id_is_answered_as_recorded_whatever_the_request(
    application: Application,
) -> None:
    first = application.rank(eventId="e/1 ?")
    assert application.rank(eventId="e/1 ?", actions=ACTIONS[:2]) == first
    assert application.reward("e/1 ?", 0.5) == 204
    assert application.stored.loop.events["e/1 ?"].earned == 0.5


def test_a_retry_of_the_client_gets_the_same_event_and_another_call_does_not(
    application: Application,
) -> None:
    mine = {"x-ms-client-request-id": "f3a1"}
    first = application.rank(mine)
    assert application.rank(mine) == first
    assert application.rank(mine, contextFeatures=[])["eventId"] != first["eventId"]
    assert application.rank({"x-ms-client-request-id": "b"})["eventId"] != first["eventId"]
    application.clock.advance(minutes=6)
    later = application.rank(mine)
    assert later["eventId"] != first["eventId"]


def test_late_repeated_and_unknown_calls_are_answered_and_logged(application: Application) -> None:
    event = application.rank()["eventId"]
    deferred = application.rank(deferActivation=True)["eventId"]
    assert application.call("POST", f"/events/{deferred}/activate").status == 204
    assert application.call("POST", f"/events/{deferred}/activate").status == 204
    assert [application.reward(event, value) for value in (1, 1)] == [204, 204]
    assert application.reward("nobody", 1) == 204
    assert application.call("POST", "/events/nobody/activate").status == 204
    application.clock.advance(minutes=11)
    assert application.reward(deferred, 1) == 204
    assert dangling(application) == [
        ("reward", "second"), ("reward", "unknown"), ("activate", "unknown"), ("reward", "late"),
    ]  # fmt: skip


def test_a_reply_names_its_loop_and_the_reason_why_nothing_was_learned(
    application: Application,
) -> None:
    event = application.rank()["eventId"]
    path, once = f"/events/{event}/reward", {"x-ms-client-request-id": "f3a1"}
    replies = [
        application.call("POST", path, {"value": 1}, once),
        application.call("POST", path, {"value": 1}, once),
        application.call("POST", path, {"value": 1}),
        application.call("POST", "/events/nobody/activate"),
        application.call("POST", path, {"value": 5}),
    ]
    assert [reply.dangling for reply in replies] == ["", "repeated", "second", "unknown", ""]
    assert {reply.loop for reply in replies} == {application.stored.id}
    stranger = {"ocp-apim-subscription-key": "0" * 32}
    assert application.call("POST", path, {"value": 1}, stranger).loop == ""


def test_a_retried_reward_counts_once_in_a_sum(application: Application) -> None:
    application.stored.configure(reward_aggregation="sum")
    event = application.rank()["eventId"]
    path = f"/events/{event}/reward"
    for client_id in ("a", "a", "b", None, None):
        headers = {} if client_id is None else {"x-ms-client-request-id": client_id}
        assert application.call("POST", path, {"value": 0.25}, headers).status == 204
    assert application.stored.loop.events[event].rewards == [0.25] * 4


BAD = {
    "no JSON": (b"{", "InvalidRankRequest"),
    "not UTF-8": (b'{"actions": "\xff"}', "InvalidRankRequest"),
    "NaN": (b'{"actions": NaN}', "InvalidRankRequest"),
    "nested deeply": (b"[" * 100_000, "InvalidRankRequest"),
    "objects nested deeply": (b'{"a":' * 100_000, "InvalidRankRequest"),
    "a list": ([], "InvalidRankRequest"),
    "no actions": ({}, "InvalidRankRequest"),
    "51 actions": (
        {"actions": [{"id": f"a{i}", "features": [{"n": i}]} for i in range(51)]},
        "InvalidRankRequest",
    ),
    "an empty event id": (RANK | {"eventId": ""}, "InvalidRankRequest"),
    "half a character": (
        b'{"eventId": "\\ud800", "actions": [{"id": "a", "features": [{"n": 1}]}]}',
        "InvalidRankRequest",
    ),
    "an array of mixed kinds": (
        RANK | {"contextFeatures": [{"media": ["text", 1]}]},
        "InvalidRankRequest",
    ),
    "a body of 3 MiB": (
        RANK | {"contextFeatures": [{"x": "y" * (3 << 20)}]},
        "PayloadSizeExceeded",
    ),
}


@pytest.mark.parametrize(("body", "code"), BAD.values(), ids=BAD)
def test_a_bad_rank_request_is_a_400(application: Application, body: object, code: str) -> None:
    assert application.code("POST", "/rank", body) == (400, code)
    assert len(application.stored.loop.events) == 0


@pytest.mark.parametrize("body", [b"", {}, {"value": None}, {"value": "1"}, {"value": 2}, [1]])
def test_a_bad_reward_is_a_400(application: Application, body: object) -> None:
    refused = application.code("POST", "/events/e/reward", body)
    assert refused == (400, "InvalidRewardRequest")


def test_a_malformed_event_id_is_a_400(application: Application) -> None:
    long = "x" * 257
    refused = application.code("POST", f"/events/{long}/activate")
    assert refused == (400, "InvalidEventIdToActivate")
    refused = application.code("POST", f"/events/{long}/reward", {"value": 1})
    assert refused == (400, "InvalidRewardRequest")


SLOTS = [
    {"id": "hero", "baselineAction": "cola", "features": [{"size": "large"}]},
    {"id": "side", "baselineAction": "tea", "excludedActions": ["water"]},
]
PAGE = RANK | {"slots": SLOTS}


def test_several_slots_are_ranked_activated_and_rewarded(application: Application) -> None:
    body = PAGE | {"eventId": "a/b", "deferActivation": True}
    answer = application.call("POST", "/multislot/rank", body)
    assert answer.status == 201
    assert answer.content["eventId"] == "a/b"
    assert [slot["id"] for slot in answer.content["slots"]] == ["hero", "side"]
    shown = {slot["rewardActionId"] for slot in answer.content["slots"]}
    assert len(shown) == 2
    again = application.call(
        "POST", "/multislot/rank", PAGE | {"eventId": "a/b", "actions": ACTIONS}
    )
    assert again.content == answer.content
    rewards = {"reward": [{"slotId": "side", "value": 1}, {"slotId": "foot", "value": 1}]}
    for path, sent in (("reward", rewards), ("activate", None), ("reward", rewards)):
        assert application.call("POST", f"/multislot/events/a/b/{path}", sent).status == 204
    events = application.stored.loop.events
    assert [event.earned for event in events.values()] == [None, 1.0]
    reasons = [entry.reason for entry in application.stored.loop.log if isinstance(entry, Dangling)]
    assert reasons == ["unknown", "second", "unknown"]


def test_a_retried_page_gets_its_recorded_answer(application: Application) -> None:
    headers = {"x-ms-client-request-id": "1"}
    first, second = (application.call("POST", "/multislot/rank", PAGE, headers) for _ in range(2))
    assert first.content == second.content
    assert len(application.stored.loop.events) == 2


def test_a_retried_reward_of_slots_counts_once_in_a_sum(application: Application) -> None:
    application.stored.configure(reward_aggregation="sum")
    event = application.call("POST", "/multislot/rank", PAGE).content["eventId"]
    body = {"reward": [{"slotId": "hero", "value": 0.25}]}
    for client_id in "aab":
        headers = {"x-ms-client-request-id": client_id}
        path = f"/multislot/events/{event}/reward"
        assert application.call("POST", path, body, headers).status == 204
    assert application.stored.loop.events[event].rewards == [0.25, 0.25]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("rank", RANK, "InvalidRankRequest"),
        ("rank", RANK | {"slots": [{"id": "a"}]}, "InvalidRankRequest"),
        ("rank", RANK | {"slots": [*SLOTS, SLOTS[0]]}, "InvalidRankRequest"),
        ("rank", [], "InvalidRankRequest"),
        ("events/e/reward", {"value": 1}, "InvalidRewardRequest"),
        ("events/e/reward", {"reward": [{"slotId": "a", "value": 2}]}, "InvalidRewardRequest"),
        ("events/e/reward", {"reward": [{"value": 1}]}, "InvalidRewardRequest"),
        (f"events/{'x' * 257}/activate", None, "InvalidEventIdToActivate"),
    ],
)
def test_a_bad_call_of_several_slots_is_a_400(
    application: Application, path: str, body: object, code: str
) -> None:
    assert application.code("POST", f"/multislot/{path}", body) == (400, code)
    assert len(application.stored.loop.events) == 0


def test_a_loop_of_a_world_takes_its_slots_alone(store: Store) -> None:
    home = GALLERY["home"].world
    application = Application.of(store, world=home)
    slots = [
        {"id": name, "baselineAction": item.id}
        for name, item in zip(home.slots, home.items[1:3], strict=True)
    ]
    visitor = [{"customer": "New", "device": "Phone"}]
    body = {"actions": list(home.actions), "contextFeatures": visitor, "slots": slots}
    answer = application.call("POST", "/multislot/rank", body)
    assert answer.status == 201
    ranked = [event.ranked for event in application.stored.loop.events.values()]
    assert [home.context_of(one.request)["slot"] for one in ranked] == [*home.slots]
    assert ranked[0].request.actions_text == ranked[1].request.actions_text
    for part, code in (
        ({"slots": slots[:1]}, "InvalidMultiSlotApiAccess"),
        ({"contextFeatures": [{"customer": "New"}]}, "InvalidRankRequest"),
        ({"slots": [{**slots[0], "features": [{"x": 1}]}, slots[1]]}, "InvalidRankRequest"),
    ):
        assert application.code("POST", "/multislot/rank", body | part) == (400, code)
    coffee = Application.of(store, world=WORLDS["coffee"])
    request = WORLDS["coffee"].request(0).to_json()
    page = {"actions": request["actions"], "contextFeatures": request["contextFeatures"]}
    slots = [{"id": "a", "baselineAction": WORLDS["coffee"].items[0].id}]
    refused = coffee.code("POST", "/multislot/rank", page | {"slots": slots})
    assert refused == (400, "InvalidMultiSlotApiAccess")


def test_a_loop_of_a_world_takes_that_worlds_visitors_alone(store: Store) -> None:
    world = WORLDS["coffee"]
    application = Application.of(store, world=world)
    request = world.request(0).to_json()
    parts = {"actions": request["actions"], "contextFeatures": request["contextFeatures"]}
    assert application.rank(None, **parts)["ranking"]
    for other in ({**parts, "actions": ACTIONS}, {**parts, "contextFeatures": [{"x": 1}]}):
        assert application.code("POST", "/rank", other) == (400, "InvalidRankRequest")
