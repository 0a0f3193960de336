"""Test calls over HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from engine.pausable_steps import finish
from engine.worlds import WORLDS
from pages.parts.connect.server_address import OwnServer
from pages.parts.connect.simulated_calls import CALLS, VISITORS, CallCounts, sending

WORLD = WORLDS["coffee"]
Seen = list[tuple[str, str, str, object]]


@contextmanager
def serving(refuses_from: int = 10**6) -> Iterator[tuple[OwnServer, Seen]]:
    """A server that chooses the first action, and refuses calls from a number on."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers["Ocp-Apim-Subscription-Key"]
            seen.append((self.path, self.headers["Host"], key, body))
            answer, status = b"", 204
            if len(seen) > refuses_from:
                status = 429
                answer = json.dumps({"error": {"message": "Too many calls."}}).encode()
            elif self.path.endswith("/rank"):
                status = 201
                answer = json.dumps({"eventId": "e/1", "rewardActionId": "Latte"}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield OwnServer("127.0.0.1", server.server_port, "app.example.com", "/personalizer"), seen
        server.shutdown()


def test_each_visitor_is_a_rank_and_a_reward() -> None:
    with serving() as (server, seen):
        steps = sending(server, "k", WORLD, seed=7, first=3)
        progress = [next(steps) for _ in range(3)]
        counts = finish(steps)
    assert progress == [1 / CALLS, 2 / CALLS, 3 / CALLS]
    assert (counts.sent, counts.answered, counts.fault) == (CALLS, CALLS, "")
    assert counts.median > 0
    paths = ["/personalizer/v1.0/rank", "/personalizer/v1.0/events/e%2F1/reward"]
    assert [path for path, *_ in seen] == paths * VISITORS
    assert {(host, key) for _, host, key, _ in seen} == {("app.example.com", "k")}
    rank = seen[0][-1]
    assert isinstance(rank, dict)
    assert rank["actions"] == [*WORLD.actions]


def test_a_refusal_ends_them_with_its_sentence() -> None:
    with serving(refuses_from=4) as (server, _):
        counts = finish(sending(server, "k", WORLD, seed=7, first=0))
    assert (counts.sent, counts.answered, counts.fault) == (5, 5, "Too many calls.")


def test_a_server_that_does_not_answer_ends_them() -> None:
    with serving() as (server, _):
        pass
    counts = finish(sending(server, "k", WORLD, seed=7, first=0))
    assert (counts.sent, counts.answered) == (1, 0)
    assert counts.fault
    assert CallCounts().median == 0
