"""Checkpoints, from which folds may begin, in a bounded memory shared by all logs."""

import pytest

from engine.loop.checkpoints import Checkpoint, Checkpoints, in_memory
from engine.loop.entries import Undone
from engine.loop.log import START, EventLog, Mark
from engine.loop.time_travel import as_of
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.loop.checkpointed_loops import apart, assert_same, from_scratch, keeping


class Fold:
    """Records the checkpoint restored."""

    begun: Mark | None = None

    def restart(self) -> None:
        self.begun = START


def point(mark: Mark, size: int = 0, there: bool = True) -> Checkpoint[Fold]:
    """A checkpoint that restores a fold to the mark if it is still ``there``."""

    def restore(fold: Fold, _: EventLog) -> bool:
        fold.begun = mark
        return there

    return Checkpoint(mark, restore, size)


def marks(visitors: int) -> tuple[EventLog, list[Mark]]:
    """A log and its marks after each visitor."""
    loop, _ = keeping()
    after_visitor = []
    for _ in range(visitors):
        list(crowd(loop, COFFEE, 1))
        after_visitor.append(loop.log.mark)
    return loop.log, after_visitor


def test_a_fold_begins_at_the_latest_place_that_is_still_there() -> None:
    log, places = marks(3)
    points = [point(places[0]), point(places[2], there=False), point(places[1])]
    fold = Fold()
    assert Checkpoints(points).begin(log, fold).mark == places[1]
    assert fold.begun == places[1]
    assert Checkpoints([point(places[2], there=False)]).begin(log, fold).mark == START
    assert fold.begun == START


def test_places_stay_as_long_as_they_count_and_none_is_there_twice() -> None:
    log, places = marks(4)
    known: Checkpoints[Fold] = Checkpoints()
    for place in (*places, places[-1]):
        known.add(log, point(place))
    assert [one.mark for one in known.points] == places
    log.append(Undone(log[0].time, entries=4))
    known.add(log, point(log.mark))
    assert [one.mark for one in known.points] == [*places[:2], log.mark]


def test_the_place_that_is_forgotten_leaves_the_shortest_stretch() -> None:
    _, places = marks(12)
    known = Checkpoints([point(places[at], 10) for at in (0, 1, 5, 11)])
    known.thin()
    assert [one.mark for one in known.points] == [places[at] for at in (1, 5, 11)]
    assert known.size == 30
    # A checkpoint kept elsewhere remains valid for a restart.
    known = Checkpoints([point(places[9], 10), point(places[10]), point(places[11], 10)])
    known.thin()
    assert [one.mark for one in known.points] == [places[9], places[10]]


@pytest.mark.no_cover
def test_the_memory_that_moments_take_is_bounded_and_they_stay_exact() -> None:
    with apart(0, memory=400_000):
        loops = [keeping()[0] for _ in range(2)]
        for loop in loops:
            list(crowd(loop, COFFEE, 60))
        sizes = [loop.folding.checkpoints.size for loop in loops]
        assert min(sizes) > 0
        assert sum(sizes) <= in_memory() <= 400_000
        moment = finish(as_of(loops[0], 50))
    assert_same(moment, from_scratch(list(loops[0].log)[:50], ManualClock()))
