"""The answer to Rank in the service's JSON."""

from engine import RankedAction, RankResponse


def test_an_answer_has_the_services_json_shape() -> None:
    answer = RankResponse("e1", "b", (RankedAction("b", 0.75), RankedAction("a", 0.25)))
    assert answer.to_json() == {
        "ranking": [{"id": "b", "probability": 0.75}, {"id": "a", "probability": 0.25}],
        "eventId": "e1",
        "rewardActionId": "b",
    }
