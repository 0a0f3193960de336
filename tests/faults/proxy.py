"""A way to a server that can be cut, silent, or lose an answer."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class _Link:
    """One connection: the end near the client, the end far from it."""

    near: socket.socket
    far: socket.socket
    loses_answer: bool = False

    def close(self) -> None:
        """Cut it, so that whoever reads from either end is told."""
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Proxy:
    """Passes all that comes on to a server, as long as nothing else is asked of it.

    Attributes:
        port: where it listens on this machine.
        is_losing: whether an answer is to be lost that was not asked for yet.

    Args:
        host, port: of the server.
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
        """Be there for new connections."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """End all connections, and refuse new ones; what was held is lost."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in self._links:
            link.close()
        self._links = []
        self._flowing.set()

    def hold(self) -> None:
        """Be a black hole: connections stay, new ones begin, and nothing comes through."""
        self._flowing.clear()

    def let_go(self) -> None:
        """Pass on what was held, and all that comes."""
        self._flowing.set()

    def lose_answer_to(self, word: bytes) -> None:
        """Pass the next question with a word in it on, and cut its connection at the answer."""
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
