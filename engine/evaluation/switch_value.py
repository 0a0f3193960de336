"""What would happen if an apprentice went online now: what its log can tell, and what not.

The log holds rewards of the baseline's actions alone. For the share of visitors who would
get the same action they are known; for the others they could be anything, so the value
of going online lies in a band,

    (12)  mean [pi(b|x) r + low (1 - pi(b|x))] <= V <= mean [pi(b|x) r + high (1 - pi(b|x))]

(Manski, *Nonparametric Bounds on Treatment Effects*, AER 1990), as wide as the policy and
the baseline differ. What the reward head believes is a belief, and labelled so. A little
exploration during the apprenticeship makes every propensity positive, and the doubly
robust estimate (Dudik, Langford & Li, ICML 2011, eq. 3) is a real one. A policy judged by
the rewards that it learned from looks better than it is, so each quarter of the events is
judged by a head that learned from the others (cross-fitting: Chernozhukov et al., *The
Econometrics Journal*, 2018, section 3): that is the policy after three quarters of the
rewards, so the estimate errs on the low side. The equation's number is that in
``engine/README.md``.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import Array
from engine.evaluation.intervals import Z, standard_error
from engine.learners.base import Learner
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.protocol.request import Action, RankRequest
from engine.steps import Steps, at_once

Asked = tuple[str, str, tuple[str, ...]]
"""What tells requests apart: the context, the actions and those that are excluded."""

FOLDS = 4
"""Parts of the events, each judged by a head that has not learned from it."""


@dataclass(frozen=True, slots=True)
class SwitchValue:
    """Mean reward a visitor if the loop went online now and stopped learning.

    Attributes:
        events: apprentice events that it rests on.
        same: mean probability that a visitor would get what the baseline shows.
        today: mean reward of what was shown.
        low, high: the band that rewards leave, sampling error aside.
        low_limit, high_limit: the same with 95 % limits for sampling error.
        belief, belief_sd: what the loop believes, mean and standard deviation; None for a
            learner that as an apprentice learns nothing of rewards.
        estimate, error: doubly robust, with its standard error (infinite for one event); None
            without exploration.
    """

    events: int
    same: float
    today: float
    low: float
    high: float
    low_limit: float
    high_limit: float
    belief: float | None
    belief_sd: float | None
    estimate: float | None
    error: float | None


def assessing(loop: LearningLoop, latest: int = 1_000) -> Steps[SwitchValue | None]:
    """What the latest apprentice events tell about going online.

    Rewards are taken to lie in 0 to 1, or as far beyond as one has been seen. The loop may rank
    and learn on before the steps are done: what is told is what it knew when they were asked for.

    Returns:
        the steps; what comes of them is None before the first answered apprentice event.
    """
    answered = [s for s in loop.events.values() if s.earned is not None]
    states = [s for s in answered if s.ranked.mode == "apprentice"][-latest:]
    return _assess(loop, loop.learner.fork(), answered, states)


switch_value = at_once(assessing)
"""The same at once; see `assessing`."""


def _assess(
    loop: LearningLoop,
    learner: Learner,
    answered: Sequence[EventState],
    states: Sequence[EventState],
) -> Steps[SwitchValue | None]:
    if not states:
        return None
    policies = yield from _decide_all(loop, learner, states)
    belief, belief_sd = _believe(learner, states, policies)
    yield None
    rewards = np.array([s.earned for s in states], dtype=float)
    same = np.array([p[s.ranked.baseline] for p, s in zip(policies, states, strict=True)])
    of_baseline = np.array([s.ranked.shown == s.ranked.baseline for s in states])
    propensities = np.array([s.ranked.propensity for s in states])
    known = same * (of_baseline / propensities) * rewards
    low, high = min(0.0, float(rewards.min())), max(1.0, float(rewards.max()))
    lows, highs = known + low * (1 - same), known + high * (1 - same)  # (12)
    estimate, error = yield from _estimate(loop, learner, answered, states)
    return SwitchValue(
        events=len(states),
        same=float(same.mean()),
        today=float(rewards.mean()),
        low=max(low, min(high, float(lows.mean()))),
        high=max(low, min(high, float(highs.mean()))),
        low_limit=max(low, float(lows.mean()) - Z * standard_error(lows, math.inf)),
        high_limit=min(high, float(highs.mean()) + Z * standard_error(highs, math.inf)),
        belief=belief,
        belief_sd=belief_sd,
        estimate=estimate,
        error=error,
    )


def _decide_all(
    loop: LearningLoop, learner: Learner, states: Sequence[EventState]
) -> Steps[list[Array]]:
    """What the loop would do online with each event's request; equal ones are decided once."""
    known: dict[Asked, Array] = {}
    decided = []
    for state in states:
        request = state.ranked.request
        key = _asked(request)
        if key not in known:
            known[key] = np.zeros(len(request.actions))
            known[key][list(request.allowed)] = loop.probabilities_online(request, learner)
            yield None
        decided.append(known[key])
    return decided


