"""Faults around a server in use: displayed, stored and lost events, and messages.

    python -m tests.benchmarks.faults [NAME ...]

Real servers, a real Chromium, and a real PostgreSQL that is started for this. Without names, all
faults are tried. ``denied`` counts presses reported as not counted by the page; ``back`` are
seconds from the end of the fault until a press counts again. Faults that this machine cannot
produce (without mounts or PostgreSQL) are skipped with a message.
"""

import argparse
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from engine.store import Store
from tests.browser import chromium
from tests.browser.app import Server, running
from tests.browser.race import RacePage
from tests.faults.clicker import Clicker
from tests.faults.disk import small_disk
from tests.faults.flipped_bits import effects, summary
from tests.faults.missing import MissingError
from tests.faults.outcome import HEAD, NEVER, Outcome, row
from tests.faults.postgres import Postgres, own_postgres, terminate_backends
from tests.faults.processes import alive, descendants, seconds_used
from tests.faults.proxy import Proxy
from tests.faults.stage import Place, clear_away, end, playing

Fault = Callable[[Browser], Outcome]

_HELD = 30.0
"""Seconds of network silence."""
_BITS, _TABS = 200, 12


def concluded(
    name: str, server: Server, clicker: Clicker, back: float | None = 0.0, more: str = ""
) -> Outcome:
    """The outcome as known while the server runs.

    Args:
        back: seconds; None if the server did not recover.
        more: further measurements; by default, the time of the slowest answer.
    """
    clicker.wait(1)
    notes = clicker.notes
    return Outcome(
        name,
        pressed=notes.pressed,
        doubled=notes.doubled,
        shown=clicker.shown,
        answered=notes.answered,
        denied=notes.denied,
        hung=notes.hung,
        said=tuple(notes.said),
        exceptions=notes.exceptions,
        tracebacks=server.log_file.read_text(errors="replace").count("Traceback (most"),
        back=NEVER if back is None else back,
        more=more or f"the longest answer took {max(notes.waits, default=0):.1f} s",
    )


@contextmanager
def folder() -> Iterator[Place]:
    """An empty folder for SQLite."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        yield Place.in_folder(Path(empty))


# -- disk and file --------------------------------------------------------------------


def disk_full(browser: Browser) -> Outcome:
    """The disk is full, and then there is space again."""
    with small_disk() as disk:
        place = Place.in_folder(disk.folder)
        with playing(browser, place) as (server, clicker):
            disk.fill()
            for _ in range(100):
                clicker.press()
                if clicker.notes.answered >= 5 or clicker.notes.hung:
                    break
            disk.make_room()
            back = clicker.until_counted()
            loop, known = clicker.loop, concluded("disk full", server, clicker, back)
        return replace(known, stored=place.stored(loop))


def read_only(browser: Browser) -> Outcome:
    """The folder may only be read when the server starts, and is writable again later."""
    with small_disk() as disk:
        place = Place.in_folder(disk.folder)
        with playing(browser, place) as (_, clicker):
            loop = place.id_of(clicker.loop)
        disk.protect()
        with playing(browser, place, loop, clicks=0) as (server, again):
            again.notes.pressed = clicker.notes.pressed
            for _ in range(3):
                again.press()
            are_listed = _lists_loops(again)
            disk.unprotect()
            back = again.until_counted()
            known = replace(
                concluded("read-only, then writable", server, again, back),
                harm=() if are_listed else ("the Data page lists no loops meanwhile",),
            )
        return replace(known, stored=place.stored(loop))


def _lists_loops(clicker: Clicker) -> bool:
    """True if the Data page lists the loops."""
    page = clicker.beside("/data")
    try:
        page.get_by_text("Your sessions").wait_for(timeout=10_000)
    except PlaywrightTimeout:
        return False
    finally:
        page.close()
    return True


def _locked(browser: Browser, seconds: float, clicks: int) -> Outcome:
    with folder() as place:
        with playing(browser, place) as (server, clicker):
            clicker.double_click()
            with _lock(place.file, seconds):
                clicker.press_quickly(clicks, patience=3 * seconds)
            took, back = clicker.notes.waits[-1], clicker.until_counted()
            loop, more = clicker.loop, f"all were answered {took:.1f} s after the first press"
            name = f"locked {seconds:.0f} s, {clicks} quick clicks"
            known = concluded(name, server, clicker, back, more)
        return replace(known, stored=place.stored(loop))


@contextmanager
def _lock(file: Path, seconds: float) -> Iterator[None]:
    """Hold a database for so long; not before is the block over."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(seconds, other.rollback)
        release.start()
        yield
        release.join()


