"""Branches: a new loop that begins with the first entries of another loop."""

import pytest

from engine.errors import GoneError, PersonalizerError
from engine.evaluation.learning_curve import LearningCurve
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import crowd
from engine.store import LoopLibrary, Store, StoredLoop
from engine.worlds import World
from tests.engine.comparable import learned_bits
from tests.engine.store.workers import WORLD


def with_curve(world: World | None) -> tuple[LearningCurve, ...]:
    return () if world is None else (LearningCurve(world),)


@pytest.fixture
def library(plain_store: Store) -> LoopLibrary:
    return LoopLibrary(plain_store, with_curve)


@pytest.fixture
def parent(library: LoopLibrary) -> StoredLoop:
    """Forty visitors, some of them undone; the log was moved out of memory in between."""
    parent = StoredLoop.create(
        library.store, owner="me", world=WORLD, seed=7, make_projections=with_curve
    )
    list(crowd(parent.loop, WORLD, 20))
    parent.snapshot_if_due(every=1)
    list(crowd(parent.loop, WORLD, 10))
    parent.undo(15)
    list(crowd(parent.loop, WORLD, 15))
    return parent


def content_of(stored: StoredLoop) -> tuple[object, ...]:
    """Log, learned state and curve of a loop."""
    curve = stored.follow(LearningCurve).rewards.tolist()
    return list(stored.loop.log), learned_bits(stored.loop.learner), curve


@pytest.mark.no_cover
@pytest.mark.parametrize("entries", [9, 41, 50, 60])
def test_a_branch_is_as_its_parent_was_and_goes_on_alike(
    library: LoopLibrary, parent: StoredLoop, entries: int
) -> None:
    was = finish(parent.as_of(entries))
    branch = finish(library.branch_steps(parent, was.loop.log.mark, "me"))
    assert content_of(branch) == content_of(was)
    list(crowd(branch.loop, WORLD, 5))
    list(crowd(was.loop, WORLD, 5))
    assert content_of(branch)[1:] == content_of(was)[1:]
    kept = StoredLoop.open(library.store, branch.id, with_curve)
    assert content_of(kept) == content_of(branch)
    assert library.store.loop_info(branch.id).events == len(branch.loop.events)


def test_branch_and_parent_never_touch_each_other(library: LoopLibrary, parent: StoredLoop) -> None:
    branch = finish(library.branch_steps(parent, parent.loop.log.mark_at(41), "me"))
    before, length = content_of(parent), len(branch.loop.log)
    list(crowd(branch.loop, WORLD, 5))
    branch.undo(30)
    assert content_of(parent) == before
    after = content_of(branch)
    list(crowd(parent.loop, WORLD, 5))
    parent.undo(40)
    assert content_of(branch) == after
    library.store.delete(parent.id, "me")
    with pytest.raises(GoneError):
        library.store.loop_info(parent.id)
    branch.undo(len(branch.loop.log) - 5)
    list(crowd(branch.loop, WORLD, 3))
    assert content_of(StoredLoop.open(library.store, branch.id, with_curve)) == content_of(branch)
    assert length == 41


def test_a_branch_cannot_begin_at_an_undone_entry(library: LoopLibrary, parent: StoredLoop) -> None:
    mark = parent.loop.log.mark_at(50)
    parent.undo(30)
    list(crowd(parent.loop, WORLD, 15))
    assert len(parent.loop.log) > 50
    with pytest.raises(PersonalizerError, match="taken back"):
        finish(library.branch_steps(parent, mark, "me"))
