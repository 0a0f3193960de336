"""The state of one browser session on the Why page: pages read it, callbacks call its verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from threading import RLock
from weakref import ref

from engine.evaluation.explanation import Gap, gap, runner_up
from engine.evaluation.importance import Importances, assessing
from engine.evaluation.learned_weights import Weight, weighing
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.steps import Steps, telling
from engine.worlds import Context
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.why_subject import Asked, Subject, finding
from pages.parts.work.frames import pace
from pages.parts.work.heavy_work import Ticket, submit_here
from pages.parts.work.live import TICK
from pages.parts.work.together import Together

_NAMED = 0.06
"""Share of all parts from which a group of fields has a bar of its own."""


_KEPT = 20
"""Measurements of which it is kept what came of them."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A measurement: of a loop, with so long a history.

    Attributes:
        steps: those that are left. Nothing else holds them: where they are let go of, it ends.
    """

    loop: LearningLoop
    position: int
    steps: Steps[Importances | None]
    ticket: Ticket[Importances | None]


@cache
def _importances() -> Together[Importances | None]:
    """Measurements of all sessions of this process."""
    return Together(_KEPT)


class WhySession:
    """Which offer is explained, and what is computed about its loop. It changes no loop.

    Attributes:
        subject: what is explained, as it was; None before anything was found.
        asked: what leads there.
        shown: the same, or what would have been offered to somebody else, in a "what if".
        action, against: positions of the two that are compared; None for the mean of all.
        share: how much of the importance has been computed, from 0 to 1.
        drawn_live: whether something was being computed when the page was drawn.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.subject: Subject | None = None
        self.shown: Subject | None = None
        self.action, self.share, self.drawn_live = 0, 0.0, False
        self.against: int | None = None
        self.asked = Asked()
        self._seen: tuple[object, ...] = ()
        self._weights: tuple[Subject, list[Weight]] | None = None
        self._work: _Work | None = None

    # -- which offer ------------------------------------------------------------------

    def knows(self, opened: OpenLoop, asked: Asked) -> bool:
        """Whether it shows what is asked about, as the loop is now."""
        return self._seen == (opened.loop, asked, opened.loop.log.position)

    def finding(self, opened: OpenLoop, asked: Asked) -> Steps[bool]:
        """Find what is asked about; whether there is such an event, else the last one is shown."""
        position = opened.loop.log.position
        found = yield from finding(opened, asked)
        is_there = found is not None
        if found is None:
            found = yield from finding(opened, Asked())
        assert found is not None, "of the last event, or of who stands there"
        with self.lock:
            self._show(found)
            self.asked = found.asked
            self._seen = opened.loop, found.asked, position
        return is_there

    def _show(self, found: Subject) -> None:
        """Explain it; what was asked of it is asked again where it is only news of the same."""
        before, shown = self.subject, self.shown
        self.subject = self.shown = found
        is_same = before is not None and before.ranked == found.ranked
        if is_same and shown is not None:
            self.shown = found.if_it_were(shown.context)
            return
        self.action = found.ranked.shown
        self.against = runner_up(found.ranked, self.action)

    # -- what is asked of it ----------------------------------------------------------

    @locked
    def suppose(self, field: str, value: str) -> None:
        """Let somebody stand there who differs in one field."""
        if self.subject is not None and self.shown is not None:
            self.shown = self.subject.if_it_were({**self.shown.context, field: value})

    @locked
    def as_it_was(self) -> None:
        """Let stand there again who did."""
        self.shown = self.subject

    @locked
    def compare(self, action: int, against: int | None) -> None:
        """Take two apart: an action and another, or the mean of all that could be shown."""
        self.action, self.against = action, None if against == action else against

    @property
    def changed(self) -> Context:
        """What of the visitor is not as it was."""
        if self.subject is None or self.shown is None:
            return {}
        before = self.subject.context
        return {name: one for name, one in self.shown.context.items() if before[name] != one}

    def gap(self) -> Gap:
        """How far the one that is asked about is ahead, and what that is made of."""
        assert self.shown is not None
        return gap(self.shown.loop, self.shown.ranked, self.action, self.against, _NAMED)

    # -- what its loop has learned ----------------------------------------------------

    @property
    def weights(self) -> list[Weight] | None:
        """All that the loop had learned by then; None before that is known, see `weighing`."""
        return self._weights[1] if self._weights and self._weights[0] is self.subject else None

    def weighing(self) -> Steps[list[Weight]]:
        """Find all that the loop had learned by then."""
        subject = self.subject
        assert subject is not None
        found = yield from weighing(subject.loop, subject.world)
        self._weights = subject, found
        return found

    @locked
    def measure(self, loop: LearningLoop) -> None:
        """Compute what each field is worth, beside the page; with all who ask the same of it."""
        self.share = 0.0
        key = ref(loop), loop.log.mark
        steps = _importances().joining(key, lambda: assessing(loop))
        self._work = _Work(loop, key[1].position, steps, submit_here(self._measuring(steps)))

    @locked
    def stop_measuring(self) -> None:
        """Compute no more."""
        if self._work is not None:
            self._work.ticket.cancel()
            self._work = None

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """What a person waits for is done before the measurement, which goes on after it: the
        works of one session stand in line behind each other."""
        work = self._work
        is_put_off = work is not None and work.ticket.cancel()
        try:
            yield
        finally:
            if work is not None and is_put_off:
                again = submit_here(self._measuring(work.steps))
                self._work = replace(work, ticket=again)

    def _measuring(self, steps: Steps[Importances | None]) -> Steps[Importances | None]:
        """Do the steps that are left; whoever stops in between may go on."""
        return telling(steps, partial(setattr, self, "share"))

    @property
    def is_live(self) -> bool:
        """Whether something is being computed."""
        return self._work is not None and not self._work.ticket.done()

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing is being computed."""
        return pace(TICK) if self.is_live else None

    def measured(self, loop: LearningLoop) -> Ticket[Importances | None] | None:
        """The importance of a loop's fields as it is now, in the making or done."""
        work = self._work
        if work is None or (work.loop, work.position) != (loop, loop.log.position):
            return None
        return None if work.ticket.cancelled() else work.ticket
