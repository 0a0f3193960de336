"""Decisions of a loop in a state after its expirations (`reward_wait`): pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import numpy as np

from engine.arrays import Array
from engine.learners.base import Contribution, Group, Learner, Source
from engine.learners.belief import Belief
from engine.loop.entries import Ranked
from engine.loop.guards import check_same
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.policies.base import Decision, Normals, Policy
from engine.protocol.request import RankRequest
from engine.streams import digest, stream

T = TypeVar("T")


def recorded(state: LoopState, request: RankRequest) -> Ranked | None:
    """Recorded decision for a request's event id; refused if it belongs to another request."""
    event = state.events.get(request.event_id) if request.event_id is not None else None
    if event is None:
        return None
    check_same(request, event.ranked)
    return event.ranked


def decide(state: LoopState, request: RankRequest, now: datetime, normals: Normals) -> Ranked:
    """Decide on a request, under its event id or the next free one.

    All decisions of a loop share the normal numbers of the draws, by the loop's seed.
    """
    seed, mode = normals.seed, state.settings.learning_mode
    event_id = request.event_id or next_event_id(state, seed)
    allowed, size = list(request.allowed), len(request.actions)
    learner, rng = state.served(now), decision_stream(seed, event_id)
    beliefs, rule = belief(state, request, learner), state.settings.baseline
    by_rule = None if rule is None else rule.position(request, seed, event_id)
    baseline = 0 if by_rule is None else allowed.index(by_rule)
    decision = choose(state, request, beliefs, normals, rng, learner=learner, baseline=baseline)
    draw = decision.draw
    shown, propensity = _show(state.settings, seed, event_id, decision, baseline)
    return Ranked(
        event_id=event_id,
        time=now,
        request=request.under(event_id),
        probabilities=_placed(decision.probabilities, allowed, size, 0.0),
        errors=_placed(decision.errors, allowed, size, 0.0),
        means=tuple(beliefs.mean.tolist()),
        sds=_bells(beliefs, allowed),
        hypothesis=None,
        draw=None if draw is None else _placed(draw, allowed, size, None),
        chosen=allowed[decision.chosen],
        cause=decision.cause,
        mode=mode,
        shown=allowed[shown],
        propensity=propensity,
        by_rule=by_rule,
    )


def _bells(beliefs: Belief, allowed: list[int]) -> tuple[float, ...]:
    """Widths of the bells for draws, computed as if no action were excluded."""
    widths = beliefs.widths.copy()
    if len(allowed) < len(widths):
        widths[allowed] = beliefs.only(allowed).widths
    return tuple(widths.tolist())


def probabilities(
    state: LoopState,
    requests: Sequence[RankRequest],
    normals: Normals,
    learner: Learner | None = None,
) -> Array:
    """Selection probabilities of K actions not excluded, (requests, K), up to rounding, with the
    state's learner or another.

    All requests have the same offered and excluded actions.
    """
    mode = state.settings.learning_mode
    if mode == "logging_only":
        return np.array([_baselines(state.settings, request) for request in requests])
    learner = learner or state.learner
    head = learner.imitation if mode == "apprentice" else None
    beliefs = (head or learner).beliefs(requests, online=mode == "online")
    return state.settings.policy.probabilities(_allowed(beliefs, requests[0]), normals)


def _baselines(settings: LoopSettings, request: RankRequest) -> Array:
    """Probabilities of the actions not excluded to be the baseline."""
    allowed, rule = request.allowed, settings.baseline
    possible = allowed[:1] if rule is None else rule.possible(request)
    return np.isin(allowed, possible) / len(possible)


def outlook(
    state: LoopState, requests: Sequence[RankRequest], normals: Normals, learner: Learner
) -> tuple[Array, Array]:
    """`probabilities`, and the actions' expected rewards, (requests, K) each."""
    online = state.settings.learning_mode == "online"
    beliefs = _allowed(learner.beliefs(requests, online=online), requests[0])
    if online:
        return state.settings.policy.probabilities(beliefs, normals), beliefs.mean
    return probabilities(state, requests, normals, learner), beliefs.mean


