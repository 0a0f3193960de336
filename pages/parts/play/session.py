"""State of the Play page in one browser session: pages read it, callbacks call its methods."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import wait
from contextlib import AbstractContextManager, suppress
from threading import RLock
from types import MappingProxyType

from engine import PersonalizerError
from engine.loop.lock import locked
from engine.simulation.drift import with_other_tastes
from engine.store import LoopLibrary, StoredLoop
from engine.worlds import World, key_of
from engine.worlds.action_changes import NewRates, offering
from engine.worlds.draft_rows import ActionRow
from pages.parts.components.scene_view.presses import Presses
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.duel_session import DuelSession
from pages.parts.play.first_minute import FirstMinute, Step
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.refusals import Refusable, Refusals
from pages.parts.play.shown_offers import Offer
from pages.parts.play.time_travel import TimeTravel
from pages.parts.settings.known_worlds import keep_at_hand, world_of
from pages.parts.work.crowd_arrivals import LivePlay
from pages.parts.work.job_queue import submit

_log = logging.getLogger(__name__)

MOST_LEFT = 8
"""Worlds whose loop is kept for a return; in other worlds a new loop begins."""
_TAUGHT = 2
"""Rewards that a person gives before crowds come."""
_ASK_EVERY = 1.0
"""Seconds between attempts to look up an unknown outcome."""
_ELSES = "This session belongs to somebody else. You can watch and copy it, but not change it."
_PAST = "You are viewing a past moment, which cannot be changed. Go back to now, or play from here."


class PlaySession:
    """Open loop, and live play.

    A method holds the session's lock, and the lock of a loop only during access to the loop: never
    the locks of two loops at once, even while sessions switch between loops.

    Attributes:
        setup: settings on the page.
        open: the open loop.
        time_travel: displayed position in the log.
        live: live play; ``now`` is its monotonic clock, in seconds.
        library: store of new loops, for their ``owner``; None keeps loops in memory only.
        keys: ids of other owners' loops that this browser may change.
        refusals: messages on failed requests.
        duel_session: the person's choices, if the person is the policy.
        first_minute: guide for a first visit.
        drawn: length of the log's history on the page.
        is_unheard: True if a context change came too late and is not reported yet.
        scenes: number of computed scenes; the last is on the ``screen``.
    """

    def __init__(
        self,
        setup: PlaySetup,
        now: Callable[[], float] = time.monotonic,
        *,
        library: LoopLibrary | None = None,
        owner: str = "",
        keys: Set[str] = frozenset(),
        stored: StoredLoop | None = None,
    ) -> None:
        self.lock, self.now = RLock(), now
        self.setup, self.library, self.owner, self.keys = setup, library, owner, keys
        self.presses, self.live, self.time_travel = Presses(), LivePlay(self), TimeTravel(self)
        self.duel_session, self.first_minute = DuelSession(), FirstMinute()
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

    def reporting(
        self, subject: Refusable, value: float | None = None
    ) -> AbstractContextManager[None]:
        """Report errors of the block on the page; see `Refusals`."""
        return self.refusals.reporting(subject, self.open, value)

    # -- open loop --------------------------------------------------------------------

    def _begin(self, world: World) -> None:
        """Open an untrained loop."""
        stored = self.setup.new_loop(world, self.library, self.owner)
        self._show(OpenLoop(stored))

    def _show(self, loop: OpenLoop) -> None:
        """Open a loop and adopt its settings."""
        for world in (loop.home, loop.world):
            keep_at_hand(world)
        self.setup, self.open = self.setup.of_loop(loop.stored), loop
        self._reset_from: OpenLoop | None = None
        self.time_travel.look(None)
        self.live.drop_waiting()

    @locked
    def move_to(self, stored: StoredLoop) -> None:
        """Open another stored loop."""
        self._show(OpenLoop(stored))

    @property
    def may_answer(self) -> bool:
        """True if this browser may change the open loop."""
        return self.open.stored.owner == self.owner or self.open.stored.id in self.keys

    @property
    def may_change(self) -> bool:
        """True if this browser may change the displayed loop; False for a past moment."""
        return self.may_answer and self.time_travel.at is None

    @property
    def displayed(self) -> OpenLoop:
        """The displayed loop, see `TimeTravel`."""
        return self.time_travel.displayed

    @property
    def mine(self) -> OpenLoop:
        """The open loop, for changes.

        Raises:
            PersonalizerError: ``OperationNotAllowed`` for another owner's loop or a past moment.
        """
        if not self.may_answer:
            raise PersonalizerError("OperationNotAllowed", _ELSES, "loop")
        if not self.may_change:
            raise PersonalizerError("OperationNotAllowed", _PAST, "loop")
        return self.open

    def make_own(self) -> None:
        """Open a copy of the loop, owned by this browser.

        A background job makes the copy; the session stays usable meanwhile.
        """
        assert self.library is not None, "without a library nobody sees another's loop"
        copy = submit(self.library.copy_steps(self.open.stored, self.owner))
        wait([copy])
        with self.lock, self.reporting("copy"):
            self.move_to(copy.result())

    @locked
    def leave(self, loop_id: str) -> None:
        """Drop an erased loop; if open, begin another."""
        if self._reset_from is not None and self._reset_from.stored.id == loop_id:
            self._reset_from = None
        self._left = {
            world: loop for world, loop in self._left.items() if loop.stored.id != loop_id
        }
        if self.open.stored.id == loop_id:
            self._begin(self.open.home)

    @locked
    def reset(self) -> None:
        """Open a new loop with the current seed, in the initial world; the next undo restores the
        old loop."""
        left = (
            self.open
            if self.open.loop.events or self.open.undo_stack.can_redo
            else self._reset_from
        )
        self._begin(self.open.home)  # Perhaps not among the app's worlds.
        self._reset_from = left

    # -- settings ---------------------------------------------------------------------

    @locked
    def adopt(self, setup: PlaySetup) -> None:
        """Adopt settings that were changed on the page.

        A new world opens another loop, and so does a new seed, which can be undone. Selecting the
        changed world of the open loop keeps the loop.
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
        self.live.end_concurrent_clicks()

    def _come_to(self, world: str, anew: bool) -> None:
        """Open the loop that was left in a world, or a new one."""
        left = self._left.pop(world, None)
        if left is None or left.stored.is_lost or anew:
            self._begin(world_of(world))
        else:
            self._show(left)

    @locked
    def set_by_others(self, widgets: PlaySetup) -> PlaySetup | None:
        """Return the settings to display instead of ``widgets`` if others changed the loop, else
        None.

        While widgets differ from the adopted settings, the person is changing a setting.
        """
        now = self.setup.of_loop(self.open.stored)
        return now if widgets == self.setup != now else None

    @locked
    def catch_up(self) -> None:
        """Apply changes of the loop by other sessions."""
        with suppress(PersonalizerError):
            self.open.stored.catch_up()

    @locked
    def change_tastes(self) -> None:
        """Change all visitors' tastes from here on."""
        opened = self.open
        number = len(opened.loop.events)
        self.change_world(with_other_tastes(opened.world, opened.loop.seed, number))

    @locked
    def offer(
        self, rows: Sequence[ActionRow], rates: Mapping[int, NewRates] = MappingProxyType({})
    ) -> None:
        """Change the offered actions from here on, new ones with ``rates``; see `offering`."""
        opened = self.open
        with self.reporting("world"):
            number = len(opened.loop.events)
            self.change_world(offering(opened.world, rows, opened.loop.seed, number, rates))

    @locked
    def change_world(self, world: World) -> None:
        """Replace the world from here on."""
        self.live.stop()
        with self.reporting("world"):
            keep_at_hand(world)
            self.mine.change_world(world)

    # -- clicks -----------------------------------------------------------------------

    @locked
    def let_pass(self, visit: int) -> None:
        """Replace the waiting visitor of a visit, without an answer; no effect after the visit."""
        if visit == self.open.arrivals.visit and not self.is_closed:
            self.open.arrivals.let_pass()

    @locked
    def call_next(self) -> None:
        """Let the next visitor in; unless the person has answered, the waiting one answers before
        as simulated."""
        if self.open.is_served:
            self.let_pass(self.open.arrivals.visit)
        else:
            self.step()

    @locked
    def step(self) -> None:
        """Serve the waiting visitor as simulated, and let the next one in."""
        if not (self.is_closed or self.live.playing):
            self.live.step()

    @locked
    def ask(self, field: str, value: str, visit: int) -> None:
        """Change a field of a visitor's context; report a change that is too late."""
        is_heard = not self.is_live and self.displayed.arrivals.ask(field, value, visit)
        self.is_unheard |= not is_heard

    @locked
    def stand(self, cell: object) -> None:
        """Let the visitor of a world's cell wait; invalid cells are ignored."""
        contexts = self.displayed.world.contexts
        if type(cell) is int and 0 <= cell < len(contexts) and not self.is_live:
            self.displayed.arrivals.greet(contexts[cell])

    @property
    def can_undo(self) -> bool:
        """True if an act, a visitor, a reset or a new seed can be undone."""
        is_any = bool(self.open.undo_stack.done or self.open.loop.events)
        return self.may_change and (is_any or self._reset_from is not None)

    @locked
    def undo(self) -> None:
        """Undo the last act, reset or new seed, and restore the visitor who waited before."""
        with self.reporting("undo"):
            if self._reset_from is None or self.open.undo_stack.done or self.open.loop.events:
                self.mine.undo()
            else:
                setup = self.setup
                self._show(self._reset_from)
                self.adopt(setup.having({"seed": self.open.loop.seed}))

    @property
    def can_redo(self) -> bool:
        """True if an act can be redone."""
        return self.may_change and self.open.undo_stack.can_redo

    @locked
    def redo(self) -> None:
        """Redo the act that was undone last."""
        with self.reporting("redo"):
            self.mine.redo()

    # -- frames and live play ---------------------------------------------------------

    @locked
    def advance(self) -> Offer:
        """Begin a frame: serve the visitors of live play.

        Returns:
            the displayed offer.
        """
        self.refusals.ask_again(self.setup.next)
        self.live.advance()
        self.drawn = self.open.loop.log.position
        return self.displayed.show()

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None if only clicks cause frames."""
        return self.live.pace or (_ASK_EVERY if self.refusals.unknown else None)

    @property
    def is_live(self) -> bool:
        """True while visitors arrive without clicks."""
        return self.live.is_live

    @property
    def speed(self) -> int:
        """Visitors per second of live play."""
        return self.setup.speed

    @property
    def is_full(self) -> bool:
        """True if no visitor may be served: the loop is full, past, or another owner's."""
        return not (self.open.room and self.may_change)

    @property
    def is_closed(self) -> bool:
        """True if no answer is accepted now."""
        return self.live.waiting > 0 or self.is_full

    @locked
    def serve(self, visitors: int) -> int:
        """Serve visitors; see `Host`."""
        with self.reporting("visitors"):
            return self.mine.serve(visitors, self.live.crowd)
        return 0

    @property
    def first_step(self) -> Step | None:
        """Next step of the first-minute guide; None without a guide."""
        if not self.may_change:
            return None
        return self.first_minute.step(len(self.open.curve()), len(self.open.loop.events))

    @property
    def is_for_crowds(self) -> bool:
        """True if the primary control is that of crowds; before the second reward, it is that of
        answers."""
        return len(self.open.curve()) >= _TAUGHT

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """State displayed outside the scene; a change redraws the whole page."""
        crowd = self.live.waiting > 0, self.live.playing, self.pace, self.is_full
        when = self.can_undo, self.can_redo, *self.time_travel.drawn_state
        opened = self.displayed
        place = opened.world, bool(opened.loop.events), self.open.loop.state.changes
        settings = self.setup, self.open.link, self.open.loop.settings
        return *crowd, *when, self.first_step, self.is_for_crowds, *settings, *place
