"""Rank request written by a person."""

import json

import pytest

from engine.worlds import WORLDS
from pages.parts.worlds.rank_request_form import rank_json

COFFEE = WORLDS["coffee"].request(0).to_json()


def test_it_is_answered_in_the_service_s_shape() -> None:
    request = COFFEE | {"eventId": "mine", "excludedActions": ["Latte"], "unknown": 1}
    status, body = rank_json(json.dumps(request), 7)
    assert (status, body["eventId"]) == ("201 Created", "mine")
    chances = {action["id"]: action["probability"] for action in body["ranking"]}
    assert chances["Latte"] == 0
    assert sum(chances.values()) == pytest.approx(1)
    assert rank_json(json.dumps(request), 7) == (status, body)


def test_features_may_be_lists_of_words_as_in_the_service_s_overview() -> None:
    article = {"title": "Sports article", "media": ["text", "image", "video"]}
    told = {"actions": [{"id": "a", "features": [article]}, {"id": "b", "features": [article]}]}
    assert rank_json(json.dumps(told), 7)[0] == "201 Created"


@pytest.mark.parametrize(
    ("text", "status", "code", "says"),
    [
        ("{", "400 Bad Request", "InvalidRankRequest", "not valid JSON"),
        ("[]", "400 Bad Request", "InvalidRankRequest", "not an object"),
        ("[" * 100_000, "400 Bad Request", "InvalidRankRequest", "not valid JSON"),
        ("{}", "400 Bad Request", "InvalidRankRequest", "actions"),
        (
            json.dumps({"actions": [{"id": "a", "features": []}]}),
            "400 Bad Request", "InvalidRankRequest", "actions[0].features",
        ),
        (
            json.dumps({"actions": [{"id": "a", "features": [{"x": "y" * 3_000_000}]}]}),
            "400 Bad Request", "PayloadSizeExceeded", "the size of the request",
        ),
    ],
)  # fmt: skip
def test_refusals_have_the_services_format(text: str, status: str, code: str, says: str) -> None:
    answered, body = rank_json(text, 7)
    assert (answered, body["error"]["code"]) == (status, code)
    assert says in body["error"]["message"]
