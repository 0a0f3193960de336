"""Value of switching an apprentice online now, as far as its log determines it.

The log holds rewards of the baseline's actions alone. For visitors who would get the same action
online the reward is known; for the rest it is unknown, so the value of going online lies in a
band,

    (12)  mean [pi(b|x) r + low (1 - pi(b|x))] <= V <= mean [pi(b|x) r + high (1 - pi(b|x))]

(Manski, *Nonparametric Bounds on Treatment Effects*, AER 1990), as wide as the policy and the
baseline differ. The reward head's prediction is a belief, and labelled so. A little exploration
during the apprenticeship makes every propensity positive, and then the doubly robust estimate
(Dudik, Langford & Li, ICML 2011, eq. 3) is available. A policy looks better than it is on the
rewards from which it learned, so each quarter of the events is judged by a head that learned from
the rest (cross-fitting: Chernozhukov et al., *The Econometrics Journal*, 2018, section 3). Such a
policy has seen three quarters of the rewards, so the estimate errs on the low side. The equation's
number refers to ``engine/evaluation/README.md``.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.mean_intervals import (
    Estimate,
    Z,
    estimate_in_observed_range,
    standard_error,
)
from engine.learners.base import Learner
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.pausable_steps import Steps, at_once
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest

RequestKey = tuple[str, str, tuple[str, ...]]
"""Identity of a request: its context, its actions and the excluded actions."""

FOLDS = 4
"""Folds of the events, each judged by a head that has not learned from it."""
CHUNK = 16
"""Requests decided in one step."""


@dataclass(frozen=True, slots=True)
class SwitchValue:
    """Mean reward per visitor if the loop went online now and stopped learning.

    Attributes:
        events: number of apprentice events evaluated.
        same: mean probability that a visitor would get the baseline's action.
        today: mean observed reward, with its 95 % interval.
        low, high: band of possible values, without sampling error.
        low_limit, high_limit: the band with 95 % limits for sampling error.
        belief, belief_sd: mean and standard deviation of the loop's belief; None for a learner
            without a reward model in apprentice mode.
        estimate, error: doubly robust, with its standard error (infinite for one event); None
            without exploration.
    """

    events: int
    same: float
    today: Estimate
    low: float
    high: float
    low_limit: float
    high_limit: float
    belief: float | None
    belief_sd: float | None
    estimate: float | None
    error: float | None


def switch_value_steps(loop: LearningLoop, latest: int = 1_000) -> Steps[SwitchValue | None]:
    """Estimate the value of going online from the latest apprentice events.

    Rewards are assumed to lie in 0 to 1, extended to the rewards observed. The loop may rank and
    learn on before the steps are done: the result reflects its knowledge at the call.

    Returns:
        steps; their result is None before the first answered apprentice event.
    """
    answered = [s for s in loop.events.values() if s.earned is not None]
    states = [s for s in answered if s.ranked.mode == "apprentice"][-latest:]
    return _assess(loop, loop.learner.fork(), answered, states)


switch_value = at_once(switch_value_steps)
"""`switch_value_steps` without interruption."""


def _assess(
    loop: LearningLoop,
    learner: Learner,
    answered: Sequence[EventState],
    states: Sequence[EventState],
) -> Steps[SwitchValue | None]:
    if not states:
        return None
    decided = yield from _decide_all(loop, learner, states)
    belief, belief_sd = _believe(learner, states, decided)
    yield None
    rewards = np.array([s.earned for s in states], dtype=float)
    offers = [s.ranked for s in states]
    same = np.array([decided[_key(r.request)].policy[r.baseline] for r in offers])
    of_baseline = np.array([r.shown == r.baseline for r in offers])
    propensities = np.array([r.propensity for r in offers])
    known = same * (of_baseline / propensities) * rewards
    low, high = min(0.0, float(rewards.min())), max(1.0, float(rewards.max()))
    lows, highs = known + low * (1 - same), known + high * (1 - same)  # (12)
    estimate, error = yield from _estimate(loop, learner, answered, states)
    return SwitchValue(
        events=len(states),
        same=float(same.mean()),
        today=estimate_in_observed_range(rewards),
        low=max(low, min(high, float(lows.mean()))),
        high=max(low, min(high, float(highs.mean()))),
        low_limit=max(low, float(lows.mean()) - Z * standard_error(lows, math.inf)),
        high_limit=min(high, float(highs.mean()) + Z * standard_error(highs, math.inf)),
        belief=belief,
        belief_sd=belief_sd,
        estimate=estimate,
        error=error,
    )


@dataclass(frozen=True, slots=True)
class _Decision:
    """Online probabilities of a request's actions, (K,), and their believed means, (K,)."""

    request: RankRequest
    policy: Array
    means: Array


