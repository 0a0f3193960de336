"""Feature importance: reward lost if requests came without a field.

The log is learned again from its beginning, once with every field and once without each field and
each namespace, as in the service's feature evaluation. Before an event is learned each learner
chooses the action with the highest mean, and the log estimates the value of the choice, doubly
robust (Dudik, Langford & Li, ICML 2011, eq. 3): with m the rewards believed when the event was
ranked, p the probability of the action shown, and pi the learner's choice,

    value = sum over actions of pi(a) m(a) + pi(shown) (r - m(shown)) min(1 / p, sqrt N).

Weights of N events are limited to sqrt N (truncated importance sampling: Ionides, *Journal of
Computational and Graphical Statistics* 17, 2008): a dropped action is shown once in hundreds of
visits, and a single such event would dominate the sum; for the truncated part the belief counts
instead. Losses are differences event by event, so noise shared by the learners cancels.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.arrays import Array
from engine.evaluation.mean_intervals import Estimate, estimate
from engine.learners.base import Impression, Learner
from engine.loop.event import EventState
from engine.loop.event_index import reading_events
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog
from engine.loop.settings import LoopSettings, learner_of
from engine.pausable_steps import Steps, at_once
from engine.policies.base import ties
from engine.protocol.features import Features, namespace_of
from engine.protocol.request import Action, RankRequest
from engine.result_cache import cached

Side = Literal["context", "actions"]
Kind = Literal["all", "namespace", "field"]


@dataclass(frozen=True, slots=True)
class Omission:
    """Fields left out of requests, of the context or of every action.

    Attributes:
        kind, name: all fields of that side, the fields of a namespace, or a single field.
    """

    side: Side
    kind: Kind
    name: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Importance:
    """Reward lost per visitor without some fields.

    Attributes:
        loss: in units of reward, with a 95 % interval.
        score: loss as a percentage of the gain over chance, 0 to 100.
    """

    left: Omission
    loss: Estimate
    score: float


@dataclass(frozen=True, slots=True)
class Importances:
    """Importance of each field, in descending order of loss.

    Attributes:
        events: number of events evaluated.
        value, by_chance: mean reward of the best guess with every field, and of a uniform choice.
        gain: of the best guess over a uniform choice, event by event.
    """

    events: int
    value: Estimate
    by_chance: Estimate
    gain: Estimate
    each: tuple[Importance, ...]

    @property
    def is_known(self) -> bool:
        """Return whether the gain exceeds chance, without which no field can be assessed."""
        return self.gain.low > 0


def importance_steps(loop: LearningLoop, latest: int = 1_000) -> Steps[Importances | None]:
    """Estimate the importance of each field from the latest events in which any action could be
    shown.

    Rewards are learned in the order of the Rank calls, however late they came. Fields with a
    constant value are ignored.

    Returns:
        steps, of which some yield the share of work done; the result is None with fewer than two
        such events.
    """
    with loop.lock:
        log, settings = loop.log.until(len(loop.log)), loop.settings
    return _log_importance_steps(log, lambda: learner_of(settings), latest)


importance = at_once(importance_steps)
"""`importance_steps` without interruption."""


def event_importance_steps(
    events: Iterable[EventState], settings: LoopSettings
) -> Steps[Importances | None]:
    """Assess the fields over events in the order of their Rank calls; see `importance_steps`."""
    return _importance_steps([*filter(_is_evaluable, events)], lambda: learner_of(settings))


def _log_importance_steps(
    log: EventLog, begin: Callable[[], Learner], most: int
) -> Steps[Importances | None]:
    known = yield from _latest(log, most)
    return (yield from _importance_steps(known, begin))


def _latest(log: EventLog, most: int) -> Steps[list[EventState]]:
    """Latest evaluable events, oldest first, read from the end of the log."""
    start, reach, events = len(log), 3 * most + 10, list[EventState]()
    while start > 0 and len(events) < most:
        start, reach = max(start - reach, 0), 4 * reach
        states = yield from reading_events(log, start)
        events = [*filter(_is_evaluable, states.values())]
        yield None
    return events[-most:]


def _is_evaluable(state: EventState) -> bool:
    chances, allowed = state.ranked.shown_probabilities(), state.ranked.request.allowed
    return state.earned is not None and len(allowed) > 1 and min(chances[i] for i in allowed) > 0


def _importance_steps(
    known: Sequence[EventState], begin: Callable[[], Learner]
) -> Steps[Importances | None]:
    if len(known) < 2:
        return None
    everything = Omission("context", "all", "", frozenset())
    yield None
    replays = [_Replay(left, begin()) for left in (everything, *_omissions(known))]
    yield None
    for number, state in enumerate(known):
        for position, replay in enumerate(replays):
            yield from replay.meeting(state)
            yield (number + (position + 1) / len(replays)) / len(known)
    by_replay = []
    for replay in replays:
        by_replay.append(_values(known, replay.shows))
        yield 1.0
    values, chance = np.array(by_replay), _values(known, [_any(state) for state in known])
    whole = values[0]
    yield 1.0
    gain = estimate(whole - chance)
    room = gain.mean
    importances = [
        Importance(replay.left, loss, 100 * min(max(loss.mean / room, 0.0), 1.0) if room > 0 else 0)
        for replay, loss in zip(replays[1:], map(estimate, whole - values[1:]), strict=True)
    ]
    importances.sort(key=lambda row: -row.loss.mean)
    return Importances(len(known), estimate(whole), estimate(chance), gain, tuple(importances))


class _Replay:
    """A learner that sees events without some fields, and its choices."""

    def __init__(self, left: Omission, learner: Learner) -> None:
        self.left, self.learner = left, learner
        self.shows: list[Array] = []

    def meeting(self, state: EventState) -> Steps[None]:
        """Record the learner's choice for an event, then learn the event."""
        request = self._without(state.ranked.request)
        allowed, chances = list(request.allowed), np.zeros(len(request.actions))
        chances[allowed] = ties(self.learner.belief(request).mean[allowed])
        self.shows.append(chances)
        shown, propensity = state.ranked.shown, state.ranked.propensity
        impression = Impression(request, shown, shown, propensity)
        yield from self.learner.learning(impression, state.earned or 0.0)

    def _without(self, request: RankRequest) -> RankRequest:
        if self.left.side == "context":
            return replace(request, context=_without_fields(request.context, self.left.fields))
        return replace(request, actions=_actions_without_fields(request.actions, self.left.fields))


