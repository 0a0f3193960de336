"""A line in which nobody who asks for much keeps others waiting."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from pages.parts.clients import Client

T = TypeVar("T")


class FairShare(Generic[T]):
    """A line: first comes the address that has had least, and of it the session that has.

    Who comes anew has had as much as the one in the line that has had least.
    """

    def __init__(self) -> None:
        self._members: dict[T, Client] = {}
        self._addresses: dict[str, float] = {}
        self._sessions: dict[Client, float] = {}

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[T]:
        """Members in the order in which it is their turn; those of one session as they came."""

        def had(member: T) -> tuple[float, float]:
            client = self._members[member]
            return self._addresses[client.address], self._sessions[client]

        return iter(sorted(self._members, key=had))

    def join(self, member: T, client: Client) -> None:
        """A session stands in line for something; may do so several times."""
        least = min(self._addresses.values(), default=0.0)
        self._addresses.setdefault(client.address, least)
        here = (had for c, had in self._sessions.items() if c.address == client.address)
        self._sessions.setdefault(client, min(here, default=0.0))
        self._members[member] = client

    def charge(self, member: T, seconds: float) -> None:
        """Somebody has had something."""
        client = self._members[member]
        self._addresses[client.address] += seconds
        self._sessions[client] += seconds

    def leave(self, member: T) -> None:
        """Somebody goes; who is not in line has done so."""
        self._members.pop(member, None)
        sessions = set(self._members.values())
        addresses = {client.address for client in sessions}
        self._sessions = {c: had for c, had in self._sessions.items() if c in sessions}
        self._addresses = {a: had for a, had in self._addresses.items() if a in addresses}

    def client(self, member: T) -> Client:
        """Whose place it is."""
        return self._members[member]
