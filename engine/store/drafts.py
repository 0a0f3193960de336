"""Drafts of worlds that have no room in a link, so that a reload brings them back, faults included.

A draft's key is the SHA-256 of its text: whoever has the key has seen the draft, and a text that is
not what its key says is damaged, and counts as none. An owner has the latest few.
"""

import hashlib

from sqlalchemy import delete, insert, select, update

from engine.errors import refuse
from engine.store.database import Database
from engine.store.days import days_ago
from engine.store.schema import DRAFTS

MAX_TEXT = 1_000_000
"""Characters of a draft: of 10,000 rewards and 50 pictures, packed."""
LATEST = 20
"""Drafts of one owner; each change of one is another."""
_OF = DRAFTS.c


class Drafts(Database):
    """The drafts of all owners."""

    def keep_draft(self, text: str, owner: str) -> str:
        """Keep the text of a draft in place of the owner's oldest one; its key.

        Raises:
            PersonalizerError: ``BadRequest`` for one that is too long; StoreError if it cannot be
                written.
        """
        if len(text) > MAX_TEXT:
            refuse("BadRequest", "draft", len(text), f"at most {MAX_TEXT:,}", "its length")
        self.check_room()
        key, share = _key_of(text), f"draft:{owner}"
        self._shares.check(share)
        with self._writing() as connection:
            again = update(DRAFTS).filter_by(owner=owner, key=key).values(used=self._now())
            if connection.execute(again).rowcount:
                return key
            told = {"owner": owner, "key": key, "text": text, "used": self._now()}
            connection.execute(insert(DRAFTS).values(told))
            mine = select(_OF.key, _OF.text).filter_by(owner=owner)
            old = connection.execute(mine.order_by(_OF.used.desc()).offset(LATEST)).all()
            if old:
                gone = delete(DRAFTS).filter_by(owner=owner)
                connection.execute(gone.where(_OF.key.in_([row.key for row in old])))
        self._shares.add(share, len(text) - sum(len(str(row.text)) for row in old))
        return key

    def draft(self, key: str) -> str | None:
        """The text that has a key, whoever keeps it; None if nobody does any more."""
        known = select(_OF.text).filter_by(key=key)
        known = known.where(_OF.used >= days_ago(self.limits.retention_days))
        texts = (row.text for row in self._rows(known))
        return next((text for text in texts if _is_of(key, text)), None)

    def sweep_drafts(self) -> int:
        """Erase those whose time was over a day ago; how many there were."""
        over = _OF.used < days_ago(self.limits.retention_days + 1)
        return self._change(delete(DRAFTS).where(over))

    def draft_shares(self) -> list[str]:
        """The names under which drafts count as written by an address."""
        return [f"draft:{row.owner}" for row in self._rows(select(_OF.owner).distinct())]


def _key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is_of(key: str, text: object) -> bool:
    """Whether what stands in a column is the text of a key: damaged, it may be none at all."""
    return isinstance(text, str) and _key_of(text) == key
