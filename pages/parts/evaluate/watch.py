"""The same experiment again and again, to see how often an interval is right."""

from collections import deque
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from threading import RLock

from engine import LoopSettings
from engine.evaluation.coverage import Count, Coverage, Flaw, Kind
from engine.loop.lock import locked
from engine.steps import Steps
from pages.parts.evaluate.background import Background
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.heavy_work import Ticket, submit_here
from pages.parts.known_worlds import world_of
from pages.parts.together import Together

_KEPT = 20
"""Repeated experiments that are kept; each is some 40 counts."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """What is repeated."""

    world: str
    seed: int
    visitors: int
    flaw: Flaw

    @classmethod
    def of(cls, setup: EvaluateSetup) -> "Repeated":
        """What is set on the page."""
        return cls(setup.world, setup.seed, setup.visitors, setup.flaw)


class Repetitions:
    """The last experiments that this process repeated, by what was repeated: equal ones come to
    the same, so whoever asks again, or comes back, goes on where it was left."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._kept: deque[tuple[Repeated, Coverage]] = deque(maxlen=_KEPT)

    @locked
    def find(self, asked: Repeated) -> Coverage | None:
        """What they have come to so far, if it is kept."""
        return next((known for other, known in reversed(self._kept) if other == asked), None)

    @locked
    def begin(self, asked: Repeated) -> Coverage:
        """The first of them is still to come; kept in place of the oldest."""
        known = Coverage(
            world_of(asked.world), LoopSettings(), asked.visitors, asked.flaw, seed=asked.seed
        )
        self._kept.append((asked, known))
        return known


@cache
def repetitions() -> Repetitions:
    """Those of this process."""
    return Repetitions()


@cache
def _under_way() -> Together[None]:
    """Single experiments that are made for some sessions of this process."""
    return Together()


class Watch(Background):
    """Experiments that are repeated in the background, and what they have come to.

    Attributes:
        shown: what was repeated last; None before the first.
        times: how often it is to be.
        told: what a link says was repeated, and how often, where this process does not know it.

    Args:
        submit: stands in line for heavy work.
        kept: where what was repeated may be found.
    """

    def __init__(
        self,
        submit: Callable[[Steps[None]], Ticket[None]] = submit_here,
        kept: Repetitions | None = None,
    ) -> None:
        super().__init__(submit)
        self.shown: Repeated | None = None
        self.times = 0
        self.told: tuple[Repeated, int] | None = None
        self._kept = kept or repetitions()
        self._coverage: Coverage | None = None
        self._runs = 0

    @locked
    def start(self, setup: EvaluateSetup) -> None:
        """Begin, as heavy work, or go on where fewer were done."""
        asked = Repeated.of(setup)
        known = self._kept.find(asked)
        if known is None or known.repetitions >= setup.times:
            known = self._kept.begin(asked)
        self._go_on(asked, known, setup.times)

    @locked
    def prepare(self, setup: EvaluateSetup, times: int | None) -> None:
        """Show what a link says was repeated so often, if that is known; what was cut off goes on.

        Else it waits for a person to start it.
        """
        asked = Repeated.of(setup)
        if times is None or asked == self.shown:
            return
        known = self._kept.find(asked)
        if known is None:
            self.told = asked, times
        else:
            self._go_on(asked, known, max(times, known.repetitions))

    def _go_on(self, asked: Repeated, known: Coverage, times: int) -> None:
        self.stop()
        self._runs += 1
        self.shown, self.times, self.told = asked, times, None
        if known.repetitions < times:
            self._coverage = known
            self._ticket = self._submit(self._repeating(known, times, self._runs))
        else:
            self._coverage = copy(known)  # What others add from here on is not shown here.

    def _repeating(self, known: Coverage, times: int, run: int) -> Steps[None]:
        """One experiment after the other, each with whoever else repeats the same."""
        try:
            while known.repetitions < times:
                yield from _under_way().joining(known, lambda: known.repeating(1))
        finally:
            if run == self._runs:
                self._coverage = copy(known)

    def in_link(self, setup: EvaluateSetup) -> str | None:
        """How often it was repeated, or is to be, for the address; None if what is set was not."""
        asked = Repeated.of(setup)
        if asked == self.shown:
            times = self.times if self.is_live else self.done
        else:
            times = self.told[1] if self.waits_for_start(setup) and self.told else 0
        return str(times) if times else None

    def waits_for_start(self, setup: EvaluateSetup) -> bool:
        """Whether what is set is what a link says was repeated."""
        return self.told is not None and self.told[0] == Repeated.of(setup)

    @property
    def done(self) -> int:
        """How many repetitions were."""
        return self._coverage.repetitions if self._coverage else 0

    @property
    def visitors(self) -> int:
        """How many each repetition has; fewer than are set where they are too few on purpose."""
        return self._coverage.visitors if self._coverage else 0

    @property
    def waits_for(self) -> int:
        """How many jobs of others go first."""
        return self._ticket.place if self._ticket is not None else 0

    def counts(self, kind: Kind) -> Mapping[str, Count]:
        """What became of the intervals for a kind of target, by the estimators' keys."""
        found = self._coverage.counts if self._coverage else {}
        return {key: count for (of, key), count in found.items() if of == kind}

    @property
    def kinds(self) -> list[Kind]:
        """Kinds of targets there are intervals for."""
        found = self._coverage.counts if self._coverage else {}
        return list(dict.fromkeys(kind for kind, _ in found))
