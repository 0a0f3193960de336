"""Loops that watch a baseline, and all that they know in comparable form."""

from typing import Any

from hypothesis import strategies as st

from engine import LearningLoop, LoopSettings
from engine.learners.bayesian.model import RewardModel
from engine.learners.classic import ClassicModel
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.loop.state import LoopState
from tests.engine.helpers import (
    CONTEXTS,
    DRINKS,
    Json,
    ManualClock,
    decision_of,
    entries_of,
    next_answers,
    request_of,
)
from tests.engine.helpers import head_bits as bits_of_head


def loop_of(seed: int = 7, clock: ManualClock | None = None, **settings: Any) -> LearningLoop:
    return LearningLoop(LoopSettings(**settings), seed=seed, clock=clock or ManualClock())


def led_by(first: int) -> list[Json]:
    """The drinks with one of them first."""
    return [DRINKS[first], *(drink for i, drink in enumerate(DRINKS) if i != first)]


def apprenticed(events: int = 24, **settings: Any) -> LearningLoop:
    """A loop that watched a rule by weather: mocha when it rains, else latte."""
    loop = loop_of(**{"learning_mode": "apprentice"} | settings)
    for i in range(events):
        answer = loop.rank(led_by(int(i % 2 == 0)), CONTEXTS[i % 4])
        loop.reward(answer.event_id, float(i % 3 == 0))
    return loop


def ranked_of(loop: LearningLoop, event_id: str) -> Ranked:
    return loop.events[event_id].ranked


def imitation_head(loop: LearningLoop) -> RewardModel:
    assert loop.imitation is not None
    return loop.imitation


def head_bits(head: RewardModel | ClassicModel | None) -> tuple[object, ...]:
    """All that a head has learned, bit for bit."""
    if isinstance(head, RewardModel):
        return bits_of_head(head)
    requests = [request_of(context, *DRINKS) for context in CONTEXTS]
    if head is None:
        return ()
    return tuple(head.belief(r.context, r.actions).mean.tobytes() for r in requests)


def learned_state(state: LoopState | LearningLoop) -> dict[str, object]:
    """What was learned, the settings, and where events stand."""
    events = {
        key: (decision_of(s.ranked), shown_of(s.ranked), s.activated, s.rewards, s.open, s.earned)
        for key, s in state.events.items()
    }
    return {
        "settings": state.settings,
        "events": events,
        "model": head_bits(state.model),
        "imitation": head_bits(state.imitation),
    }


def shown_of(ranked: Ranked) -> tuple[object, ...]:
    return ranked.mode, ranked.shown, ranked.propensity


def everything(loop: LearningLoop) -> dict[str, object]:
    return learned_state(loop) | {"log": entries_of(loop), "next": next_answers(loop)}


# -- what is shown --------------------------------------------------------------------


learners = st.sampled_from(("bayesian", "classic"))


# -- the log --------------------------------------------------------------------------


MODES: tuple[LearningMode, ...] = ("online", "apprentice", "logging_only")
