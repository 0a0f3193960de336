"""Lines of the service's dsjson as logged decisions."""

import json
import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import PersonalizerError, UnreadableError
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.cell_values import short
from engine.evaluation.files.duplicate_events import EventIds
from engine.evaluation.files.event_range import WHOLE_LOG, EventRange
from engine.evaluation.files.rounded_probabilities import ROUNDING, SINGLE, summing_to_one
from engine.evaluation.files.table_decisions import check_number_of_actions
from engine.evaluation.logged_decisions import LEAST_CHANCE, Decisions, context_of, text_of
from engine.protocol.features import flatten
from engine.store.entry_codec import read_time
from engine.store.exchange.dsjson import origin_of
from engine.store.exchange.dsjson_line import (
    DsjsonLine,
    Orders,
    chances_of,
    context_objects,
    context_of_line,
    line_of,
    shown_position,
)
from engine.store.exchange.file_seal import SealedLines
from engine.store.exchange.untrusted_lines import Faults

T = TypeVar("T", bound=Hashable)

BATCH = 1 << 12
"""Events of a batch."""
_MOST = 1 << 14
"""Contexts cached with their actions, as they often recur."""
_time = partial(read_time, zone=UTC)


# -- contexts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class ContextOffer:
    """A context, and the ids of the actions offered in it, in their order."""

    context: str
    actions: tuple[str, ...]


