"""100 users on one process who click every other second: correctness, latency and cost.

    python -m tests.benchmarks.sessions [--sessions 100] [--seconds 60] [--rate 0.5] [--next]

Each session is a WebSocket that behaves like a browser: it opens the page with a separate seed,
sends rewards (with ``--next``: presses of *Next*, after which the visitor answers as simulated) at
its own pace to the answer route, and polls for changes of its loop by others. At the end each
session must have displayed only its own visitors, and the store must hold, for each seed, exactly
the events of the presses.

Then as many users click in the empty app (`empty_app.py`), which after a click draws as many charts
and other elements as Play, by a run of its script, without learning.

Processor time is measured for the server alone, so it hardly depends on other load. Latency does,
because the clients run beside the server.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import tempfile
import time
import tracemalloc
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from engine.store import Store, StoredLoop
from pages.parts.components.scene_view import ANSWER_PATH
from pages.parts.work.log_length_route import LENGTH_PATH
from tests.browser.app import Server, running
from tests.score import number_in

_STREAM = "/_stcore/stream"
_EMPTY = "tests/benchmarks/empty_app.py"
_PATIENCE = 15.0
"""Seconds until a click is said again; a page does so after 5, but is alone on its machine."""
_REWARDS = (1.0, 0.5, 0.0)
FIRST_SEED = 1_000


class Person(ABC):
    """A browser session.

    Attributes:
        pressed: clicks so far.
        again: number of repeated clicks.
        waits: seconds from each click until the page counts it.
        drawn: elements and blocks received after clicks.
        charts: number of charts among them.
    """

    def __init__(self, address: str, query: str) -> None:
        self._url = address.replace("http", "ws") + _STREAM
        self._query = query
        self._heard = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._shown = ""
        self.pressed = self.drawn = self.charts = self.again = 0
        self.waits: list[float] = []

    async def open(self) -> None:
        """Open the page and wait until everything is drawn."""
        self._socket: ClientConnection = await connect(
            self._url, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=60
        )
        self._tasks.append(asyncio.create_task(self._listen()))
        await self._run(ClientState(query_string=self._query))

    async def close(self) -> None:
        """Close the tab."""
        for task in self._tasks:
            task.cancel()
        await self._socket.close()

    @abstractmethod
    async def press(self) -> None:
        """Click, and wait until the page counts the click."""

    @abstractmethod
    def _look(self, delta: Delta) -> None:
        """See an element."""

    async def _run(self, state: ClientState) -> None:
        """Send the message, and repeat it after a while like the page's script, until it is
        counted.
        """
        for patience in (_PATIENCE, 2 * _PATIENCE):
            await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    while self._shown != f"{self.pressed:,}":
                        self._heard.clear()
                        await self._heard.wait()
                return
            self.again += 1
        raise TimeoutError(f"click {self.pressed} is not counted; the server may have refused it")

    async def _listen(self) -> None:
        async for data in self._socket:
            assert isinstance(data, bytes)
            self._hear(ForwardMsg.FromString(data))
            self._heard.set()

    def _hear(self, said: ForwardMsg) -> None:
        if said.WhichOneof("type") == "delta":
            self.drawn += self.pressed > 0
            self.charts += self.pressed > 0 and said.delta.new_element.HasField("vega_lite_chart")
            self._look(said.delta)


class Player(Person):
    """A user of the Play page.

    Attributes:
        loop: loop name in the address.
        asked: seconds of each poll for changes.

    Args:
        calls_next: True to press *Next* instead of a reward.
    """

    def __init__(self, address: str, seed: int, calls_next: bool) -> None:
        super().__init__(address, f"seed={seed}")
        self.seed, self._calls_next = seed, calls_next
        self.loop: str | None = None
        self.asked: list[float] = []
        self._view = self._stage = ""
        self._wire = Wire(urlsplit(address).netloc)
        self._scene: dict[str, Any] = {"number": 0}
        self._drawn_at, self._every, self._awaited = 0.0, 1.0, 0
        self._clicks: list[object] = []

    async def open(self) -> None:
        await super().open()
        self._tasks.append(asyncio.create_task(self._watch()))

    @property
    def visitors(self) -> str:
        """Number of visitors displayed by the page."""
        return self._shown

    async def press(self) -> None:
        self.pressed += 1
        start = time.perf_counter()
        self._clicks.append(self._click())
        wanted = {"session": self._scene["session"], "count": self.pressed, "latest": self._clicks}
        drawn = {"drawn": self._scene["number"]}
        status, body = await self._wire.post(ANSWER_PATH, json.dumps(wanted | drawn))
        if status == 200:
            scene = json.loads(body)
            self._drawn_at = time.perf_counter()
            self._draw(scene)
            self.waits.append(self._drawn_at - start)
            is_requested = self._awaited
            if scene["more"]:
                self._awaited = scene["number"]
            if not scene["more"] or is_requested:
                return
            wanted = {"drawn": True}
        await self._run(self._asking(wanted))
        if status != 200:
            self.waits.append(time.perf_counter() - start)

    def _click(self) -> object:
        """A click on the displayed scene, as the page's script sends it."""
        if self._calls_next:
            return {"wish": self._part("next", "button")["wish"]}
        offer = self._part("visit", "answers")["offer"]
        return {"offer": offer, "reward": _REWARDS[self.pressed % len(_REWARDS)]}

    def _asking(self, value: Mapping[str, object]) -> ClientState:
        """Message that requests a run of the page, like the page's script."""
        state = ClientState(query_string=self._query, fragment_id=self._stage)
        event = json.dumps([{"event": "rerun", "value": value}])
        trigger = f"$$STREAMLIT_INTERNAL_KEY_{self._view}__events"
        state.widget_states.widgets.add(id=self._view, json_value="{}")
        state.widget_states.widgets.add(id=trigger, json_trigger_value=event)
        return state

    def _hear(self, said: ForwardMsg) -> None:
        super()._hear(said)
        if said.WhichOneof("type") == "page_info_changed":
            self._query = said.page_info_changed.query_string
            self.loop = parse_qs(self._query).get("loop", [None])[0]

    def _look(self, delta: Delta) -> None:
        element = delta.new_element
        if element.bidi_component.id.endswith("-panel-visit"):
            self._view, self._stage = element.bidi_component.id, delta.fragment_id
            scene = json.loads(element.bidi_component.json)["scene"]
            if scene["number"] > self._awaited:
                self._awaited = 0
            else:
                run = self._run(self._asking({"drawn": True}))
                self._tasks.append(asyncio.create_task(run))
            self._draw(scene)
            self._drawn_at = time.perf_counter()
        elif element.bidi_component.id.endswith("-watch"):
            self._every = json.loads(element.bidi_component.json)["every"] / 1_000

    def _draw(self, scene: dict[str, Any]) -> None:
        """Draw a scene, unless a newer scene is displayed."""
        if scene["number"] <= self._scene["number"]:
            return
        self._scene = scene
        self._clicks = self._clicks[len(self._clicks) - self.pressed + scene["taken"] :]
        self._shown = number_in(scene["panels"]["earned"], "Visitors") or "0"

    def _part(self, panel: str, kind: str) -> Mapping[str, Any]:
        return next(part for part in self._scene["panels"][panel] if part["kind"] == kind)

    async def _watch(self) -> None:
        """Ask how long the log is, as the page's own script does."""
        wire = Wire(urlsplit(self._url).netloc)
        while True:
            while (rest := self._drawn_at + self._every - time.perf_counter()) > 0:
                await asyncio.sleep(rest)
            start = self._drawn_at = time.perf_counter()
            await wire.post(LENGTH_PATH, self.loop or "none")
            self.asked.append(time.perf_counter() - start)


