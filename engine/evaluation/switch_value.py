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
``engine/evaluation/README.md``.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.intervals import Z, standard_error
from engine.learners.base import Learner
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest
from engine.steps import Steps, at_once

Asked = tuple[str, str, tuple[str, ...]]
"""What tells requests apart: the context, the actions and those that are excluded."""

FOLDS = 4
"""Parts of the events, each judged by a head that has not learned from it."""
TOGETHER = 16
"""Requests that are decided in one step."""


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
    decided = yield from _decide_all(loop, learner, states)
    belief, belief_sd = _believe(learner, states, decided)
    yield None
    rewards = np.array([s.earned for s in states], dtype=float)
    requests = [s.ranked.request for s in states]
    same = np.array([decided[_asked(r)].policy[r.allowed[0]] for r in requests])
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


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a loop would do online with a request, (K,), and what it expects of each action."""

    request: RankRequest
    policy: Array
    means: Array


def _decide_all(
    loop: LearningLoop, learner: Learner, states: Sequence[EventState]
) -> Steps[dict[Asked, _Decided]]:
    """What the loop would do online with the events' requests; equal ones are decided once, and
    those that offer the same together."""
    requests = {_asked(state.ranked.request): state.ranked.request for state in states}
    alike: dict[tuple[str, ...], list[Asked]] = {}
    for asked in requests:
        alike.setdefault((asked[1], *asked[2]), []).append(asked)
    found: dict[Asked, _Decided] = {}
    for same in alike.values():
        for at in range(0, len(same), TOGETHER):
            some = [requests[asked] for asked in same[at : at + TOGETHER]]
            policies: Array = np.zeros((len(some), len(some[0].actions)))
            policies[:, list(some[0].allowed)] = loop.probabilities_online(some, learner)
            means = learner.beliefs(some).mean
            for one in zip(some, policies, means, strict=True):
                found[_asked(one[0])] = _Decided(*one)
            yield None
    return found


def _asked(request: RankRequest) -> Asked:
    return request.context_text, request.actions_text, request.excluded


def _believe(
    learner: Learner, states: Sequence[EventState], decided: Mapping[Asked, _Decided]
) -> tuple[float, float] | tuple[None, None]:
    """Mean and standard deviation of the belief about the mean reward of what was decided."""
    if not learner.has_imitation_head:
        return None, None
    mean = 0.0
    known: dict[object, Action] = {}
    shares: dict[str, tuple[Features, dict[Action, float]]] = {}
    for asked, times in Counter(_asked(state.ranked.request) for state in states).items():
        one, share = decided[asked], times / len(states)
        mean += share * float(one.policy @ one.means)
        _, chances = shares.setdefault(asked[0], (one.request.context, {}))
        for action, chance in zip(one.request.actions, one.policy.tolist(), strict=True):
            same = (action.id, tuple(sorted(action.features.columns.items())))
            first = known.setdefault(same, action)
            chances[first] = chances.get(first, 0.0) + chance * share
    # In one order everywhere, so that contexts that offer the same are looked at together.
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
    """Doubly robust value and standard error, where every action could be shown."""
    if any(s.ranked.propensity == 1 and len(s.ranked.request.allowed) > 1 for s in states):
        return None, None
    learners = yield from _cross_fit(learner, answered, states)
    values: Array = np.zeros(len(states))
    for fold, one in enumerate(learners):
        decided = yield from _decide_all(loop, one, states[fold::FOLDS])
        for number in range(fold, len(states), FOLDS):
            state, ranked = states[number], states[number].ranked
            known = decided[_asked(ranked.request)]
            surprise = (state.earned or 0.0) - known.means[ranked.shown]
            weight = known.policy[ranked.shown] / ranked.propensity
            values[number] = known.policy @ known.means + weight * surprise
    return float(values.mean()), standard_error(values, math.inf)


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
