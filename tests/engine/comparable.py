"""What a loop is, in a form that can be compared to the bit."""

import copy
from hashlib import sha256

from engine import LearningLoop
from engine.learners.bayesian.learner import BayesianLearner
from engine.loop.entries import Entry, ModelImported, Ranked
from engine.store.snapshot_codec import dump
from tests.engine.requests import CONTEXTS, DRINKS


def reward_head(loop: LearningLoop) -> BayesianLearner:
    """What a loop with the Bayesian learner has learned of rewards alone."""
    assert isinstance(loop.learner, BayesianLearner)
    alone = copy.copy(loop.learner)
    alone.imitation = None
    return alone


def imitation_head(loop: LearningLoop) -> BayesianLearner:
    """The imitation head of a loop with the Bayesian learner."""
    assert isinstance(loop.learner, BayesianLearner)
    assert loop.learner.imitation is not None
    return loop.learner.imitation


def reward_count(loop: LearningLoop) -> int:
    """How many rewards the reward head has learned."""
    return reward_head(loop).learned


def learned_bits(learned: object) -> str:
    """A digest of all that a learner, or a head of it, has learned: that of its snapshot."""
    return sha256(dump(learned)).hexdigest()


def decision_of(ranked: Ranked) -> tuple[object, ...]:
    """All that was decided, without the time at which it was asked."""
    return (
        ranked.event_id,
        ranked.probabilities,
        ranked.errors,
        ranked.means,
        ranked.sds,
        ranked.hypothesis,
        ranked.draw,
        ranked.chosen,
        ranked.cause,
    )


def next_answers(loop: LearningLoop) -> list[tuple[object, ...]]:
    """What the loop would answer next in each of `CONTEXTS`."""
    return [decision_of(loop.preview(DRINKS, context)) for context in CONTEXTS]


def entries_of(loop: LearningLoop) -> list[object]:
    """The log's entries that count, requests as JSON and models by digest."""
    return [*map(_comparable, loop.log)]


def _comparable(entry: Entry) -> object:
    if isinstance(entry, Ranked):
        return entry.time, entry.request.to_json(), decision_of(entry)
    return learned_bits(entry.learner) if isinstance(entry, ModelImported) else entry


def state_of(loop: LearningLoop) -> dict[str, object]:
    """All that a loop shows of itself, the undone part of its history excepted."""
    events = {
        event_id: (decision_of(s.ranked), s.activated, tuple(s.rewards), s.open, s.earned)
        for event_id, s in loop.events.items()
    }
    return {
        "log": entries_of(loop),
        "settings": loop.settings,
        "events": events,
        "posterior": learned_bits(reward_head(loop)),
        "next answers": next_answers(loop),
    }
