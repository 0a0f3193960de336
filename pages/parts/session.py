"""The state of one browser session: one object, made in one place.

Pages read it, callbacks call its verbs (one engine call each), charts get its rows.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st

from engine import LearningLoop, LoopSettings
from engine.explanation import Shift, largest_shifts
from engine.log import Ranked
from engine.metrics import LearningCurve, favourites
from engine.simulation import Visitor, serve, visitor
from engine.worlds import WORLDS, Context
from pages.parts.setup import Setup
from pages.parts.snippet import context_of

TICK = 0.25
"""Seconds between two frames of live play."""
LAG = 0.5
"""Seconds in which a browser may still send what stood there before."""
PAUSE = 1.5
"""Seconds that live play waits after an own click, so that its effect can be seen."""
_BUDGET = 0.2
"""Seconds of a frame in which a crowd may walk in; a click waits no longer than that."""


@dataclass(frozen=True, slots=True)
class Click:
    """A reward that the person gave, and what it changed.

    Attributes:
        before, after: the ranking of the visitor's context before and after learning.
        reward: what was sent; the default reward for no answer.
        answered: False for no answer.
        shifts: the three contributions that moved most.
    """

    before: Ranked
    after: Ranked
    reward: float
    answered: bool
    shifts: tuple[Shift, ...]


_P = ParamSpec("_P")
_R = TypeVar("_R")


def _locked(
    verb: "Callable[Concatenate[PlaySession, _P], _R]",
) -> "Callable[Concatenate[PlaySession, _P], _R]":
    """One thread at a time: a click's run starts while a frame of the crowd still runs."""

    @wraps(verb)
    def alone(session: "PlaySession", /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with session.lock:
            return verb(session, *args, **kwargs)

    return alone


class PlaySession:
    """A loop in a world, who stands in front of it, and the crowd outside.

    Args:
        setup: what is set on the page.
        now: a clock in seconds that only goes forward; it paces live play.
    """

    def __init__(self, setup: Setup, now: Callable[[], float] = time.monotonic) -> None:
        self.setup = setup
        self.now = now
        self.lock = RLock()
        self.taken = 0
        self.toolbar_drawn: tuple[object, ...] = ()
        self._start()

    def _start(self) -> None:
        """A new loop that has learned nothing."""
        self.world = WORLDS[self.setup.world]
        self.loop = LearningLoop(self.setup.settings(), seed=self.setup.seed)
        self.curve = LearningCurve(self.world)
        self.click: Click | None = None
        self.waiting = self.let_in_total = 0
        self.playing = False
        self._due = 0.0
        self._passed = 0
        self._asked: dict[str, str] = {}
        self._reset_from: tuple[LearningLoop, Context] | None = None
        self._seen_cells: tuple[tuple[int, int], list[dict[str, object]]] | None = None
        self.call_next()

    @_locked
    def reset(self) -> None:
        """A new loop with the same world and seed; the next undo brings the old one back."""
        left = (self.loop, self.context) if self.loop.events else None
        self._start()
        self._reset_from = left

    @_locked
    def adopt(self, setup: Setup) -> None:
        """Follow what is set on the page: a new world or seed starts a new loop."""
        is_new = (setup.world, setup.seed) != (self.setup.world, self.setup.seed)
        self.setup = setup
        if is_new:
            self._start()
        settings = setup.settings()
        if settings != self.loop.settings:
            self.loop.configure(**_changes(self.loop.settings, settings))
            self.click = None

    # -- who is there -----------------------------------------------------------------

    @_locked
    def call_next(self) -> None:
        """The next visitor of the crowd walks up."""
        number = len(self.loop.events)
        self._greet(visitor(self.world, self.loop.seed, number).context)

    @_locked
    def let_pass(self) -> None:
        """Who stands there leaves without an answer, and somebody else walks up.

        They have numbers below 0: the crowd, counted from 0, stays who it was.
        """
        left = self.context
        while self.context == left:
            self._passed += 1
            self._greet(visitor(self.world, self.loop.seed, -self._passed).context)

    def _greet(self, context: Context) -> None:
        """Somebody else stands there."""
        self.context: Context = context
        self._greeted = self.now()

    @_locked
    def place(self, field: str, value: str) -> None:
        """Ask for another value of one field of the visitor's context."""
        self._asked[field] = value

    @_locked
    def settle(self) -> None:
        """Change the context as it was asked for; nothing is logged.

        A browser that is behind still sends the visitor before; nobody is as fast.
        """
        known = {name: v for name, v in self._asked.items() if name in self.context}
        if known and self.now() - self._greeted > LAG:
            self.context = {**self.context, **known}
        self._asked = {}

    @property
    @_locked
    def ranked(self) -> Ranked:
        """What the loop would show now, and why. It is logged once it is answered."""
        return self.loop.preview(self.world.actions, self.world.features(self.context))

    @property
    def is_full(self) -> bool:
        """Whether the session has logged all the events it may."""
        return len(self.loop.events) >= self.loop.settings.max_events

    # -- rewards ----------------------------------------------------------------------

    @_locked
    def send_reward(self, value: float | None) -> None:
        """The visitor's answer to what is shown; None is no answer."""
        if self.waiting or self.is_full:
            return
        before = self.ranked
        parts = self.loop.contributions(before)
        answer = self.loop.rank(self.world.actions, self.world.features(self.context))
        if value is None:
            self.loop.expire(answer.event_id)
        else:
            self.loop.reward(answer.event_id, value)
        self.click = Click(
            before=before,
            after=self.ranked,
            reward=self.loop.settings.default_reward if value is None else value,
            answered=value is not None,
            shifts=tuple(largest_shifts(parts, self.loop.contributions(before))),
        )
        self._due = self.now() + PAUSE
        if self.setup.next:
            self.call_next()

    @_locked
    def take(self, count: int, latest: Sequence[float]) -> None:
        """Count the presses of the reward buttons that were not counted yet.

        Args:
            count: presses so far in this browser session.
            latest: the rewards of the last of them, oldest first.
        """
        new = min(count - self.taken, len(latest))
        for value in latest[len(latest) - new :] if new > 0 else ():
            self.send_reward(value)
        self.taken = max(count, self.taken)

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """All that the toolbar shows; when a click in the stage changes it, it is drawn anew."""
        return (self.setup, self.waiting > 0, self.playing, self.is_full)

    @property
    def can_undo(self) -> bool:
        """Whether there is a visitor, or a reset, to take back."""
        return bool(self.loop.events) or self._reset_from is not None

    @_locked
    def undo(self) -> None:
        """Take back the last answered visitor, exactly; they stand there again."""
        if not self.loop.events and self._reset_from:
            (loop, context), setup = self._reset_from, self.setup
            self._start()
            self.loop = loop
            self._greet(context)
            self.adopt(setup)
            return
        for entries, entry in enumerate(reversed(list(self.loop.log)[1:]), start=1):
            if isinstance(entry, Ranked):
                self.loop.undo(entries)
                self._greet(context_of(entry))
                self.click = None
                return

    # -- the crowd --------------------------------------------------------------------

    @_locked
    def let_in(self, visitors: int) -> None:
        """Queue simulated visitors; `tick` serves them."""
        self.playing = False
        self.waiting = self.let_in_total = visitors

    @_locked
    def play(self) -> None:
        """Let visitors in one after the other until paused."""
        self.waiting, self.playing = 0, True

    @_locked
    def stop(self) -> None:
        """No more visitors for now."""
        self.waiting, self.playing = 0, False

    @_locked
    def step(self) -> None:
        """The visitor who stands there answers as the world has it, and the next one comes."""
        self._serve(1)

    @property
    def is_live(self) -> bool:
        """Whether visitors come by themselves."""
        return self.playing or self.waiting > 0

    @property
    def pace(self) -> float:
        """Seconds from one frame to the next."""
        return max(TICK, 1 / self.setup.speed) if self.playing else TICK

    @_locked
    def tick(self) -> None:
        """One frame of a crowd or of live play, if it is time for one.

        Clicks make frames too; only time lets visitors in.
        """
        if not self.is_live or self.now() < self._due:
            return
        self._due = self.now() + 0.8 * self.pace
        if self.playing:
            self._serve(max(1, round(self.setup.speed * self.pace)))
        else:
            self.waiting -= self._serve(self.waiting)
        if self.is_full:
            self.stop()

    def _serve(self, visitors: int) -> int:
        """Serve up to so many visitors as a frame has time for; how many it were."""
        until = time.perf_counter() + _BUDGET
        served = 0
        self.click = None
        while served < visitors and not self.is_full and time.perf_counter() < until:
            luck = visitor(self.world, self.loop.seed, len(self.loop.events)).luck
            serve(self.loop, self.world, Visitor(self.context, luck))
            self.call_next()
            served += 1
        return served

    # -- what charts show -------------------------------------------------------------

    @_locked
    def follow(self) -> LearningCurve:
        """The learning curve up to now."""
        self.curve.follow(self.loop)
        return self.curve

    @_locked
    def map_rows(self) -> list[dict[str, object]]:
        """What the engine favours in every context, computed once for each state of the log."""
        state = (len(self.loop.log), self.loop.log.undos)
        if self._seen_cells is None or self._seen_cells[0] != state:
            self._seen_cells = (state, favourites(self.loop, self.world))
        return self._seen_cells[1]


def _changes(old: LoopSettings, new: LoopSettings) -> dict[str, object]:
    names = (f.name for f in fields(LoopSettings))
    return {n: getattr(new, n) for n in names if getattr(old, n) != getattr(new, n)}


def current_session(setup: Setup) -> PlaySession:
    """This browser session's state, made on the first call."""
    if "play" not in st.session_state:
        st.session_state.play = PlaySession(setup)
    session: PlaySession = st.session_state.play
    session.adopt(setup)
    return session
