"""Keys of applications: two per loop, shown once, stored as digests.

The table of secrets holds one random value per database, which signs exported models.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from engine.errors import GoneError, refuse
from engine.store.database import Database
from engine.store.schema import KEYS, LOOPS, SECRETS

SLOTS = (1, 2)
"""Numbers of the keys of a loop: one serves while the other is replaced."""
_SIGNS_MODELS = "models"


class ServiceKeys(Database):
    """Access to the keys of loops."""

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
        return key

    def revoke_keys(self, loop: str, owner: str) -> None:
        """Delete both keys of a loop; without effect for another owner's loop."""
        mine = select(LOOPS.c.id).filter_by(id=loop, owner=owner)
        self._change(delete(KEYS).where(KEYS.c.loop.in_(mine)))

    def keys_made(self, loop: str) -> Mapping[int, float]:
        """Times at which the keys of a loop were made, in seconds since 1970, by number."""
        rows = self._rows(select(KEYS.c.slot, KEYS.c.made).filter_by(loop=loop))
        return {row.slot: row.made for row in rows}

    def loop_of_key(self, key: str) -> str | None:
        """Id of the loop that a key is for; None for an unknown key or a deleted loop."""
        wanted = digest_of_key(key)
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
