"""A process's library: each loop open once."""

import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from engine.errors import DamagedError
from engine.pausable_steps import finish
from engine.store import GoneError, Limits, LoopLibrary, Store, StoredLoop
from engine.store.loop_info import LoopInfo
from engine.store.schema import ENTRIES
from engine.worlds import WORLDS
from tests.engine.store.workers import WORLD, beliefs, serve_next


def test_a_copy_goes_its_own_way(store: Store, kept: StoredLoop) -> None:
    for _ in range(5):
        serve_next(kept)
    kept.snapshot_if_due(every=1)
    library = LoopLibrary(store)
    opened = finish(library.copy_steps(library.open(kept.view), "you"))
    copy = store.loop_info(opened.id)
    assert (copy.owner, copy.events, copy.name) == ("you", 6, "Coffee, random seed 7, copy")
    assert copy.end == store.loop_info(kept.id).end
    assert beliefs(opened.loop) == beliefs(kept.loop)
    serve_next(opened)
    assert (len(kept.loop.events), len(opened.loop.events)) == (6, 7)


def test_a_library_opens_a_loop_once(store: Store, kept: StoredLoop) -> None:
    library = LoopLibrary(store)
    assert library.open(kept.id) is library.open(kept.id) is library.open(kept.view)
    begun = library.begin("me", WORLDS["news"], 1, kept.loop.settings)
    assert library.open(begun.id) is begun
    with pytest.raises(GoneError):
        library.open("nobody")


def test_two_open_the_same_loop_in_steps_of_one_thread(store: Store, kept: StoredLoop) -> None:
    """Each entry read is a step, and a second visitor waits without blocking."""
    for _ in range(5):
        serve_next(kept)
    library = LoopLibrary(store)
    first, second, third = (library.open_steps(kept.view) for _ in range(3))
    for work in (first, second, third):
        next(work)
    third.close()
    assert len(list(first)) >= 2 * len(kept.loop.log) - 1
    opened = finish(second)
    assert opened is library.open(kept.view)
    assert beliefs(opened.loop) == beliefs(kept.loop)


def test_an_abandoned_opening_does_not_block_the_next(store: Store, kept: StoredLoop) -> None:
    library = LoopLibrary(store)
    first = library.open_steps(kept.view)
    next(first)
    first.close()
    assert library.open(kept.view).loop.log.history == kept.loop.log.history


def test_a_damaged_loop_is_refused_and_whoever_runs_the_server_learns_of_it(
    plain_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    kept = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    with plain_store._writing() as connection:
        connection.execute(delete(ENTRIES).filter_by(position=1))
    with pytest.raises(DamagedError):
        LoopLibrary(plain_store).open(kept.id)
    assert [record.msg for record in caplog.records] == ["loop damaged"]


def test_loops_are_handed_over(store: Store, kept: StoredLoop) -> None:
    library = LoopLibrary(store)
    opened = library.open(kept.id)
    library.hand_over("me", "you")
    assert [about.id for about in store.loops("you")] == [kept.id]
    assert opened.owner == store.loop_info(kept.id).owner == "you"


def test_the_view_of_a_loop_does_not_reveal_its_id(store: Store, kept: StoredLoop) -> None:
    digest = hashlib.sha256(b"view:" + kept.id.encode()).digest()
    assert kept.view == urlsafe_b64encode(digest).decode()[:22]
    assert StoredLoop.open(store, kept.view).id == kept.id
    with pytest.raises(GoneError):
        store.delete(kept.view, "me")


@dataclass
class Days:
    """A clock in days, and a store that is swept once a day.

    Attributes:
        now: days since 1970.
    """

    url: str
    now: int = 20_000

    def __post_init__(self) -> None:
        self.store = Store.open(self.url, Limits(retention_days=3), self.time)
        self.store.sweep()

    def time(self) -> datetime:
        return datetime.fromtimestamp((self.now + 0.5) * 86_400, UTC)

    def pass_by(self, days: int) -> int:
        """So many days, on each of which the database is in use; how many loops are erased."""
        erased = 0
        for _ in range(days):
            self.now += 1
            erased += self.store.sweep()
        return erased

    def begin(self) -> str:
        """Begin a loop with one visitor; return its id."""
        kept = StoredLoop.create(self.store, owner="me", world=WORLD)
        serve_next(kept)
        return kept.id

    def seen(self) -> set[str]:
        """Ids of the loops that are visible to people."""
        return {about.id for about in self.store.loops("me")}


@pytest.fixture
def days(url: str) -> Iterator[Days]:
    days = Days(url)
    yield days
    days.store.close()


def test_loops_expire_and_are_erased_a_day_later(days: Days) -> None:
    old = days.begin()
    days.store.create(LoopInfo("unfinished", "me", "x", None, 0), ready=False)
    assert days.pass_by(2) == 1
    with pytest.raises(GoneError):
        days.store.length("unfinished")
    young = days.begin()
    assert days.pass_by(1) == 0
    assert days.seen() == {old, young}
    assert days.pass_by(1) == 0
    assert days.seen() == {young}
    with pytest.raises(GoneError):
        days.store.loop_info(old)
    assert days.store.length(old)
    assert days.pass_by(1) == 1
    with pytest.raises(GoneError):
        days.store.length(old)


def test_a_clock_that_jumps_erases_nothing(days: Days) -> None:
    kept = days.begin()
    days.now += 91
    days.store.sweep()
    later = days.begin()
    days.now -= 91
    assert days.store.sweep() == days.store.sweep() == 0
    assert days.seen() == {kept, later}


def test_an_old_backup_goes_on_where_it_was(days: Days) -> None:
    kept = days.begin()
    days.now += 1_000  # It was not opened for long.
    assert days.store.sweep() == 0
    assert days.pass_by(1) == 0
    days.begin()
    assert kept in days.seen()


def test_a_library_sweeps_by_itself(days: Days) -> None:
    kept = days.begin()
    assert days.pass_by(4) == 0
    days.now += 1
    library = LoopLibrary(days.store)
    library.start_sweeping(every=0.001)
    until = time.monotonic() + 10
    while any(days.store.rows(kept)) and time.monotonic() < until:
        time.sleep(0.001)
    library.close()
    assert days.store.rows(kept) == (0, 0)