class Wire:
    """A connection for sequential requests of a browser."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: str) -> tuple[int, bytes]:
        """Send text; status and body of the answer."""
        sent = body.encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: {len(sent)}\r\n\r\n"
        # A server closes connections that are silent for seconds.
        with contextlib.suppress(OSError, EOFError):
            return await self._ask(head.encode() + sent)
        self._open = None
        return await self._ask(head.encode() + sent)

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        if self._open is None:
            name, _, port = self._host.partition(":")
            self._open = await asyncio.open_connection(name, int(port))
        reader, writer = self._open
        writer.write(request)
        headers = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = headers.partition(b"content-length:")[2].split(b"\r\n")[0]
        return int(headers.split(b" ")[1]), await reader.readexactly(int(size or 0))


class Clicker(Person):
    """A user of the empty app."""

    def __init__(self, address: str, charts: int, elements: int) -> None:
        super().__init__(address, f"charts={charts}&elements={elements}")
        self._button = self._fragment = ""

    async def press(self) -> None:
        state = ClientState(query_string=self._query, fragment_id=self._fragment)
        state.widget_states.widgets.add(id=self._button, trigger_value=True)
        self.pressed += 1
        start = time.perf_counter()
        await self._run(state)
        self.waits.append(time.perf_counter() - start)

    def _look(self, delta: Delta) -> None:
        element = delta.new_element
        if element.button.id.endswith("-click"):
            self._button, self._fragment = element.button.id, delta.fragment_id
        elif element.markdown.body.startswith("Clicks: "):
            self._shown = element.markdown.body.removeprefix("Clicks: ")


async def visit(server: Server, people: Sequence[Person], seconds: float, rate: float) -> None:
    """Let users arrive one after the other and click for a while; print the cost."""
    await people[0].open()
    empty = server.memory
    for person in people[1:]:
        await person.open()
    each = (server.memory - empty) / max(len(people) - 1, 1)
    rng = np.random.default_rng(1)

    async def stay(person: Person) -> None:
        """Click at the planned times, or at once if overdue."""
        start = time.perf_counter()
        for planned in np.sort(rng.uniform(0, seconds, round(rate * seconds))).tolist():
            await asyncio.sleep(max(start + planned - time.perf_counter(), 0))
            await person.press()

    before, start = processor(server), time.perf_counter()
    await asyncio.gather(*map(stay, people))
    took, used = time.perf_counter() - start, processor(server) - before
    waits = [wait for person in people for wait in person.waits]
    print(f"  {len(people)} sessions open: {each:.2f} MiB each")
    print(
        f"  {len(waits)} clicks in {took:.0f} s, {len(waits) / took:.1f} a second: "
        f"{used / len(waits) * 1e3:.1f} ms of processor time each"
    )
    print(f"  the server complained {len(server.complaints)} times")
    print(
        f"  answered in {statistics.median(waits) * 1e3:.0f} ms "
        f"(p95 {np.quantile(waits, 0.95) * 1e3:.0f}), "
        f"{sum(person.again for person in people)} said twice"
    )


async def play(server: Server, options: argparse.Namespace) -> list[Player]:
    """Run all users on the Play page; then measure the cost of polling without clicks."""
    numbers = range(FIRST_SEED, FIRST_SEED + options.sessions)
    people = [Player(server.address, seed, options.next) for seed in numbers]
    await visit(server, people, options.seconds, options.rate)
    waits = [seconds for person in people for seconds in person.asked]
    before, start = processor(server), sum(len(person.asked) for person in people)
    await asyncio.sleep(10)
    used, more = processor(server) - before, sum(len(person.asked) for person in people) - start
    print(
        f"  {len(waits)} questions for news beside them, answered in "
        f"{statistics.median(waits) * 1e3:.0f} ms: {used / more * 1e3:.1f} ms each"
    )
    for person in people:
        await person.close()
    return people


def processor(server: Server) -> float:
    """Processor seconds used by a server."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check(people: list[Player], store: Store) -> None:
    """Check that each session displayed and stored its own events only.

    Raises:
        AssertionError: otherwise.
    """
    assert len({person.loop for person in people}) == len(people), "two share a loop"
    for person in people:
        assert person.loop is not None
        kept = StoredLoop.open(store, person.loop)
        assert kept.loop.seed == person.seed, "somebody has another's loop"
        assert len(kept.loop.events) == person.pressed, "a click is lost or another's"
        assert person.visitors == f"{person.pressed:,}", "somebody sees another's visitors"
    print("  none saw or changed another's loop, no click was lost")


