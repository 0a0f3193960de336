"""What is known of a loop without reading its log."""

import secrets
from dataclasses import dataclass
from typing import Any, Literal, Self

from sqlalchemy import Row

from engine.errors import DamagedError
from engine.store import digests
from engine.store.entry_rows import EMPTY, End

Origin = Literal["here", "edited", "unsealed", "foreign"]
"""Whence a loop is: taught here, or brought in whole; from a file that was edited, or had no seal
that could tell; or from another program's log."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a loop without reading its log.

    Attributes:
        id: 22 characters that nobody can guess; whoever knows them may answer.
        owner: who may rename and delete it.
        name: given by a person.
        world: the world whose visitors it serves, as `engine.store.world_codec` writes it; None
            outside any.
        seed: of its randomness.
        origin: whence it is.
        end: of its log.
        created, used: seconds since 1970.
    """

    id: str
    owner: str
    name: str
    world: str | None
    seed: int
    origin: Origin = "here"
    end: End = EMPTY
    created: float = 0.0
    used: float = 0.0

    @property
    def view(self) -> str:
        """The name under which it may be looked at."""
        return digests.view_of(self.id)

    @property
    def length(self) -> int:
        """Entries of its history."""
        return self.end.length

    @property
    def events(self) -> int:
        """Events that count."""
        return self.end.events

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """What a row of `LOOPS` says, with ``last``, the digest of the log's last entry.

        Raises:
            DamagedError: if it is not what was written.
        """
        end = End(row.length, row.events, row.last or digests.START)
        seals = is_sealed(row), digests.view_of(row.id), end.seal
        if seals != (True, row.view, row.digest):
            raise DamagedError("what it says of a loop is not what was written")
        told = row.owner, row.name, row.world, int(row.seed), row.origin
        return cls(row.id, *told, end, row.created, row.used)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A loop of which nothing can be believed any more: it can be erased.

    Attributes:
        id: of the loop.
        name: that stands there.
    """

    id: str
    name: str


def listed(row: Row[Any]) -> About | Damaged:
    """A loop in a list: what is known of it, or that it is damaged."""
    try:
        return About.of(row)
    except DamagedError:
        return Damaged(row.id, str(row.name))


def is_sealed(row: Row[Any]) -> bool:
    """Whether what a row of `LOOPS` says a loop is, its log apart, is what was written."""
    known = row.owner, row.name, row.world, row.seed, row.created, row.origin
    try:
        return bool(digests.card(row.id, *known) == row.card)
    except (TypeError, ValueError):  # In a damaged row anything may stand where a number should.
        return False


def new_id() -> str:
    """22 characters that nobody can guess."""
    return secrets.token_urlsafe(16)
