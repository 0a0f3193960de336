"""Learning metrics by period of a learning mode."""

import pytest

from tests.engine.service.calling import CONFIGURATION, Application

PATH = "/metrics/learning"


def switch(application: Application, mode: str) -> None:
    parts = {"explorationPercentage": 0.2, "learningMode": mode}
    assert application.call("PUT", "/configurations/service", CONFIGURATION | parts).status == 200


@pytest.fixture
def apprentice(application: Application) -> Application:
    """Ten rewarded events as an apprentice over five hours, then two online."""
    switch(application, "Apprentice")
    for mode, number in (("Apprentice", 10), ("Online", 2)):
        switch(application, mode)
        for _ in range(number):
            application.reward(application.rank()["eventId"], 0.5)
            application.clock.advance(minutes=30)
    return application


def test_each_period_of_a_mode_has_its_sums(apprentice: Application) -> None:
    first, second = apprentice.call("GET", PATH).content
    assert [one["learningMode"] for one in first + second] == ["Apprentice", "Online"]
    assert (first[0]["numberOfEvents"], first[0]["sumOfRewards"]) == (10, 5.0)
    events = [*apprentice.stored.loop.events.values()][:10]
    matched = sum(event.ranked.matches for event in events)
    assert first[0]["numberOfMatchedEvents"] == matched
    assert first[0]["sumOfImitatedRewards"] == matched / 2


def test_intervals_have_cumulative_sums(apprentice: Application) -> None:
    first, _ = apprentice.call("GET", PATH, aggregationInterval="PT2H").content
    assert [one["numberOfEvents"] for one in first] == [4, 4, 2]
    assert [one["cumulativeNumberOfEvents"] for one in first] == [4, 8, 10]
    (whole,), _ = apprentice.call("GET", PATH, AggregationEventCount="10000").content
    assert whole["cumulativeSumOfRewards"] == 5
    (few,) = apprentice.call("GET", PATH, numberOfRecentEvents="1").content
    assert few[0]["numberOfEvents"] == 1
    (late,) = apprentice.call("GET", PATH, startDate="2026-01-01T05:00:00Z").content
    assert late[0]["numberOfEvents"] == 2


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"aggregationInterval": "PT30M"}, "AggregationIntervalTooShort"),
        ({"aggregationInterval": "PT90M"}, "AggregationIntervalInvalid"),
        ({"aggregationInterval": "hours"}, "AggregationIntervalInvalid"),
        ({"aggregationEventCount": "0"}, "AggregationEventCountTooSmall"),
        ({"aggregationEventCount": "10001"}, "AggregationEventCountInvalid"),
        ({"startDate": "then"}, "InvalidStartDateEndDate"),
        ({"startDate": "2026-02-01", "endDate": "2026-01-01"}, "InvalidStartDateEndDate"),
        ({"numberOfRecentEvents": "-1"}, "BadRequest"),
    ],
)
def test_bad_parameters_are_refused(
    apprentice: Application, query: dict[str, str], code: str
) -> None:
    assert apprentice.code("GET", PATH, **query) == (400, code)


def test_a_loop_that_was_never_an_apprentice_has_none(application: Application) -> None:
    application.rank()
    assert application.code("GET", PATH) == (400, "ApprenticeModeNeverTurnedOn")
