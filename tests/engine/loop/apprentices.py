"""Loops that watch a baseline, and their learned state in comparable form."""

from typing import Any

from hypothesis import strategies as st

from engine import LearningLoop, LoopSettings
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.loop.state import LoopState
from tests.clock import ManualClock
from tests.engine.comparable import decision_of, entries_of, learned_bits, next_answers
from tests.engine.requests import CONTEXTS, DRINKS, Json


def loop_of(seed: int = 7, clock: ManualClock | None = None, **settings: Any) -> LearningLoop:
    return LearningLoop(LoopSettings(**settings), seed=seed, clock=clock or ManualClock())


def led_by(first: int) -> list[Json]:
    """The drinks with the given drink first."""
    return [DRINKS[first], *(drink for i, drink in enumerate(DRINKS) if i != first)]


def apprenticed(events: int = 24, **settings: Any) -> LearningLoop:
    """A loop that watched a rule by weather: mocha for rain, else latte."""
    loop = loop_of(**{"learning_mode": "apprentice"} | settings)
    for i in range(events):
        answer = loop.rank(led_by(int(i % 2 == 0)), CONTEXTS[i % 4])
        loop.reward(answer.event_id, float(i % 3 == 0))
    return loop


def ranked_of(loop: LearningLoop, event_id: str) -> Ranked:
    return loop.events[event_id].ranked


def learned_state(state: LoopState | LearningLoop) -> dict[str, object]:
    """The learned state, the settings, and the state of events."""
    events = {
        key: (decision_of(s.ranked), shown_of(s.ranked), s.activated, s.rewards, s.open, s.earned)
        for key, s in state.events.items()
    }
    return {
        "settings": state.settings,
        "events": events,
        "learned": learned_bits(state.learner),
    }


def shown_of(ranked: Ranked) -> tuple[object, ...]:
    return ranked.mode, ranked.shown, ranked.propensity


def everything(loop: LearningLoop) -> dict[str, object]:
    return learned_state(loop) | {"log": entries_of(loop), "next": next_answers(loop)}


learners = st.sampled_from(("bayesian", "classic"))

MODES: tuple[LearningMode, ...] = ("online", "apprentice", "logging_only")
