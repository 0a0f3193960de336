"""State of one browser session on the Race page."""

from concurrent.futures import BrokenExecutor
from threading import RLock
from typing import Literal

from engine.experiments.race.runs import UnderWay
from engine.experiments.race.standings import Standings
from engine.loop.lock import locked
from pages.parts.race.finished_races import FinishedRaces, finished_races
from pages.parts.race.page_settings import MAX_STEPS, RaceSetup
from pages.parts.work.browser_session import this_session
from pages.parts.work.frame_pace import pace
from pages.parts.work.race_pool import QueuedRace, RaceQueue

PACE = 0.5
"""Seconds between frames of a race."""
_AHEAD = 40_000
"""Choices queued in the processes: enough until the next frame, and soon finished after a stop."""

_NOBODY = "nobody"
"""Value in the link for a race without a bet."""

State = Literal["ready", "queued", "running", "done", "failed", "stopped", "lost", "broken"]
"""``failed``: finished, but some runs raised an error; ``lost``: the page was disconnected for too
long; ``broken``: the processes ended."""


class RaceSession:
    """The race started last, and the settings of the next race.

    Attributes:
        setup: settings on the page.
        raced: setup of the displayed race; None before the first.
        known: standings of the displayed race; not set before the first.
        bet: key of the contender that the person bet on; None without a bet.
        state: state of the displayed race.
        ahead: number of other races ahead in the queue.
        linked: setup and bet of a race in the link; None once a race is started.

    Args:
        finished: cache of finished races.
    """

    known: Standings

    def __init__(
        self, setup: RaceSetup, queue: RaceQueue, finished: FinishedRaces | None = None
    ) -> None:
        self.lock = RLock()
        self.setup = setup
        self.raced: RaceSetup | None = None
        self.bet: str | None = None
        self.state: State = "ready"
        self.drawn: tuple[object, ...] = ()
        self.ahead = 0
        self.linked: tuple[RaceSetup, str] | None = None
        self._queue, self._finished = queue, finished or finished_races()
        self._running: tuple[QueuedRace, UnderWay] | None = None

    @locked
    def adopt(self, setup: RaceSetup) -> None:
        """Apply the settings of the page; a started race keeps its own."""
        self.setup = setup

    @property
    def displayed(self) -> RaceSetup:
        """Setup of the displayed race; before the first race, the settings of the page."""
        return self.raced or self.setup

    @property
    def is_live(self) -> bool:
        """Return whether a race is running or queued."""
        return self.state in {"queued", "running"}

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None without a running or queued race."""
        return pace(PACE) if self.is_live else None

    @property
    def choices(self) -> int:
        """Choices made in the displayed race, unfinished runs included."""
        served = self._running[1].served if self._running else 0
        return len(self.known) * self.known.plan.visitors + served

    @property
    def is_current(self) -> bool:
        """Return whether the displayed race has the settings of the page."""
        return self.raced == self.setup

    @property
    def can_start(self) -> bool:
        """Return whether the settings of the page can be raced now."""
        return not self.is_live and self.setup.steps <= MAX_STEPS and len(self.setup.keys) > 1

    @property
    def page_state(self) -> tuple[object, ...]:
        """State shown by the page outside the interactive part."""
        return (self.setup, self.raced, self.state, self.pace)

    @locked
    def start(self, setup: RaceSetup, bet: str | None) -> None:
        """Queue a race with these settings; without effect if it cannot be raced."""
        self.setup = setup
        if not self.can_start:
            return
        self._show(setup, bet, Standings(setup.plan()), "queued")
        race = self._queue.add(this_session())
        self._running = race, UnderWay(self.known.plan, race.executor, 0, race.take_meter)
        self.advance()

    def _show(self, raced: RaceSetup, bet: str | None, known: Standings, state: State) -> None:
        self.raced, self.bet = raced, bet if bet in raced.keys else None
        self.known, self.state, self.linked = known, state, None

    @property
    def raced_in_link(self) -> str | None:
        """The bet of the race for its link; None if the settings on the page were not raced."""
        if self.is_current:
            return self.bet or _NOBODY
        return self.linked[1] if self.waits_for_start and self.linked else None

    @property
    def waits_for_start(self) -> bool:
        """Return whether the settings of the page are those of an unstarted race in the link."""
        return self.linked is not None and self.linked[0] == self.setup

    @locked
    def prepare(self, bet: str | None) -> None:
        """Display the race of a link if its result is cached: equal setups give equal results.

        Otherwise the race waits for the person to start it.
        """
        if bet is None or self.is_current or not self.can_start:
            return
        known = self._finished.find(self.setup)
        if known is None:
            self.linked = self.setup, bet
        else:
            self._show(self.setup, bet, known, "done")

    @locked
    def stop(self) -> None:
        """Stop the race; results so far are kept."""
        if self.is_live:
            self._end("stopped")

    @locked
    def advance(self) -> None:
        """Begin a frame: collect finished runs and update the state of the race."""
        if self._running is None:
            return
        race, under_way = self._running
        ahead = self._queue.races_ahead(race)
        if ahead is None:
            self._end("lost")
            return
        self.ahead, self.state = ahead, "queued" if ahead else "running"
        under_way.ahead = 0 if ahead else max(4, _AHEAD // self.known.plan.visitors)
        try:
            for result in under_way.collect(timeout=0):
                self.known.add(result)
        except BrokenExecutor:
            self._queue.remove_all_of(race.executor)
            self._end("broken")
            return
        if under_way.is_over:
            self._end("failed" if self.known.failures else "done")

    def _end(self, state: State) -> None:
        if self._running is not None:
            race, under_way = self._running
            under_way.stop()
            self._queue.remove(race)
        self._running = None
        self.state = state
        if state == "done" and self.raced is not None:
            self._finished.keep(self.raced, self.known)
