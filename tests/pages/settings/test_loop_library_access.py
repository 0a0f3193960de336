"""Library of a process, opened by concurrent sessions."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from engine.store import Store
from pages.parts.settings.loop_library_access import library


def test_visitors_who_come_first_together_open_one_library(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_door, in_there = Barrier(4), Barrier(2)
    really_open, opened = Store.open, []

    def open_slowly(*args: object, **more: object) -> Store:
        opened.append(args)
        with suppress(BrokenBarrierError):
            # Until a second person is in there, which should not happen.
            in_there.wait(timeout=0.3)
        return really_open(*args, **more)  # type: ignore[arg-type]

    def come(_: int) -> object:
        at_the_door.wait(10)
        return library()

    monkeypatch.setattr(Store, "open", open_slowly)
    with ThreadPoolExecutor(4) as visitors:
        libraries = list(visitors.map(come, range(4)))
    assert len({id(library_opened) for library_opened in libraries}) == len(opened) == 1
