"""Rows of the table of entries, each with a digest of all entries before it; ends of logs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import DamagedError, PersonalizerError, UnreadableError
from engine.loop.entries import Entry, Undone
from engine.store import digests
from engine.store.entry_codec import from_text, to_text


@dataclass(frozen=True, slots=True)
class End:
    """End of a log.

    Attributes:
        length: number of entries in its history.
        events: number of events that count.
        digest: digest of its last entry.
    """

    length: int = 0
    events: int = 0
    digest: bytes = digests.START

    @property
    def seal(self) -> bytes:
        """Digest of this end, as stored in the loop's row."""
        return digests.end(self.length, self.events, self.digest)


EMPTY = End()
ERASED = b""
"""Seal of a loop that is being erased; no end of a log has it."""


def rows_of(
    loop: str, end: End, entries: Sequence[Entry | Undone]
) -> tuple[list[dict[str, object]], bytes]:
    """Rows of the table of entries that follow the end of a log, and the digest of the last.

    An event's id is in plain ASCII, which every database can hold.
    """
    rows: list[dict[str, object]] = []
    digest = end.digest
    for position, entry in enumerate(entries, end.length):
        name, body = getattr(entry, "event_id", None), to_text(entry)
        digest = digests.chained(digest, body)
        event = name and json.dumps(name)
        row = {"loop": loop, "position": position, "event": event, "body": body, "digest": digest}
        rows.append(row)
    return rows, digest


def entry_of(body: str) -> Entry | Undone:
    """Parse a row's text; DamagedError if it cannot be read."""
    try:
        return from_text(body)
    except (UnreadableError, PersonalizerError) as error:
        raise DamagedError(f"an entry of this loop's log cannot be read: {error}") from error
