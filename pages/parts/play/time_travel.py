"""Time travel: the displayed moment of a loop, past or present."""

from collections.abc import Sequence
from concurrent.futures import wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import RLock
from typing import Protocol

from engine.loop.entries import Ranked
from engine.loop.lock import locked
from engine.loop.log import Mark
from engine.loop.time_travel import entries_before
from engine.pausable_steps import Steps
from engine.store import LoopLibrary, StoredLoop
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.undo_stack import Bookmark
from pages.parts.work.crowd_arrivals import LivePlay
from pages.parts.work.job_queue import submit


class TimelineHost(Protocol):
    """Session state whose loop is displayed; see `PlaySession`."""

    lock: RLock
    open: OpenLoop
    live: LivePlay
    library: LoopLibrary | None
    owner: str

    def move_to(self, stored: StoredLoop) -> None:
        """Open another loop."""

    def reporting(self, subject: str) -> AbstractContextManager[None]:
        """Report refusals in the block on the page."""


@dataclass(frozen=True, slots=True)
class Past:
    """Loop at a past moment.

    Attributes:
        of: the present loop.
        visitors: number of visitors up to the moment.
        mark: position in the log.
        loop: the loop as of then, in memory only, with the next visitor waiting.
    """

    of: OpenLoop
    visitors: int
    mark: Mark
    loop: OpenLoop


class TimeTravel:
    """Displayed position in the log of the open loop.

    Attributes:
        at: number of visitors at the requested moment; None for the present.
        is_open: True if the timeline is displayed.
    """

    def __init__(self, host: TimelineHost) -> None:
        self._host, self.lock = host, host.lock
        self.at: int | None = None
        self.is_open = False
        self._past: Past | None = None

    @property
    def displayed(self) -> OpenLoop:
        """The displayed loop, past or present."""
        return self._host.open if self._past is None else self._past.loop

    @locked
    def look(self, visitors: int | None) -> None:
        """View the loop after a number of visitors, regardless of later ones; the present if out of
        range."""
        is_there = visitors is not None and 0 <= visitors <= len(self._host.open.loop.events)
        self.at = visitors if is_there else None
        if self.at is None:
            self._past = None
        else:
            self._host.live.stop()

    def go_to(self, visitors: int) -> None:
        """Go to a position on the timeline; its right end is the present."""
        is_now = visitors >= len(self._host.open.loop.events)
        self.look(None if is_now else visitors)

    @property
    def is_there(self) -> bool:
        """True if the requested moment is displayed."""
        return self.at == (self._past and self._past.visitors)

    @property
    def is_gone(self) -> bool:
        """True if the requested moment was undone."""
        past, loop = self._past, self._host.open.loop
        if self.at is None:
            return False
        if self.at > len(loop.events):
            return True
        return past is not None and self.is_there and not loop.log.counted_at(past.mark)

    def going(self) -> Steps[None]:
        """Go to the requested moment, as a job; each folded entry is a step."""
        visitors, opened = self.at, self._host.open
        loop = opened.loop
        with loop.lock:
            if visitors is None or visitors > len(loop.events):
                return self.look(None)
            entries = entries_before(loop, visitors)
            came = loop.log[entries] if entries < len(loop.log) else None
            mark = loop.log.mark_at(entries)
        with self._host.reporting("moment"):
            past = OpenLoop((yield from opened.stored.as_of(entries)))
            if isinstance(came, Ranked):
                past.arrivals.greet(past.world.context_of(came.request))
            self._past = Past(opened, visitors, mark, past)
        if not self.is_there:
            self.look(None)

    @property
    def drawn_state(self) -> tuple[object, ...]:
        """State that the rest of the page displays; for a past moment with the present number of
        visitors."""
        looks_back = self.is_open and self.at is not None
        come = len(self._host.open.loop.events) if looks_back else None
        return self.is_there, self.is_gone, self.at, come

    @locked
    def toggle(self) -> None:
        """Show or hide the timeline."""
        self.is_open = not self.is_open

    @locked
    def mark(self) -> None:
        """Bookmark the displayed moment."""
        opened, loop = self._host.open, self.displayed.loop
        place = opened.loop.log.mark_at(len(loop.log))
        marked = place, Bookmark(len(loop.events), "by hand")
        if marked not in opened.marks:
            opened.marks.append(marked)
        self.is_open = True

    @property
    def bookmarks(self) -> Sequence[Bookmark]:
        """Bookmarks in order: before each crowd and change of settings, and by hand.

        Undone moments are left out.
        """
        opened = self._host.open
        by_hand = [
            bookmark for place, bookmark in opened.marks if opened.loop.log.counted_at(place)
        ]
        acts = [
            Bookmark(act.events, act.kind) for act in opened.undo_stack.done if act.kind != "answer"
        ]
        return sorted({*by_hand, *acts}, key=lambda bookmark: (bookmark.visitors, bookmark.kind))

    def play_from_here(self) -> None:
        """Open a branch of the loop at the displayed moment, owned by this browser.

        A background job creates the branch; the session stays usable meanwhile.
        """
        past, library = self._past, self._host.library
        if past is None or library is None:
            return
        made = submit(library.branch_steps(past.of.stored, past.mark, self._host.owner))
        wait([made])
        with self.lock, self._host.reporting("branch"):
            self._host.move_to(made.result())
            self._host.open.arrivals.greet(past.loop.context)
