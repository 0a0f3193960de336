"""The state of one browser session: one object, made in one place.

Pages read it, callbacks call its verbs (one engine call each), charts get its rows.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from engine import LearningLoop, LoopSettings, PersonalizerError
from engine.evaluation.context_map import favourites
from engine.evaluation.explanation import ContributionChange, largest_changes
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.entries import Ranked
from engine.simulation.crowd import Visitor, serve, visitor
from engine.store import Library, StoredLoop
from engine.worlds import WORLDS, Context
from pages.parts.components.browser_id import owner
from pages.parts.library import followers, library
from pages.parts.live import LivePlay, locked
from pages.parts.play.setup import PlaySetup

LAG = 0.5
"""Seconds in which a browser may still send what stood there before."""


@dataclass(frozen=True, slots=True)
class Click:
    """A reward that the person gave, and what it changed.

    Attributes:
        before, after: the ranking of the visitor's context before and after learning.
        reward: what was sent; the default reward for no answer.
        answered: False for no answer.
        changes: the three parts of its mean reward that moved most.
    """

    before: Ranked
    after: Ranked
    reward: float
    answered: bool
    changes: tuple[ContributionChange, ...]


P = ParamSpec("P")


def reporting_refusals(
    verb: Callable[Concatenate["PlaySession", P], None],
) -> Callable[Concatenate["PlaySession", P], None]:
    """What is refused or cannot be written down is said on the page; nothing of it happened."""

    @wraps(verb)
    def attempt(session: "PlaySession", /, *args: P.args, **kwargs: P.kwargs) -> None:
        session.trouble = None
        try:
            verb(session, *args, **kwargs)
        except PersonalizerError as error:
            session.stop()
            session.trouble = error.message

    return attempt


class PlaySession(LivePlay):
    """A loop in a world, who stands in front of it, and the crowd outside.

    A verb holds the session's own lock, and the lock of a loop only while it asks something of
    it: never those of two loops at once, whichever sessions go from one to the other.

    Attributes:
        kept: the loop and where it is kept.
        token: tells this session from all others.
        trouble: why the last thing did not happen, in one sentence; None if it did.
        drawn: length of the log's history that the page shows.

    Args:
        setup: what is set on the page.
        now: a clock in seconds that only goes forward; it paces live play.
        shelf: where loops are kept; None keeps them in memory alone.
        owner: whose loops new ones are.
        kept: the loop to begin with, if it is there already.
    """

    def __init__(
        self,
        setup: PlaySetup,
        now: Callable[[], float] = time.monotonic,
        *,
        shelf: Library | None = None,
        owner: str = "",
        kept: StoredLoop | None = None,
    ) -> None:
        super().__init__(now)
        self.setup, self.shelf, self.owner = setup, shelf, owner
        self.token = secrets.token_hex(8)
        self.taken = 0
        self.toolbar_drawn: tuple[object, ...] = ()
        self.trouble: str | None = None
        self.drawn = 0
        self._start(kept)

    @locked
    def belong_to(self, owner: str) -> None:
        """Say whose the loops are from here on."""
        self.owner = owner
        with self.kept.lock:
            self.kept.belong_to(owner)

    @property
    def loop(self) -> LearningLoop:
        """The loop itself."""
        return self.kept.loop

    @locked
    def move_to(self, kept: StoredLoop) -> None:
        """Go on with another loop; what is set follows it."""
        self._start(kept)

    def _start(self, kept: StoredLoop | None = None) -> None:
        """Another loop: a new one that has learned nothing, unless there is one."""
        setup = self.setup
        if kept is None:
            about = (self.owner, setup.world, setup.seed, setup.settings())
            kept = self.shelf.begin(*about) if self.shelf else _in_memory(*about)
        else:
            self.setup = self._setup_of(kept)
        self.kept = kept
        self.world = WORLDS[self.setup.world]
        self.click: Click | None = None
        self.send_away()
        self._passed = 0
        self._asked: dict[str, str] = {}
        self._reset_from: tuple[StoredLoop, Context] | None = None
        self._seen_cells: tuple[tuple[int, int], list[dict[str, object]]] | None = None
        self.call_next()

    def _setup_of(self, kept: StoredLoop) -> PlaySetup:
        """What is set on a loop and, where a loop does not tell, here."""
        with kept.lock:
            return self.setup.of_loop(kept)

    @locked
    def reset(self) -> None:
        """A new loop with the same world and seed; the next undo brings the old one back."""
        left = (self.kept, self.context) if self.loop.events else None
        self._start()
        self._reset_from = left

    @locked
    def leave(self, loop_id: str) -> None:
        """A loop was erased: if it is the one here, begin another."""
        if self._reset_from is not None and self._reset_from[0].id == loop_id:
            self._reset_from = None
        if self.kept.id == loop_id:
            self._start()

    @reporting_refusals
    @locked
    def _configure(self, changes: dict[str, object]) -> None:
        with self.kept.lock:
            self.loop.configure(**changes)
        self.click = None

    @locked
    def adopt(self, setup: PlaySetup) -> None:
        """Follow what was changed on the page: a new world or seed starts a new loop."""
        before, self.setup = self.setup, setup
        if (setup.world, setup.seed) != (before.world, before.seed):
            self._start()
            return
        changes = setup.changes(before, self.loop.settings)
        if changes:
            self._configure(changes)

    @locked
    def set_by_others(self, shown: PlaySetup) -> PlaySetup | None:
        """What the page is to show instead, if others have set something on the loop.

        Args:
            shown: what its widgets say; while that is more than what was adopted, the person
                here is changing something, and it stays.
        """
        now = self._setup_of(self.kept)
        return now if shown == self.setup != now else None

    @locked
    def catch_up(self) -> None:
        """Take over what others did to the loop."""
        with suppress(PersonalizerError), self.kept.lock:
            self.loop.catch_up()

    # -- who is there -----------------------------------------------------------------

    @locked
    def call_next(self) -> None:
        """The next visitor of the crowd walks up."""
        number = len(self.loop.events)
        self._greet(visitor(self.world, self.loop.seed, number).context)

    @locked
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

    @locked
    def place(self, field: str, value: str) -> None:
        """Ask for another value of one field of the visitor's context."""
        self._asked[field] = value

    @locked
    def settle(self) -> None:
        """Change the context as it was asked for; nothing is logged.

        A browser that is behind still sends the visitor before; nobody is as fast.
        """
        known = {name: v for name, v in self._asked.items() if name in self.context}
        if known and self.now() - self._greeted > LAG:
            self.context = {**self.context, **known}
        self._asked = {}

    @property
    @locked
    def ranked(self) -> Ranked:
        """What the loop would show now, and why. It is logged once it is answered."""
        with self.kept.lock:
            return self.loop.preview(self.world.actions, self.world.features(self.context))

    @property
    def is_full(self) -> bool:
        """Whether the session has logged all the events it may."""
        return len(self.loop.events) >= self.loop.settings.max_events

    # -- rewards ----------------------------------------------------------------------

    @reporting_refusals
    @locked
    def send_reward(self, value: float | None) -> None:
        """The visitor's answer to what is shown; None is no answer."""
        with self.kept.lock:
            self.loop.catch_up()
            if self.waiting or self.is_full:
                return
            self.click = self._learn(value)
        self.pause_after_click()
        if self.setup.auto_next:
            self.call_next()

    def _learn(self, value: float | None) -> Click:
        """Answer for who stands there; what that changed."""
        before = self.ranked
        parts = self.loop.contributions(before)
        self.kept.together(lambda: self._answer(value))
        after, i = self.ranked, before.shown
        means = before.means[i], after.means[i]
        return Click(
            before=before,
            after=after,
            reward=self.loop.settings.default_reward if value is None else value,
            answered=value is not None,
            changes=tuple(largest_changes(parts, self.loop.contributions(before), means)),
        )

    def _answer(self, value: float | None) -> None:
        """Rank and Reward for who stands there."""
        answer = self.loop.rank(self.world.actions, self.world.features(self.context))
        if value is None:
            self.loop.expire(answer.event_id)
        else:
            self.loop.reward(answer.event_id, value)

    @locked
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
        """All that stands outside the stage shows; when a click changes it, it is drawn anew."""
        return (
            self.setup,
            self.waiting > 0,
            self.playing,
            self.is_full,
            self.can_undo,
            self.link,
            self.loop.settings,
        )

    @property
    def can_undo(self) -> bool:
        """Whether there is a visitor, or a reset, to take back."""
        return bool(self.loop.events) or self._reset_from is not None

    @property
    def link(self) -> str | None:
        """The loop's id, once it is kept."""
        return self.kept.id if self.kept.is_saved else None

    @reporting_refusals
    @locked
    def undo(self) -> None:
        """Take back the last answered visitor, exactly; they stand there again."""
        if not self.loop.events and self._reset_from:
            (kept, context), setup = self._reset_from, self.setup
            self._start(kept)
            self._greet(context)
            self.adopt(setup)
            return
        with self.kept.lock:
            taken = self.loop.undo_event()
        if taken is not None:
            self._greet(self.world.context_of(taken.request))
            self.click = None

    # -- the crowd --------------------------------------------------------------------

    @property
    def speed(self) -> int:
        """Visitors a second of live play."""
        return self.setup.speed

    def _serve(self, visitors: int) -> int:
        """As `LivePlay`; whoever was served is written down when it returns, or nobody was."""
        first, self.trouble, base = self.context, None, super()._serve

        def work() -> int:
            self.context = first
            return base(visitors)

        try:
            served = self.kept.together(work)
        except PersonalizerError as error:
            self.context, self.trouble = first, error.message
            self.stop()
            return 0
        return served

    def serve_one(self) -> None:
        """The visitor who stands there answers as the world has it, and the next one comes."""
        self.click = None
        luck = visitor(self.world, self.loop.seed, len(self.loop.events)).uniform
        serve(self.loop, self.world, Visitor(self.context, luck))
        self.call_next()

    # -- what charts show -------------------------------------------------------------

    @locked
    def follow(self) -> LearningCurve:
        """The learning curve up to now."""
        return self.kept.follow(LearningCurve)

    @locked
    def map_rows(self) -> list[dict[str, object]]:
        """What the engine favours in every context, computed once for each state of the log."""
        with self.kept.lock:
            state = (len(self.loop.log), self.loop.log.undos)
            if self._seen_cells is None or self._seen_cells[0] != state:
                self._seen_cells = (state, favourites(self.loop, self.world))
            return self._seen_cells[1]


def _in_memory(owner: str, world: str, seed: int, settings: LoopSettings) -> StoredLoop:
    return StoredLoop.create(
        None, owner=owner, world=world, seed=seed, settings=settings, followers=followers
    )


def current_session(setup: PlaySetup) -> PlaySession:
    """This browser session's state, made on the first call."""
    if "play" not in st.session_state:
        st.session_state.play = PlaySession(setup, shelf=library(), owner=owner())
    session: PlaySession = st.session_state.play
    session.adopt(setup)
    return session
