"""Digests for finding damage in a database. The digest of an entry covers all entries before it.

So the digest of the last entry identifies the whole log. It covers nothing but the entries: a copy
of a log has the same.
"""

import hashlib
import json
from base64 import urlsafe_b64encode

START = bytes(32)
"""Digest of a log without entries."""


def chained(before: bytes, body: str) -> bytes:
    """Digest of an entry, from the digest of the entry before it."""
    # What stands in a damaged row may be no text.
    return hashlib.sha256(before + str(body).encode()).digest()


def seal(*values: str | int | float | bytes | None) -> bytes:
    """Digest of several values of a row."""
    plain = [value.hex() if isinstance(value, bytes) else value for value in values]
    return hashlib.sha256(json.dumps(plain).encode()).digest()


def view_of(loop: str) -> str:
    """Public name of a loop, from which its id cannot be computed."""
    digest = hashlib.sha256(b"view:" + loop.encode()).digest()
    return urlsafe_b64encode(digest).decode()[:22]


def card(
    loop: str,
    owner: str,
    name: str,
    world: str | None,
    seed: str | int,
    created: float,
    origin: str,
) -> bytes:
    """Seal of a loop's facts, without its log."""
    return seal(loop, owner, name, world, str(seed), float(created), origin)


def end(length: int, events: int, digest: bytes) -> bytes:
    """Seal of a log's end: entries, events that count, last digest."""
    return hashlib.sha256(f"{length},{events},{digest.hex()}".encode()).digest()


def place(digest: bytes, position: int, part: str, version: str, mark: str) -> bytes:
    """Seal of a snapshot's place in a log: after the entry with that digest."""
    return seal(digest, position, part, version, mark)


def with_digest(data: bytes) -> bytes:
    """Append the digest of data to the data."""
    return data + hashlib.sha256(data).digest()


def without_digest(data: bytes) -> bytes | None:
    """Data without their digest; None if damaged."""
    size = len(START)
    return data[:-size] if with_digest(data[:-size]) == data else None
