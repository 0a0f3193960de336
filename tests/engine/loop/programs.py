"""Random programs of calls, and the loops after them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from engine import (
    EpsilonGreedy,
    Hypothesis,
    LearningLoop,
    LoopSettings,
    PersonalizerError,
    Thompson,
)
from tests.clock import ManualClock
from tests.engine.requests import CONTEXTS, DRINKS

Operation = tuple[str, Any]


SMALL = LoopSettings(policy=Thompson(draws=64))


changes_of_settings = st.sampled_from(
    [
        {"crosses": 1},
        {"crosses": 3, "hypotheses": (Hypothesis(), Hypothesis(memory=0.9))},
        {"may_change": False},
        {"reward_aggregation": "sum"},
        {"reward_aggregation": "earliest"},
        {"default_reward": 0.5},
        {"policy": EpsilonGreedy(0.5)},
        {"policy": Thompson(draws=128)},
        {"reward_wait_time": timedelta(minutes=1)},
    ]
)


some_event = st.integers(0, 5)  # counted from the latest


ranks = st.tuples(
    st.just("rank"),
    st.tuples(
        st.sampled_from(["mine", None, None, None]),
        st.sampled_from(CONTEXTS),
        st.sampled_from([[], ["latte"], ["mocha", "brew"]]),
        st.sampled_from([False, False, True]),
    ),
)


reward_calls = st.tuples(st.just("reward"), st.tuples(some_event, st.sampled_from([-1, 0, 0.3, 1])))


def _update_each(loop: LearningLoop, seconds: float) -> None:
    loop.configure_service(replace(loop.state.service, update_frequency=seconds))


MODEL_CALLS: dict[str, Callable[[LearningLoop], None]] = {
    "reset": lambda loop: loop.reset_model(),
    "retrain": lambda loop: loop.reset_model(retrain_days=0),
    "retrain on a day": lambda loop: loop.reset_model(retrain_days=1),
    "import": lambda loop: loop.import_model(loop.learner.fork()),
    "update at once": lambda loop: _update_each(loop, 0),
    "update each second": lambda loop: _update_each(loop, 1),
    "update each minute": lambda loop: _update_each(loop, 60),
    "update each 200 seconds": lambda loop: _update_each(loop, 200),
}
"""Calls that change the model or its updates."""


operations = st.one_of(
    *[ranks] * 4,
    *[reward_calls] * 8,
    st.tuples(st.just("activate"), some_event),
    st.tuples(st.just("expire"), some_event),
    st.tuples(st.just("configure"), changes_of_settings),
    st.tuples(st.just("take"), st.tuples(some_event, st.sampled_from([None, 0.4]))),
    st.tuples(st.just("model"), st.sampled_from([*MODEL_CALLS])),
    st.tuples(st.just("wait"), st.sampled_from([1, 1, 1, 59, 61, 200, 601, 90_000])),
)


programs = st.lists(operations, min_size=12, max_size=40)


def perform(loop: LearningLoop, clock: ManualClock, operation: Operation) -> None:
    """Perform one operation; refusals by the loop are ignored."""
    verb, argument = operation

    def event(number: int) -> str:
        return list(loop.events)[-1 - number % len(loop.events)]

    with suppress(PersonalizerError):
        match verb:
            case "rank":
                event_id, context, excluded, defer = argument
                loop.rank(DRINKS, context, excluded, event_id, defer)
            case "reward":
                loop.reward(event(argument[0]), argument[1])
            case "activate":
                loop.activate(event(argument))
            case "expire":
                loop.expire(event(argument))
            case "configure":
                loop.configure(**argument)
            case "take":
                number, value = argument
                known = event(number) if number else "unknown"
                if value is None:
                    loop.take_activation(known)
                else:
                    loop.take_reward(known, value)
            case "model":
                MODEL_CALLS[argument](loop)
            case "wait":
                clock.advance(seconds=argument)


def performed(program: list[Operation]) -> tuple[LearningLoop, ManualClock]:
    """Return a loop of three events, with its clock, after all operations of a program."""
    clock = ManualClock()
    loop = LearningLoop(SMALL, seed=3, clock=clock)
    for context in CONTEXTS[:3]:
        loop.rank(DRINKS, context, defer_activation=context is CONTEXTS[2])
    for operation in program:
        perform(loop, clock, operation)
    return loop, clock