def _any(state: EventState) -> Array:
    """Uniform probabilities of the allowed actions."""
    chances: Array = np.zeros(len(state.ranked.means))
    chances[list(state.ranked.request.allowed)] = 1 / len(state.ranked.request.allowed)
    return chances


def _values(known: Sequence[EventState], shows: Sequence[Array]) -> Array:
    """Doubly robust value of choosing each event's actions with these probabilities, (N,)."""
    most, values = math.sqrt(len(known)), []
    for state, chances in zip(known, shows, strict=True):
        ranked, means = state.ranked, np.array(state.ranked.means)
        surprise = (state.earned or 0.0) - ranked.means[ranked.shown]
        weight = chances[ranked.shown] * min(1 / ranked.propensity, most)
        values.append(float(chances @ means + weight * surprise))
    return np.array(values)


# -- omissions ------------------------------------------------------------------------


def _omissions(known: Sequence[EventState]) -> Iterator[Omission]:
    """Yield each side, each namespace of several fields, and each field."""
    requests = [state.ranked.request for state in known]
    actions = dict.fromkeys(action for request in requests for action in request.actions)
    contexts = dict.fromkeys(request.context for request in requests)
    sides: dict[Side, frozenset[str]] = {
        "context": _differing([*contexts]),
        "actions": _differing([action.features for action in actions]),
    }
    for side, fields in sides.items():
        if len(fields) > 1:
            yield Omission(side, "all", "", fields)
        spaces = defaultdict[str, set[str]](set)
        for field in fields:
            spaces[namespace_of(field)].add(field)
        for name, inner in sorted(spaces.items()):
            if name and 1 < len(inner) < len(fields):
                yield Omission(side, "namespace", name, frozenset(inner))
        yield from (Omission(side, "field", field, frozenset([field])) for field in sorted(fields))


def _differing(all_features: Sequence[Features]) -> frozenset[str]:
    """Fields whose values differ between feature sets."""
    values_of = defaultdict[str, set[tuple[tuple[str, float], ...]]](set)
    names = dict.fromkeys(name for features in all_features for name in features.names)
    for features in all_features:
        columns = defaultdict[str, list[tuple[str, float]]](list)
        for column, field in features.fields.items():
            columns[field].append((column, features.columns[column]))
        for name in names:
            values_of[name].add(tuple(sorted(columns[name])))
    return frozenset(name for name, values in values_of.items() if len(values) > 1)


_ACTION = 100
"""Bytes of an action without its features."""


@cached(lambda features, *_: features.bytes)
def _without_fields(features: Features, fields: frozenset[str]) -> Features:
    """Features without some fields."""
    kept = {column: field for column, field in features.fields.items() if field not in fields}
    removed = len(fields & set(features.names))
    return Features(
        columns={column: features.columns[column] for column in kept},
        fields=kept,
        size=features.size - removed,
        non_null=max(features.non_null - removed, 0),
        numbers={name: value for name, value in features.numbers.items() if name not in fields},
    )


@cached(lambda actions, *_: _ACTION * len(actions))
def _actions_without_fields(
    actions: tuple[Action, ...], fields: frozenset[str]
) -> tuple[Action, ...]:
    return tuple(
        replace(action, features=_without_fields(action.features, fields)) for action in actions
    )
