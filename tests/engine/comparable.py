"""The state of a loop in a form that can be compared bit by bit."""

import copy
from hashlib import sha256

from engine import LearningLoop
from engine.learners.bayesian.learner import BayesianLearner
from engine.loop.entries import Entry, ModelImported, Ranked
from engine.store.snapshot_codec import dump
from tests.engine.requests import CONTEXTS, DRINKS


def reward_head(loop: LearningLoop) -> BayesianLearner:
    """Return the reward head of a loop with the Bayesian learner, without the imitation head."""
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
    """Number of rewards learned by the reward head."""
    return reward_head(loop).learned


def learned_bits(learned: object) -> str:
    """Digest of a learner's or head's state, computed from its snapshot."""
    return sha256(dump(learned)).hexdigest()


def decision_of(ranked: Ranked) -> tuple[object, ...]:
    """Return the decision as a tuple, without the time of the request."""
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
    """Decisions that the loop would make next in each of `CONTEXTS`."""
    return [decision_of(loop.preview(DRINKS, context)) for context in CONTEXTS]


def entries_of(loop: LearningLoop) -> list[object]:
    """Effective entries of the log, with requests as JSON and models as digests."""
    return [*map(_comparable, loop.log)]


def _comparable(entry: Entry) -> object:
    if isinstance(entry, Ranked):
        return entry.time, entry.request.to_json(), decision_of(entry)
    return learned_bits(entry.learner) if isinstance(entry, ModelImported) else entry


def state_of(loop: LearningLoop) -> dict[str, object]:
    """Public state of a loop, without the undone part of its history."""
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
