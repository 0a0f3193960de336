"""What was done with a loop from here, act by act, to take back and to bring back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from engine.loop.entries import Ranked
from engine.loop.lock import locked
from engine.loop.log import Mark
from engine.store import StoredLoop
from engine.worlds import Context
from pages.parts.play.arrivals import Arrivals

T = TypeVar("T")

What = Literal["answer", "crowd", "settings", "mode", "world"]
"""One visitor, some who came by themselves, other settings, another learning mode, or another
world."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A moment to come back to: after so many visitors, and what began there."""

    visitors: int
    what: What | Literal["by hand"]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done, in however many parts.

    Attributes:
        crowd: which one it was, if it was a crowd.
        entries: how many entries counted before it.
        events: how many events had been ranked before it.
        end: where the log was after it.
        before, after: contexts of who stood there.
    """

    what: What
    crowd: int | None
    entries: int
    events: int
    end: Mark
    before: Context
    after: Context


class Acts:
    """The acts of one browser session on one loop.

    Each can be taken back as long as it is the last thing that was done with the loop by anybody,
    and brought back as long as nothing else was done since.

    Attributes:
        done: the last one last.
        before: how many were done before each screen of a talk, by the screen's name.
    """

    def __init__(self, stored: StoredLoop, arrivals: Arrivals) -> None:
        self._stored, self._arrivals = stored, arrivals
        self._loop, self._log, self.lock = stored.loop, stored.loop.log, stored.lock
        self.done: list[Act] = []
        self.before: dict[str, int] = {}
        self._undone: list[Act] = []
        self._undone_at = -1

    @locked
    def act(self, what: What, work: Callable[[], T], crowd: int | None = None) -> T:
        """Do some work in one commit, as an act or as a further part of a crowd.

        It is done again if others were faster; what they did is no part of it. If nothing comes
        of it, whoever stood there still does.
        """
        first, begun, events = self._arrivals.context, self._log.mark, 0

        def attempt() -> T:
            nonlocal begun, events
            begun, events = self._log.mark, len(self._loop.events)
            self._arrivals.context = first
            return work()

        try:
            result = self._stored.together(attempt)
        except BaseException:
            self._arrivals.context = first
            raise
        if self._log.mark != begun:
            self._note(what, crowd, begun, events, first)
        return result

    def _note(
        self, what: What, crowd: int | None, begun: Mark, events: int, before: Context
    ) -> None:
        last = self.done[-1] if self.done else None
        end, after = self._log.mark, self._arrivals.context
        if last is not None and (last.crowd, last.end.runs) == (crowd, begun.runs) and crowd:
            self.done[-1] = replace(last, end=end, after=after)
        else:
            self.done.append(Act(what, crowd, begun.counting, events, end, before, after))

    @locked
    def undo(self) -> bool:
        """Take back the last act, whoever stood there does again; False if it is not the last."""
        if not self.done:
            return False
        act, begun = self.done[-1], self._log.position
        if not self._stored.undo_act(act.entries, act.end):
            self.done.clear()
            return False
        self.done.pop()
        self._take(act, begun)
        return True

    @locked
    def undo_event(self, meant: Ranked | None) -> bool:
        """Take back the last visitor, if they are the one who is meant; whether they were."""
        begun, end, after = self._log.position, self._log.mark, self._arrivals.context
        taken = self._stored.undo_event(meant)
        if taken is None:
            return False
        world = self._stored.world_now
        assert world is not None
        before, left = world.context_of(taken.request), len(self._log)
        self._take(Act("answer", None, left, len(self._loop.events), end, before, after), begun)
        return True

    def _take(self, act: Act, begun: int) -> None:
        if self._undone_at != begun:
            self._undone.clear()
        self._undone.append(act)
        self._undone_at = self._log.position
        self._arrivals.greet(act.before)

    @property
    def can_redo(self) -> bool:
        """Whether there is an act to bring back."""
        is_last = self._undone_at == self._log.position and self._loop.can_bring_back
        return bool(self._undone) and is_last

    @locked
    def redo(self) -> None:
        """Bring back the act that was taken back last, and whoever stood there after it.

        Raises:
            PersonalizerError: if anything else was done since.
        """
        self._stored.redo(self._undone_at if self._undone else -1)
        act = self._undone.pop()
        self.done.append(replace(act, end=self._log.mark))
        self._undone_at = self._log.position
        self._arrivals.greet(act.after)
