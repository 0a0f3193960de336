"""Lines of the service's dsjson, which Vowpal Wabbit reads, as logged decisions."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from itertools import chain, islice
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import PersonalizerError, UnreadableError
from engine.evaluation.decisions import Decisions, context_of, text_of
from engine.evaluation.estimators import Bounds
from engine.evaluation.sources.cells import short
from engine.evaluation.sources.rounding import ROUNDING, summing_to_one
from engine.evaluation.sources.rows import check_number_of_actions
from engine.evaluation.sources.twice import EventIds
from engine.evaluation.sources.window import ALL, Window
from engine.protocol.features import flatten
from engine.store.entry_codec import read_time
from engine.store.exchange.dsjson import context_objects, origin_of, shown_position
from engine.store.exchange.lines import Faults
from engine.store.exchange.seal import SealedLines

BATCH = 1 << 12
"""Events of a batch."""
STEP = 256
"""Lines that are read before others may have their turn."""
_MOST = 1 << 14
"""Contexts that are remembered with what was offered in them, as they often come again; and orders
of actions."""
T = TypeVar("T", bound=Hashable)
_Placing = Callable[[Sequence[float]], Sequence[float]]
_time = partial(read_time, zone=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A context, and the ids of what is offered in it, in their order."""

    context: str
    actions: tuple[str, ...]


_Event = tuple[_Place, int, float, float, Sequence[float] | None]
"""What one line tells: where it was, the position of the action shown, its propensity, the reward,
and the chances of all actions to be shown, in their order; None if the line does not tell them."""


class _Row(msgspec.Struct, frozen=True, gc=False):
    """What is read of a line; ``c``, most of it, only where it has not been met before."""

    c: msgspec.Raw = msgspec.Raw()
    a: list[int] | None = None
    p: list[float] | None = None
    cost: float | None = msgspec.field(name="_label_cost", default=None)
    probability: float | None = msgspec.field(name="_label_probability", default=None)
    action: int | None = msgspec.field(name="_label_Action", default=None)
    index: int | None = msgspec.field(name="_labelIndex", default=None)
    skipped: bool | None = msgspec.field(name="_skipLearn", default=False)
    dropped: float | None = msgspec.field(name="pdrop", default=None)
    reward: Any = msgspec.field(name="RewardValue", default=None)
    is_activation: Any = msgspec.field(name="ActionTaken", default=None)
    outcomes: Any = msgspec.field(name="_outcomes", default=None)
    number: Any = msgspec.field(name="_label_ca", default=None)
    time: str = msgspec.field(name="Timestamp", default="")
    event: str | int | None = msgspec.field(name="EventId", default=None)

    @property
    def is_late(self) -> bool:
        """Whether it is a reward or an activation without its decision: that was gone when it came,
        and Vowpal Wabbit skips it, too; or the log was never joined."""
        return not bytes(self.c) and (self.reward is not None or self.is_activation is not None)


_row = msgspec.json.Decoder(_Row).decode


