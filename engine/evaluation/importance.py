"""What each field is worth: how much reward would be lost if requests came without it.

The log is learned again from its beginning, once with everything and once without each field and
each namespace, as the service's feature evaluation did. Before an event is learned each of these
learners says what it would have shown, its best guess, and the log tells what that is worth, doubly
robust (Dudik, Langford & Li, ICML 2011, eq. 3): with m the rewards believed when the event was
ranked, p the probability with which its action was shown, and pi what a learner would show,

    value = sum over actions of pi(a) m(a) + pi(shown) (r - m(shown)) min(1 / p, sqrt N).

Of N events none counts for more than sqrt N (truncated importance sampling: Ionides, *Journal of
Computational and Graphical Statistics* 17, 2008): an action that was given up is shown once in
hundreds of visits, and a single such event would drown the others; instead, what was believed of it
counts for the rest.
What is lost is a difference event by event, so what all learners have in common cancels.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.arrays import Array
from engine.evaluation.intervals import Estimate, estimate
from engine.learners.base import Impression, Learner
from engine.loop.event import EventState
from engine.loop.event_index import reading_events
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog
from engine.loop.settings import LoopSettings, learner_of
from engine.policies.base import ties
from engine.protocol.features import Features, namespace_of
from engine.protocol.request import Action, RankRequest
from engine.result_cache import cached
from engine.steps import Steps, at_once

Side = Literal["context", "actions"]
Kind = Literal["all", "namespace", "field"]


@dataclass(frozen=True, slots=True)
class Left:
    """What is left out of requests: fields of the context, or of all actions.

    Attributes:
        kind, name: all fields of that side, those of a namespace, or one.
    """

    side: Side
    kind: Kind
    name: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Importance:
    """What is lost a visitor where something is left out.

    Attributes:
        loss: in units of reward, with its 95 % interval.
        score: 0 where nothing is lost; 100 where what remains is no better than chance.
    """

    left: Left
    loss: Estimate
    score: float


@dataclass(frozen=True, slots=True)
class Importances:
    """What each field is worth, the most first.

    Attributes:
        events: how many it rests on.
        value, by_chance: reward a visitor of the best guess with everything, and of any action.
    """

    events: int
    value: Estimate
    by_chance: Estimate
    each: tuple[Importance, ...]


def assessing(loop: LearningLoop, latest: int = 1_000) -> Steps[Importances | None]:
    """What the latest events tell in which every action could be shown.

    Rewards are learned in the order of the Rank calls, however late they came. Fields that are
    always the same are no fields here.

    Returns:
        the steps, of which some tell the share that is done; what comes of them is None where
        there are fewer than two such events.
    """
    with loop.lock:
        log, settings = loop.log.until(len(loop.log)), loop.settings
    return _assessing(log, lambda: learner_of(settings), latest)


importance = at_once(assessing)
"""The same at once; see `assessing`."""


def assessing_events(
    events: Iterable[EventState], settings: LoopSettings
) -> Steps[Importances | None]:
    """The same for some events of a loop, in the order of their Rank calls."""
    return _assess([*filter(_tells, events)], lambda: learner_of(settings))


def _assessing(log: EventLog, begin: Callable[[], Learner], most: int) -> Steps[Importances | None]:
    known = yield from _latest(log, most)
    return (yield from _assess(known, begin))


def _latest(log: EventLog, most: int) -> Steps[list[EventState]]:
    """The latest events that tell something, oldest first: read from the end of the log."""
    start, reach, found = len(log), 3 * most + 10, list[EventState]()
    while start > 0 and len(found) < most:
        start, reach = max(start - reach, 0), 4 * reach
        events = yield from reading_events(log, start)
        found = [*filter(_tells, events.values())]
        yield None
    return found[-most:]


def _tells(state: EventState) -> bool:
    chances, allowed = state.ranked.shown_probabilities(), state.ranked.request.allowed
    return state.earned is not None and len(allowed) > 1 and min(chances[i] for i in allowed) > 0


def _assess(known: Sequence[EventState], begin: Callable[[], Learner]) -> Steps[Importances | None]:
    if len(known) < 2:
        return None
    everything = Left("context", "all", "", frozenset())
    yield None
    replays = [_Replay(left, begin()) for left in (everything, *_all_left(known))]
    yield None
    for number, state in enumerate(known):
        for place, replay in enumerate(replays):
            yield from replay.meeting(state)
            yield (number + (place + 1) / len(replays)) / len(known)
    found_by = []
    for replay in replays:
        found_by.append(_values(known, replay.shows))
        yield 1.0
    values, chance = np.array(found_by), _values(known, [_any(state) for state in known])
    whole = values[0]
    yield 1.0
    room = float((whole - chance).mean())
    found = [
        Importance(replay.left, loss, 100 * min(max(loss.mean / room, 0.0), 1.0) if room > 0 else 0)
        for replay, loss in zip(replays[1:], map(estimate, whole - values[1:]), strict=True)
    ]
    found.sort(key=lambda one: -one.loss.mean)
    return Importances(len(known), estimate(whole), estimate(chance), tuple(found))


class _Replay:
    """A learner that meets events without something, and what it would show."""

    def __init__(self, left: Left, learner: Learner) -> None:
        self.left, self.learner = left, learner
        self.shows: list[Array] = []

    def meeting(self, state: EventState) -> Steps[None]:
        """Say what it would show, and then learn what was."""
        request = self._without(state.ranked.request)
        allowed, chances = list(request.allowed), np.zeros(len(request.actions))
        chances[allowed] = ties(self.learner.belief(request).mean[allowed])
        self.shows.append(chances)
        shown, propensity = state.ranked.shown, state.ranked.propensity
        impression = Impression(request, shown, shown, propensity)
        yield from self.learner.learning(impression, state.earned or 0.0)

    def _without(self, request: RankRequest) -> RankRequest:
        if self.left.side == "context":
            return replace(request, context=_left_out(request.context, self.left.fields))
        return replace(request, actions=_all_left_out(request.actions, self.left.fields))


def _any(state: EventState) -> Array:
    """Every action that could be shown with the same chance."""
    chances: Array = np.zeros(len(state.ranked.means))
    chances[list(state.ranked.request.allowed)] = 1 / len(state.ranked.request.allowed)
    return chances


def _values(known: Sequence[EventState], shows: Sequence[Array]) -> Array:
    """The value of showing the actions of each event with these chances, (N,)."""
    most, found = math.sqrt(len(known)), []
    for state, chances in zip(known, shows, strict=True):
        ranked, means = state.ranked, np.array(state.ranked.means)
        surprise = (state.earned or 0.0) - ranked.means[ranked.shown]
        weight = chances[ranked.shown] * min(1 / ranked.propensity, most)
        found.append(float(chances @ means + weight * surprise))
    return np.array(found)


# -- what can be left out -------------------------------------------------------------


def _all_left(known: Sequence[EventState]) -> Iterator[Left]:
    """Each side, each namespace of more than one field, and each field."""
    requests = [state.ranked.request for state in known]
    actions = dict.fromkeys(action for request in requests for action in request.actions)
    contexts = dict.fromkeys(request.context for request in requests)
    sides: dict[Side, frozenset[str]] = {
        "context": _differing([*contexts]),
        "actions": _differing([action.features for action in actions]),
    }
    for side, fields in sides.items():
        if len(fields) > 1:
            yield Left(side, "all", "", fields)
        spaces = defaultdict[str, set[str]](set)
        for field in fields:
            spaces[namespace_of(field)].add(field)
        for name, inner in sorted(spaces.items()):
            if name and 1 < len(inner) < len(fields):
                yield Left(side, "namespace", name, frozenset(inner))
        yield from (Left(side, "field", field, frozenset([field])) for field in sorted(fields))


def _differing(all_features: Sequence[Features]) -> frozenset[str]:
    """Fields that are not the same everywhere."""
    told = defaultdict[str, set[tuple[tuple[str, float], ...]]](set)
    names = dict.fromkeys(name for features in all_features for name in features.names)
    for features in all_features:
        columns = defaultdict[str, list[tuple[str, float]]](list)
        for column, field in features.fields.items():
            columns[field].append((column, features.columns[column]))
        for name in names:
            told[name].add(tuple(sorted(columns[name])))
    return frozenset(name for name, values in told.items() if len(values) > 1)


_ACTION = 100
"""Bytes that an action takes beside its features."""


@cached(lambda features, *_: features.bytes)
def _left_out(features: Features, fields: frozenset[str]) -> Features:
    """Features without some of their fields."""
    kept = {column: field for column, field in features.fields.items() if field not in fields}
    gone = len(fields & set(features.names))
    return Features(
        columns={column: features.columns[column] for column in kept},
        fields=kept,
        size=features.size - gone,
        non_null=max(features.non_null - gone, 0),
        numbers={name: one for name, one in features.numbers.items() if name not in fields},
    )


@cached(lambda actions, *_: _ACTION * len(actions))
def _all_left_out(actions: tuple[Action, ...], fields: frozenset[str]) -> tuple[Action, ...]:
    return tuple(replace(one, features=_left_out(one.features, fields)) for one in actions)
