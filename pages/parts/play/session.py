"""The state of one browser session on the Play page: pages read it, callbacks call its verbs."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import RLock

from engine import PersonalizerError
from engine.loop.lock import locked
from engine.store import Library, StoredLoop
from engine.worlds import WORLDS, World
from pages.parts.components.reward_buttons import Presses
from pages.parts.library import followers
from pages.parts.live import LivePlay
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.setup import PlaySetup


class PlaySession:
    """The loop that is open, and the crowd outside.

    A verb holds the session's own lock, and the lock of a loop only while it asks something of
    it: never those of two loops at once, whichever sessions go from one to the other.

    Attributes:
        setup: what is set on the page.
        open: the loop that is open, with who stands in front of it.
        live: the crowd outside; ``now`` paces it, in seconds that only go forward.
        library: where new loops are kept, for their ``owner``; None keeps them in memory alone.
        trouble: why the last thing did not happen, in one sentence; None if it did.
        drawn: length of the log's history that the page shows.
    """

    def __init__(
        self,
        setup: PlaySetup,
        now: Callable[[], float] = time.monotonic,
        *,
        library: Library | None = None,
        owner: str = "",
        stored: StoredLoop | None = None,
    ) -> None:
        self.lock, self.now = RLock(), now
        self.setup, self.library, self.owner = setup, library, owner
        self.presses, self.live = Presses(), LivePlay(self)
        self.toolbar_drawn: tuple[object, ...] = ()
        self.trouble: str | None = None
        self.drawn = 0
        if stored is None:
            self._begin(WORLDS[setup.world])
        else:
            self._show(OpenLoop(stored, now))

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """What is refused or cannot be written down is said on the page; nothing of it happened."""
        self.trouble = None
        try:
            yield
        except PersonalizerError as error:
            self.live.stop()
            self.trouble = error.message

    # -- which loop -------------------------------------------------------------------

    def _begin(self, world: World) -> None:
        """Show a loop that has learned nothing."""
        owner, seed, settings = self.owner, self.setup.seed, self.setup.settings()
        if self.library is None:
            stored = StoredLoop.create(
                None, owner=owner, world=world, seed=seed, settings=settings, followers=followers
            )
        else:
            stored = self.library.begin(owner, world, seed, settings)
        self._show(OpenLoop(stored, self.now))

    def _show(self, loop: OpenLoop) -> None:
        """Show a loop; what is set follows it."""
        self.setup, self.open = self.setup.of_loop(loop.stored), loop
        self._reset_from: OpenLoop | None = None
        self.live.send_away()

    @locked
    def move_to(self, stored: StoredLoop) -> None:
        """Go on with another loop."""
        self._show(OpenLoop(stored, self.now))

    @locked
    def belong_to(self, owner: str) -> None:
        """Say whose the loops are from here on."""
        self.owner = owner
        self.open.stored.belong_to(owner)

    @locked
    def leave(self, loop_id: str) -> None:
        """A loop was erased: if it is the one here, begin another."""
        if self._reset_from is not None and self._reset_from.stored.id == loop_id:
            self._reset_from = None
        if self.open.stored.id == loop_id:
            self._begin(self.open.world)

    @locked
    def reset(self) -> None:
        """A new loop with the same world and seed; the next undo brings the old one back."""
        left = self.open if self.open.loop.events else None
        self._begin(self.open.world)
        self._reset_from = left

    # -- what is set ------------------------------------------------------------------

    @locked
    def adopt(self, setup: PlaySetup) -> None:
        """Follow what was changed on the page: a new world or seed starts a new loop."""
        before, self.setup = self.setup, setup
        if (setup.world, setup.seed) != (before.world, before.seed):
            stays = setup.world == before.world  # In a world that may be none of the app's.
            self._begin(self.open.world if stays else WORLDS[setup.world])
        elif setup != before:
            with self._reporting():
                self.open.configure(setup.changes(before, self.open.loop.settings))

    @locked
    def set_by_others(self, shown: PlaySetup) -> PlaySetup | None:
        """What the page is to show instead of ``shown``, if others have set something on the loop.

        While its widgets say other than what was adopted, the person here is changing something.
        """
        now = self.setup.of_loop(self.open.stored)
        return now if shown == self.setup != now else None

    @locked
    def catch_up(self) -> None:
        """Take over what others did to the loop."""
        with suppress(PersonalizerError):
            self.open.stored.catch_up()

    # -- what a person does -----------------------------------------------------------

    @locked
    def send_reward(self, value: float | None) -> None:
        """The visitor's answer to what is shown; None is no answer."""
        self._answer([value])

    @locked
    def take(self, count: int, latest: Sequence[float]) -> None:
        """Count the presses of the reward buttons that were not counted yet; see `Presses`."""
        self._answer(self.presses.new(count, latest))

    def _answer(self, values: Sequence[float | None]) -> None:
        with self._reporting():
            if not self.live.waiting:
                self.open.answer(values, calls_next=self.setup.next)
                self.live.pause_after_click()

    @locked
    def let_pass(self) -> None:
        """Who stands there leaves without an answer, and somebody else walks up."""
        self.open.arrivals.let_pass()

    @locked
    def ask(self, field: str, value: str) -> None:
        """Ask for another value of one field of the visitor's context."""
        self.open.arrivals.ask(field, value)

    @property
    def can_undo(self) -> bool:
        """Whether there is a visitor, or a reset, to take back."""
        return bool(self.open.loop.events) or self._reset_from is not None

    @locked
    def undo(self) -> None:
        """Take back the last answered visitor, exactly, or a reset; who was there is again."""
        with self._reporting():
            if self._reset_from is None or self.open.loop.events:
                self.open.undo_event()
            else:
                setup = self.setup
                self._show(self._reset_from)
                self.adopt(setup)

    # -- a frame of the page, and the crowd -------------------------------------------

    @locked
    def advance(self) -> None:
        """Begin a frame: the context changes as it was asked for, and a crowd walks in."""
        self.open.arrivals.settle()
        self.live.advance()
        self.drawn = self.open.loop.log.position

    @property
    def speed(self) -> int:
        """Visitors a second of live play."""
        return self.setup.speed

    @property
    def is_full(self) -> bool:
        """Whether the loop has served all the visitors it may."""
        return not self.open.room

    @property
    def is_closed(self) -> bool:
        """Whether nobody can answer now."""
        return self.live.waiting > 0 or self.is_full

    @locked
    def serve(self, visitors: int) -> int:
        """See `Host`."""
        with self._reporting():
            return self.open.serve(visitors)
        return 0

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """All that stands outside the stage shows; when a click changes it, it is drawn anew."""
        crowd = self.live.waiting > 0, self.live.playing, self.is_full
        return *crowd, self.setup, self.can_undo, self.open.link, self.open.loop.settings