class Reader:
    """Makes decisions of lines.

    Attributes:
        number: of the last event that was read, counted from 1; lines to be skipped count, too.
        dropped: the ``pdrop`` of all events; None before the first.

    Args:
        window: the events that are read; others are not looked at further than their times.
        bounds: of the rewards.
        before: how many events of the log come before these lines.
        ids: of those events.
        dropped: the ``pdrop`` of those events.
    """

    def __init__(
        self,
        window: Window,
        bounds: Bounds,
        before: int = 0,
        ids: EventIds | None = None,
        dropped: float | None = None,
    ) -> None:
        self._window, self._bounds, self.number = window, bounds, before
        self._ids, self.dropped = ids or EventIds(), dropped
        self._reads_all = window == ALL
        self._known: dict[bytes, _Place] = {}
        self._orders: dict[tuple[int, ...], _Placing] = {}
        self._nameless: int | None = None

    def batches(
        self, lines: Iterator[tuple[int, str]], faults: Faults
    ) -> Iterator[Decisions | None]:
        """The decisions in lines with their numbers, until one is faulty; faults in all of them.

        None comes wherever others may have their turn.
        """
        first = next(lines, None)
        rest = chain([] if first is None else [first], lines)
        if first is None or origin_of(first[1]) is None:
            yield from self._batches(rest, faults)
            return
        sealed = SealedLines(rest)
        sealed.has_seal = True
        next(sealed)
        yield from self._batches(sealed, faults)
        fault = sealed.fault()
        if fault is not None and not faults.total and not self._window.is_over(self.number):
            faults.add(0, fault)

    def _batches(
        self, lines: Iterator[tuple[int, str]], faults: Faults
    ) -> Iterator[Decisions | None]:
        rest = self._events(lines, faults)
        events = list[_Event]()
        while part := list(islice(rest, STEP)):
            events += filter(None, part)
            if len(events) >= BATCH:
                yield _assembled(events) if not faults.total else None
                events.clear()
            yield None
        if events and not faults.total:
            yield _assembled(events)

    def _events(self, lines: Iterator[tuple[int, str]], faults: Faults) -> Iterator[_Event | None]:
        """What each line tells."""
        for number, text in lines:
            self.number += 1
            if not self._reads_all and self._window.is_over(self.number):
                return
            event = None
            try:
                event = self._event(_row(text))
            except msgspec.MsgspecError as error:
                faults.add(number, f"it is no decision: {error}")
            except (UnreadableError, RecursionError) as error:
                faults.add(number, str(error))
            yield event

    def _event(self, row: _Row) -> _Event | None:
        """What a line tells; None for one that is not learned, or not in the window."""
        if row.is_late:
            self._check_joined(row)
            return None
        if row.skipped or not (self._reads_all or self._is_inside(row)):
            return None
        if row.outcomes is not None or row.number is not None:
            raise UnreadableError(
                "it shows several actions at once, or a number as one (_outcomes, _label_ca): only "
                "decisions for one action of several can be evaluated"
            )
        self._check_dropped(row.dropped or 0.0)
        if row.event is not None and self._ids.is_again(str(row.event)):
            told = f"its event id {short(str(row.event))} was there before"
            raise UnreadableError(f"{told}: one decision counts once")
        place, order, shown = self._place(bytes(row.c)), row.a, row.index
        size = len(place.actions)
        if order is None and row.p is None and not (shown is None and row.action is None):
            order = list(range(1, size + 1))  # Of no use: the label says what was shown.
        if order is None or len(order) != size:
            raise _wrong_order(size)
        placing = self._placing(tuple(order))
        # Nearly all lines name it twice, as the service did.
        if shown is None or not 0 <= shown < size or row.action != shown + 1:
            shown = shown_position(row.action, row.index, order)
        chances = None if row.p is None else placing(_chances(row.p, size))
        propensity = _propensity(row.probability, None if chances is None else chances[shown])
        cost, (low, high) = row.cost, self._bounds
        if cost is None or not low <= -cost <= high:
            raise self._no_reward(cost)
        return place, shown, propensity, 0.0 - cost, chances

    def _check_dropped(self, share: float) -> None:
        """Refuse an event of whose like more or fewer were left out of the log than before: it
        stands for other numbers of visitors."""
        if self.dropped is None:
            self.dropped = share
        if share != self.dropped:
            raise UnreadableError(
                f"its pdrop is {share:g}, where it was {self.dropped:g} before: a log from which "
                "some events were left out more often than others is not like those who came"
            )

    def _check_joined(self, row: _Row) -> None:
        """Refuse a reward whose decision was read: without it, whatever its own line says."""
        if row.reward is not None and row.event is not None and str(row.event) in self._ids:
            told = f"it is the reward of event {short(str(row.event))}, which stands before"
            raise UnreadableError(f"{told}: the log is not joined, join rewards to decisions first")

    def _is_inside(self, row: _Row) -> bool:
        """Whether the window holds a line."""
        time = _time(row.time) if self._window.by_time else None
        return self._window.holds(self.number, time)

    def _placing(self, order: tuple[int, ...]) -> _Placing:
        """What puts values that follow ``a`` into the order of the actions."""
        placing = self._orders.get(order)
        if placing is None:
            size = len(order)
            if {*order} != {*range(1, size + 1)}:
                raise _wrong_order(size)
            places = [at for _, at in sorted(zip(order, range(size), strict=True))]
            placing = itemgetter(*places) if size > 1 else tuple
            if len(self._orders) >= _MOST:
                self._orders.clear()
            self._orders[order] = placing
        return placing

    def _place(self, text: bytes) -> _Place:
        """The context and the actions in ``c``."""
        place = self._known.get(text)
        if place is None:
            told = msgspec.json.decode(text) if text else None
            offered = told.get("_multi") if isinstance(told, dict) else None
            if told is None or not isinstance(offered, list) or not offered:
                raise UnreadableError("c is not an object with the actions in _multi")
            place = _Place(_context(told), self._actions(offered))
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[text] = place
        return place

    def _actions(self, offered: Sequence[Any]) -> tuple[str, ...]:
        """Their ids; positions where they have none."""
        names = [_name(action) for action in offered]
        told = [name for name in names if name is not None]
        if len({*told}) < len(told):
            raise UnreadableError("it offers two actions with the same id")
        if len(told) == len(names):
            return tuple(told)
        size, before = len(names), self._nameless
        if before not in (None, size):
            raise UnreadableError(
                f"it offers {size} actions, not all with an id, where {before} were offered "
                "before: nobody can tell which is which"
            )
        self._nameless = size
        return tuple(name or str(at) for at, name in enumerate(names, 1))

    def _no_reward(self, cost: float | None) -> UnreadableError:
        """Why a line has none."""
        if cost is None:
            return UnreadableError("it has no reward: no _label_cost")
        low, high = self._bounds
        return UnreadableError(f"its reward is {-cost:g}, which is not within {low:g} to {high:g}")


