"""Calls of applications: late, repeated and unknown ones are logged and teach nothing."""

from datetime import timedelta

from engine import LearningLoop, LoopSettings
from engine.loop.entries import Dangling, ModelReset
from engine.protocol.request import parse_rank_request
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits
from tests.engine.loop.loops import learned, loop_with_past, small_loop
from tests.engine.refusals import refusal
from tests.engine.requests import CONTEXTS, DRINKS, one_of


def test_a_late_a_second_and_an_unknown_reward_are_logged_and_teach_nothing() -> None:
    clock = ManualClock()
    loop = loop_with_past(clock)
    before = learned(loop)
    second, unknown = loop.take_reward("rewarded", 1.0), loop.take_reward("nobody", 0.25)
    clock.advance(minutes=11)
    late = loop.take_reward("rewarded", 1.0)
    assert learned(loop) == (before[0] + 1, before[1])  # The default reward of "open".
    dangling = [entry for entry in loop.log if isinstance(entry, Dangling)]
    assert dangling == [second, unknown, late]
    assert [entry.reason for entry in dangling] == ["second", "unknown", "late"]
    assert loop.state.dangling == 3


def test_a_reward_in_time_counts_as_in_python() -> None:
    taken, rewarded = loop_with_past(ManualClock()), loop_with_past(ManualClock())
    assert taken.take_reward("open", 0.75) is None
    rewarded.reward("open", 0.75)
    assert taken.events["open"] == rewarded.events["open"]
    assert learned_bits(taken.learner) == learned_bits(rewarded.learner)


def test_a_sum_takes_a_hundred_rewards_and_logs_more() -> None:
    loop = small_loop(reward_aggregation="sum")
    event = loop.rank(DRINKS).event_id
    taken = [loop.take_reward(event, 0.01) for _ in range(101)]
    assert taken[:100] == [None] * 100
    last = taken[100]
    assert last is not None
    assert last.reason == "second"


def test_an_activation_in_time_counts_and_a_late_one_is_logged() -> None:
    clock = ManualClock()
    loop = loop_with_past(clock)
    assert loop.take_activation("deferred") is loop.take_activation("deferred") is None
    assert loop.events["deferred"].activated
    loop.rank(DRINKS, event_id="later", defer_activation=True)
    clock.advance(minutes=11)
    late = loop.take_activation("later")
    assert late is not None
    assert (late.act, late.value, late.reason) == ("activate", None, "late")
    assert not loop.events["later"].activated


def test_a_reward_outside_of_its_bounds_is_refused_for_unknown_events_too() -> None:
    loop = small_loop()
    assert refusal(lambda: loop.take_reward("nobody", 2)).code == "InvalidRewardRequest"
    assert len(loop.log) == 1


def test_no_more_dangling_calls_are_logged_than_the_loop_may_have_events() -> None:
    loop = small_loop(max_events=3)
    for _ in range(5):
        assert loop.take_reward("nobody", 1) is not None
    assert len(loop.log) == 4


def test_a_known_event_id_gets_its_recorded_decision_whatever_the_request() -> None:
    loop = small_loop()
    first = loop.serve(parse_rank_request(DRINKS, CONTEXTS[0], event_id="a"))
    again = loop.serve(parse_rank_request(DRINKS[:2], CONTEXTS[1], event_id="a"))
    assert again is first
    assert len(loop.log) == 2


def test_a_reset_model_learns_from_later_events_alone() -> None:
    loop, new = loop_with_past(ManualClock()), small_loop()
    loop.reset_model()
    assert learned_bits(loop.learner) == learned_bits(new.learner)
    loop.reward("open", 1.0)
    assert learned_bits(loop.learner) == learned_bits(new.learner)
    for one in (loop, new):
        one.rank(**one_of("latte"), event_id="next")
        one.reward("next", 1.0)
    assert learned_bits(loop.learner) == learned_bits(new.learner)
    for one in (loop, new):
        one.configure(crosses=1)
    assert learned_bits(loop.learner) == learned_bits(new.learner)


def test_an_undone_reset_leaves_the_model_as_it_was() -> None:
    loop = loop_with_past(ManualClock())
    before = learned_bits(loop.learner)
    loop.reset_model()
    assert isinstance(loop.log[len(loop.log) - 1], ModelReset)
    loop.undo()
    assert learned_bits(loop.learner) == before


def test_an_imported_model_goes_on_as_the_loop_that_it_comes_from() -> None:
    source, loop = loop_with_past(ManualClock()), small_loop()
    imported = source.learner.fork()
    loop.import_model(imported)
    before = learned_bits(imported)
    assert learned_bits(loop.learner) == before
    event = loop.rank(DRINKS).event_id
    loop.reward(event, 1.0)
    assert learned_bits(loop.learner) != before == learned_bits(imported)


def test_a_model_of_another_kind_of_learner_is_refused() -> None:
    classic = LearningLoop(LoopSettings.classic())
    assert refusal(lambda: small_loop().import_model(classic.learner)).code == "BadRequest"


def test_waits_end_in_slices() -> None:
    clock = ManualClock()
    loop = LearningLoop(LoopSettings(reward_wait_time=timedelta(seconds=5)), clock=clock)
    for _ in range(5):
        loop.rank(DRINKS)
    assert loop.expire_some(2) == 0
    clock.advance(seconds=6)
    assert [loop.expire_some(2) for _ in range(4)] == [2, 2, 1, 0]
    assert not loop.state.waiting
