"""A way to a server can be cut, silent, or lose an answer."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.faults.proxy import Proxy


class Heard(socketserver.ThreadingTCPServer):
    """A server that responds with each request in capitals, and records the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.words: list[bytes] = []


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Heard)
        while word := self.request.recv(100):
            self.server.words.append(word)
            self.request.sendall(word.upper())


@pytest.fixture
def server() -> Iterator[Heard]:
    with Heard() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(server: Heard) -> Iterator[Proxy]:
    proxy = Proxy(*server.server_address[:2])  # type: ignore[arg-type]
    yield proxy
    proxy.cut()


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def response_to(way: socket.socket, word: bytes) -> bytes:
    way.sendall(word)
    return way.recv(100)


def test_it_passes_everything_on(proxy: Proxy) -> None:
    with closing(connected(proxy)) as one, closing(connected(proxy)) as other:
        assert (response_to(one, b"a"), response_to(other, b"b"), response_to(one, b"c")) == (
            b"A",
            b"B",
            b"C",
        )


def test_cut_it_refuses_until_it_is_there_again(proxy: Proxy) -> None:
    with closing(connected(proxy)) as way:
        assert response_to(way, b"a") == b"A"
        proxy.cut()
        assert way.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        connected(proxy)
    proxy.connect()
    with closing(connected(proxy)) as way:
        assert response_to(way, b"a") == b"A"


def test_a_black_hole_keeps_connections_and_what_was_sent(proxy: Proxy, server: Heard) -> None:
    with closing(connected(proxy)) as way:
        assert response_to(way, b"a") == b"A"
        proxy.hold()
        way.settimeout(0.3)
        with pytest.raises(TimeoutError):
            response_to(way, b"b")
        assert server.words == [b"a"]
        proxy.let_go()
        way.settimeout(5)
        assert way.recv(100) == b"B"


def test_an_answer_is_lost_though_the_question_arrived(proxy: Proxy, server: Heard) -> None:
    with closing(connected(proxy)) as way:
        proxy.lose_answer_to(b"commit")
        assert response_to(way, b"begin") == b"BEGIN"
        assert proxy.is_losing
        assert response_to(way, b"commit") == b""
    assert server.words == [b"begin", b"commit"]
    assert not proxy.is_losing
    with closing(connected(proxy)) as way:
        assert response_to(way, b"commit") == b"COMMIT"