def _name(action: Any) -> str | None:
    """The id of an action; None if it has none."""
    if not isinstance(action, dict):
        raise UnreadableError("c._multi does not hold objects alone")
    name = action.get("_tag")
    if name is None and isinstance(action.get("i"), dict):
        name = action["i"].get("id")
    return None if name is None else str(name)


def _context(told: Mapping[str, Any]) -> str:
    objects = context_objects(told)
    try:
        return context_of(flatten(objects, "c"))
    except PersonalizerError:  # Vowpal Wabbit reads more than a Rank call takes.
        return text_of([json.dumps(objects, ensure_ascii=False)])


def _wrong_order(size: int) -> UnreadableError:
    return UnreadableError(f"a does not name the actions 1 to {size}")


def _chances(told: Sequence[float], size: int) -> Sequence[float]:
    """Probabilities of the actions, as they are told."""
    if len(told) != size:
        raise UnreadableError(f"p does not have {size} values")
    total = sum(told)
    if min(told) < 0:
        raise UnreadableError("a probability is negative")
    if abs(total - 1) > ROUNDING:
        raise UnreadableError(f"its probabilities add up to {total:g}")
    return told


def _propensity(told: float | None, of_shown: float | None) -> float:
    """Of what was shown: of the label, or else of ``p``."""
    found = of_shown if told is None else told
    if found is None:
        raise UnreadableError(
            "it has no probability, _label_probability, and without that nothing can be said of "
            "another policy"
        )
    if not 0 < found <= 1:
        raise UnreadableError(f"its probability is {found:g}, which is not above 0 and up to 1")
    if of_shown is not None and abs(found - of_shown) > ROUNDING:
        raise UnreadableError(
            f"its probability is {found:g}, but that of the action shown is {of_shown:g}"
        )
    return found


def _assembled(events: Sequence[_Event]) -> Decisions:
    """Events as columns."""
    where, which, propensities, rewards, chances = zip(*events, strict=True)
    of, places = _coded(where)
    in_context, contexts = _coded(place.context for place in places)
    in_set, lists = _coded(place.actions for place in places)
    stratum, sets = in_context[of], in_set[of]
    actions = tuple(dict.fromkeys(chain.from_iterable(lists)))
    check_number_of_actions(actions)
    column = {action: at for at, action in enumerate(actions)}
    columns_of = [np.array([column[action] for action in one], dtype=np.intp) for one in lists]
    sizes = np.array([len(one) for one in lists])[sets]
    rows = np.repeat(np.arange(len(events)), sizes)
    columns = np.concatenate([columns_of[at] for at in sets.tolist()])
    starts = np.cumsum(sizes) - sizes
    offered = np.zeros((len(events), len(actions)), dtype=bool)
    offered[rows, columns] = True
    shown, propensity = columns[starts + np.array(which)], np.array(propensities)
    known = [one for one in chances if one is not None]
    table: Array | None = None
    if len(known) == len(events):
        table = np.zeros(offered.shape)
        table[rows, columns] = np.fromiter(chain.from_iterable(known), float, len(rows))
        table, propensity = summing_to_one(table, shown, propensity)
    return Decisions(
        actions,
        contexts,
        stratum,
        shown,
        propensity,
        np.array(rewards),
        offered,
        columns[starts],
        table,
    )


def _coded(values: Iterable[T]) -> tuple[NDArray[np.intp], tuple[T, ...]]:
    """Positions in the values that occur, and these."""
    known: dict[T, int] = {}
    codes = [known.setdefault(value, len(known)) for value in values]
    return np.array(codes, dtype=np.intp), tuple(known)
