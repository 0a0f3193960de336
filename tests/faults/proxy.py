"""A proxy that can cut connections, block traffic, or lose a response."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class _Link:
    """A connection: the socket to the client and the socket to the server."""

    near: socket.socket
    far: socket.socket
    loses_answer: bool = False

    def close(self) -> None:
        """Close both sockets, so that readers at either end notice."""
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Proxy:
    """A transparent proxy to a server, with optional faults.

    Attributes:
        port: local port.
        is_losing: true if a response is to be lost whose request has not arrived yet.

    Args:
        host, port: address of the server.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._links: list[_Link] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self._lost: bytes | None = None
        self.port = 0
        self.connect()

    def connect(self) -> None:
        """Accept new connections."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """End all connections, and refuse new ones; blocked data are lost."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in self._links:
            link.close()
        self._links = []
        self._flowing.set()

    def hold(self) -> None:
        """Block all traffic; connections stay open, and new ones are accepted."""
        self._flowing.clear()

    def let_go(self) -> None:
        """Forward blocked and further data."""
        self._flowing.set()

    def lose_answer_to(self, word: bytes) -> None:
        """Forward the next request that contains a word, and cut the connection at the response."""
        self._lost = word

    @property
    def is_losing(self) -> bool:
        return self._lost is not None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                link = _Link(near, socket.create_connection(self._target))
            except OSError:
                near.close()
                continue
            self._links.append(link)
            for pump in (self._ask, self._answer):
                threading.Thread(target=pump, args=(link,), daemon=True).start()

    def _ask(self, link: _Link) -> None:
        with suppress(OSError):
            while data := link.near.recv(65_536):
                self._flowing.wait()
                if self._lost is not None and self._lost in data:
                    self._lost, link.loses_answer = None, True
                link.far.sendall(data)
        link.close()

    def _answer(self, link: _Link) -> None:
        with suppress(OSError):
            while data := link.far.recv(65_536):
                self._flowing.wait()
                if link.loses_answer:
                    break
                link.near.sendall(data)
        link.close()
