"""The state of one browser session on the Play page: pages read it, callbacks call its verbs."""

import logging
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from threading import RLock

from engine import PersonalizerError
from engine.errors import UnknownOutcomeError
from engine.loop.lock import locked
from engine.store import Library, StoredLoop, StoreError
from engine.worlds import WORLDS, Context, World
from pages.parts.components.reward_buttons import Press, Presses
from pages.parts.library import followers
from pages.parts.live import LivePlay
from pages.parts.operations.log_lines import refusals_told, timed
from pages.parts.play.offers import LeftError, Offer
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.refusals import Refusals, What
from pages.parts.play.setup import PlaySetup

_log = logging.getLogger(__name__)

_ASK_EVERY = 1.0
"""Seconds until it is asked again whether something was saved."""
LOST = "The connection broke, and this answer was not saved. Answer again."
_ELSES = "This is somebody else's loop: it can be looked at, and copied, but not changed from here."
_OLDER = "older answer"
"""Whatever answers an offer that is forgotten."""


class PlaySession:
    """The loop that is open, and the crowd outside.

    A verb holds the session's own lock, and the lock of a loop only while it asks something of
    it: never those of two loops at once, whichever sessions go from one to the other.

    Attributes:
        setup: what is set on the page.
        open: the loop that is open, with who stands in front of it.
        live: the crowd outside; ``now`` paces it, in seconds that only go forward.
        library: where new loops are kept, for their ``owner``; None keeps them in memory alone.
        keys: ids of other loops that this browser may change, as it tells them.
        refusals: what did not happen.
        drawn: length of the log's history that the page shows.
        drawn_context: of the visitor whom it shows.
    """

    def __init__(
        self,
        setup: PlaySetup,
        now: Callable[[], float] = time.monotonic,
        *,
        library: Library | None = None,
        owner: str = "",
        keys: Set[str] = frozenset(),
        stored: StoredLoop | None = None,
    ) -> None:
        self.lock, self.now = RLock(), now
        self.setup, self.library, self.owner, self.keys = setup, library, owner, keys
        self.presses, self.live = Presses(), LivePlay(self)
        self.toolbar_drawn: tuple[object, ...] = ()
        self.refusals = Refusals()
        self.drawn = 0
        self.drawn_context: Context = {}
        if stored is None:
            self._begin(WORLDS[setup.world])
        else:
            self._show(OpenLoop(stored, now))

    @contextmanager
    def _reporting(self, what: What, value: float | None = None) -> Iterator[None]:
        """What is refused or cannot be written down is said on the page; nothing of it happened."""
        try:
            with refusals_told(_log):
                yield
        except UnknownOutcomeError as error:
            self.live.stop()
            self.refusals.leave_open(what, self.open, value, error.message)
        except LeftError as error:
            self.refusals.refuse(what, error.message)
        except PersonalizerError as error:
            self.live.stop()
            self.refusals.refuse(what, error.message)
        else:
            self.refusals.settle(what)

    def _ask_again(self) -> None:
        """Learn what became of that of which it is not known."""
        for what, (opened, value) in list(self.refusals.unknown.items()):
            with suppress(StoreError):
                opened.stored.catch_up()
                self.refusals.settle(what)
                if isinstance(what, Offer) and not opened.has(what, value):
                    self.refusals.refuse(what, LOST)
                elif isinstance(what, Offer) and self.setup.next:
                    opened.arrivals.call_next(len(opened.loop.events))

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

    @property
    def may_answer(self) -> bool:
        """Whether this browser may change the loop that is open, or only look."""
        return self.open.stored.owner == self.owner or self.open.stored.id in self.keys

    @property
    def _mine(self) -> OpenLoop:
        """The loop that is open, to change it."""
        if not self.may_answer:
            raise PersonalizerError("OperationNotAllowed", _ELSES, "loop")
        return self.open

    @locked
    def make_own(self) -> None:
        """Go on with a copy of the loop that is this browser's own."""
        with self._reporting("copy"):
            assert self.library is not None, "without a library nobody sees another's loop"
            self.move_to(self.library.copy(self.open.stored, self.owner))

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
            with self._reporting("settings"):
                if changes := setup.changes(before, self.open.loop.settings):
                    self._mine.configure(changes)
        self.live.settle()

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
    def take(self, told: object) -> None:
        """Count the presses that a browser tells of and that were not counted yet.

        Each answers the offer that was on the screen; pressed twice, it counts once.
        """
        with timed(_log, "answers taken"):
            for press in self.presses.new(told):
                self._answer(press)

    def _answer(self, press: Press) -> None:
        self._ask_again()
        offer = self.open.offers.find(press.offer)
        if offer is not None and (press.offer != offer.told or offer in self.refusals.unknown):
            return
        self.refusals.try_answer(offer or _OLDER)
        with self._reporting(offer or _OLDER, press.reward):
            if offer is None:
                raise LeftError
            offer.attempts += 1
            self._mine.answer(offer, press.reward, calls_next=self.setup.next)
        self.live.pause_after_click()

    @locked
    def let_pass(self) -> None:
        """Who stands there leaves without an answer, and somebody else walks up."""
        self.open.arrivals.let_pass()

    @locked
    def ask(self, field: str, value: str) -> None:
        """Ask for another value of one field of the visitor's context, as the page shows it now."""
        self.drawn_context = {**self.drawn_context, field: value}
        self.open.arrivals.ask(field, value)

    @property
    def can_undo(self) -> bool:
        """Whether there is a visitor, or a reset, to take back."""
        return self.may_answer and (bool(self.open.loop.events) or self._reset_from is not None)

    @locked
    def undo(self) -> None:
        """Take back the last answered visitor, exactly, or a reset; who was there is again."""
        with self._reporting("undo"):
            if self._reset_from is None or self.open.loop.events:
                self._mine.undo_event()
            else:
                setup = self.setup
                self._show(self._reset_from)
                self.adopt(setup)

    # -- a frame of the page, and the crowd -------------------------------------------

    @property
    def others_come(self) -> bool:
        """Whether somebody else may walk up in any frame."""
        return self.setup.next or self.is_live

    @property
    def is_somebody_else(self) -> bool:
        """Whether somebody walked up of whom the page does not know yet."""
        return not self.others_come and self.open.context != self.drawn_context

    @locked
    def advance(self) -> Offer:
        """Begin a frame: the context changes as it was asked for, and a crowd walks in.

        Returns:
            what is on the screen from here on.
        """
        self._ask_again()
        self.open.arrivals.settle()
        self.live.advance()
        self.drawn = self.open.loop.log.position
        return self.open.show()

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None if only what a person does makes one."""
        return self.live.pace or (_ASK_EVERY if self.refusals.unknown else None)

    @property
    def is_live(self) -> bool:
        """Whether visitors come by themselves."""
        return self.live.is_live

    @property
    def speed(self) -> int:
        """Visitors a second of live play."""
        return self.setup.speed

    @property
    def is_full(self) -> bool:
        """Whether nobody may be served here: the loop is full, or somebody else's."""
        return not (self.open.room and self.may_answer)

    @property
    def is_closed(self) -> bool:
        """Whether nobody can answer now."""
        return self.live.waiting > 0 or self.is_full

    @locked
    def serve(self, visitors: int) -> int:
        """See `Host`."""
        with self._reporting("visitors"):
            return self._mine.serve(visitors)
        return 0

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """All that stands outside the stage shows; when a click changes it, it is drawn anew."""
        crowd = self.live.waiting > 0, self.live.playing, self.pace, self.is_full
        return *crowd, self.setup, self.can_undo, self.open.link, self.open.loop.settings
