"""Undo stack: the acts of a browser session on a loop, to undo and redo.

The loop takes them back itself (`engine.loop.logged_state`).
"""

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

ActKind = Literal["answer", "crowd", "settings", "mode", "world"]
"""Kind of an act: a single visitor, a crowd, changed settings, changed learning mode, or changed
world."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Moment in a loop: the number of visitors so far, and the kind of act that began there."""

    visitors: int
    kind: ActKind | Literal["by hand"]


@dataclass(frozen=True, slots=True)
class Act:
    """Undoable action; a crowd may be logged in several commits.

    Attributes:
        crowd: number of the crowd; None for other acts.
        entries: number of counting log entries before the act.
        events: number of ranked events before the act.
        end: position of the log after the act.
        before, after: contexts of the waiting visitor before and after the act.
    """

    kind: ActKind
    crowd: int | None
    entries: int
    events: int
    end: Mark
    before: Context
    after: Context


class UndoStack:
    """Acts of a browser session on a loop.

    An act can be undone while it is the last change of the loop by anybody, and redone while no
    change has followed its undo.

    Attributes:
        done: acts that can be undone, oldest first.
        before: number of acts before each screen of a talk, by the screen's name.
    """

    def __init__(self, stored: StoredLoop, arrivals: Arrivals) -> None:
        self._stored, self._arrivals = stored, arrivals
        self._loop, self._log, self.lock = stored.loop, stored.loop.log, stored.lock
        self.done: list[Act] = []
        self.before: dict[str, int] = {}
        self._undone: list[Act] = []
        self._undone_at = -1

    @locked
    def act(self, kind: ActKind, work: Callable[[], T], crowd: int | None = None) -> T:
        """Run some work in one commit and record it as an act, or as a further part of a crowd.

        The work is retried after a concurrent commit, whose entries are not part of the act. If the
        work fails, the waiting visitor stays.
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
            self._note(kind, crowd, begun, events, first)
        return result

    def _note(
        self, kind: ActKind, crowd: int | None, begun: Mark, events: int, before: Context
    ) -> None:
        last = self.done[-1] if self.done else None
        end, after = self._log.mark, self._arrivals.context
        if last is not None and (last.crowd, last.end.runs) == (crowd, begun.runs) and crowd:
            self.done[-1] = replace(last, end=end, after=after)
        else:
            self.done.append(Act(kind, crowd, begun.counting, events, end, before, after))

    @locked
    def undo(self) -> bool:
        """Undo the last act and restore its waiting visitor; return False if the loop has changed
        since."""
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
        """Undo the last visitor if the event is the expected one; return True on success."""
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
        """True if an undone act can be redone."""
        is_last = self._undone_at == self._log.position and self._loop.can_bring_back
        return bool(self._undone) and is_last

    @locked
    def redo(self) -> None:
        """Redo the act that was undone last, and restore the visitor who waited after it.

        Raises:
            PersonalizerError: if the loop has changed since the undo.
        """
        self._stored.redo(self._undone_at if self._undone else -1)
        act = self._undone.pop()
        self.done.append(replace(act, end=self._log.mark))
        self._undone_at = self._log.position
        self._arrivals.greet(act.after)