def probabilities_online(
    state: LoopState,
    requests: Sequence[RankRequest],
    normals: Normals,
    learner: Learner | None = None,
) -> Array:
    """`probabilities` as if the loop were online."""
    beliefs = _allowed((learner or state.learner).beliefs(requests), requests[0])
    return state.settings.policy.probabilities(beliefs, normals)


def belief(state: LoopState, request: RankRequest, learner: Learner | None = None) -> Belief:
    """Belief of the state's learner or another about all actions in the current mode; from rewards
    alone, unless online."""
    return (learner or state.learner).belief(request, state.settings.learning_mode == "online")


def contributions(
    state: LoopState,
    learner: Learner,
    request: RankRequest,
    weights: Array,
    into: Mapping[Group, Group],
) -> dict[Source, Contribution]:
    """Contributions to a learner's belief: see `Learner.contributions`."""
    online = state.settings.learning_mode == "online"
    return learner.contributions(request, weights, online, into)


def choose(
    state: LoopState,
    request: RankRequest,
    beliefs: Belief,
    normals: Normals,
    rng: np.random.Generator,
    policy: Policy | None = None,
    learner: Learner | None = None,
    baseline: int = 0,
) -> Decision:
    """Choose among the actions not excluded, by the settings' policy or another.

    The choice follows from the beliefs about all actions (`belief`), for an apprentice from
    likeness to the baseline's choice, as imitated by the state's learner or another.

    Args:
        baseline: place of the baseline among them.
    """
    policy, mode = policy or state.settings.policy, state.settings.learning_mode
    if mode == "logging_only":
        certain = np.eye(len(request.allowed))[baseline]
        return Decision(certain, np.zeros(len(certain)), baseline, "baseline")
    head = (learner or state.learner).imitation if mode == "apprentice" else None
    if head is None:
        return policy.decide(_allowed(beliefs, request), normals, rng)
    decision = policy.decide(_allowed(head.belief(request), request), normals, rng)
    return replace(decision, draw=None)


def _allowed(beliefs: Belief, request: RankRequest) -> Belief:
    """Belief about the actions not excluded."""
    allowed = list(request.allowed)
    return beliefs.only(allowed) if len(allowed) < len(request.actions) else beliefs


def _show(
    settings: LoopSettings, seed: int, event_id: str, decision: Decision, baseline: int
) -> tuple[int, float]:
    """Shown action among the actions not excluded, with the probability of showing it."""
    if settings.learning_mode == "online":
        return decision.chosen, float(decision.probabilities[decision.chosen])
    size, share, shown = len(decision.probabilities), 0.0, baseline
    if settings.learning_mode == "apprentice" and size > 1:
        share = settings.apprentice_exploration
        if share:
            rng = stream(seed, "apprentice", event_id)
            shown = int(rng.integers(size)) if rng.random() < share else baseline
    return shown, share / size + (1 - share) * (shown == baseline)


def next_event_id(state: LoopState, seed: int) -> str:
    """Unused event id, determined by the seed and the number of events."""
    number = len(state.events)
    while (event_id := event_id_of(seed, number)) in state.events:
        number += 1
    return event_id


def decision_stream(seed: int, event_id: str) -> np.random.Generator:
    """Random stream of the choice for an event."""
    return stream(seed, "decision", event_id)


def event_id_of(seed: int, number: int) -> str:
    """Default id of event ``number`` of a loop, counted from 0."""
    return digest(seed, "id", number).hex()[:16]


def _placed(values: Array, at: Sequence[int], size: int, blank: T) -> tuple[T | float, ...]:
    """Values at given positions, with blanks elsewhere."""
    if len(at) == size:
        return tuple(values.tolist())
    placed = dict(zip(at, values.tolist(), strict=True))
    return tuple(placed.get(i, blank) for i in range(size))
