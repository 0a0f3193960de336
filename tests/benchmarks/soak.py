"""Half an hour of typical use: is memory flat, and are files and threads released?

    python -m tests.benchmarks.soak [--minutes 30]

One server, one Chromium. Round after round a new browser profile clicks, lets crowds in, reloads,
runs a race, exports its loop, imports and deletes it, and leaves. A line each minute shows the
server's resources without race processes, and bounded quantities: sessions in memory, each with
three files for two minutes after its end, loops, and checkpoints.

The growth of memory in the second half depends on the number of sessions in the last minutes. A
leak would remain after all sessions have ended, so the server is left idle twice, early and at the
end, until they are released.
"""

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.browser import chromium
from tests.browser.app import Server, running
from tests.browser.data import DataPage
from tests.browser.page import WIDE
from tests.browser.play import PlayPage
from tests.browser.race import RacePage
from tests.faults.processes import Resources, descendants, resources

_CROWDS = (10, 100, 1_000)
_PATIENCE = 60_000
"""Timeout in milliseconds on a busy machine."""
_TOKEN = "0123456789abcdef"
_EARLY = 3
"""Rounds after which lazily loaded parts are in memory."""
_ALONE = 130.0
"""Seconds after which Streamlit drops the session of a closed tab."""
_COLLECTED = 600.0
"""Seconds until the memory of ended sessions has been collected."""


