"""Rewards that come before their Rank call are joined within two minutes."""

from engine import LearningLoop
from engine.loop.early_rewards import EarlyRewards
from engine.protocol.multi_slot import parse_multi_slot_request
from engine.protocol.request import parse_rank_request
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits
from tests.engine.loop.loops import small_loop
from tests.engine.requests import CONTEXTS, DRINKS


def test_a_reward_up_to_two_minutes_before_its_rank_call_is_joined() -> None:
    clock = ManualClock()
    early, after = LearningLoop(clock=clock), LearningLoop(clock=clock)
    request = parse_rank_request(DRINKS, CONTEXTS[0], event_id="a")
    assert early.take_reward("a", 0.75) is not None
    clock.advance(minutes=2)
    assert early.serve(request) == after.serve(request)
    after.reward("a", 0.75)
    assert early.events["a"] == after.events["a"]
    assert learned_bits(early.learner) == learned_bits(after.learner)
    assert early.serve(request) == early.events["a"].ranked
    assert len(early.log) == 4


def test_an_older_reward_stays_dangling() -> None:
    clock = ManualClock()
    loop = LearningLoop(clock=clock)
    loop.take_reward("a", 0.75)
    clock.advance(minutes=2, seconds=1)
    loop.take_reward("b", 0.25)
    assert list(loop.state.early.by_event) == ["b"]
    loop.serve(parse_rank_request(DRINKS, CONTEXTS[0], event_id="a"))
    assert loop.events["a"].rewards == []


def test_of_two_early_rewards_the_first_counts_and_a_sum_takes_both() -> None:
    for aggregation, earned in (("earliest", 0.25), ("sum", 0.75)):
        loop = small_loop(reward_aggregation=aggregation)
        for value in (0.25, 0.5):
            loop.take_reward("a", value)
        loop.serve(parse_rank_request(DRINKS, CONTEXTS[0], event_id="a"))
        assert loop.events["a"].earned == earned


def test_an_undone_rank_call_gives_its_early_reward_back() -> None:
    loop = small_loop()
    loop.take_reward("a", 0.5)
    request = parse_rank_request(DRINKS, CONTEXTS[0], event_id="a")
    loop.serve(request)
    loop.undo_event()
    assert loop.serve(request) is not None
    assert loop.events["a"].earned == 0.5


def test_a_slot_takes_a_reward_that_came_before_its_call() -> None:
    loop = small_loop()
    loop.take_slot_rewards("page", [("side", 0.5)])
    slots = [{"id": "hero", "baselineAction": "latte"}, {"id": "side", "baselineAction": "mocha"}]
    ranked = loop.serve_multi_slot(parse_multi_slot_request(DRINKS, slots, None, "page"))
    earned = [loop.events[decision.event_id].earned for decision in ranked]
    assert earned == [None, 0.5]


def test_early_rewards_are_the_same_after_writing_and_reading() -> None:
    loop = small_loop()
    for event, value in (("a", 0.5), ("b", 1.0), ("a", 0.25)):
        loop.take_reward(event, value)
    early = loop.state.early
    assert EarlyRewards.restored(early.state()) == early == loop.state.fork().early
