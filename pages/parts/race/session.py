"""The state of one browser session on the Race page."""

from concurrent.futures import BrokenExecutor
from threading import RLock
from typing import Literal

from engine.experiments.race.runs import UnderWay
from engine.experiments.race.standings import Standings
from engine.loop.lock import locked
from pages.parts.race.pool import Lane, Track
from pages.parts.race.setup import MAX_STEPS, RaceSetup

PACE = 0.5
"""Seconds from one frame of a race to the next."""
_AHEAD = 40_000
"""Choices with the processes at once: enough until the next frame, soon over after a stop."""

_NOBODY = "nobody"
"""Who was bet on without a bet."""

State = Literal["ready", "queued", "running", "done", "failed", "stopped", "lost", "broken"]
"""``failed``: over, but not all runs have an outcome; ``lost``: the page was out of sight for too
long; ``broken``: the processes ended."""


class RaceSession:
    """The race that was started last, and what is set for the next.

    Attributes:
        setup: what is set on the page.
        raced: the set-up of the race that is shown; None before the first.
        known: what came of it so far; nothing before the first.
        bet: key of the contender that the person believed would win; None without a bet.
        state: where that race stands.
    """

    known: Standings

    def __init__(self, setup: RaceSetup, lanes: Track) -> None:
        self.lock = RLock()
        self.setup = setup
        self.raced: RaceSetup | None = None
        self.bet: str | None = None
        self.state: State = "ready"
        self.drawn: tuple[object, ...] = ()
        self._track = lanes
        self._running: tuple[Lane, UnderWay] | None = None

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
    def is_current(self) -> bool:
        """Whether what is shown is of what is set."""
        return self.raced == self.setup

    @property
    def can_start(self) -> bool:
        """Whether what is set can be raced."""
        return not self.is_live and self.setup.steps <= MAX_STEPS and len(self.setup.keys) > 1

    @property
    def page_state(self) -> tuple[object, ...]:
        """All that the page shows around the stage."""
        return (self.setup, self.raced, self.state)

    @locked
    def start(self, setup: RaceSetup, bet: str | None) -> None:
        """Race what is set, as soon as a lane is free."""
        self.setup = setup
        if not self.can_start:
            return
        self.raced, self.bet = setup, bet if bet in setup.keys else None
        self.known = Standings(setup.plan())
        self.state = "queued"
        self.advance()

    @property
    def raced_in_link(self) -> str | None:
        """The bet, for a link to a race that was started; None if what is set was not raced."""
        return (self.bet or _NOBODY) if self.is_current else None

    @locked
    def race_again(self, told: str | None) -> None:
        """Race what a link says was raced: the same crowds, so the same result."""
        if told is not None and not self.is_current:
            self.start(self.setup, told)

    @locked
    def stop(self) -> None:
        """End the race; what it has found stays."""
        if self.is_live:
            self._end("stopped")

    @locked
    def advance(self) -> None:
        """One frame of a race: take in what has come."""
        if self.state == "queued":
            self._begin()
        if self._running is None:
            return
        lane, under_way = self._running
        if not self._track.keep(lane):
            self._end("lost")
            return
        try:
            for result in under_way.collect(timeout=0):
                self.known.add(result)
        except BrokenExecutor:
            self._track.abandon(lane.executor)
            self._end("broken")
            return
        if under_way.is_over:
            self._end("failed" if self.known.failures else "done")

    def _begin(self) -> None:
        lane = self._track.enter()
        if lane is None:
            return
        plan = self.known.plan
        self._running = lane, UnderWay(plan, lane.executor, max(4, _AHEAD // plan.visitors))
        self.state = "running"

    def _end(self, state: State) -> None:
        if self._running is not None:
            lane, under_way = self._running
            under_way.stop()
            self._track.leave(lane)
        self._running = None
        self.state = state
