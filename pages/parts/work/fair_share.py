"""A line in which nobody who asks for much keeps others waiting."""

import math
from collections import defaultdict
from collections.abc import Iterator, Set
from typing import Generic, TypeVar

from pages.parts.work.clients import Client

T = TypeVar("T")
K = TypeVar("K")


class _Accounts(dict[K, float]):
    """What each has had: of those in line, and of who left with more than one of those has."""

    def begin(self, who: K, here: Set[K]) -> None:
        """Add a key; a new key starts at the least usage of the queued ones."""
        least = min((self[other] for other in here), default=0.0)
        self[who] = max(self.get(who, 0.0), least)

    def settle(self, here: Set[K]) -> None:
        """Only these are still here."""
        least = min((self[other] for other in here), default=math.inf)
        for who in [who for who, had in self.items() if who not in here and had <= least]:
            del self[who]


class FairShare(Generic[T]):
    """A line: first comes the address that has had least, and of it the session that has.

    Who comes anew has had as much as the one in the line that has had least. Who comes back, as
    for each part of something longer, has had what they had, if that is more.
    """

    def __init__(self) -> None:
        self._members: dict[T, Client] = {}
        self._addresses: _Accounts[str] = _Accounts()
        self._sessions: dict[str, _Accounts[Client]] = defaultdict(_Accounts)

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[T]:
        """Members in the order in which it is their turn; those of one session as they came."""

        def had(member: T) -> tuple[float, float]:
            client = self._members[member]
            return self._addresses[client.address], self._sessions[client.address][client]

        return iter(sorted(self._members, key=had))

    def join(self, member: T, client: Client) -> None:
        """A session stands in line for something; may do so several times."""
        here = self._here()
        self._addresses.begin(client.address, here.keys())
        self._sessions[client.address].begin(client, here.get(client.address, set()))
        self._members[member] = client

    def charge(self, member: T, seconds: float) -> None:
        """Somebody has had something."""
        client = self._members[member]
        self._addresses[client.address] += seconds
        self._sessions[client.address][client] += seconds

    def leave(self, member: T) -> None:
        """Somebody goes; who is not in line has done so."""
        self._members.pop(member, None)
        here = self._here()
        self._addresses.settle(here.keys())
        for address in list(self._sessions):
            self._sessions[address].settle(here.get(address, set()))
            if not self._sessions[address]:
                del self._sessions[address]

    def _here(self) -> dict[str, set[Client]]:
        """The sessions in line, by address."""
        here: dict[str, set[Client]] = {}
        for client in self._members.values():
            here.setdefault(client.address, set()).add(client)
        return here

    def client(self, member: T) -> Client:
        """Whose place it is."""
        return self._members[member]