def _asked(request: RankRequest) -> Asked:
    return request.context_text, request.actions_text, request.excluded


def _believe(
    learner: Learner, states: Sequence[EventState], policies: Sequence[Array]
) -> tuple[float, float] | tuple[None, None]:
    """Mean and standard deviation of the belief about the mean reward of those policies."""
    if not learner.has_imitation_head:
        return None, None
    asked = [_asked(state.ranked.request) for state in states]
    decided = dict(zip(asked, zip(states, policies, strict=True), strict=True))
    shares: dict[str, dict[object, tuple[Action, float]]] = {}
    requests: dict[str, RankRequest] = {}
    for key, times in Counter(asked).items():
        state, policy = decided[key]
        request = state.ranked.request
        requests.setdefault(request.context_text, request)
        share = shares.setdefault(request.context_text, {})
        for action, chance in zip(request.actions, policy.tolist(), strict=True):
            same = (action.id, tuple(sorted(action.features.columns.items())))
            known, before = share.get(same, (action, 0.0))
            share[same] = (known, before + chance * times / len(states))
    offers, mean = [], 0.0
    for text, share in shares.items():
        actions, weights = zip(*share.values(), strict=True)
        request = replace(requests[text], actions=actions, excluded=())
        mean += float(np.array(weights) @ learner.belief(request).mean)
        offers.append((request.context, actions, np.array(weights)))
    return mean, learner.sd_of_average(offers)


def _estimate(
    loop: LearningLoop,
    learner: Learner,
    answered: Sequence[EventState],
    states: Sequence[EventState],
) -> Steps[tuple[float | None, float | None]]:
    """Doubly robust value and standard error, where every action could be shown."""
    if any(s.ranked.propensity == 1 and len(s.ranked.request.allowed) > 1 for s in states):
        return None, None
    learners = yield from _cross_fit(learner, answered, states)
    known: dict[tuple[int, Asked], tuple[Array, Array]] = {}
    values: list[float] = []
    for number, state in enumerate(states):
        ranked, request = state.ranked, state.ranked.request
        fold = number % FOLDS
        key = fold, _asked(request)
        if key not in known:
            policy = np.zeros(len(request.actions))
            policy[list(request.allowed)] = loop.probabilities_online(request, learners[fold])
            known[key] = (policy, learners[fold].belief(request).mean)
            yield None
        policy, means = known[key]
        surprise = (state.earned or 0.0) - means[ranked.shown]
        weight = policy[ranked.shown] / ranked.propensity
        values.append(float(policy @ means + weight * surprise))
    return float(np.mean(values)), standard_error(np.array(values), math.inf)


def _cross_fit(
    learner: Learner, answered: Sequence[EventState], states: Sequence[EventState]
) -> Steps[list[Learner]]:
    """One learner for each fold of the events, taught by all other answered events.

    A learner that as an apprentice learns no rewards will do as it is.
    """
    if not learner.has_imitation_head:
        return [learner] * FOLDS
    judged = {state.ranked.event_id: number % FOLDS for number, state in enumerate(states)}
    learners = [learner.unrewarded() for _ in range(FOLDS)]
    for state in answered:
        for fold, one in enumerate(learners):
            if judged.get(state.ranked.event_id) != fold:
                one.learn(state.ranked.impression, state.earned or 0.0)
        yield None
    return learners
