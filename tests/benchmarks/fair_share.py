"""Latency of another visitor's click while 20 tabs run the heaviest work that the app offers.

    python -m tests.benchmarks.fair_share [--seconds 60] [--only stories,imports]

A tab is a WebSocket that behaves like a browser: it opens the page, requests frames as often as the
page says, and presses available buttons. The other visitor presses *Next* on Play once a second,
first alone, then beside each kind of load.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from engine.simulation.simulated_visitors import crowd
from engine.store import Store, StoredLoop
from engine.store.exchange.jsonl import export_lines
from engine.worlds import WORLDS
from tests.benchmarks.sessions import Player
from tests.browser.app import Server, running
from tests.faults.processes import seconds_used
from tests.score import number_in

_STREAM = "/_stcore/stream"


@dataclass(frozen=True, slots=True)
class Load:
    """Tabs with heavy work.

    Attributes:
        page: name of the page.
        query: query string, without the seed.
        tabs: number of tabs, each with a separate seed.
        presses: keys of the buttons that each tab presses whenever possible.
        opens: keys of the boxes that are open on the page.
        sends: creates the file for the page's upload field.
    """

    page: str
    query: str
    tabs: int
    presses: Sequence[str]
    opens: Sequence[str] = ()
    sends: Callable[[], bytes] = lambda: b""


VISITORS = 2_000
"""Visitors of the imported loop, and of the loop whose field importance is measured."""
EVENTS = 100_000
"""Events of the log to evaluate."""


def kept_in(folder: str | Path) -> tuple[Store, StoredLoop]:
    """A loop that has served visitors, in a server's folder."""
    world = WORLDS["coffee"]
    store = Store.open(f"sqlite:///{folder}/events.db")
    kept = StoredLoop.create(store, owner="me", world=world)
    kept.together(lambda: list(crowd(kept.loop, world, VISITORS)))
    return store, kept


@cache
def loop_file() -> bytes:
    """A loop as a file."""
    with tempfile.TemporaryDirectory() as folder:
        store, kept = kept_in(folder)
        return "\n".join(export_lines(store, kept.id)).encode()


@cache
def log_file() -> bytes:
    """A log as a packed table."""
    rng = np.random.default_rng(7)
    actions, weather = rng.integers(10, size=EVENTS), rng.integers(4, size=EVENTS)
    hours, rewards = rng.integers(24, size=EVENTS), rng.random(EVENTS) < 0.3
    rows = zip(range(EVENTS), weather, hours, actions, rewards, strict=True)
    lines = (f"e{at},w{sky},{hour},a{shown},.1,{earned:d}" for at, sky, hour, shown, earned in rows)
    return gzip.compress("\n".join(["event_id,sky,hour,action,p,reward", *lines]).encode())


STORY = "rule=mood&explore=50&story=5000"
RACE = "visitors=20000&crowds=50&who=ours,ucb,ab,uniform&raced=nobody"
LOG = "log=ready&visitors=3000"
LESSONS = ("what_95_promises", "exam_week", "never_tried", "never_a_hundred")


def loads(view: str) -> dict[str, list[Load]]:
    """All kinds of load.

    Args:
        view: id of the loop whose field importance is measured.
    """
    return {
        "stories": [Load("compare", STORY, 20, ("start-story",))],
        "races": [Load("race", RACE, 2, ("start",))],
        "crowds": [Load("", "", 4, ("let-in-1000",))],
        "imports": [Load("data", "", 20, ("import",), ("bring",), loop_file)],
        "live play": [Load("compare", "rule=mood&speed=100", 20, ("start",))],
        "coverage": [Load("evaluate", f"{LOG}&tab=reliable&times=500", 20, ("start-watch",))],
        "settings tried": [Load("evaluate", f"{LOG}&tab=settings", 20, ("start-tuning",))],
        "logs in files": [Load("evaluate", "log=file", 20, (), (), log_file)],
        "importance": [Load("why", f"loop={view}", 20, ("measure",))],
        "lessons": [Load("learn", f"lesson={one}", 5, ()) for one in LESSONS],
    }


