"""Cache of the latest finished races in this process, shared by all sessions."""

from collections import deque
from functools import cache
from threading import RLock

from engine.experiments.race.standings import Standings
from engine.loop.lock import locked
from pages.parts.race.page_settings import RaceSetup

_MAX_ENTRIES = 10
"""Most races in the cache; the largest take some 30 MiB."""


class FinishedRaces:
    """Standings of the latest finished races, by setup."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._entries: deque[tuple[RaceSetup, Standings]] = deque(maxlen=_MAX_ENTRIES)

    @locked
    def keep(self, raced: RaceSetup, standings: Standings) -> None:
        """Add the standings of a finished race, which must not change; the oldest is dropped if
        full."""
        self._entries.append((raced, standings))

    @locked
    def find(self, raced: RaceSetup) -> Standings | None:
        """Return the standings of a setup, or None."""
        return next((standings for other, standings in self._entries if other == raced), None)


@cache
def finished_races() -> FinishedRaces:
    """Return the cache of this process."""
    return FinishedRaces()
