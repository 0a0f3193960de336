"""The state of one browser session on the Play page: pages read it, callbacks call its verbs."""

import logging
import time
from collections.abc import Callable, Sequence, Set
from concurrent.futures import wait
from contextlib import AbstractContextManager, suppress
from threading import RLock

from engine import PersonalizerError
from engine.loop.lock import locked
from engine.simulation.drift import with_other_tastes
from engine.store import Library, StoredLoop
from engine.worlds import World, key_of
from engine.worlds.action_changes import offering
from engine.worlds.draft_rows import ActionRow
from pages.parts.components.scene_view.presses import Press, Presses, Wish
from pages.parts.play.duel_session import Contest
from pages.parts.play.first_minute import FirstMinute, Step
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.refusals import Refusals, What
from pages.parts.play.setup import PlaySetup
from pages.parts.play.shown_offers import LeftError, Offer
from pages.parts.play.time_travel import Moments
from pages.parts.settings.known_worlds import keep_at_hand, world_of
from pages.parts.work.jobs import submit
from pages.parts.work.live_play import LivePlay
from pages.parts.work.log_lines import timed

_log = logging.getLogger(__name__)

MOST_LEFT = 8
"""Worlds whose loop is at hand for whoever comes back to one; others begin anew there."""
_ASK_EVERY = 1.0
"""Seconds until it is asked again whether something was saved."""
_ELSES = "This loop belongs to somebody else. You can watch and copy it, but not change it."
_FORGOTTEN = "older answer"
"""Subject of a refused answer whose offer is forgotten."""
_PAST = "You are viewing a past moment, which cannot be changed. Go back to now, or play from here."


