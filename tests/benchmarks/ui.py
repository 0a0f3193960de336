"""Speed of the Play page in a real Chromium, compared with an empty Streamlit app in the same run.

    python tests/benchmarks/ui.py

The empty app (`empty_app.py`) has a button and as many charts as a click redraws on our page, and
no further elements. The clock runs inside the page: from the click event to the last change in any
chart, without motion. The two pages alternate, so that both run under the same load.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize, WebSocket

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine import LearningLoop
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from pages.parts.components.scene_view import ANSWER_PATH
from tests.benchmarks.layout_shift import shifts
from tests.browser import chromium
from tests.browser.app import Server, running
from tests.browser.play import PlayPage

Row = dict[str, object]

EMPTY = "tests/benchmarks/empty_app.py"
AIM = 1.5
BLOCK = 10
"""Consecutive clicks on a page before the other page's turn."""
FAST, GAP = 20, 50
"""Number of fast clicks, and milliseconds between them."""
WARM_UP = 4
CHART = ":is(.stVegaLiteChart, .panel-picture)"
"""A chart, drawn by Streamlit or in a panel."""
VISITORS = ".score dt:text-is('Visitors') + dd"
"""The number of visitors, once there is one."""
SIZE: ViewportSize = {"width": 1440, "height": 900}

CLOCK = """
const clock = window.clock = {click: 0, last: 0, charts: new Set(), firstChart: null, answered: []};
addEventListener("click", event => {
    Object.assign(clock, {click: event.timeStamp, last: 0, charts: new Set()});
    const bar = event.target.closest("button") && document.querySelector(".reward-bar");
    clock.answered.push(bar?.dataset.offer ?? clock.answered.length);
}, true);
new MutationObserver(changes => {
    for (const {target} of changes) {
        const chart = target.closest?.(".stVegaLiteChart, .panel-picture");
        if (!chart?.querySelector("svg")) continue;
        clock.last = performance.now();
        clock.firstChart ??= clock.last;
        clock.charts.add(chart);
    }
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
"""
QUIET = "() => clock.last > clock.click && performance.now() - clock.last > 400"
"""True if no chart has changed for a while."""
ANOTHER = "() => document.querySelector('.reward-bar').dataset.offer !== clock.answered.at(-1)"
"""The offer on the screen has not been answered yet."""


def open_page(context: BrowserContext, url: str, charts: int) -> Page:
    """Open an address and wait until its charts are stable."""
    page = context.new_page()
    page.add_init_script(CLOCK)
    page.goto(url)
    page.wait_for_function(
        f"n => document.querySelectorAll('{CHART} svg.marks').length >= n",
        arg=charts,
    )
    page.wait_for_function(QUIET)
    return page


def press(page: Page, key: str) -> None:
    """A real mouse click on a keyed button; with help it stands in the page twice."""
    page.locator(f".st-key-{key} button:visible").first.click()


class Wire:
    """Bytes received by a page since the last call: by WebSocket and by responses."""

    def __init__(self, context: BrowserContext) -> None:
        self._got = 0
        context.on("page", lambda page: page.on("websocket", self._listen))
        context.on("response", self._weigh)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, frame: bytes | str) -> None:
        self._got += len(frame)

    def _weigh(self, answer: Response) -> None:
        if answer.url.endswith(ANSWER_PATH):
            self._got += int(answer.headers.get("content-length", 0))

    def taken(self) -> int:
        """Number of bytes received; resets the counter."""
        got, self._got = self._got, 0
        return got


def click(page: Page, key: str) -> tuple[float, int]:
    """Milliseconds from a click to the last change in a chart, and how many charts changed."""
    press(page, key)
    page.wait_for_function(QUIET)
    ms, charts = page.evaluate("[clock.last - clock.click, clock.charts.size]")
    return float(ms), int(charts)


# -- 1. from click to the last repainted chart ----------------------------------------


