"""How far a call walks through the house: a Rank, a Reward, and a click on the Play page.

    python -m tests.benchmarks.journeys

Traced with `sys.setprofile` in the coffee world after 30 events. A room is a module of
``engine/`` or ``pages/``, a wing is a folder of ``engine/`` or all of ``pages/`` (errors, arrays
and streams, on which all stand, are in none); a move is a call, or its return, from one to
another. What caches keep is found there, as in a loop that is in use: of five journeys the
median is shown. Beside it stands what the same took before there were wings, measured alike.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from statistics import median
from types import FrameType

from engine import LearningLoop
from engine.simulation.crowd import nth_visitor
from engine.store import Store, StoredLoop
from engine.worlds.coffee import COFFEE
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from tests.pages.presses import pressed

ROOT = Path(__file__).parents[2]
EVENTS, TIMES = 30, 5
BEFORE = {
    "Rank, in memory": (19, 70, 387),
    "Reward, in memory": (14, 74, 278),
    "Rank, SQLite": (24, 100, 384),
    "Reward, SQLite": (19, 108, 305),
    "a click on Play": (24, 284, 955),
}
"""Rooms, moves between rooms, and calls, before."""


@cache
def room_of(file: str) -> str | None:
    """The module that a file is, as a path without its ending; None outside of the house."""
    path = Path(file)
    if not path.is_relative_to(ROOT) or path.relative_to(ROOT).parts[0] not in {"engine", "pages"}:
        return None
    return path.relative_to(ROOT).with_suffix("").as_posix()


def wing_of(room: str) -> str | None:
    """The folder that a room is in, the pages as a whole; None for what all rooms stand on."""
    first, second, *inside = room.split("/")
    return "pages" if first == "pages" else second if inside else None


@dataclass
class Journey:
    """What was walked through.

    Attributes:
        rooms: in the order in which they were entered.
        moves: between rooms.
        between_wings: those of them that lead into another wing.
        calls: of functions of the house.
    """

    rooms: dict[str, None] = field(default_factory=dict)
    moves: int = 0
    between_wings: int = 0
    calls: int = 0

    @property
    def wings(self) -> list[str]:
        """The wings of the rooms."""
        return list(dict.fromkeys(wing for room in self.rooms if (wing := wing_of(room))))

    def trace(self, frame: FrameType, event: str, _: object) -> None:
        """One event of the profiler."""
        room = room_of(frame.f_code.co_filename)
        if event not in {"call", "return"} or room is None:
            return
        if event == "call":
            self.calls += 1
            self.rooms.setdefault(room)
        other = next(_rooms_below(frame), room)
        self.moves += other != room
        wings = {wing_of(other), wing_of(room)}
        self.between_wings += len(wings) > 1 and None not in wings


def _rooms_below(frame: FrameType) -> Iterator[str]:
    """The rooms from which a frame was called, the nearest first."""
    below = frame.f_back
    while below is not None:
        room = room_of(below.f_code.co_filename)
        if room is not None:
            yield room
        below = below.f_back


def walk(work: Callable[[], object]) -> Journey:
    """Do something, and see where that leads."""
    journey = Journey()
    sys.setprofile(journey.trace)
    try:
        work()
    finally:
        sys.setprofile(None)
    return journey


def rank_and_reward(loop: LearningLoop | StoredLoop, place: str) -> dict[str, list[Journey]]:
    """Journeys of the two calls on a loop."""
    ranks, rewards = [], []
    for number in range(EVENTS + TIMES):
        visitor = nth_visitor(COFFEE, 7, number)
        context = COFFEE.features(visitor.context)
        journey = walk(lambda c=context, n=number: loop.rank(COFFEE.actions, c, event_id=f"e{n}"))  # type: ignore[misc]
        ranks.append(journey)
        rewards.append(walk(lambda n=number: loop.reward(f"e{n}", n % 2)))  # type: ignore[misc]
    return {f"Rank, {place}": ranks[EVENTS:], f"Reward, {place}": rewards[EVENTS:]}


def clicks() -> list[Journey]:
    """Journeys of clicks on *Loved it*."""
    session, found = PlaySession(PlaySetup()), []
    for _ in range(EVENTS + TIMES):
        told = pressed(session, (session.advance().told, 1.0))
        found.append(walk(partial(session.take, told)))
    return found[EVENTS:]


def main() -> None:
    """Print a row for each kind of journey, and the wings that it leads through."""
    journeys = rank_and_reward(LearningLoop(seed=7), "in memory")
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/events.db")
        stored = StoredLoop.create(store, owner="me", world=COFFEE, seed=7)
        journeys |= rank_and_reward(stored, "SQLite")
        store.close()
    journeys["a click on Play"] = clicks()
    print(f"{'':20}{'wings':>7}{'moves':>7}{'rooms':>9}{'moves':>7}{'calls':>7}   before")
    for name, walked in journeys.items():
        rooms, moves, calls = (
            median(values)
            for values in zip(*((len(j.rooms), j.moves, j.calls) for j in walked), strict=True)
        )
        wings = median(len(j.wings) for j in walked)
        between = median(j.between_wings for j in walked)
        before = " / ".join(f"{value:,}" for value in BEFORE[name])
        print(f"{name:20}{wings:7}{between:7}{rooms:9}{moves:7}{calls:7,}   {before}")
    for name, walked in journeys.items():
        print(f"\n{name}: {', '.join(walked[-1].wings)}")


if __name__ == "__main__":
    main()
