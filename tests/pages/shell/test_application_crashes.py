"""A server that is killed under calls: all answered calls are in the database."""

import http.client
import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import sleep
from urllib.parse import urlsplit

import numpy as np
import pytest

from engine.store import Store, StoredLoop
from engine.store.database import FILE
from tests.pages.shell.application import Application, application

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

KILLS, CLIENTS = 50, 4
BODY = json.dumps({"actions": [{"id": name, "features": [{"n": name}]} for name in "abcd"]})


def call(app: Application, seen: dict[str, set[str]]) -> None:
    """Rank and reward until the server is gone; note each answered call."""
    address = urlsplit(app.address)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    with suppress(OSError, http.client.HTTPException):
        while True:
            status, text = sent(connection, app.key, "rank", BODY)
            assert status == 201
            event = json.loads(text)["eventId"]
            seen["ranked"].add(event)
            status, _ = sent(connection, app.key, f"events/{event}/reward", '{"value": 1}')
            assert status == 204
            seen["rewarded"].add(event)


def sent(
    connection: http.client.HTTPConnection, key: str, path: str, body: str
) -> tuple[int, bytes]:
    """Status and body of the answer to a call."""
    headers = {"Ocp-Apim-Subscription-Key": key, "Content-Type": "application/json"}
    connection.request("POST", f"/personalizer/v1.0/{path}", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_after_each_of_fifty_kills_every_answered_call_is_there(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    answered = 0
    for number in range(KILLS):
        seen: dict[str, set[str]] = {"ranked": set(), "rewarded": set()}
        data = tmp_path / str(number % 5)
        data.mkdir(exist_ok=True)
        with application(data) as app:
            clients = [Thread(target=call, args=(app, seen)) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            sleep(float(rng.uniform(0.1, 1.0)))
            os.kill(app.pid, signal.SIGKILL)
            for client in clients:
                client.join()
        store = Store.open(f"sqlite:///{data}/{FILE}")
        events = StoredLoop.open(store, app.id).loop.events
        assert seen["ranked"] <= events.keys()
        assert all(events[event].earned == 1 for event in seen["rewarded"])
        store.close()
        answered += len(seen["ranked"])
    assert answered > KILLS * CLIENTS
