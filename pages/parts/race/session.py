"""The state of one browser session on the Race page."""

from concurrent.futures import BrokenExecutor
from threading import RLock
from typing import Literal

from engine.experiments.race.runs import UnderWay
from engine.experiments.race.standings import Standings
from engine.loop.lock import locked
from pages.parts.race.results import Results, results
from pages.parts.race.setup import MAX_STEPS, RaceSetup
from pages.parts.work.clients import this_client
from pages.parts.work.frames import pace
from pages.parts.work.pool import Racer, Track

PACE = 0.5
"""Seconds from one frame of a race to the next."""
_AHEAD = 40_000
"""Choices with the processes at once: enough until the next frame, soon over after a stop."""

_NOBODY = "nobody"
"""Who was bet on without a bet."""

State = Literal["ready", "queued", "running", "done", "failed", "stopped", "lost", "broken"]
"""``failed``: over, but not all runs have an outcome; ``lost``: the page was not connected for too
long; ``broken``: the processes ended."""


class RaceSession:
    """The race that was started last, and what is set for the next.

    Attributes:
        setup: what is set on the page.
        raced: the set-up of the race that is shown; None before the first.
        known: what came of it so far; nothing before the first.
        bet: key of the contender that the person believed would win; None without a bet.
        state: where that race stands.
        ahead: how many other races are ahead of it.
        told: what a link says was raced, and the bet; None once something is started.

    Args:
        finished: where what was raced already may be found.
    """

    known: Standings

    def __init__(self, setup: RaceSetup, lanes: Track, finished: Results | None = None) -> None:
        self.lock = RLock()
        self.setup = setup
        self.raced: RaceSetup | None = None
        self.bet: str | None = None
        self.state: State = "ready"
        self.drawn: tuple[object, ...] = ()
        self.ahead = 0
        self.told: tuple[RaceSetup, str] | None = None
        self._track, self._finished = lanes, finished or results()
        self._running: tuple[Racer, UnderWay] | None = None

    @locked
    def adopt(self, setup: RaceSetup) -> None:
        """Follow what is set on the page; a race that was started stays what it is."""
        self.setup = setup

    @property
    def shown(self) -> RaceSetup:
        """The set-up of what is shown: of the last race, or what is set before the first."""
        return self.raced or self.setup

    @property
    def is_live(self) -> bool:
        """Whether a race runs or waits for its turn."""
        return self.state in {"queued", "running"}

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing is raced."""
        return pace(PACE) if self.is_live else None

    @property
    def is_current(self) -> bool:
        """Whether what is shown is of what is set."""
        return self.raced == self.setup

    @property
    def can_start(self) -> bool:
        """Whether what is set can be raced."""
        return not self.is_live and self.setup.steps <= MAX_STEPS and len(self.setup.keys) > 1

    @property
    def page_state(self) -> tuple[object, ...]:
        """All that the page shows around the interactive part."""
        return (self.setup, self.raced, self.state, self.pace)

    @locked
    def start(self, setup: RaceSetup, bet: str | None) -> None:
        """Race what is set, as soon as a lane is free."""
        self.setup = setup
        if not self.can_start:
            return
        self._show(setup, bet, Standings(setup.plan()), "queued")
        racer = self._track.enter(this_client())
        self._running = racer, UnderWay(self.known.plan, racer.executor, ahead=0)
        self.advance()

    def _show(self, raced: RaceSetup, bet: str | None, known: Standings, state: State) -> None:
        self.raced, self.bet = raced, bet if bet in raced.keys else None
        self.known, self.state, self.told = known, state, None

    @property
    def raced_in_link(self) -> str | None:
        """The bet, for a link to a race that was started; None if what is set was not raced."""
        if self.is_current:
            return self.bet or _NOBODY
        return self.told[1] if self.waits_for_start and self.told else None

    @property
    def waits_for_start(self) -> bool:
        """Whether what is set is what a link says was raced."""
        return self.told is not None and self.told[0] == self.setup

    @locked
    def prepare(self, bet: str | None) -> None:
        """Show what a link says was raced, if that is known: the same crowds give the same result.

        Else it waits for a person to start it.
        """
        if bet is None or self.is_current or not self.can_start:
            return
        known = self._finished.find(self.setup)
        if known is None:
            self.told = self.setup, bet
        else:
            self._show(self.setup, bet, known, "done")

    @locked
    def stop(self) -> None:
        """End the race; what it has found stays."""
        if self.is_live:
            self._end("stopped")

    @locked
    def advance(self) -> None:
        """One frame of a race: take in what has come."""
        if self._running is None:
            return
        racer, under_way = self._running
        place = self._track.place(racer)
        if place is None:
            self._end("lost")
            return
        self.ahead, self.state = place, "queued" if place else "running"
        under_way.ahead = 0 if place else max(4, _AHEAD // self.known.plan.visitors)
        try:
            for result in under_way.collect(timeout=0):
                self.known.add(result)
        except BrokenExecutor:
            self._track.abandon(racer.executor)
            self._end("broken")
            return
        if under_way.is_over:
            self._end("failed" if self.known.failures else "done")

    def _end(self, state: State) -> None:
        if self._running is not None:
            racer, under_way = self._running
            under_way.stop()
            self._track.leave(racer)
        self._running = None
        self.state = state
        if state == "done" and self.raced is not None:
            self._finished.keep(self.raced, self.known)