def reaction(
    browser: Browser, app: Server, empty: Server, query: str, name: str, clicks: int
) -> list[Row]:
    """Our page and the empty app, a block of clicks each in turn."""
    still = partial(browser.new_context, viewport=SIZE, reduced_motion="reduce")
    with still() as ours, still() as theirs:
        wires = Wire(ours), Wire(theirs)
        sizes: tuple[list[int], list[int]] = ([], [])
        play = open_page(ours, f"{app.address}/{query}", charts=2)
        keys = ("reward-1", "reward-3")
        for i in range(WARM_UP):
            _, drawn = click(play, keys[i % 2])
        floor = open_page(theirs, f"{empty.address}/?charts={drawn}", charts=drawn)
        for _ in range(WARM_UP):
            click(floor, "click")
        here: list[tuple[float, int]] = []
        there: list[tuple[float, int]] = []
        while len(here) < clicks:
            for wire in wires:
                wire.taken()
            here += [click(play, keys[i % 2]) for i in range(BLOCK)]
            there += [click(floor, "click") for _ in range(BLOCK)]
            for wire, result in zip(wires, sizes, strict=True):
                result.append(wire.taken())
    kilobytes = {
        title: f"{sum(result) / (1_000 * len(here)):.1f}"
        for title, result in zip(("kB", "kB empty"), sizes, strict=True)
    }
    return [
        compare(f"{name}, {statistic}", quantile(here, share), quantile(there, share))
        | {"charts": charts_of(here), "charts empty": charts_of(there)}
        | kilobytes
        for statistic, share in (("median", 0.5), ("p95", 0.95))
    ]


def quantile(clicks: Sequence[tuple[float, int]], share: float) -> float:
    return float(np.quantile([ms for ms, _ in clicks], share))


def charts_of(clicks: Sequence[tuple[float, int]]) -> int:
    return statistics.mode(charts for _, charts in clicks)


def compare(name: str, here: float, there: float, aim: float | None = AIM) -> Row:
    row: Row = {"what": name, "ours": f"{here:.0f} ms", "empty": f"{there:.0f} ms"}
    row["ours / empty"] = f"{here / there:.2f}"
    row["within the aim"] = "" if aim is None else "yes" if here <= aim * there else "NO"
    return row


# -- 2. fast clicks -------------------------------------------------------------------


def hurry(browser: Browser, url: str, how: Callable[[Page], None], shown: str) -> tuple[int, int]:
    """Number of offers clicked during fast clicks, and of answers counted at the end.

    Two clicks on an offer are a single answer; on the empty page every click counts. The page
    records the offer at the moment of the click; a query before the click might see the previous
    offer.
    """
    with browser.new_context(viewport=SIZE) as context:
        page = open_page(context, url, charts=2)
        for _ in range(FAST):
            how(page)
            page.wait_for_timeout(GAP)
        page.wait_for_timeout(1_500)
        offers: int = page.evaluate("new Set(clock.answered).size")
        text = page.locator(shown).first.inner_text()
        return offers, int("".join(filter(str.isdigit, text)))


def hurries(browser: Browser, app: Server, empty: Server) -> list[Row]:
    """Fast clicks by mouse, at a fixed position and on the moving button, and by key."""
    ours, theirs = f"{app.address}/", f"{empty.address}/?charts=4"
    clicks = ".stMarkdown:has-text('Clicks: ')"
    places: dict[Page, tuple[float, float]] = {}

    def at_one_place(page: Page) -> None:
        if page not in places:
            box = page.locator(".st-key-reward-1 button:visible").first.bounding_box()
            assert box
            places[page] = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.click(*places[page])

    def wherever(page: Page, key: str) -> None:
        page.evaluate(
            """key => [...document.querySelectorAll(`.st-key-${key} button`)]
                .find(button => button.checkVisibility()).click()""",
            key,
        )

    def once_it_is_there(page: Page) -> None:
        page.wait_for_function(ANOTHER)
        wherever(page, "reward-1")

    ways: tuple[tuple[str, str, Callable[[Page], None], str], ...] = (
        ("ours, mouse at one place", ours, at_one_place, VISITORS),
        ("ours, on the button", ours, lambda page: wherever(page, "reward-1"), VISITORS),
        ("ours, key 1", ours, lambda page: page.keyboard.press("1"), VISITORS),
        ("ours, each offer once", ours, once_it_is_there, VISITORS),
        ("empty, on the button", theirs, lambda page: wherever(page, "click"), clicks),
    )
    result = ((name, hurry(browser, url, how, shown)) for name, url, how, shown in ways)
    return [
        {"clicks": name, "sent": FAST, "offers": offers, "counted": counted}
        for name, (offers, counted) in result
    ]


# -- 3. loading -----------------------------------------------------------------------


def load(context: BrowserContext, url: str) -> dict[str, float]:
    """Milliseconds from navigation to first paint, first chart, and the last of the charts."""
    page = open_page(context, url, charts=2)
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    times: list[float] = page.evaluate(f"[{paint}, clock.firstChart, clock.last]")
    page.close()
    return dict(zip(("first paint", "first chart", "last chart"), times, strict=True))


