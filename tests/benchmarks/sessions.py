"""200 people on one process for a minute: what each sees, how fast, and how much memory.

    python -m tests.benchmarks.sessions [--sessions 200] [--seconds 60] [--clicks 6]

Each session is a WebSocket that does what a browser does: it opens the page with a seed of
its own, presses *Step* at its own pace, and asks all the time whether others have done
something to its loop. At the end each must have seen only its own visitors, and the store
must hold, for each seed, exactly the events that were pressed.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from engine.store import Store, StoredLoop
from pages.parts.components.loop_watch import EVERY
from tests.browser.app import Server, running

_STREAM = "/_stcore/stream"
FIRST_SEED = 1_000


class Person:
    """One browser session.

    Attributes:
        pressed: presses of *Step* so far.
        waits: seconds from each press until the number of visitors says so.
        asked: seconds that each question for news took.
        loop: id in the address.
    """

    def __init__(self, address: str, seed: int) -> None:
        self._url = address.replace("http", "ws") + _STREAM
        self.seed = seed
        self.pressed = 0
        self.waits: list[float] = []
        self.loop: str | None = None
        self.visitors = ""
        self._query = f"seed={seed}"
        self._step = ""
        self._drawn = asyncio.Event()
        self.asked: list[float] = []

    async def open(self) -> None:
        """Open the page and wait until it is drawn."""
        self._socket: ClientConnection = await connect(
            self._url, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=60
        )
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]
        await self._run(ClientState(query_string=self._query), "0")

    async def close(self) -> None:
        """Close the tab."""
        for task in self._tasks:
            task.cancel()
        await self._socket.close()

    async def press(self) -> None:
        """Press *Step* and wait for the answer."""
        state = ClientState(query_string=self._query)
        state.widget_states.widgets.add(id=self._step, trigger_value=True)
        start = time.perf_counter()
        self.pressed += 1
        await self._run(state, f"{self.pressed:,}")
        self.waits.append(time.perf_counter() - start)

    async def _run(self, state: ClientState, visitors: str) -> None:
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        async with asyncio.timeout(120):
            while self.visitors != visitors:
                self._drawn.clear()
                await self._drawn.wait()

    async def _listen(self) -> None:
        async for data in self._socket:
            assert isinstance(data, bytes)
            self._hear(ForwardMsg.FromString(data))

    def _hear(self, said: ForwardMsg) -> None:
        kind = said.WhichOneof("type")
        if kind == "delta":
            element = said.delta.new_element
            if element.HasField("button") and element.button.id.endswith("-step"):
                self._step = element.button.id
            elif element.HasField("metric") and element.metric.label == "Visitors":
                self.visitors = element.metric.body
                self._drawn.set()
        elif kind == "page_info_changed":
            self._query = said.page_info_changed.query_string
            self.loop = parse_qs(self._query).get("loop", [None])[0]

    async def _watch(self) -> None:
        """Ask how long the log is, as the page's own script does."""
        place = urlsplit(self._url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while True:
            await asyncio.sleep(EVERY / 1_000)
            start = time.perf_counter()
            path = f"/playground/length/{self.loop or 'none'}"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(size)
            self.asked.append(time.perf_counter() - start)


async def visit(server: Server, sessions: int, seconds: float, clicks: int) -> list[Person]:
    """Let people come one after the other, click for a while, and go."""
    rng = np.random.default_rng(1)
    people = [Person(server.address, FIRST_SEED + number) for number in range(sessions)]
    await people[0].open()
    empty = server.memory
    for person in people[1:]:
        await person.open()
    print(f"{sessions} sessions open: {(server.memory - empty) / (sessions - 1):.2f} MiB each")

    async def stay(person: Person) -> None:
        pauses = rng.dirichlet(np.ones(clicks + 1)) * seconds
        for pause in pauses[:-1]:
            await asyncio.sleep(pause)
            await person.press()

    before, start = server.memory, time.perf_counter()
    await asyncio.gather(*map(stay, people))
    took = time.perf_counter() - start
    waits = [wait for person in people for wait in person.waits]
    print(
        f"{len(waits)} clicks in {took:.0f} s: answered in {statistics.median(waits) * 1e3:.0f} ms "
        f"(p95 {np.quantile(waits, 0.95) * 1e3:.0f}); "
        f"{(server.memory - before) / sessions:.2f} MiB more each"
    )
    asked = [seconds for person in people for seconds in person.asked]
    print(f"{len(asked)} questions for news, answered in {statistics.median(asked) * 1e3:.0f} ms")
    for person in people:
        await person.close()
    return people


def check(people: list[Person], store: Store) -> None:
    """Whether each saw and kept its own, and nothing else.

    Raises:
        AssertionError: if not.
    """
    assert len({person.loop for person in people}) == len(people), "two share a loop"
    for person in people:
        assert person.loop is not None
        kept = StoredLoop.open(store, person.loop)
        assert kept.loop.seed == person.seed, "somebody has another's loop"
        assert len(kept.loop.events) == person.pressed, "a click is lost or another's"
        assert person.visitors == f"{person.pressed:,}", "somebody sees another's visitors"
    print(f"{len(people)} sessions: none saw or changed another's loop, no click was lost")


def idle(store: Store, people: list[Person]) -> None:
    """What a loop takes that nobody has open: nothing but its row; and one that is open."""
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    opened = [StoredLoop.open(store, str(person.loop)) for person in people]
    after = tracemalloc.take_snapshot()
    more = sum(line.size_diff for line in after.compare_to(before, "filename"))
    print(f"memory of an open loop: {more / len(opened) / 1024:.0f} KiB; of an idle one: none")


@contextlib.contextmanager
def served() -> Iterator[tuple[Server, Store]]:
    """The app with a folder of its own, and a look into its store."""
    with tempfile.TemporaryDirectory() as folder, running(data=Path(folder)) as server:
        yield server, Store.open(f"sqlite:///{folder}/events.db")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clicks", type=int, default=6)
    options = parser.parse_args()
    with served() as (server, store):
        people = asyncio.run(visit(server, options.sessions, options.seconds, options.clicks))
        check(people, store)
        idle(store, people)


if __name__ == "__main__":
    main()
