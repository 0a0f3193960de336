"""Which moment of a loop a page shows: now, or a past one, exactly as it was."""

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
from engine.steps import Steps
from engine.store import Library, StoredLoop
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.undo_stack import Bookmark
from pages.parts.work.jobs import submit
from pages.parts.work.live_play import LivePlay


class TimelineHost(Protocol):
    """Whose moments they are: the state of a browser session; see `PlaySession`."""

    lock: RLock
    open: OpenLoop
    live: LivePlay
    library: Library | None
    owner: str

    def move_to(self, stored: StoredLoop) -> None:
        """Go on with another loop."""

    def reporting(self, what: str) -> AbstractContextManager[None]:
        """What is refused is said on the page."""


@dataclass(frozen=True, slots=True)
class Past:
    """A loop as it was.

    Attributes:
        of: the loop as it is now.
        visitors: how many there had been.
        mark: where the log was.
        loop: in memory alone; whoever came next, if anybody did, stands there.
    """

    of: OpenLoop
    visitors: int
    mark: Mark
    loop: OpenLoop


class Moments:
    """Where in the log of the open loop a browser session looks.

    Attributes:
        at: after how many visitors it is to look; None for now.
        is_open: whether what leads through time is in sight.
    """

    def __init__(self, host: TimelineHost) -> None:
        self._host, self.lock = host, host.lock
        self.at: int | None = None
        self.is_open = False
        self._past: Past | None = None

    @property
    def shown(self) -> OpenLoop:
        """The loop as the page shows it: as it is, or as it was."""
        return self._host.open if self._past is None else self._past.loop

    @locked
    def look(self, visitors: int | None) -> None:
        """Look at the loop after so many visitors, and stay there whoever comes; at now, if it has
        not had so many."""
        is_there = visitors is not None and 0 <= visitors <= len(self._host.open.loop.events)
        self.at = visitors if is_there else None
        if self.at is None:
            self._past = None
        else:
            self._host.live.stop()

    def go_to(self, visitors: int) -> None:
        """Go to the loop after so many visitors, whose right end is now."""
        is_now = visitors >= len(self._host.open.loop.events)
        self.look(None if is_now else visitors)

    @property
    def is_there(self) -> bool:
        """Whether the page shows where it is to look."""
        return self.at == (self._past and self._past.visitors)

    @property
    def is_gone(self) -> bool:
        """Whether there is no such moment any more: visitors were taken back."""
        past, loop = self._past, self._host.open.loop
        if self.at is None:
            return False
        if self.at > len(loop.events):
            return True
        return past is not None and self.is_there and not loop.log.counted_at(past.mark)

    def going(self) -> Steps[None]:
        """Go to where it is to look; each entry that has to be folded is a step."""
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
    def told(self) -> tuple[object, ...]:
        """All that the rest of the page tells of it; in the past also how many have come by now."""
        looks_back = self.is_open and self.at is not None
        come = len(self._host.open.loop.events) if looks_back else None
        return self.is_there, self.is_gone, self.at, come

    @locked
    def toggle(self) -> None:
        """Bring what leads through time in sight, or out of it."""
        self.is_open = not self.is_open

    @locked
    def mark(self) -> None:
        """Bookmark where it looks."""
        opened, shown = self._host.open, self.shown.loop
        place = opened.loop.log.mark_at(len(shown.log))
        marked = place, Bookmark(len(shown.events), "by hand")
        if marked not in opened.marks:
            opened.marks.append(marked)
        self.is_open = True

    @property
    def bookmarks(self) -> Sequence[Bookmark]:
        """In their order: before each crowd and change of settings from here, and by hand.

        Those that were taken back with what came after are left out.
        """
        opened = self._host.open
        by_hand = [one for place, one in opened.marks if opened.loop.log.counted_at(place)]
        acts = [Bookmark(act.events, act.what) for act in opened.acts.done if act.what != "answer"]
        return sorted({*by_hand, *acts}, key=lambda one: (one.visitors, one.what))

    def play_from_here(self) -> None:
        """Go on from where it looks, with a loop of this browser's own.

        A background job makes it, during which the session can be used.
        """
        past, library = self._past, self._host.library
        if past is None or library is None:
            return
        made = submit(library.branching(past.of.stored, past.mark, self._host.owner))
        wait([made])
        with self.lock, self._host.reporting("branch"):
            self._host.move_to(made.result())
            self._host.open.arrivals.greet(past.loop.context)