def loads(path: str, repeats: int) -> list[Row]:
    """A new server and an empty browser cache, then the same again."""
    times: dict[tuple[str, str, str], list[float]] = {}
    for _ in range(repeats):
        for name, script, query in (("ours", "app.py", ""), ("empty", EMPTY, "?charts=2")):
            with (
                running(script) as server,
                chromium.launched(path) as browser,
                browser.new_context(viewport=SIZE) as context,
            ):
                for state in ("cold", "warm"):
                    for what, ms in load(context, f"{server.address}/{query}").items():
                        times.setdefault((state, what, name), []).append(ms)
                times.setdefault(("cold", "server healthy", name), []).append(
                    1e3 * server.started_in
                )
    middle = {key: statistics.median(values) for key, values in times.items()}
    return [
        compare(f"{state}, {what}", ms, middle[state, what, "empty"], aim=None)
        for (state, what, name), ms in middle.items()
        if name == "ours"
    ]


# -- 4. memory ------------------------------------------------------------------------


def memory(browser: Browser, sessions: int) -> list[Row]:
    """Resident memory of a new server after one session, and after more open sessions."""
    measured: dict[str, tuple[float, float]] = {}
    for name, script, key in (("ours", "app.py", "reward-1"), ("empty", EMPTY, "click")):
        with running(script) as server, ExitStack() as open_ones:

            def one_more(server: Server, stack: ExitStack, key: str) -> None:
                context = stack.enter_context(browser.new_context(viewport=SIZE))
                click(open_page(context, f"{server.address}/?charts=2", charts=2), key)

            one_more(server, open_ones, key)
            first = server.memory
            for _ in range(sessions):
                one_more(server, open_ones, key)
            measured[name] = (first, (server.memory - first) / sessions)
    (one, each), (one_empty, each_empty) = measured["ours"], measured["empty"]
    return [
        {"what": "server with 1 session", "ours": mib(one), "empty": mib(one_empty)},
        {"what": f"each of {sessions} more", "ours": mib(each), "empty": mib(each_empty)},
    ]


def mib(value: float) -> str:
    return f"{value:.2f} MiB"


# -- 5. a crowd -----------------------------------------------------------------------


def thousand(browser: Browser, app: Server, repeats: int) -> list[Row]:
    """From the click on +1,000 to the last chart, beside the engine alone."""
    page_took, engine_took = [], []
    for seed in range(repeats):
        with browser.new_context(viewport=SIZE) as context:
            page = open_page(context, f"{app.address}/?seed={seed}", charts=2)
            PlayPage(page, app.address).simulate(1_000)
            page.locator(f"{VISITORS}:text-is('1,000')").wait_for()
            page.wait_for_function(QUIET)
            page_took.append(page.evaluate("clock.last - clock.click") / 1e3)
        start = time.perf_counter()
        for _ in crowd(LearningLoop(seed=seed), COFFEE, 1_000):
            pass
        engine_took.append(time.perf_counter() - start)
    here, alone = statistics.median(page_took), statistics.median(engine_took)
    return [
        {
            "what": "+1,000 on coffee, click to done",
            "page": f"{here:.2f} s",
            "engine alone": f"{alone:.2f} s",
            "page / engine": f"{here / alone:.1f}",
        }
    ]


# -- all tables -----------------------------------------------------------------------


def show(title: str, rows: list[Row]) -> None:
    print(f"\n{title}\n{pd.DataFrame(rows).to_string(index=False)}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clicks", type=int, default=40, help="timed clicks on each page")
    parser.add_argument("--repeats", type=int, default=3, help="page loads and crowds")
    parser.add_argument("--sessions", type=int, default=20, help="sessions to weigh")
    options = parser.parse_args()
    path = chromium.find()
    if path is None:
        sys.exit(f"no Chromium: none of {', '.join(chromium.NAMES)} is installed")

    with chromium.launched(path) as browser, running() as app, running(EMPTY) as empty:
        cases = {"same visitor": "", "next one after each": "?next=1"}
        rows = [
            row
            for name, query in cases.items()
            for row in reaction(browser, app, empty, query, name, options.clicks)
        ]
        show(f"1. From click to the last repainted chart, {options.clicks} clicks each", rows)
        show(f"2. {FAST} clicks {GAP} ms apart", hurries(browser, app, empty))
        show("3. A crowd", thousand(browser, app, options.repeats))
        show("4. What moves by itself", list(shifts(browser, app)))
    show(f"5. Loading, median of {options.repeats}", loads(path, options.repeats))
    with chromium.launched(path) as browser:
        show("6. Memory of the server", memory(browser, options.sessions))


if __name__ == "__main__":
    main()
