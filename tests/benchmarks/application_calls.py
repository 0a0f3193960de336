"""Rank and Reward over HTTP, beside a bare Starlette route that answers a constant.

    python -m tests.benchmarks.application_calls [--calls 10000] [--clients 4]

(1) One client: the median of the constant, and of Rank with ten actions. (2) Several clients while
a browser watches the loop on Play: calls a second, and the 99th percentile of Rank. One call in a
hundred is malformed. At the end, each answered call must be in the log, and the memory that the
server took during the second half of the calls is printed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import numpy as np

from tests.browser import chromium
from tests.browser.app import HOST, free_port
from tests.pages.shell.application import Application, application

ACTIONS = [
    {"id": f"a{n}", "features": [{"size": n % 3, "kind": f"k{n % 4}", "new": bool(n % 2)}]}
    for n in range(10)
]
MALFORMED = 100
"""Calls among which one is malformed."""
_CONSTANT = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def answer(request):
    await request.body()
    return JSONResponse({"constant": 1}, 201)

app = Starlette(routes=[Route("/rank", answer, methods=["POST"])])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


@dataclass
class Answers:
    """Answers to one client.

    Attributes:
        seconds: of each Rank call.
        events: rewarded events.
        refused: number of malformed calls that were refused.
    """

    seconds: list[float] = field(default_factory=list)
    events: set[str] = field(default_factory=set)
    refused: int = 0


def body(number: int) -> str:
    """A request of Rank."""
    context = [{"weather": f"w{number % 5}", "time": f"t{number % 3}"}]
    return json.dumps({"actions": ACTIONS, "contextFeatures": context})


@contextmanager
def constant() -> Iterator[HTTPConnection]:
    """Connection to a bare app whose only route answers a constant."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _CONSTANT, str(port)])
    try:
        connection = HTTPConnection(HOST, port)
        for _ in range(100):
            try:
                connection.connect()
                break
            except OSError:
                time.sleep(0.1)
        yield connection
    finally:
        process.kill()
        process.wait()


def connection_to(app: Application) -> HTTPConnection:
    """Connection to a running app."""
    address = urlsplit(app.address)
    return HTTPConnection(str(address.hostname), address.port)


def post(
    connection: HTTPConnection, path: str, text: str, key: str = ""
) -> tuple[int, bytes, float]:
    """Status, body and seconds of a POST call."""
    headers = {"Content-Type": "application/json", "Ocp-Apim-Subscription-Key": key}
    start = time.perf_counter()
    connection.request("POST", path, text, headers)
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, content, time.perf_counter() - start


def median_of(connection: HTTPConnection, path: str, calls: int, key: str = "") -> float:
    """Median seconds of Rank calls, of which a tenth warms up."""
    taken = [post(connection, path, body(n), key)[2] for n in range(calls + calls // 10)]
    return statistics.median(taken[calls // 10 :])


def client(app: Application, calls: int, answers: Answers) -> None:
    """Rank and reward, so that two calls in `MALFORMED` pairs are malformed."""
    connection = connection_to(app)
    for number in range(calls // 2):
        if number % (MALFORMED // 2) == 0:
            status, _, _ = post(connection, "/personalizer/v1.0/rank", '{"actions": 1}', app.key)
            answers.refused += status == 400
            continue
        status, content, seconds = post(
            connection, "/personalizer/v1.0/rank", body(number), app.key
        )
        assert status == 201, content
        answers.seconds.append(seconds)
        answer = json.loads(content)
        reward = json.dumps({"value": float(answer["rewardActionId"] == "a3")})
        path = f"/personalizer/v1.0/events/{answer['eventId']}/reward"
        assert post(connection, path, reward, app.key)[0] == 204
        answers.events.add(answer["eventId"])


def memory(app: Application) -> float:
    """Resident memory of the server in MiB."""
    pages = int(Path(f"/proc/{app.pid}/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def run(app: Application, calls: int, clients: int) -> tuple[list[Answers], float]:
    """Answers to several clients at once, and seconds."""
    answers = [Answers() for _ in range(clients)]
    threads = [Thread(target=client, args=(app, calls // clients, each)) for each in answers]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, time.perf_counter() - start


def main() -> None:
    """Print both parts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=4)
    given = parser.parse_args()
    limits = {"PLAYGROUND_API_PER_SECOND": "100000", "PLAYGROUND_API_BURST": "100000"}
    with tempfile.TemporaryDirectory() as folder, application(Path(folder), **limits) as app:
        with constant() as bare:
            for _ in range(2):
                least = median_of(bare, "/rank", 500)
                rank = median_of(connection_to(app), "/personalizer/v1.0/rank", 500, app.key)
                print(
                    f"constant {1e3 * least:.2f} ms, rank {1e3 * rank:.2f} ms: {rank / least:.1f}"
                )
        with chromium.launched(str(chromium.find())) as browser:
            page = browser.new_page()
            page.goto(f"{app.address}/?loop={app.stored.view}")
            first, _ = run(app, given.calls // 2, given.clients)
            before = memory(app)
            second, seconds = run(app, given.calls // 2, given.clients)
            grown = memory(app) - before
        times = np.concatenate([each.seconds for each in second])
        events = set().union(*(each.events for each in first + second))
        refused = sum(each.refused for each in first + second)
        lost = len(events - app.stored.loop.events.keys())
        print(
            f"{given.clients} clients and a browser: {given.calls / 2 / seconds:.0f} calls a second, "
            f"rank median {1e3 * np.median(times):.1f} ms, p99 {1e3 * np.quantile(times, 0.99):.0f} "
            f"ms; {len(events):,} events, {lost} lost, {refused} malformed and refused, "
            f"{grown:.1f} MiB more in the second half"
        )


if __name__ == "__main__":
    main()