def together(kinds: dict[str, list[Load]]) -> list[Load]:
    """20 tabs in total."""
    return [replace(first, tabs=2) for first, *_ in kinds.values()]


def key_of(element: str) -> str:
    """The key of an element, by its id."""
    return element.split("-", 2)[-1]


class Tab:
    """A browser session.

    Attributes:
        visitors: number of visitors displayed by the page.
        frames: number of frames drawn automatically.
    """

    def __init__(self, address: str, load: Load, seed: int) -> None:
        self._address, self._url = address, address.replace("http", "ws") + _STREAM
        self._load, self._query = load, f"{load.query}&seed={seed}".lstrip("&")
        self._buttons: dict[str, bool] = {}
        self._open: set[str] = set()
        self._field: dict[str, str] = {}
        self._sent = ""
        self._stage: tuple[str, float] | None = None
        self._is_done = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._page_hash = ""
        self.visitors, self.frames = "", 0

    async def open(self, patience: float | None = None) -> None:
        """Open the page, and go on until closed."""
        self._socket: ClientConnection = await connect(
            self._url, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=300
        )
        self._tasks.append(asyncio.create_task(self._listen()))
        await self._run(ClientState(query_string=self._query, page_name=self._load.page), patience)

    async def live(self) -> None:
        """Draw and press until cancelled."""
        with contextlib.suppress(asyncio.CancelledError):
            if self._open:
                await self._run(self._state())
            while True:
                pressed = next((b for b in self._buttons if self._is_wanted(b)), None)
                if pressed is not None:
                    self._buttons[pressed] = False
                    await self._run(self._state(pressed))
                elif self._field.get("token", "") != self._sent:
                    await asyncio.to_thread(self._send_file)
                    await self._run(self._state())
                elif self._stage is not None:
                    stage, every = self._stage
                    await asyncio.sleep(every)
                    self.frames += 1
                    state = self._state()
                    state.fragment_id, state.is_auto_rerun = stage, True
                    await self._run(state)
                else:
                    await asyncio.sleep(0.1)

    def _state(self, pressed: str | None = None) -> ClientState:
        """State sent by the browser: address, open boxes and the pressed button."""
        state = ClientState(query_string=self._query, page_script_hash=self._page_hash)
        for box in self._open:
            state.widget_states.widgets.add(id=box, bool_value=True)
        if pressed is not None:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        return state

    def _send_file(self) -> None:
        """Upload the file to the address given by the page."""
        upload, self._sent = self._field, self._field["token"]
        headers = {upload["header"]: upload["token"]}
        url, data = f"{self._address}{upload['path']}", self._load.sends()
        with urlopen(Request(url, data=data, headers=headers), timeout=600) as answer:
            assert answer.status == 204

    async def close(self) -> None:
        """Close the tab."""
        for task in self._tasks:
            task.cancel()
        await self._socket.close()

    def _is_wanted(self, button: str) -> bool:
        return self._buttons[button] and key_of(button) in self._load.presses

    async def _run(self, state: ClientState, patience: float | None = None) -> None:
        self._is_done.clear()
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._is_done.wait()

    async def _listen(self) -> None:
        async for data in self._socket:
            assert isinstance(data, bytes)
            said = ForwardMsg.FromString(data)
            kind = said.WhichOneof("type")
            if kind == "new_session":
                if not said.metadata.run.fragment_ids:
                    self._stage = None
            elif kind == "navigation":
                self._page_hash = said.navigation.page_script_hash
            elif kind == "auto_rerun":
                self._stage = said.auto_rerun.fragment_id, said.auto_rerun.interval
            elif kind == "page_info_changed":
                self._query = said.page_info_changed.query_string
            elif kind == "script_finished":
                self._is_done.set()
            elif kind == "delta":
                self._hear(said)

    def _hear(self, said: ForwardMsg) -> None:
        box, element = said.delta.add_block.expandable.id, said.delta.new_element
        if key_of(box) in self._load.opens:
            self._open.add(box)
        if element.HasField("button"):
            self._buttons[element.button.id] = not element.button.disabled
        elif element.HasField("bidi_component"):
            data = json.loads(element.bidi_component.json or "null")
            if not isinstance(data, dict):
                return
            if "token" in data:
                self._field = data
            elif scene := data.get("scene"):
                self.visitors = number_in(scene["panels"]["earned"], "Visitors") or ""
        elif element.HasField("exception"):
            print("exception:", element.exception.type, element.exception.message)