def _decide_all(
    loop: LearningLoop, learner: Learner, states: Sequence[EventState]
) -> Steps[dict[RequestKey, _Decision]]:
    """Decide the events' requests as if online; equal requests are decided once, and requests with
    the same offer in one call."""
    requests = {_key(state.ranked.request): state.ranked.request for state in states}
    by_offer: dict[tuple[str, ...], list[RequestKey]] = {}
    for key in requests:
        by_offer.setdefault((key[1], *key[2]), []).append(key)
    decided: dict[RequestKey, _Decision] = {}
    for keys in by_offer.values():
        for at in range(0, len(keys), CHUNK):
            chunk = [requests[key] for key in keys[at : at + CHUNK]]
            policies: Array = np.zeros((len(chunk), len(chunk[0].actions)))
            policies[:, list(chunk[0].allowed)] = loop.probabilities_online(chunk, learner)
            means = learner.beliefs(chunk).mean
            for decision in zip(chunk, policies, means, strict=True):
                decided[_key(decision[0])] = _Decision(*decision)
            yield None
    return decided


def _key(request: RankRequest) -> RequestKey:
    return request.context_text, request.actions_text, request.excluded


def _believe(
    learner: Learner, states: Sequence[EventState], decided: Mapping[RequestKey, _Decision]
) -> tuple[float, float] | tuple[None, None]:
    """Mean and standard deviation of the belief about the mean reward of the decisions."""
    if not learner.has_imitation_head:
        return None, None
    mean = 0.0
    known: dict[object, Action] = {}
    shares: dict[str, tuple[Features, dict[Action, float]]] = {}
    for key, times in Counter(_key(state.ranked.request) for state in states).items():
        decision, share = decided[key], times / len(states)
        mean += share * float(decision.policy @ decision.means)
        _, chances = shares.setdefault(key[0], (decision.request.context, {}))
        for action, chance in zip(decision.request.actions, decision.policy.tolist(), strict=True):
            identity = (action.id, tuple(sorted(action.features.columns.items())))
            first = known.setdefault(identity, action)
            chances[first] = chances.get(first, 0.0) + chance * share
    # In one order for every context, so that contexts with equal offers are evaluated in one call.
    order = {action: place for place, action in enumerate(known.values())}
    offers = []
    for context, chances in shares.values():
        actions = tuple(sorted(chances, key=order.__getitem__))
        offers.append((context, actions, np.array([chances[action] for action in actions])))
    return mean, learner.sd_of_average(offers)


def _estimate(
    loop: LearningLoop,
    learner: Learner,
    answered: Sequence[EventState],
    states: Sequence[EventState],
) -> Steps[tuple[float | None, float | None]]:
    """Doubly robust value and standard error; None unless every action could be shown."""
    if any(s.ranked.propensity == 1 and len(s.ranked.request.allowed) > 1 for s in states):
        return None, None
    learners = yield from _cross_fit(learner, answered, states)
    values: Array = np.zeros(len(states))
    for fold, fitted in enumerate(learners):
        decided = yield from _decide_all(loop, fitted, states[fold::FOLDS])
        for number in range(fold, len(states), FOLDS):
            state, ranked = states[number], states[number].ranked
            known = decided[_key(ranked.request)]
            surprise = (state.earned or 0.0) - known.means[ranked.shown]
            weight = known.policy[ranked.shown] / ranked.propensity
            values[number] = known.policy @ known.means + weight * surprise
    return float(values.mean()), standard_error(values, math.inf)


def _cross_fit(
    learner: Learner, answered: Sequence[EventState], states: Sequence[EventState]
) -> Steps[list[Learner]]:
    """Learner for each fold of the events, trained on the answered events outside the fold.

    A learner without a reward model in apprentice mode is used as it is.
    """
    if not learner.has_imitation_head:
        return [learner] * FOLDS
    judged = {state.ranked.event_id: number % FOLDS for number, state in enumerate(states)}
    learners = [learner.unrewarded() for _ in range(FOLDS)]
    for state in answered:
        for fold, fitted in enumerate(learners):
            if judged.get(state.ranked.event_id) != fold:
                fitted.learn(state.ranked.impression, state.earned or 0.0)
        yield None
    return learners