def locked_shortly(browser: Browser) -> Outcome:
    """Another process holds the database a little longer than a press waits."""
    return _locked(browser, 7, 3)


def locked(browser: Browser) -> Outcome:
    """The lock lasts for a while, and a user clicks quickly."""
    return _locked(browser, 10, 20)


def locked_for_long(browser: Browser) -> Outcome:
    """The lock lasts for as long as several presses wait in succession."""
    return _locked(browser, 30, 20)


def locked_meanwhile_loaded(browser: Browser) -> Outcome:
    """The lock lasts while a returning user loads each page."""
    with folder() as place:
        with playing(browser, place) as (server, clicker):
            with _lock(place.file, 90):
                clicker.load_each_page()
            back = clicker.until_counted()
            loop = clicker.loop
            known = concluded("locked 90 s, each page loaded", server, clicker, back)
        return replace(known, stored=place.stored(loop))


def deleted(browser: Browser) -> Outcome:
    """The database file is deleted while the server runs."""
    with folder() as place:
        with playing(browser, place) as (server, clicker):
            loop = clicker.loop
            for file in place.files:
                file.unlink()
            for _ in range(5):
                clicker.press()
            clicker.load_each_page()
            known = replace(concluded("database file deleted", server, clicker), gone=3)
        return replace(known, stored=place.stored(loop))


def log_deleted(browser: Browser) -> Outcome:
    """SQLite's write-ahead log, with all recent data, is deleted while the server runs."""
    with folder() as place:
        with playing(browser, place) as (server, clicker):
            loop = clicker.loop
            place.file.with_name(f"{place.file.name}-wal").unlink()
            clicker.press()
            back = clicker.until_counted()
            known = concluded("write-ahead log deleted", server, clicker, back)
        return replace(known, stored=place.stored(loop))


def replaced(browser: Browser) -> Outcome:
    """An older copy takes the place of the database file while the server runs."""
    with folder() as place, tempfile.TemporaryDirectory() as elsewhere:
        with playing(browser, place) as (server, clicker):
            loop, copy = clicker.loop, Path(elsewhere) / "copy.db"
            with closing(sqlite3.connect(place.file)) as live, closing(sqlite3.connect(copy)) as to:
                live.backup(to)
            for _ in range(2):
                clicker.press()
            for file in place.files:
                file.unlink()
            shutil.move(copy, place.file)
            for _ in range(5):
                clicker.press()
            known = replace(concluded("database file replaced", server, clicker), gone=2)
        return replace(known, stored=place.stored(loop))


def flipped_bits(_: Browser) -> Outcome:
    """One bit of the database file is flipped, many times."""
    with tempfile.TemporaryDirectory() as own:
        results = list(effects(Path(own), _BITS, np.random.default_rng(12)))
    counts = {kind: sum(one.effect == kind for one in results) for kind in ("believed", "uncaught")}
    harm = tuple(f"{number} {kind}" for kind, number in counts.items() if number)
    return Outcome(f"one flipped bit x {_BITS}", more=summary(results), harm=harm)


# -- PostgreSQL and the connection to it ----------------------------------------------


@contextmanager
def postgres_behind(proxy: bool) -> Iterator[tuple[Postgres, Proxy | None, Place]]:
    """A PostgreSQL, and a storage place of the app in it."""
    with own_postgres() as postgres, tempfile.TemporaryDirectory() as empty:
        way = Proxy(postgres.host, postgres.port) if proxy else None
        url = postgres.url(way.port if way else None)
        try:
            yield postgres, way, Place(Path(empty), postgres.url(), {"DATABASE_URL": url})
        finally:
            if way:
                way.cut()


