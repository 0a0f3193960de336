"""Events as rows of a table."""

from engine import LearningLoop
from engine.evaluation.event_rows import rows
from tests.clock import ManualClock
from tests.engine.requests import CONTEXTS, DRINKS, one_of


def test_a_row_tells_what_was_asked_what_was_shown_and_what_it_earned(
    loop: LearningLoop, clock: ManualClock
) -> None:
    loop.rank(**one_of("mocha"), context_features=CONTEXTS[0], event_id="e1")
    time = clock.now
    clock.advance(seconds=3)
    loop.reward("e1", 0.5)
    assert rows(loop.log) == [
        {
            "number": 1,
            "time": time,
            "event": "e1",
            "mode": "online",
            "context": "user.name=Alice, weather=rainy",
            "action": "mocha",
            "probability": 1.0,
            "chosen": "mocha",
            "cause": "draw",
            "reward": 0.5,
            "status": "rewarded",
        }
    ]


def test_the_status_of_an_event_follows_from_its_entries(
    loop: LearningLoop, clock: ManualClock
) -> None:
    loop.configure(reward_aggregation="sum", default_reward=0.25)
    for name in ("rewarded", "rewarded twice", "no reward", "reward of 0"):
        loop.rank(DRINKS, event_id=name)
    for name in ("deferred", "deferred and rewarded", "deferred, activated"):
        loop.rank(DRINKS, event_id=name, defer_activation=True)
    loop.reward("rewarded", 1)
    loop.reward("rewarded twice", 0.75)
    loop.reward("rewarded twice", 0.5)
    loop.reward("reward of 0", 0)
    loop.reward("deferred and rewarded", 1)
    loop.activate("deferred, activated")
    clock.advance(minutes=11)
    loop.rank(DRINKS, event_id="waiting")
    result = rows(loop.log)
    assert [row["number"] for row in result] == list(range(1, 9))
    assert {row["event"]: (row["status"], row["reward"]) for row in result} == {
        "rewarded": ("rewarded", 1),
        "rewarded twice": ("rewarded", 1.25),
        "no reward": ("default", 0.25),
        "reward of 0": ("rewarded", 0),
        "deferred": ("dropped", None),
        "deferred and rewarded": ("dropped", None),
        "deferred, activated": ("default", 0.25),
        "waiting": ("waiting", None),
    }


def test_rows_show_only_what_counts(loop: LearningLoop) -> None:
    loop.rank(DRINKS, event_id="kept")
    loop.rank(DRINKS, event_id="gone")
    loop.reward("kept", 1)
    loop.undo(2)
    assert [(row["event"], row["reward"]) for row in rows(loop.log)] == [("kept", None)]