def idle(store: Store, people: list[Player]) -> None:
    """Print the memory of open loops; idle loops need a row of the database only."""
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    opened = [StoredLoop.open(store, str(person.loop)) for person in people]
    after = tracemalloc.take_snapshot()
    more = sum(line.size_diff for line in after.compare_to(before, "filename"))
    print(f"  memory of an open loop: {more / len(opened) / 1024:.0f} KiB; of an idle one: none")


@contextlib.contextmanager
def served() -> Iterator[tuple[Server, Store]]:
    """The app with a temporary folder, and access to its store."""
    with tempfile.TemporaryDirectory() as folder, running(data=Path(folder)) as server:
        yield server, Store.open(f"sqlite:///{folder}/events.db")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=0.5, help="clicks a second of each")
    parser.add_argument("--next", action="store_true", help="press Next instead of a reward")
    options = parser.parse_args()
    with served() as (server, store):
        print("Play")
        people = asyncio.run(play(server, options))
        check(people, store)
        idle(store, people)
    clicks = sum(person.pressed for person in people)
    charts = round(sum(person.charts for person in people) / clicks)
    drawn = round(sum(person.drawn for person in people) / clicks)
    print(
        f"The empty app, after a click with as many elements and blocks: {drawn}, {charts} charts"
    )
    with running(_EMPTY) as server:
        others = [Clicker(server.address, charts, drawn) for _ in range(options.sessions)]
        asyncio.run(visit(server, others, options.seconds, options.rate))


if __name__ == "__main__":
    main()
