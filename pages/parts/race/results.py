"""The last races of this process that came to their end, for whoever asks for just that one."""

from collections import deque
from functools import cache
from threading import RLock

from engine.experiments.race.standings import Standings
from engine.loop.lock import locked
from pages.parts.race.setup import RaceSetup

_KEPT = 10
"""Races that are kept; the largest take some 30 MiB."""


class Results:
    """What came of the last races, by what was raced."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._kept: deque[tuple[RaceSetup, Standings]] = deque(maxlen=_KEPT)

    @locked
    def keep(self, raced: RaceSetup, known: Standings) -> None:
        """Keep what came of a race, in place of the oldest; nothing more may be added to it."""
        self._kept.append((raced, known))

    @locked
    def find(self, raced: RaceSetup) -> Standings | None:
        """What came of a race, if it is kept."""
        return next((known for other, known in self._kept if other == raced), None)


@cache
def results() -> Results:
    """Those of this process."""
    return Results()