def postgres_stopped(browser: Browser) -> Outcome:
    """PostgreSQL stops at once, and is started again."""
    with postgres_behind(proxy=False) as (postgres, _, place):
        with playing(browser, place) as (server, clicker):
            loop = clicker.loop
            postgres.stop()
            for _ in range(5):
                clicker.press()
            clicker.load_each_page()
            postgres.start()
            back = clicker.until_counted()
            known = concluded("PostgreSQL stopped, started", server, clicker, back)
        return replace(known, stored=place.stored(loop))


def backends_terminated(browser: Browser) -> Outcome:
    """All connections to PostgreSQL end every 5 to 60 ms."""
    rng, is_over, ended = np.random.default_rng(5), threading.Event(), [0]
    with postgres_behind(proxy=False) as (postgres, _, place):

        def terminate() -> None:
            with postgres.connect() as connection:
                while not is_over.wait(float(rng.uniform(0.005, 0.06))):
                    ended[0] += terminate_backends(connection)

        with playing(browser, place) as (server, clicker):
            loop, thread = clicker.loop, threading.Thread(target=terminate)
            thread.start()
            for _ in range(25):
                clicker.press()
            is_over.set()
            thread.join()
            back = clicker.until_counted()
            more = f"{ended[0]} connections were ended"
            known = concluded("backends ended every 5-60 ms", server, clicker, back, more)
        return replace(known, stored=place.stored(loop))


def commit_lost(browser: Browser) -> Outcome:
    """A commit succeeds, but its response is lost; the user presses again after an
    error message.
    """
    with postgres_behind(proxy=True) as (_, way, place):
        assert way is not None
        with playing(browser, place) as (server, clicker):
            loop = clicker.loop
            for _ in range(3):
                way.lose_answer_to(b"COMMIT")
                if clicker.press() != "counted":
                    clicker.press()
            back = clicker.until_counted()
            known = concluded("answer to COMMIT lost, 3 times", server, clicker, back)
        return replace(known, stored=place.stored(loop))


def black_hole(browser: Browser) -> Outcome:
    """For 30 s the network to PostgreSQL drops all data, and keeps all connections."""
    with postgres_behind(proxy=True) as (_, way, place):
        assert way is not None
        with playing(browser, place) as (server, clicker):
            loop = clicker.loop
            way.hold()
            until = time.monotonic() + _HELD
            with ThreadPoolExecutor(1) as beside:
                # Not first: it would take the connection that a click would hang on.
                others = beside.submit(_news, server, loop, after=2.0)
                while time.monotonic() < until:
                    clicker.press()
            way.let_go()
            back = clicker.until_counted(60)
            waits = ", ".join(f"{seconds:.1f}" for seconds in clicker.notes.waits[3:])
            known = replace(
                concluded("black hole of 30 s", server, clicker, back),
                more=f"presses answered after {waits} s",
                harm=_late(others.result()),
            )
        return replace(known, stored=place.stored(loop))


def _late(answered: int) -> tuple[str, ...]:
    late = _TABS - answered
    return (f"{late} of {_TABS} other tabs get no answer",) if late else ()


def _news(server: Server, loop: str, after: float) -> int:
    """Number of a dozen other tabs that get a response to their request for the log's length."""
    time.sleep(after)

    def ask(_: int) -> bool:
        try:
            with urlopen(f"{server.address}/playground/length", loop.encode(), timeout=8):
                return True
        except HTTPError:
            return True
        except OSError:
            return False

    with ThreadPoolExecutor(_TABS) as tabs:
        return sum(tabs.map(ask, range(_TABS)))


# -- at the start ---------------------------------------------------------------------