class OfferCache:
    """Offers of a log, parsed once per text of ``c``.

    Actions without ids are identified by position, as long as their number stays constant.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, ContextOffer] = {}
        self._nameless: int | None = None

    def offer(self, text: bytes) -> ContextOffer:
        """Parse ``c``.

        Raises:
            UnreadableError: if it has no actions, or they cannot be identified.
        """
        offer = self._known.get(text)
        if offer is None:
            context, offered = context_of_line(text)
            offer = ContextOffer(_context(context), self._actions(offered))
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[text] = offer
        return offer

    def _actions(self, offered: Sequence[Any]) -> tuple[str, ...]:
        """Ids of the actions, or their positions if they have none."""
        names = [_name(action) for action in offered]
        named = [name for name in names if name is not None]
        if len({*named}) < len(named):
            raise UnreadableError("it offers two actions with the same id")
        if len(named) == len(names):
            return tuple(named)
        size, before = len(names), self._nameless
        if before not in (None, size):
            raise UnreadableError(
                f"it offers {size} actions, not all with an id, after {before} in earlier events, "
                "so the actions cannot be identified"
            )
        self._nameless = size
        return tuple(name or str(at) for at, name in enumerate(names, 1))


def _name(action: Any) -> str | None:
    """Id of an action; None if it has none."""
    if not isinstance(action, dict):
        raise UnreadableError("c._multi has values that are not objects")
    name = action.get("_tag")
    if name is None and isinstance(action.get("i"), dict):
        name = action["i"].get("id")
    return None if name is None else str(name)


def _context(context: Mapping[str, Any]) -> str:
    objects = context_objects(context)
    try:
        return context_of(flatten(objects, "c"))
    except PersonalizerError:  # Vowpal Wabbit accepts more than a Rank call.
        return text_of([json.dumps(objects, ensure_ascii=False)])


# -- events ---------------------------------------------------------------------------


Event = tuple[ContextOffer, int, float, float, Sequence[float] | None, float]
"""An offer, the position of the action shown, its propensity, the reward, the probabilities of the
actions in their order, None if absent from the line, and its time in seconds, NaN if absent."""


class DsjsonReader:
    """Convert consecutive lines to decisions.

    Attributes:
        number: of the last event read, counted from 1, skipped lines included.
        dropped: the ``pdrop`` of all events; None before the first.

    Args:
        event_range: the events to read; of the rest only times are read.
        bounds: of the rewards.
        number: number of events of the log before these lines.
        ids: ids of those events.
        dropped: ``pdrop`` of those events.
    """

    def __init__(
        self,
        event_range: EventRange,
        bounds: Bounds,
        number: int = 0,
        ids: EventIds | None = None,
        dropped: float | None = None,
    ) -> None:
        self._event_range, self._bounds, self._reads_all = (
            event_range,
            bounds,
            event_range == WHOLE_LOG,
        )
        self._ids, self.number, self.dropped = ids or EventIds(), number, dropped
        self._offers, self._orders = OfferCache(), Orders()

    def batches(self, lines: Iterator[tuple[int, str]], faults: Faults) -> Iterator[Decisions]:
        """Yield the decisions in numbered lines until the first fault; report the faults of all
        lines."""
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
        if fault is not None and not faults.total and not self._event_range.is_past(self.number):
            faults.add(0, fault)

    def _batches(self, lines: Iterator[tuple[int, str]], faults: Faults) -> Iterator[Decisions]:
        events = self._events(lines, faults)
        while batch := list(islice(events, BATCH)):
            if not faults.total:
                yield assembled(batch)

    def _events(self, lines: Iterator[tuple[int, str]], faults: Faults) -> Iterator[Event]:
        for number, text in lines:
            self.number += 1
            if not self._reads_all and self._event_range.is_past(self.number):
                return
            try:
                event = self._event(line_of(text))
            except (UnreadableError, RecursionError) as error:
                faults.add(number, str(error))
            else:
                if event is not None:
                    yield event

    def _event(self, line: DsjsonLine) -> Event | None:
        """Parse a line; None if it is skipped, or outside the range.

        Raises:
            UnreadableError: for an event that cannot be trusted.
        """
        if line.is_late:
            self._check_joined(line)
            return None
        if line.skipped or not (self._reads_all or self._is_inside(line)):
            return None
        if line.outcomes is not None or line.number is not None:
            raise UnreadableError(
                "it shows several actions at once, or a number as an action (_outcomes, "
                "_label_ca): only choices of a single action can be evaluated"
            )
        self._check_dropped(line.dropped or 0.0)
        if line.event is not None and self._ids.is_again(str(line.event)):
            duplicate = f"its event id {short(str(line.event))} is a duplicate"
            raise UnreadableError(f"{duplicate}: each decision counts once")
        offer, order = self._offers.offer(bytes(line.c)), line.a
        size = len(offer.actions)
        if order is None and line.p is None and not (line.index is None and line.action is None):
            order = list(
                range(1, size + 1)
            )  # Order is unknown, but the label names the action shown.
        placing = self._orders.placing(order, size)
        assert order is not None
        shown, chances = shown_position(line, order), chances_of(line, size)
        if chances is not None:
            _check_chances(chances)
            chances = placing(chances)
        propensity = _propensity(line.probability, None if chances is None else chances[shown])
        cost, (low, high) = line.cost, self._bounds
        if cost is None:
            raise UnreadableError("it has no reward: no _label_cost")
        if not low <= -cost <= high:
            raise UnreadableError(f"its reward is {-cost:g}, but must be from {low:g} to {high:g}")
        return offer, shown, propensity, 0.0 - cost, chances, _seconds(line.time)

    def _check_dropped(self, share: float) -> None:
        """Refuse an event with another ``pdrop`` than those before: it represents another number
        of visitors."""
        if self.dropped is None:
            self.dropped = share
        if share != self.dropped:
            raise UnreadableError(
                f"its pdrop is {share:g}, but was {self.dropped:g} before: a log from which events "
                "were dropped at different rates does not represent the visitors"
            )

    def _check_joined(self, line: DsjsonLine) -> None:
        """Refuse a late reward for a decision read before, whose own line lacks the reward."""
        if line.reward is not None and line.event is not None and str(line.event) in self._ids:
            place = f"it is the reward of the earlier event {short(str(line.event))}"
            raise UnreadableError(
                f"{place}: the log is not joined. Join rewards to decisions first"
            )

    def _is_inside(self, line: DsjsonLine) -> bool:
        """Return True if the line is in the range."""
        time = _time(line.time) if self._event_range.by_time else None
        return self._event_range.contains(self.number, time)


def _seconds(text: str) -> float:
    with suppress(UnreadableError):
        return _time(text).timestamp()
    return math.nan


def _check_chances(chances: Sequence[float]) -> None:
    total = sum(chances)
    if min(chances) < 0:
        raise UnreadableError("a probability is negative")
    if abs(total - 1) > ROUNDING:
        raise UnreadableError(f"its probabilities add up to {total:g}")


def _propensity(labelled: float | None, of_shown: float | None) -> float:
    """Probability of the action shown, from the label or else from ``p``."""
    propensity = of_shown if labelled is None else labelled
    if propensity is None:
        raise UnreadableError(
            "it has no probability (_label_probability), so other policies cannot be evaluated"
        )
    if not 0 < propensity <= 1:
        raise UnreadableError(
            f"its probability is {propensity:g}, but must be above 0 and at most 1"
        )
    if propensity < LEAST_CHANCE:
        raise UnreadableError(f"its probability is {propensity:g}, but it was shown")
    if of_shown is not None and abs(propensity - of_shown) > ROUNDING:
        raise UnreadableError(
            f"its probability is {propensity:g}, but that of the action shown is {of_shown:g}"
        )
    return propensity


# -- columns --------------------------------------------------------------------------


def assembled(events: Sequence[Event]) -> Decisions:
    """Convert events to columns."""
    offer_of, which, propensities, rewards, chances, times = zip(*events, strict=True)
    of, offers = _coded(offer_of)
    in_context, contexts = _coded(offer.context for offer in offers)
    in_set, lists = _coded(offer.actions for offer in offers)
    context_index, sets = in_context[of], in_set[of]
    actions = tuple(dict.fromkeys(chain.from_iterable(lists)))
    check_number_of_actions(actions)
    column = {action: at for at, action in enumerate(actions)}
    columns_of = [np.array([column[action] for action in ids], dtype=np.intp) for ids in lists]
    sizes = np.array([len(ids) for ids in lists])[sets]
    rows = np.repeat(np.arange(len(events)), sizes)
    columns = np.concatenate([columns_of[at] for at in sets.tolist()])
    starts = np.cumsum(sizes) - sizes
    offered = np.zeros((len(events), len(actions)), dtype=bool)
    offered[rows, columns] = True
    shown, propensity = columns[starts + np.array(which)], np.array(propensities)
    known = [row for row in chances if row is not None]
    table: Array | None = None
    if len(known) == len(events):
        table = np.zeros(offered.shape)
        table[rows, columns] = np.fromiter(chain.from_iterable(known), float, len(rows))
        table, propensity = summing_to_one(table, shown, propensity)
    return Decisions(
        actions,
        contexts,
        context_index,
        shown,
        propensity,
        np.array(rewards),
        offered,
        columns[starts],
        table,
        rounding=SINGLE,
        time=np.array(times),
    )


def _coded(values: Iterable[T]) -> tuple[NDArray[np.intp], tuple[T, ...]]:
    """Positions of values among the distinct values, and these."""
    known: dict[T, int] = {}
    codes = [known.setdefault(value, len(known)) for value in values]
    return np.array(codes, dtype=np.intp), tuple(known)
