"""What the retired service would have tried: its own search for better settings, in three rounds.

The service evaluated an optimisation as its published tools do (``DashboardMpi`` of mwt-ds): linear
models of the reward learn the log event by event, and say before each what they would show, the
best guess but for a fifth of offers left to chance. First a grid of learning rates, of two ways to
learn and of marginals or none; then, with the best of those, every subset of the pairs of a
namespace of the context and one of the actions; then the grid again, with the best pairs. It never
crosses two fields of a context with an action, which is what such a search cannot find.

The two ways to learn are ``mtr``, where the shown action's reward weighs 1 / (propensity x actions)
(Bietti, Agarwal & Langford, *A Contextual Bandit Bake-off*, JMLR 2021, section 2.3), and ``ips``,
where each action of an event has a label: reward / propensity if it was shown, else 0. With
marginals, an action's id is no feature: the mean of its labels so far is, from 1/2 on, as if there
had been one. Steps are those of `engine.learners.classic`. All rates learn side by side.

As elsewhere (`engine.evaluation.optimise`) the earlier half of the events chooses, in all rounds,
and the later half judges; both figures are told, by the service's own estimator.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from engine.arrays import Array
from engine.evaluation.decisions import Decisions, columns_of, decisions_from
from engine.evaluation.estimators import Bounds, Interval, Ips, Stratified, Weighed
from engine.evaluation.offline import bounds_of
from engine.evaluation.service_form import WAYS, Coding, Form, Pair, pairs_of, subsets_of
from engine.evaluation.targets import Given, Online
from engine.loop.event import EventState
from engine.policies.base import ties
from engine.steps import Steps

RATES = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 0.5, 1.0, 10.0)
"""The learning rates of the grid."""
BY_CHANCE = 0.2
"""Share of offers that a candidate leaves to chance."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A candidate, and its mean reward by the half that chooses and by the half that judges.

    Attributes:
        round: in which it was tried, 1 to 3.
    """

    form: Form
    rate: float
    round: int
    chosen: Interval
    judged: Interval


@dataclass(frozen=True, slots=True)
class ServiceSearch:
    """What came of it.

    Attributes:
        online: the loop's own record in the half that judges.
        tried: in the order in which they were.
        best: the one that the search ends with.
        ours: what our own interval says of it in the half that judges.
    """

    online: Interval
    tried: tuple[Searched, ...]
    best: Searched
    ours: Interval


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    """Events, the columns that decisions made of them have, and which halves they are in."""

    events: Sequence[EventState]
    decisions: Decisions
    columns: Mapping[str, int]
    bounds: Bounds

    @classmethod
    def of(cls, events: Sequence[EventState]) -> "_Log":
        """Of answered events."""
        decisions = decisions_from(events)
        return cls(events, decisions, columns_of(events), bounds_of(decisions))

    @property
    def halves(self) -> tuple[slice, slice]:
        """That which chooses, and that which judges."""
        half = len(self.events) // 2
        return slice(half), slice(half, None)


def steps_of(events: Sequence[EventState]) -> int:
    """How many steps `searching` takes."""
    rounds = 4 + len(subsets_of(pairs_of(events))) + 4
    return (rounds + 1) * len(events)


def searching(events: Sequence[EventState]) -> Steps[ServiceSearch]:
    """The search on answered events, two at least; an event of each round is a step."""
    log = _Log.of(events)
    tried = list[Searched]()
    for form in _grid(()):
        tried += yield from _trying(log, form, RATES, 1)
    best = _best(tried)
    for pairs in subsets_of(pairs_of(events)):
        tried += yield from _trying(log, replace(best.form, pairs=pairs), (best.rate,), 2)
    best = _best([one for one in tried if one.round == 2])
    for form in _grid(best.form.pairs):
        tried += yield from _trying(log, form, RATES, 3)
    best = _best([one for one in tried if one.round == 3])
    later = log.halves[1]
    chances = yield from _whole(log, best)
    target, rest = Given("service", chances[later]), log.decisions.take(later)
    online = Ips(log.bounds).add(Online().weigh(rest)).interval()
    ours = Stratified(log.bounds).add(target.weigh(rest)).interval()
    assert online is not None
    assert ours is not None
    return ServiceSearch(online, tuple(tried), best, ours)


def _grid(pairs: tuple[Pair, ...]) -> Iterator[Form]:
    for way, marginals in product(WAYS, (False, True)):
        yield Form(way, marginals, pairs)


def _best(tried: Sequence[Searched]) -> Searched:
    """By the half that chooses."""
    return max(tried, key=lambda one: one.chosen.estimate)


def _trying(log: _Log, form: Form, rates: Sequence[float], number: int) -> Steps[list[Searched]]:
    """A form at several rates, in one of the rounds."""
    shown = np.zeros((len(rates), len(log.events)))
    for at, (event, chances) in enumerate(
        zip(log.events, _learning(log, form, rates), strict=True)
    ):
        request, seen = event.ranked.request, event.ranked.shown
        shown[:, at] = chances[:, request.allowed.index(seen)]
        yield None
    weights = shown / log.decisions.propensity
    return [
        Searched(form, rate, number, *(_told(log, weight, half) for half in log.halves))
        for rate, weight in zip(rates, weights, strict=True)
    ]


def _told(log: _Log, weight: Array, part: slice) -> Interval:
    decisions = log.decisions.take(part)
    found = Ips(log.bounds).add(Weighed(decisions, weight[part], None)).interval()
    assert found is not None
    return found


def _whole(log: _Log, one: Searched) -> Steps[Array]:
    """How likely a candidate is to show each action, (N, K)."""
    found = np.zeros(log.decisions.offered.shape)
    learning = _learning(log, one.form, (one.rate,))
    for row, (event, (chances,)) in enumerate(zip(log.events, learning, strict=True)):
        request = event.ranked.request
        found[row, [log.columns[request.actions[i].id] for i in request.allowed]] = chances
        yield None
    return found


def _learning(log: _Log, form: Form, rates: Sequence[float]) -> Iterator[Array]:
    """How likely a form at each rate is to show each action that may be shown, (rates, K), event by
    event; each is learned once it has been told."""
    coding, factors = Coding(form), 2 * np.array(rates)
    weights = np.zeros((len(rates), 1))
    labels, counts = np.full(len(log.columns), 0.5), np.ones(len(log.columns))
    for event in log.events:
        ranked, request = event.ranked, event.ranked.request
        rows = coding.rows(request)
        weights = np.pad(weights, ((0, 0), (0, max(0, coding.size - weights.shape[1]))))
        at = [log.columns[action.id] for action in request.actions]
        means = (labels[at] / counts[at])[:, None]
        values = np.where(rows.is_marginal, rows.values * means, rows.values)
        allowed = list(request.allowed)
        believed = np.einsum("rkf,kf->rk", weights[:, rows.columns], values)[:, allowed]
        best = np.array([ties(one) for one in believed])
        yield (1 - BY_CHANCE) * best + BY_CHANCE / len(allowed)
        reward = event.earned or 0.0
        if form.way == "mtr":
            learned = [(ranked.shown, reward, 1 / (ranked.propensity * len(allowed)))]
        else:
            earned = reward / ranked.propensity
            learned = [(i, earned if i == ranked.shown else 0.0, 1.0) for i in allowed]
        for i, label, weight in learned:
            columns, row = rows.columns[i], values[i]
            error = label - weights[:, columns] @ row
            step = -np.expm1(-factors * weight) * error / (row @ row)
            weights[:, columns] += step[:, None] * row
            labels[at[i]] += weight * label
            counts[at[i]] += weight