@dataclass(frozen=True, slots=True)
class Click:
    """Duration of a click in seconds, and processor seconds used by the server meanwhile.

    Processor seconds are comparable on a shared machine, too.
    """

    seconds: float
    used: float


async def clicks(player: Player, pid: int, seconds: float) -> list[Click]:
    """Click once a second."""
    took: list[Click] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = seconds_used(pid)
        await player.press()
        waited = player.waits[-1]
        took.append(Click(waited, seconds_used(pid) - before))
        await asyncio.sleep(max(0.0, 1.0 - waited))
    return took


def print_line(name: str, took: list[Click], quiet: list[Click]) -> None:
    """Print a line about some clicks."""
    waited, cost = [click.seconds for click in took], [click.used for click in took]
    times = statistics.median(waited) / statistics.median(click.seconds for click in quiet)
    times_used = statistics.mean(cost) / statistics.mean(click.used for click in quiet)
    print(
        f"{name:<24} {len(took):>4} clicks  median {statistics.median(waited) * 1e3:>6.0f} ms  "
        f"p95 {np.quantile(waited, 0.95) * 1e3:>6.0f}  most {max(waited) * 1e3:>6.0f}  "
        f"{times:>5.1f} x quiet;  processor mean {statistics.mean(cost) * 1e3:>5.0f} ms  "
        f"median {statistics.median(cost) * 1e3:>4.0f}  {times_used:>5.1f} x quiet",
        flush=True,
    )


async def beside(server: Server, name: str, loads: Sequence[Load], seconds: float) -> None:
    """The other visitor's clicks, alone, and beside a load."""
    for load in loads:
        load.sends()  # Created once, before any measurement.
    other = Player(server.address, 1, calls_next=True)
    await other.open()
    quiet = (await clicks(other, server.pid, 15))[3:]
    print_line(f"{name}: before it", quiet, quiet)
    tabs = [Tab(server.address, load, 100 + n) for load in loads for n in range(load.tabs)]
    opening = [asyncio.create_task(tab.open(600)) for tab in tabs]
    await asyncio.sleep(3)
    lives = [
        asyncio.create_task(_after(task, tab)) for task, tab in zip(opening, tabs, strict=True)
    ]
    print_line(name, await clicks(other, server.pid, seconds), quiet)
    came = sum(int(tab.visitors.replace(",", "") or 0) for tab in tabs)
    print(f"{'':<24} {sum(tab.frames for tab in tabs)} frames drawn, {came:,} visitors served")
    for task in [*opening, *lives]:
        task.cancel()
    await asyncio.gather(*(tab.close() for tab in tabs), other.close(), return_exceptions=True)


async def _after(opening: asyncio.Task[None], tab: Tab) -> None:
    await opening
    await tab.live()


def main() -> None:
    """Run each kind of load on a separate server, then all together."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        view = kept_in(folder)[1].view
        kinds = loads(view)
        for name, some in {**kinds, "all together": together(kinds)}.items():
            if not given.only or name in given.only.split(","):
                with running(data=Path(folder)) as server:
                    asyncio.run(beside(server, name, some, given.seconds))


if __name__ == "__main__":
    main()
