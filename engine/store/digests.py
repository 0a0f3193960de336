"""Digests by which damage to a database is found: each entry's covers all the entries before it.

So the digest of a log's last entry says what the whole log is. It covers nothing but the
entries: a copy of a log has the same.
"""

import hashlib
import json
from base64 import urlsafe_b64encode

START = bytes(32)
"""The digest of a log without entries."""


def chained(before: bytes, body: str) -> bytes:
    """The digest of an entry, by that of the entry before it."""
    # What stands in a damaged row may be no text.
    return hashlib.sha256(before + str(body).encode()).digest()


def seal(*values: str | int | float | bytes | None) -> bytes:
    """A digest of values that stand in a row together."""
    plain = [value.hex() if isinstance(value, bytes) else value for value in values]
    return hashlib.sha256(json.dumps(plain).encode()).digest()


def view_of(loop: str) -> str:
    """The name under which a loop may be looked at; nobody can tell its id from it."""
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
    """The seal of what a loop is, its log apart."""
    return seal(loop, owner, name, world, str(seed), float(created), origin)


def end(length: int, events: int, digest: bytes) -> bytes:
    """The seal of where a log ends: its entries, its events that count, its last digest."""
    return hashlib.sha256(f"{length},{events},{digest.hex()}".encode()).digest()


def place(digest: bytes, position: int, part: str, version: str, mark: str) -> bytes:
    """The seal of where in a log a snapshot belongs: after the entry with that digest."""
    return seal(digest, position, part, version, mark)


def with_digest(data: bytes) -> bytes:
    """Data that ends with its own digest."""
    return data + hashlib.sha256(data).digest()


def without_digest(data: bytes) -> bytes | None:
    """The data before its digest; None if it is damaged."""
    size = len(START)
    return data[:-size] if with_digest(data[:-size]) == data else None
