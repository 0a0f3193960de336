"""Decisions out of lines of dsjson, batch after batch; lines that tell none become faults."""

from collections.abc import Iterator
from itertools import chain, islice

import msgspec

from engine.errors import UnreadableError
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.dsjson.assembled import assembled
from engine.evaluation.files.dsjson.events import Event, Events
from engine.evaluation.files.dsjson.line import line_of
from engine.evaluation.files.duplicates import EventIds
from engine.evaluation.files.window import ALL, Window
from engine.store.exchange.dsjson import origin_of
from engine.store.exchange.lines import Faults
from engine.store.exchange.seal import SealedLines

BATCH = 1 << 12
"""Events of a batch."""


class Reader:
    """Makes decisions of lines.

    Attributes:
        number: of the last event that was read, counted from 1; lines to be skipped count, too.

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
        self._window, self.number = window, before
        self._reads_all = window == ALL
        self._told = Events(window, bounds, ids, dropped)

    @property
    def dropped(self) -> float | None:
        """The ``pdrop`` of all events; None before the first."""
        return self._told.dropped

    def batches(self, lines: Iterator[tuple[int, str]], faults: Faults) -> Iterator[Decisions]:
        """The decisions in numbered lines, until one is faulty; faults in all of them."""
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

    def _batches(self, lines: Iterator[tuple[int, str]], faults: Faults) -> Iterator[Decisions]:
        events = self._events(lines, faults)
        while batch := list(islice(events, BATCH)):
            if not faults.total:
                yield assembled(batch)

    def _events(self, lines: Iterator[tuple[int, str]], faults: Faults) -> Iterator[Event]:
        """The events of lines that tell one."""
        tell = self._told.event
        for number, text in lines:
            self.number += 1
            if not self._reads_all and self._window.is_over(self.number):
                return
            try:
                event = tell(line_of(text), self.number)
            except msgspec.MsgspecError as error:
                faults.add(number, f"it is no decision: {error}")
            except (UnreadableError, RecursionError) as error:
                faults.add(number, str(error))
            else:
                if event is not None:
                    yield event
