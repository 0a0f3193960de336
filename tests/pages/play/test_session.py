"""A browser session on the Play page, without the page."""

import sys
from collections.abc import Callable, Iterator
from threading import Thread

import pytest

from engine import LoopSettings
from engine.store import StoredLoop
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup

PATIENCE = 60.0
"""Seconds after which threads that have not ended are taken to wait for each other."""


def a_loop(seed: int) -> StoredLoop:
    """A loop in memory that has learned from one visitor."""
    kept = StoredLoop.create(None, world="coffee", seed=seed, settings=LoopSettings())
    PlaySession(PlaySetup(), kept=kept).send_reward(1.0)
    return kept


def at_once(*works: Callable[[], None]) -> bool:
    """Do several things, each in a thread of its own; whether all came to their end."""
    threads = [Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


# -- two sessions, two loops ----------------------------------------------------------


@pytest.mark.usefixtures("eager_threads")
def test_sessions_that_swap_their_loops_do_not_wait_for_each_other() -> None:
    loops = (a_loop(1), a_loop(2))
    sessions = [PlaySession(PlaySetup(), kept=kept) for kept in loops]

    def swap(place: int) -> None:
        for turn in range(1, 2_001):
            sessions[place].move_to(loops[(place + turn) % 2])

    assert at_once(lambda: swap(0), lambda: swap(1))
    assert [session.kept for session in sessions] == list(loops)


@pytest.mark.usefixtures("eager_threads")
def test_nor_does_one_that_undoes_a_reset_while_another_comes_from_there() -> None:
    kept = a_loop(1)
    one, other = PlaySession(PlaySetup(), kept=kept), PlaySession(PlaySetup(), kept=kept)

    def reset_and_undo() -> None:
        for _ in range(1_500):
            one.reset()
            one.undo()

    def follow_and_return() -> None:
        for _ in range(2_000):
            other.move_to(one.kept)
            other.move_to(kept)

    assert at_once(reset_and_undo, follow_and_return)
    assert one.kept is other.kept is kept
    assert len(kept.loop.events) == 1
