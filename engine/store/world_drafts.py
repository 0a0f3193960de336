"""Drafts of worlds too large for a link, stored so that a reload restores them, faults included.

A draft's key is the SHA-256 of its text: whoever has the key has seen the draft, and a text that is
not what its key says is damaged, and counts as none. An owner has the latest few.
"""

import hashlib

from sqlalchemy import delete, insert, select, update

from engine.errors import refuse
from engine.store.database import Database
from engine.store.days_in_use import days_ago
from engine.store.schema import DRAFTS

MAX_TEXT = 1_000_000
"""Characters of a draft: of 10,000 rewards and 50 pictures, packed."""
LATEST = 20
"""Drafts of one owner; each change of one is another."""
_OF = DRAFTS.c


class WorldDrafts(Database):
    """Drafts of every owner."""

    def keep_draft(self, text: str, owner: str) -> str:
        """Keep the text of a draft and drop the owner's oldest beyond `LATEST`; returns its key.

        Raises:
            PersonalizerError: ``BadRequest`` for one that is too long; StoreError if it cannot be
                written.
        """
        if len(text) > MAX_TEXT:
            refuse("BadRequest", "draft", len(text), f"at most {MAX_TEXT:,}", "its length")
        self.check_room()
        key = _key_of(text)
        with self._writing() as connection:
            again = update(DRAFTS).filter_by(owner=owner, key=key).values(used=self._now())
            if connection.execute(again).rowcount:
                return key
            values = {"owner": owner, "key": key, "text": text, "used": self._now()}
            connection.execute(insert(DRAFTS).values(values))
            mine = select(_OF.key).filter_by(owner=owner)
            old = connection.scalars(mine.order_by(_OF.used.desc()).offset(LATEST)).all()
            if old:
                connection.execute(delete(DRAFTS).where(_OF.owner == owner, _OF.key.in_(old)))
        return key

    def draft(self, key: str) -> str | None:
        """Text of the draft with a key, of any owner; None if it is gone."""
        known = select(_OF.text).filter_by(key=key)
        known = known.where(_OF.used >= days_ago(self.limits.retention_days))
        texts = (row.text for row in self._rows(known))
        return next((text for text in texts if _is_of(key, text)), None)

    def sweep_drafts(self) -> int:
        """Erase drafts that expired a day ago or longer; returns their number."""
        over = _OF.used < days_ago(self.limits.retention_days + 1)
        return self._change(delete(DRAFTS).where(over))


def _key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is_of(key: str, text: object) -> bool:
    """True if a column's value is the text of a key; a damaged value may be of another type."""
    return isinstance(text, str) and _key_of(text) == key
