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
from itertools import chain, combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.decisions import Decisions, columns_of, decisions_from
from engine.evaluation.estimators import Bounds, Interval, Ips, Stratified, Weighed
from engine.evaluation.offline import bounds_of
from engine.evaluation.targets import Given, Online
from engine.loop.event import EventState
from engine.policies.base import ties
from engine.protocol.features import Features, namespace_of
from engine.protocol.request import Action, RankRequest
from engine.steps import Steps

RATES = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 0.5, 1.0, 10.0)
"""The learning rates of the grid."""
BY_CHANCE = 0.2
"""Share of offers that a candidate leaves to chance."""
MOST_PAIRS = 6
"""Pairs of namespaces of which every subset is tried; of more, each alone and all together."""
ID = "id"
"""The namespace of an action's id."""
_MOST_KNOWN = 256
"""Requests whose columns are kept: a large one takes some 400 KiB."""
_MARGINAL = ""
"""The column of the mean of an action's labels; no other is without a name."""

Way = Literal["mtr", "ips"]
Pair = tuple[str, str]
"""A namespace of the context (empty for features in none) and one of the actions."""
WAYS: tuple[Way, ...] = ("mtr", "ips")


@dataclass(frozen=True, slots=True)
class Form:
    """What a candidate learns from, and how.

    Attributes:
        pairs: namespaces whose features are crossed.
        marginals: whether the mean of an action's labels stands for its id.
    """

    way: Way = "mtr"
    marginals: bool = False
    pairs: tuple[Pair, ...] = ()


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
class _Rows:
    """The features of one request's actions, (K, F): in which column, of what value, and of which
    the value is still to be multiplied with the mean of the action's labels."""

    columns: NDArray[np.intp]
    values: Array
    is_marginal: NDArray[np.bool_]


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


def pairs_of(events: Sequence[EventState]) -> tuple[Pair, ...]:
    """Each namespace of the contexts with each of the actions, the id's included."""
    of_contexts, of_actions = dict[str, None](), dict[str, None]()
    for request in {id(e.ranked.request.context): e.ranked.request for e in events}.values():
        of_contexts |= dict.fromkeys(map(namespace_of, request.context.names))
        for action in request.actions:
            of_actions |= dict.fromkeys(map(namespace_of, action.features.names))
    return tuple(product(of_contexts, [*of_actions, ID]))


def subsets_of(pairs: Sequence[Pair]) -> Sequence[tuple[Pair, ...]]:
    """Every subset; of more than `MOST_PAIRS` pairs none, each alone and all of them."""
    if len(pairs) > MOST_PAIRS:
        return [(), *((pair,) for pair in pairs), tuple(pairs)]
    sizes = range(len(pairs) + 1)
    return list(chain.from_iterable(combinations(pairs, size) for size in sizes))


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
    coding, factors = _Coding(form), 2 * np.array(rates)
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


class _Coding:
    """Columns of a form, each given a number as it comes; 0 is for none, 1 for the constant."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._numbers: dict[tuple[str, ...], int] = {("constant",): 1}
        self._known: dict[tuple[str, str], _Rows] = {}

    @property
    def size(self) -> int:
        """Of all numbers."""
        return len(self._numbers) + 1

    def rows(self, request: RankRequest) -> _Rows:
        """Of all actions of a request."""
        asked = request.context_text, request.actions_text
        if asked not in self._known:
            if len(self._known) == _MOST_KNOWN:  # Numbers hardly come again.
                self._known.clear()
            self._known[asked] = self._coded(request)
        return self._known[asked]

    def _coded(self, request: RankRequest) -> _Rows:
        rows = [list(self._features(request.context, action)) for action in request.actions]
        shape = len(rows), max(map(len, rows))
        columns, values = np.zeros(shape, dtype=np.intp), np.zeros(shape)
        is_marginal = np.zeros(shape, dtype=bool)
        for place, row in enumerate(rows):
            for f, (name, value, marginal) in enumerate(row):
                columns[place, f] = self._numbers.setdefault(name, self.size)
                values[place, f], is_marginal[place, f] = value, marginal
        return _Rows(columns, values, is_marginal)

    def _features(
        self, context: Features, action: Action
    ) -> Iterator[tuple[tuple[str, ...], float, bool]]:
        """Name, value, and whether that is to be multiplied with the mean of labels."""
        yield ("constant",), 1.0, False
        of_context, of_action = _by_namespace(context), _by_namespace(action.features)
        name = _MARGINAL if self._form.marginals else f"={action.id}"
        of_action[ID] = [*of_action.get(ID, ()), (name, 1.0)]
        for side, namespaces in (("context", of_context), ("action", of_action)):
            for column, value in chain.from_iterable(namespaces.values()):
                yield (side, column), value, column == _MARGINAL
        for mine, theirs in self._form.pairs:
            both = product(of_context.get(mine, ()), of_action.get(theirs, ()))
            for (one, value), (other, times) in both:
                yield ("pair", one, other), value * times, other == _MARGINAL


def _by_namespace(features: Features) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for column, value in features.columns.items():
        found.setdefault(namespace_of(features.fields[column]), []).append((column, value))
    return found
