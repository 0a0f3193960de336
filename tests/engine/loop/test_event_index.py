"""Events by id, ordered by the end of their waits."""

from engine import LearningLoop
from engine.loop.entries import Expired
from tests.clock import ManualClock
from tests.engine.requests import DRINKS


def test_many_waits_end_in_the_order_of_their_rank_calls(
    clock: ManualClock, loop: LearningLoop
) -> None:
    for i in range(5):
        loop.rank(DRINKS, event_id=f"e{i}", defer_activation=i == 2)
        clock.advance(minutes=1)
    loop.reward("e1", 1)
    clock.advance(minutes=8, microseconds=1)  # 13 minutes: e0 to e3 are over
    loop.rank(DRINKS)
    ended = [(e.event_id, e.default_reward) for e in loop.log if isinstance(e, Expired)]
    assert ended == [("e0", 0), ("e2", None), ("e3", 0)]
