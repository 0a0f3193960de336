"""Start and end of a server, in a separate process."""

import ast
import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from textwrap import indent
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine, text
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from engine.store import Store
from pages.parts.settings.bad_widget_state import SENTENCE
from tests.browser.app import ROOT, Server, running
from tests.faults.processes import wait_until_ended

TOKEN = "0123456789abcdef"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    with running(data=data, environment={"PLAYGROUND_METRICS_TOKEN": TOKEN}) as server:
        yield server


def ask(server: Server, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection(urlsplit(server.address).netloc, timeout=20)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def test_it_tells_what_it_is_and_that_it_is_ready(server: Server) -> None:
    started, made, ready, *_ = server.log
    events = started["event"], made["event"], ready["event"]
    assert events == ("started", "database made", "ready")
    assert started["database"] == "sqlite"
    assert started["limits"]["max_loops"] == 100
    answer = ask(server, "/playground/ready")
    assert (answer.status, json.load(answer)) == (200, {"ready": True})


@pytest.mark.parametrize(
    "path", ["/", "/compare", "/static/nothing.js", "/_stcore/health", "/_stcore/host-config"]
)
def test_all_that_streamlit_answers_carries_the_headers(server: Server, path: str) -> None:
    headers = ask(server, path).headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_counters_are_there_for_who_knows_the_token(server: Server) -> None:
    for path in ("/playground/metrics", "/_stcore/metrics"):
        assert ask(server, path).status == 404
        assert ask(server, path, Authorization=f"Bearer {TOKEN}").status == 200
    answered = ask(server, "/playground/metrics", Authorization=f"Bearer {TOKEN}").read()
    assert b"\nplayground_sessions 0.0\n" in answered
    assert b"\nplayground_sessions_held 0.0\n" in answered
    assert b"\nplayground_loops_open 0.0\n" in answered
    assert b"\nplayground_checkpoint_bytes 0.0\n" in answered


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:1", "null"])
def test_pages_of_other_servers_open_no_socket(server: Server, origin: str) -> None:
    async def opened(origin: str) -> None:
        address = f"ws://{urlsplit(server.address).netloc}/_stcore/stream"
        async with connect(address, origin=origin, proxy=None):  # type: ignore[arg-type]
            pass

    asyncio.run(opened(server.address))
    with pytest.raises(InvalidStatus) as refused:
        asyncio.run(opened(origin))
    assert refused.value.response.status_code == 403


def test_impossible_widget_values_change_nothing_and_get_a_sentence(
    server: Server,
) -> None:
    async def sent(
        suffix: str, page: str = "", **value: str | float
    ) -> tuple[list[str], list[str]]:
        """Return the errors that a page displays after a widget's value, and its exceptions."""
        address = f"ws://{urlsplit(server.address).netloc}/_stcore/stream"
        streams = [Subprotocol("streamlit")]
        async with connect(address, subprotocols=streams, max_size=None, proxy=None) as socket:
            begun = ClientState(page_name=page)
            first = [element.new_element async for element in drawn(socket, begun)]
            kinds = "selectbox", "number_input", "text_input", "text_area"
            widgets = [getattr(element, kind).id for element in first for kind in kinds]
            state = ClientState(page_name=page)
            widget = next(element for element in widgets if element.endswith(suffix))
            state.widget_states.widgets.add(id=widget, **value)
            then = [element.new_element async for element in drawn(socket, state)]
        errors = [element.alert.body for element in then if element.HasField("alert")]
        return errors, [element.exception.type for element in then if element.HasField("exception")]

    assert asyncio.run(sent("play-policy", string_value="nothing of that")) == ([], [])
    assert asyncio.run(sent("play-seed", string_value="many")) == ([SENTENCE], [])
    assert asyncio.run(sent("worlds-title", "worlds", double_value=5.0)) == ([SENTENCE], [])
    for field in ("worlds-pasted", "rank-json"):
        assert asyncio.run(sent(field, "worlds", double_value=5.0)) == ([], [])


async def drawn(socket: ClientConnection, state: ClientState) -> AsyncIterator[Delta]:
    """Yield the elements that a page draws on request."""
    await socket.send(BackMsg(rerun_script=state).SerializeToString())
    async for data in socket:
        assert isinstance(data, bytes)
        message = ForwardMsg.FromString(data)
        if message.HasField("delta"):
            yield message.delta
        elif message.HasField("script_finished"):
            return


def test_matrices_have_one_thread() -> None:
    script = "import streamlit.web.cli, app, threadpoolctl; print(threadpoolctl.threadpool_info())"
    environment = {n: v for n, v in os.environ.items() if not n.endswith("_NUM_THREADS")}
    output = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    assert {pool["num_threads"] for pool in ast.literal_eval(output)} == {1}


def in_a_server(begins: str, runs: str) -> str:
    """Return the output of statements before and during a server's life."""
    script = f"""
import asyncio, gc, sys
from pages.parts.shell.operations.life import life
from pages.parts.shell.operations.prometheus_counters import Meters
from pages.parts.shell.operations.readiness import Readiness
from pages.parts.shell.operations.environment_settings import Operations
{begins}
async def serve():
    async with life(Operations(), Readiness(lambda: None), Meters({{}}))(None):
{indent(runs, 8 * " ")}
asyncio.run(serve())
"""
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_garbage_in_cycles_is_collected_after_many_new_objects() -> None:
    runs = """
gc.collect()
phases = []
gc.callbacks.append(lambda phase, info: phases.append(phase))
kept = [[] for _ in range(19_000)]
was_seldom = not phases
kept += [[] for _ in range(2_000)]
print(was_seldom, phases != [])
"""
    assert in_a_server("", runs) == "True True\n"


@pytest.mark.skipif(sys.platform != "linux", reason="others may have no more, or count none")
def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    begins = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 128))
"""
    runs = "print(resource.getrlimit(resource.RLIMIT_NOFILE))"
    assert in_a_server(begins, runs) == "(128, 128)\n"


def test_stalled_requests_do_not_delay_the_end() -> None:
    """For example, an upload from a closed browser: uvicorn would wait for its end."""
    script = """
import signal, threading
from pages.parts.shell.operations import life
life.GRACE = 0.05
signal.signal(signal.SIGTERM, lambda number, frame: None)
life.end_in_time()
signal.raise_signal(signal.SIGTERM)
threading.Event().wait(30)
"""
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 143


def test_a_newer_database_is_said_and_a_signal_ends_the_server_in_order(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/events.db"
    Store.open(url).close()
    with create_engine(url).begin() as connection:
        connection.execute(text("UPDATE playground_schema SET version = 99"))
    with running(data=tmp_path) as server:
        answer = ask(server, "/playground/ready")
        answered = json.load(answer)
        assert (answer.status, answered["ready"]) == (503, False)
        assert answered["trouble"].startswith("The database has schema version 99, but")
        os.kill(server.pid, signal.SIGTERM)
        assert not wait_until_ended({server.pid}, 10)
        started, not_ready, ended = server.log
        assert not_ready["reason"] == answered["trouble"]
        assert (started["event"], ended["event"]) == ("started", "ended")


def test_a_wrong_environment_is_said_in_one_line_and_nothing_starts() -> None:
    answered = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0"],
        cwd=ROOT, env=os.environ | {"PLAYGROUND_MAX_EVENTS": "abc"}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert answered.returncode == 2
    (line,) = answered.stderr.splitlines()
    assert json.loads(line)["reason"].startswith("PLAYGROUND_MAX_EVENTS is 'abc', but must be ")
