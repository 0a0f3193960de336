"""What a line of dsjson tells of one decision, or why it cannot be told."""

from collections.abc import Sequence
from datetime import UTC
from functools import partial

from engine.errors import UnreadableError
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.cells import short
from engine.evaluation.files.dsjson.chances import (
    Orders,
    chances_of,
    propensity_of,
    wrong_order,
)
from engine.evaluation.files.dsjson.line import Line
from engine.evaluation.files.dsjson.places import Place, Places
from engine.evaluation.files.duplicates import EventIds
from engine.evaluation.files.window import ALL, Window
from engine.store.entry_codec import read_time
from engine.store.exchange.dsjson import shown_position

_time = partial(read_time, zone=UTC)
Event = tuple[Place, int, float, float, Sequence[float] | None]
"""What one line tells: where it was, the position of the action shown, its propensity, the reward,
and the chances of all actions to be shown, in their order; None if the line does not tell them."""


class Events:
    """Tells the events of lines that follow each other.

    Attributes:
        dropped: the ``pdrop`` of all events; None before the first.

    Args:
        window: the events that are told; others are not looked at further than their times.
        bounds: of the rewards.
        ids: of the events before.
        dropped: the ``pdrop`` of those.
    """

    def __init__(
        self, window: Window, bounds: Bounds, ids: EventIds | None, dropped: float | None
    ) -> None:
        self._window, self._bounds = window, bounds
        self._ids, self.dropped = ids or EventIds(), dropped
        self._reads_all = window == ALL
        self._places, self._orders = Places(), Orders()

    def event(self, row: Line, number: int) -> Event | None:
        """What a line tells, the number-th of all; None for one that is not learned, or not in the
        window.

        Raises:
            UnreadableError: for one that cannot be trusted.
        """
        if row.is_late:
            self._check_joined(row)
            return None
        if row.skipped or not (self._reads_all or self._is_inside(row, number)):
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
        place, order, shown = self._places.place(bytes(row.c)), row.a, row.index
        size = len(place.actions)
        if order is None and row.p is None and not (shown is None and row.action is None):
            order = list(range(1, size + 1))  # Of no use: the label says what was shown.
        if order is None or len(order) != size:
            raise wrong_order(size)
        placing = self._orders.placing(tuple(order))
        # Nearly all lines name it twice, as the service did.
        if shown is None or not 0 <= shown < size or row.action != shown + 1:
            shown = shown_position(row.action, row.index, order)
        chances = None if row.p is None else placing(chances_of(row.p, size))
        propensity = propensity_of(row.probability, None if chances is None else chances[shown])
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

    def _check_joined(self, row: Line) -> None:
        """Refuse a reward whose decision was read: without it, whatever its own line says."""
        if row.reward is not None and row.event is not None and str(row.event) in self._ids:
            told = f"it is the reward of event {short(str(row.event))}, which stands before"
            raise UnreadableError(f"{told}: the log is not joined, join rewards to decisions first")

    def _is_inside(self, row: Line, number: int) -> bool:
        """Whether the window holds a line."""
        time = _time(row.time) if self._window.by_time else None
        return self._window.holds(number, time)

    def _no_reward(self, cost: float | None) -> UnreadableError:
        """Why a line has none."""
        if cost is None:
            return UnreadableError("it has no reward: no _label_cost")
        low, high = self._bounds
        return UnreadableError(f"its reward is {-cost:g}, which is not within {low:g} to {high:g}")