class PlaySession:
    """The loop that is open, and the crowd outside.

    A verb holds the session's own lock, and the lock of a loop only while it asks something of
    it: never those of two loops at once, whichever sessions go from one to the other.

    Attributes:
        setup: what is set on the page.
        open: the loop that is open, with who stands in front of it.
        moments: where in its log the page looks.
        live: the crowd outside; ``now`` paces it, in seconds that only go forward.
        library: where new loops are kept, for their ``owner``; None keeps them in memory alone.
        keys: ids of other loops that this browser may change, as it tells them.
        refusals: what did not happen.
        contest: what the person chose where they are the policy.
        first_minute: of whoever lands here.
        drawn: length of the log's history that the page shows.
        is_unheard: whether it was asked of a visitor who has left, which is not told yet.
        scenes: number of scenes that were computed, the last of which is on the ``screen``.
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
        self.presses, self.live, self.moments = Presses(), LivePlay(self), Moments(self)
        self.contest, self.first_minute = Contest(), FirstMinute()
        self._left: dict[str, OpenLoop] = {}
        self.toolbar_drawn: tuple[object, ...] = ()
        self.refusals = Refusals(self.live.stop)
        self.drawn = 0
        self.is_unheard = False
        self.scenes = 0
        self.screen: object = None
        if stored is None:
            self._begin(world_of(setup.world))
        else:
            self._show(OpenLoop(stored))

    def reporting(self, what: What, value: float | None = None) -> AbstractContextManager[None]:
        """What is refused is said on the page; see `Refusals`."""
        return self.refusals.reporting(what, self.open, value)

    # -- which loop -------------------------------------------------------------------

    def _begin(self, world: World) -> None:
        """Show a loop that has learned nothing."""
        stored = self.setup.new_loop(world, self.library, self.owner)
        self._show(OpenLoop(stored))

    def _show(self, loop: OpenLoop) -> None:
        """Show a loop; what is set follows it."""
        for world in (loop.home, loop.world):
            keep_at_hand(world)
        self.setup, self.open = self.setup.of_loop(loop.stored), loop
        self._reset_from: OpenLoop | None = None
        self.moments.look(None)
        self.live.send_away()

    @locked
    def move_to(self, stored: StoredLoop) -> None:
        """Go on with another loop."""
        self._show(OpenLoop(stored))

    @property
    def may_answer(self) -> bool:
        """Whether this browser may change the loop that is open, or only look."""
        return self.open.stored.owner == self.owner or self.open.stored.id in self.keys

    @property
    def may_change(self) -> bool:
        """Whether this browser may change what it shows: the loop as it is, not as it was."""
        return self.may_answer and self.moments.at is None

    @property
    def shown(self) -> OpenLoop:
        """The loop as the page shows it, see `Moments`."""
        return self.moments.shown

    @property
    def mine(self) -> OpenLoop:
        """The loop that is open, to change it."""
        if not self.may_answer:
            raise PersonalizerError("OperationNotAllowed", _ELSES, "loop")
        if not self.may_change:
            raise PersonalizerError("OperationNotAllowed", _PAST, "loop")
        return self.open

    def make_own(self) -> None:
        """Go on with a copy of the loop that is this browser's own.

        A background job makes it, during which the session can be used.
        """
        assert self.library is not None, "without a library nobody sees another's loop"
        copy = submit(self.library.copying(self.open.stored, self.owner))
        wait([copy])
        with self.lock, self.reporting("copy"):
            self.move_to(copy.result())

    @locked
    def leave(self, loop_id: str) -> None:
        """A loop was erased: if it is the one here, begin another."""
        if self._reset_from is not None and self._reset_from.stored.id == loop_id:
            self._reset_from = None
        self._left = {w: one for w, one in self._left.items() if one.stored.id != loop_id}
        if self.open.stored.id == loop_id:
            self._begin(self.open.home)

    @locked
    def reset(self) -> None:
        """Begin a loop with the seed that is set, in the world as it was at first; the next undo
        brings the old one back."""
        left = self.open if self.open.loop.events or self.open.acts.can_redo else self._reset_from
        self._begin(self.open.home)  # Which may be none of the app's.
        self._reset_from = left

    # -- what is set ------------------------------------------------------------------

    @locked
    def adopt(self, setup: PlaySetup) -> None:
        """Follow what was changed on the page.

        A new world starts a new loop, and so does a new seed, which can be undone. The world of
        now, to which it was changed on the way, is that of the loop that is open.
        """
        before = self.setup
        if setup.world != before.world and setup.world == key_of(self.open.world):
            setup = setup.having({"world": before.world})
        self.setup = setup
        if setup.world != before.world:
            self._left[before.world] = self.open
            while len(self._left) > MOST_LEFT:
                del self._left[next(iter(self._left))]
            self._come_to(setup.world, setup.seed != before.seed)
        elif setup.seed != before.seed:
            self.reset()
        elif setup != before:
            with self.reporting("settings"):
                if changes := setup.changes(before, self.open.loop.settings):
                    self.mine.configure(changes)
        self.live.settle()

    def _come_to(self, world: str, anew: bool) -> None:
        """Go on with the loop that was left in a world, or begin one."""
        left = self._left.pop(world, None)
        if left is None or left.stored.is_lost or anew:
            self._begin(world_of(world))
        else:
            self._show(left)

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

    @locked
    def change_tastes(self) -> None:
        """Let everybody like other things from here on."""
        opened = self.open
        number = len(opened.loop.events)
        self.change_world(with_other_tastes(opened.world, opened.loop.seed, number))

    @locked
    def offer(self, rows: Sequence[ActionRow]) -> None:
        """Let other actions be offered from here on; see `offering`."""
        opened = self.open
        with self.reporting("world"):
            number = len(opened.loop.events)
            self.change_world(offering(opened.world, rows, opened.loop.seed, number))

    @locked
    def change_world(self, world: World) -> None:
        """Let the world be another from here on."""
        self.live.stop()
        with self.reporting("world"):
            keep_at_hand(world)
            self.mine.change_world(world)

    # -- what a person does -----------------------------------------------------------

    @locked
    def take(self, request: object) -> None:
        """Count the clicks in a browser's request that were not counted yet, see `Presses`.

        Each answers the offer that was on the screen; pressed twice, it counts once.
        """
        with timed(_log, "answers taken"):
            for click in self.presses.new(request):
                if isinstance(click, Wish):
                    self.grant(click)
                else:
                    self._answer(click)

    def _answer(self, press: Press) -> None:
        refusals = self.refusals
        refusals.ask_again(self.setup.next)
        offer = self.open.offers.find(press.offer)
        if offer is not None and (press.offer != offer.told or offer in refusals.unknown):
            return
        refusals.try_answer(offer or _FORGOTTEN)
        with self.reporting(offer or _FORGOTTEN, press.reward):
            if offer is None:
                raise LeftError
            offer.attempts += 1
            self.mine.answer(offer, press.reward, calls_next=self.setup.next)
        self.live.pause_after_click()

    @locked
    def grant(self, wish: Wish) -> None:
        """Do what else is wanted, whatever a browser may send: who else is to stand there."""
        match wish.told:
            case {"stand": cell, "world": str(world)} if world == key_of(self.shown.world):
                self.stand(cell)
            case {"pass": int(visit)}:
                self.let_pass(visit)
            case {"field": str(field), "value": str(value), "visit": int(visit)}:
                self.ask(field, value, visit)

    @locked
    def let_pass(self, visit: int) -> None:
        """Who came with this visit, and still stands there, leaves without an answer, and somebody
        else walks up."""
        if visit == self.open.arrivals.visit and not self.is_closed:
            self.open.arrivals.let_pass()

    @locked
    def ask(self, field: str, value: str, visit: int) -> None:
        """Ask for another value of one field of a visitor's context; a browser that is behind asks
        it of one who has left, which is told."""
        is_heard = not self.is_live and self.shown.arrivals.ask(field, value, visit)
        self.is_unheard |= not is_heard

    @locked
    def stand(self, cell: object) -> None:
        """Put whoever belongs to a cell of the world before the loop, whatever a browser says."""
        contexts = self.shown.world.contexts
        if type(cell) is int and 0 <= cell < len(contexts) and not self.is_live:
            self.shown.arrivals.greet(contexts[cell])

    @property
    def can_undo(self) -> bool:
        """Whether there is an act, a visitor, a reset or a new seed to take back."""
        is_any = bool(self.open.acts.done or self.open.loop.events)
        return self.may_change and (is_any or self._reset_from is not None)

    @locked
    def undo(self) -> None:
        """Take back the last act, exactly, or a reset or new seed; who was there is again."""
        with self.reporting("undo"):
            if self._reset_from is None or self.open.acts.done or self.open.loop.events:
                self.mine.undo()
            else:
                setup = self.setup
                self._show(self._reset_from)
                self.adopt(setup.having({"seed": self.open.loop.seed}))

    @property
    def can_redo(self) -> bool:
        """Whether there is an act to bring back."""
        return self.may_change and self.open.acts.can_redo

    @locked
    def redo(self) -> None:
        """Bring back the act that was taken back last."""
        with self.reporting("redo"):
            self.mine.redo()

    # -- a frame of the page, and the crowd -------------------------------------------

    @locked
    def advance(self) -> Offer:
        """Begin a frame: a crowd walks in.

        Returns:
            what is on the screen from here on.
        """
        self.refusals.ask_again(self.setup.next)
        self.live.advance()
        self.drawn = self.open.loop.log.position
        return self.shown.show()

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
        """Whether nobody may be served here: the loop is full, not as it is, or another's."""
        return not (self.open.room and self.may_change)

    @property
    def is_closed(self) -> bool:
        """Whether nobody can answer now."""
        return self.live.waiting > 0 or self.is_full

    @locked
    def serve(self, visitors: int) -> int:
        """See `Host`."""
        with self.reporting("visitors"):
            return self.mine.serve(visitors, self.live.crowd)
        return 0

    @property
    def first_step(self) -> Step | None:
        """What whoever has just landed here does next; None for everybody else."""
        if not self.may_change:
            return None
        return self.first_minute.step(len(self.open.curve()), len(self.open.loop.events))

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """All that the rest of the page shows; when a click changes it, that is drawn anew."""
        crowd = self.live.waiting > 0, self.live.playing, self.pace, self.is_full
        when = self.can_undo, self.can_redo, *self.moments.told
        place = self.shown.world, self.open.loop.state.changes
        told = self.setup, self.open.link, self.open.loop.settings
        return *crowd, *when, self.first_step, *told, *place
