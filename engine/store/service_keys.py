"""Keys of applications: two per loop, shown once, stored as digests.

The table of secrets holds one random value per database, which signs exported models.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from engine.errors import GoneError, refuse
from engine.store.database import Database
from engine.store.schema import KEYS, LOOPS, SECRETS

SLOTS = (1, 2)
"""Numbers of the keys of a loop: one serves while the other is replaced."""
_SIGNS_MODELS = "models"
KNOWN_FOR, MAX_KNOWN = 1.0, 1_000
"""Seconds for which a key that was looked up is used, and largest number of such keys. So a key
that another process replaces is refused after a second."""


class KnownKeys:
    """Loops of keys that were looked up last, by the keys' digests.

    Args:
        now: monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now, self._lock = now, Lock()
        self._loops: dict[bytes, tuple[str | None, float]] = {}

    def get(self, digest: bytes, look_up: Callable[[], str | None]) -> str | None:
        """Loop of a key; looked up unless it was during the last `KNOWN_FOR` seconds."""
        now, loops = self._now(), self._loops
        loop, since = loops.get(digest, (None, 0.0))
        if loop is not None and now - since < KNOWN_FOR:
            return loop
        loop = look_up()
        with self._lock:
            if len(loops) >= MAX_KNOWN:
                loops.clear()
            if loop is not None:
                loops[digest] = loop, now  # Without effect if all were forgotten meanwhile.
        return loop

    def forget(self) -> None:
        """Forget all keys, as after a change."""
        self._loops = {}


class ServiceKeys(Database):
    """Access to the keys of loops."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._known_keys = KnownKeys()

    def rotate_key(self, loop: str, owner: str, slot: int) -> str:
        """Replace a key of a loop; return the new one, which cannot be read again.

        Raises:
            PersonalizerError: ``BadRequest`` for a number other than 1 and 2.
            GoneError: if the loop does not exist, or belongs to another owner.
        """
        if slot not in SLOTS:
            refuse("BadRequest", "slot", slot, "1 or 2")
        key = secrets.token_hex(16)
        mine = select(LOOPS.c.id).filter_by(id=loop, owner=owner).where(LOOPS.c.ready)
        with self._writing() as connection:
            if connection.execute(mine).one_or_none() is None:
                raise GoneError
            connection.execute(delete(KEYS).filter_by(loop=loop, slot=slot))
            row = {"loop": loop, "slot": slot, "digest": digest_of_key(key), "made": self._now()}
            connection.execute(insert(KEYS).values(row))
        self._known_keys.forget()
        return key

    def revoke_keys(self, loop: str, owner: str) -> None:
        """Delete both keys of a loop; without effect for another owner's loop."""
        mine = select(LOOPS.c.id).filter_by(id=loop, owner=owner)
        self._change(delete(KEYS).where(KEYS.c.loop.in_(mine)))
        self._known_keys.forget()

    def keys_made(self, loop: str) -> Mapping[int, float]:
        """Times at which the keys of a loop were made, in seconds since 1970, by number."""
        rows = self._rows(select(KEYS.c.slot, KEYS.c.made).filter_by(loop=loop))
        return {row.slot: row.made for row in rows}

    def loop_of_key(self, key: str) -> str | None:
        """Id of the loop that a key is for; None for an unknown key or a deleted loop.

        Changes by other processes count after `KNOWN_FOR` seconds.
        """
        wanted = digest_of_key(key)
        return self._known_keys.get(wanted, lambda: self._loop_of(wanted))

    def _loop_of(self, wanted: bytes) -> str | None:
        rows = self._rows(_OF_KEY.params(b_digest=wanted))
        return next((row.loop for row in rows if hmac.compare_digest(row.digest, wanted)), None)

    def loops_with_keys(self) -> list[str]:
        """Ids of the loops that applications may call."""
        query = select(LOOPS.c.id).where(LOOPS.c.ready, LOOPS.c.id.in_(select(KEYS.c.loop)))
        return [row.id for row in self._rows(query)]

    def signature(self, data: bytes) -> bytes:
        """Signature of an exported model, 32 bytes, valid for this database alone."""
        return hmac.digest(self._secret(), data, "sha256")

    def _secret(self) -> bytes:
        query = select(SECRETS.c.value).filter_by(name=_SIGNS_MODELS)
        rows = self._rows(query)
        if not rows:
            new = insert(SECRETS).values(name=_SIGNS_MODELS, value=secrets.token_bytes(32))
            with self._writing() as connection, suppress(IntegrityError):
                connection.execute(new)  # Unless another process was faster.
            rows = self._rows(query)
        return bytes(rows[0].value)


_OF_KEY: Select[Any] = (
    select(KEYS.c.loop, KEYS.c.digest)
    .join(LOOPS, LOOPS.c.id == KEYS.c.loop)
    .where(KEYS.c.digest == bindparam("b_digest"), LOOPS.c.ready)
)


def digest_of_key(key: str) -> bytes:
    """SHA-256 of a key, which is as random as a digest and so needs no salt."""
    return hashlib.sha256(key.encode(errors="replace")).digest()
