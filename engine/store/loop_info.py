"""Facts about a stored loop, read from its row without the log."""

import secrets
from dataclasses import dataclass
from typing import Any, Literal, Self

from sqlalchemy import Row

from engine.errors import DamagedError
from engine.store import digests
from engine.store.entry_rows import EMPTY, End

Origin = Literal["here", "edited", "unsealed", "foreign"]
"""Origin of a loop: made here or imported unchanged; from an edited file; from a file without a
seal; or from the log of another program."""


@dataclass(frozen=True, slots=True)
class LoopInfo:
    """Facts about a loop.

    Attributes:
        id: 22 random characters; knowledge of the id permits answering.
        owner: may rename and delete the loop.
        name: given by a person.
        world: text of its world, by `engine.store.world_codec`; None without a world.
        seed: of the loop's randomness.
        origin: see `Origin`.
        end: of the log.
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
        """Public name for read-only access."""
        return digests.view_of(self.id)

    @property
    def length(self) -> int:
        """Number of entries in the history."""
        return self.end.length

    @property
    def events(self) -> int:
        """Number of events that count."""
        return self.end.events

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Read a row of `LOOPS` joined with ``last``, the digest of the log's last entry.

        Raises:
            DamagedError: if the row does not match its seals.
        """
        end = End(row.length, row.events, row.last or digests.START)
        seals = is_sealed(row), digests.view_of(row.id), end.seal
        if seals != (True, row.view, row.digest):
            raise DamagedError("what it says of a loop is not what was written")
        facts = row.owner, row.name, row.world, int(row.seed), row.origin
        return cls(row.id, *facts, end, row.created, row.used)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A loop with a damaged row; it can only be erased.

    Attributes:
        id: of the loop.
        name: as read from the row.
    """

    id: str
    name: str


def listed(row: Row[Any]) -> LoopInfo | Damaged:
    """Read a row for a list; `Damaged` in place of an error."""
    try:
        return LoopInfo.of(row)
    except DamagedError:
        return Damaged(row.id, str(row.name))


def is_sealed(row: Row[Any]) -> bool:
    """True if a row of `LOOPS`, apart from its log's end, matches its seal."""
    known = row.owner, row.name, row.world, row.seed, row.created, row.origin
    try:
        return bool(digests.card(row.id, *known) == row.card)
    except (TypeError, ValueError):  # In a damaged row anything may stand where a number should.
        return False


def new_id() -> str:
    """Draw an id: 22 random characters from a secure source."""
    return secrets.token_urlsafe(16)