def _at_the_start(browser: Browser, name: str, place: Place) -> Outcome:
    """The view of a user or an operator of a server that cannot work."""
    try:
        with playing(browser, place, clicks=0) as (server, clicker):
            known = concluded(name, server, clicker)
            silent = () if known.said else ("no sentence says why",)
            return replace(known, pressed=None, shown=None, back=None, more="", harm=silent)
    except RuntimeError as refused:
        return Outcome(name, said=(str(refused).strip().splitlines()[-1],))


def newer_schema(browser: Browser) -> Outcome:
    """The database was made by a later version of the app."""
    with folder() as place:
        Store.open(place.url).close()
        with closing(sqlite3.connect(place.file)) as database, database:
            database.execute("UPDATE playground_schema SET version = 99")
        return _at_the_start(browser, "newer schema", place)


def wrong_environment(browser: Browser) -> Outcome:
    """A limit in the environment is no number."""
    with folder() as place:
        wrong = replace(place, environment={"PLAYGROUND_MAX_EVENTS": "abc"})
        return _at_the_start(browser, "PLAYGROUND_MAX_EVENTS=abc", wrong)


# -- signals --------------------------------------------------------------------------


def sigterm_in_a_crowd(browser: Browser) -> Outcome:
    """The server is asked to end while a crowd walks in."""
    with folder() as place:
        with playing(browser, place) as (server, clicker):
            loop = clicker.loop
            clicker.let_in(1_000)
            known = concluded("SIGTERM in a crowd", server, clicker, None)
            ended = end(server, signal.SIGTERM)
            clear_away(ended.orphans)
        return replace(
            known,
            stored=place.stored(loop),
            back=None,
            orphans=len(ended.orphans),
            ended_early=True,
            more=f"it ended after {ended.took:.1f} s, when {clicker.shown:,} visitors had come",
        )


def _signal_in_a_race(browser: Browser, by: signal.Signals) -> Outcome:
    with folder() as place, running(data=place.data) as server:
        page = browser.new_context().new_page()
        RacePage(page, server.address).open("?visitors=20000&crowds=50").press("start")
        until = time.monotonic() + 60
        while time.monotonic() < until and _work_of(descendants(server.pid)) < 8:
            page.wait_for_timeout(200)
        ended = end(server, by)
        before = _work_of(ended.orphans)
        time.sleep(3)
        still = _work_of(ended.orphans) - before
        left = alive(ended.orphans)
        clear_away(ended.orphans)
        page.context.close()
    more = f"it ended after {ended.took:.1f} s; those left use {still / 3:.1f} cores"
    return Outcome(f"{by.name} in a race", orphans=len(left), more=more)


def _work_of(pids: set[int] | frozenset[int]) -> float:
    return sum(map(seconds_used, pids))


def sigterm_in_a_race(browser: Browser) -> Outcome:
    """The server gets SIGTERM while a race runs in other processes."""
    return _signal_in_a_race(browser, signal.SIGTERM)


def sigkill_in_a_race(browser: Browser) -> Outcome:
    """The server gets SIGKILL while a race runs in other processes."""
    return _signal_in_a_race(browser, signal.SIGKILL)


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        disk_full, read_only, locked_shortly, locked, locked_for_long, locked_meanwhile_loaded,
        deleted, log_deleted,
        replaced, flipped_bits, newer_schema, wrong_environment,
        postgres_stopped, backends_terminated, commit_lost, black_hole,
        sigterm_in_a_crowd, sigterm_in_a_race, sigkill_in_a_race,
    )
}  # fmt: skip


def main() -> None:
    """Try one fault after the other, and print each outcome."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FAULTS))
    names = parser.parse_args().names or list(FAULTS)
    if unknown := set(names) - set(FAULTS):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    path = chromium.find()
    if path is None:
        parser.error(f"none of {', '.join(chromium.NAMES)} is installed")
    survived = 0
    print(HEAD)
    for name in names:
        with chromium.launched(path) as browser:
            try:
                result = FAULTS[name](browser)
            except MissingError as missing:
                print(f"{name:34}  left out: {missing}", flush=True)
                continue
        survived += not result.wrong
        print(row(result), flush=True)
    print(f"{survived} of {len(names)} faults survived")


if __name__ == "__main__":
    main()
