"""Refusals: one sentence, and the service's JSON."""

import pickle

import pytest

from engine.errors import Fault, GoneError, PersonalizerError, RejectedError
from engine.protocol.request import parse_rank_request
from tests.engine.refusals import refusal
from tests.engine.requests import DRINKS


def test_an_error_has_the_services_json_shape() -> None:
    error = refusal(lambda: parse_rank_request(actions=[None]))
    assert error.to_json() == {
        "error": {
            "code": "InvalidRankRequest",
            "message": "actions[0] is None, but must be an object with id and features.",
            "target": "actions[0]",
        }
    }


def test_a_long_value_is_cut_so_that_the_message_stays_readable() -> None:
    error = refusal(lambda: parse_rank_request(DRINKS, event_id="x" * 10_000))
    assert len(error.message) < 200
    assert "'xxx" in error.message
    assert "..." in error.message


@pytest.mark.parametrize(
    "error", [GoneError(), RejectedError([Fault(3, "it is odd", "log")], 2, "evaluated")], ids=repr
)
def test_an_error_comes_back_whole_from_another_process(error: PersonalizerError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.__dict__) == (str(error), error.__dict__)