class Guest:
    """A browser profile that performs a round of all activities.

    Attributes:
        done: counts of activities, over all guests.
        complaints: errors reported by browsers, and pages with an exception.

    Args:
        address: URL of the server.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.done: Counter[str] = Counter()
        self.complaints: list[str] = []

    def come(self, browser: Browser, number: int, until: float) -> None:
        """Perform all activities once, as far as time permits; a failure ends the visit."""
        context = browser.new_context(viewport=WIDE, accept_downloads=True)
        play = PlayPage(context.new_page(), self.address)
        try:
            self._go_round(play, number, until)
        except (AssertionError, PlaywrightError) as error:
            self.complaints.append(f"{' '.join(str(error).split())[:300]}, after {dict(self.done)}")
        self.complaints += play.complaints
        context.close()

    def _go_round(self, play: PlayPage, number: int, until: float) -> None:
        page = play.open(f"?seed={number}").page
        steps: list[Callable[[], None]] = [
            lambda: self._click(play, 20),
            lambda: self._let_in(play, _CROWDS[number % len(_CROWDS)]),
            lambda: self._reload(play),
            lambda: self._click(play, 5),
            lambda: self._take_along_and_bring_in(page),
            lambda: self._race(page, number),
        ]
        for step in steps:
            if time.monotonic() < until:
                step()
                self._look(page)

    def _click(self, play: PlayPage, times: int) -> None:
        before = _visitors(play)
        for number in range(times):
            play.press(f"reward-{number % 3 + 1}")
            play.expect_visitors(before + number + 1)
        self.done["clicks"] += times

    def _let_in(self, play: PlayPage, visitors: int) -> None:
        before = _visitors(play)
        play.simulate(visitors)
        expect(play.visitors).to_have_text(f"{before + visitors:,}", timeout=_PATIENCE)
        play.settle()
        self.done["visitors in crowds"] += visitors

    def _reload(self, play: PlayPage) -> None:
        before = play.visitors.inner_text()
        play.page.reload()
        expect(play.visitors).to_have_text(before)
        play.settle()
        self.done["reloads"] += 1

    def _take_along_and_bring_in(self, page: Page) -> None:
        data = DataPage(page, self.address).open()
        data.expect_loops(1)
        name = data.loops.first.get_attribute("class") or ""
        loop = name.partition("st-key-loop-")[2].split()[0]
        with tempfile.TemporaryDirectory() as folder:
            file = data.export(loop, Path(folder))
            data.erase(loop)
            data.bring_in(file)
            expect(data.page.get_by_text("is imported")).to_be_visible(timeout=_PATIENCE)
        self.done["imports"] += 1

    def _race(self, page: Page, number: int) -> None:
        race = RacePage(page, self.address).open(f"?visitors=200&crowds=2&seed={number}")
        race.race()
        self.done["races"] += 1

    def _look(self, page: Page) -> None:
        result = page.get_by_test_id("stException")
        self.complaints += [box.inner_text()[:200] for box in result.all()]


def _visitors(play: PlayPage) -> int:
    """The displayed number of visitors; 0 before the first."""
    return sum(int(text.replace(",", "")) for text in play.visitors.all_inner_texts())


def _gauges(server: Server) -> dict[str, float]:
    """Gauges of the server, by name."""
    bearer = {"Authorization": f"Bearer {_TOKEN}"}
    with urlopen(Request(f"{server.address}/playground/metrics", headers=bearer)) as answer:
        lines = answer.read().decode().splitlines()
    return {
        name.removeprefix("playground_"): float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def _line(minute: float, server: Server, now: Resources, guest: Guest) -> str:
    done = ", ".join(f"{times:,} {what}" for what, times in guest.done.items())
    gauges = _gauges(server)
    return (
        f"{minute:5.1f} min {now.memory:7.1f} MiB {now.files:5} files {now.threads:4} threads "
        f"{len(descendants(server.pid)):3} processes {gauges['sessions_held']:4.0f} sessions "
        f"{gauges['loops_open']:3.0f} loops "
        f"{gauges['checkpoint_bytes'] / 2**20:5.1f} MiB of checkpoints   {done}"
    )


def _left_alone(server: Server, path: str) -> str:
    """Resources of the server after all sessions have ended, and after a last visit: Streamlit
    releases sessions only as another one ends.
    """
    time.sleep(_ALONE)
    with chromium.launched(path) as browser:
        page = DataPage(browser.new_page(), server.address).open()
        page.settle()
    until = time.monotonic() + _COLLECTED
    while _gauges(server)["sessions_held"] > 1 and time.monotonic() < until:
        time.sleep(5)
    now, gauges = resources(server.pid), _gauges(server)
    return (
        f"left alone: {now.memory:.1f} MiB, {now.files} files, {now.threads} threads, "
        f"{gauges['sessions_held']:.0f} sessions, {gauges['loops_open']:.0f} loops"
    )


def growth(minutes: list[float], memory: list[float]) -> float:
    """Growth in MiB per hour, from a regression line through the second half of the
    measurements.
    """
    half = len(minutes) // 2
    if len(minutes) - half < 2:
        return 0.0
    return 60 * statistics.linear_regression(minutes[half:], memory[half:]).slope


def main() -> None:
    """Let guests come until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    path = chromium.find()
    if path is None:
        parser.error(f"none of {', '.join(chromium.NAMES)} is installed")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(data=Path(folder), environment={"PLAYGROUND_METRICS_TOKEN": _TOKEN}) as server,
    ):
        guest = Guest(server.address)
        times, memory = _rounds(server, guest, path, minutes)
        print(_left_alone(server, path))
        log = server.log_file.read_text(errors="replace")
    print(
        f"memory grew by {growth(times, memory):+.1f} MiB an hour in the second half; "
        f"{log.count('Traceback (most')} tracebacks in the log, {len(guest.complaints)} complaints"
    )
    for complaint, often in Counter(guest.complaints).most_common(5):
        print(f"    {often} x {complaint}")
    print(*(line for line in log.splitlines() if "Traceback (most" in line), sep="\n")


def _rounds(
    server: Server, guest: Guest, path: str, minutes: float
) -> tuple[list[float], list[float]]:
    """Let guests come until the time is over: minutes, and the MiB that the server had then."""
    times, memory = list[float](), list[float]()
    start = time.monotonic()
    until, next_line, number = start + 60 * minutes, start, 0
    while time.monotonic() < until:
        # A browser caches pages: each round gets a new one.
        with chromium.launched(path) as browser:
            guest.come(browser, number, until)
        number += 1
        if time.monotonic() >= next_line:
            next_line += 60
            now = resources(server.pid)
            times.append((time.monotonic() - start) / 60)
            memory.append(now.memory)
            print(_line(times[-1], server, now, guest), flush=True)
        if number == _EARLY:
            print(_left_alone(server, path), flush=True)
    return times, memory


if __name__ == "__main__":
    main()
