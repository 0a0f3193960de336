"""Worlds made by people, stored by owner and found by key.

A world's key (`engine.worlds.key_of`) is computed from its content, so a key identifies the same
world everywhere. An edited world is another world: the earlier one leaves the list, but is found by
its key until it expires.
"""

from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any, Self

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from engine.errors import DamagedError, PersonalizerError, StoreError, refuse
from engine.store import digests
from engine.store.database import Database
from engine.store.days_in_use import days_ago
from engine.store.schema import WORLDS
from engine.worlds import World, key_of, world_from_text
from engine.worlds.visible_text import alike

MAX_NAME = 80
_OF = WORLDS.c
_EARLIER = 200
"""Largest number of an owner's edited worlds that are still found by key."""


@dataclass(frozen=True, slots=True)
class KeptWorld:
    """A world in an owner's list.

    Attributes:
        key: name in links.
        owner: may rename and delete it.
        name: given by a person; the world's title by default.
        text: of the world, see `World.text`.
        created, used: seconds since 1970.
    """

    key: str
    owner: str
    name: str
    text: str
    created: float
    used: float

    @property
    def world(self) -> World:
        """The world.

        Raises:
            DamagedError: if it does not match its key.
        """
        try:
            world = world_from_text(self.text)
        except PersonalizerError:
            raise DamagedError("a world cannot be read") from None
        if key_of(world) != self.key:
            raise DamagedError("a world is not what its key says")
        return world

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Read a row.

        Raises:
            DamagedError: if the row does not match its seal.
        """
        facts = row.key, row.owner, row.name, row.text, row.created
        if digests.seal(*facts) != row.seal:
            raise DamagedError("what it says of a world is not what was written")
        return cls(*facts, row.used)


class Worlds(Database):
    """Access to the worlds of owners."""

    def keep_world(
        self, world: World, owner: str, name: str = "", instead_of: str = ""
    ) -> KeptWorld:
        """Add a world to an owner's list, unless already listed.

        Args:
            name: in the list, numbered if taken; the world's title, if empty.
            instead_of: key of the edited world, which leaves the list. Unless the title was edited,
                its name in the list stays.

        Raises:
            PersonalizerError: ``BadRequest`` for a world that could not be read again, or an
                invalid name; StoreError if it cannot be written, the owner has too many, or its key
                belongs to another world.
        """
        text, key = world_from_text(world.text).text, key_of(world)
        name = _named(name or world.title)
        self.check_room()
        now, mine = self._now(), {"owner": owner, "key": key}
        with self._writing() as connection:
            if instead_of and instead_of != key:
                edited = {"owner": owner, "key": instead_of, "listed": True}
                before = _whole(connection.execute(select(WORLDS).filter_by(**edited)).all())
                name = next((row.name for row in before if row.world.title == world.title), name)
                connection.execute(update(WORLDS).filter_by(**edited).values(listed=False))
            kept_rows = connection.execute(select(WORLDS).filter_by(**mine)).first()
            if kept_rows is None or not kept_rows.listed:
                self._check_list(connection, owner)
            names = _names(connection, owner, but=key)
            if kept_rows is None:
                self._check_total(connection)
                kept = KeptWorld(key, owner, _free(name, names), text, now, now)
                connection.execute(insert(WORLDS).values(_row(kept) | {"listed": True}))
            else:
                kept = KeptWorld.of(kept_rows)
                if kept.text != text:
                    raise StoreError(_TAKEN, "OperationNotAllowed")
                kept = replace(kept, name=_free(kept.name, names), used=now)
                again = update(WORLDS).filter_by(**mine)
                connection.execute(again.values(_row(kept) | {"listed": True}))
            _drop_earlier(connection, owner)
        return kept

    def _check_list(self, connection: Connection, owner: str) -> None:
        """Refuse one world more if the owner has too many."""
        mine, most = select(func.count(_OF.key)), self.limits.max_worlds
        if connection.execute(mine.filter_by(owner=owner, listed=True)).scalar_one() >= most:
            sentence = f"This browser keeps {most} worlds, the most it may: "
            sentence += "delete one on the Worlds page first."
            raise StoreError(sentence, "OperationNotAllowed")

    def _check_total(self, connection: Connection) -> None:
        """Refuse one world more if the database has too many."""
        most = self.limits.max_worlds_total
        if connection.execute(select(func.count(_OF.key))).scalar_one() >= most:
            sentence = f"This server keeps {most:,} worlds, the most it may."
            raise StoreError(sentence, "OperationNotAllowed")

    def worlds(self, owner: str) -> list[KeptWorld]:
        """Undamaged worlds in an owner's list, most recently used first."""
        mine = select(WORLDS).filter_by(owner=owner, listed=True).where(self._is_in_time)
        return _whole(self._rows(mine.order_by(_OF.used.desc(), _OF.key)))

    def world(self, key: str) -> World | None:
        """The world of a key, of any owner; None if unknown.

        Of two worlds with the same key, which only happens on purpose, the older one.
        """
        known = select(WORLDS).filter_by(key=key).where(self._is_in_time)
        for kept in _whole(self._rows(known.order_by(_OF.created).limit(2))):
            return kept.world
        return None

    def touch_world(self, key: str) -> None:
        """Restart a world's time to expiry, for all owners."""
        self._change(update(WORLDS).filter_by(key=key).values(used=self._now()))

    def rename_world(self, key: str, owner: str, name: str) -> None:
        """Rename a world in its owner's list; the world itself is unchanged.

        Raises:
            PersonalizerError: ``BadRequest`` for an invalid or used name; StoreError for another
                owner's world.
        """
        name = _named(name)
        with self._writing() as connection:
            if alike(name) in _names(connection, owner, but=key):
                refuse("BadRequest", "name", name, "one that no other of your worlds has")
            mine = select(WORLDS).filter_by(key=key, owner=owner).with_for_update()
            row = connection.execute(mine).first()
            if row is None:
                raise StoreError(_GONE, "NotFound")
            old = KeptWorld.of(row)
            new = KeptWorld(key, owner, name, old.text, old.created, self._now())
            connection.execute(update(WORLDS).filter_by(key=key, owner=owner).values(_row(new)))

    def delete_world(self, key: str, owner: str) -> None:
        """Erase a world; links to it stop working.

        Raises:
            StoreError: if it does not exist, or belongs to another owner.
        """
        if not self._change(delete(WORLDS).filter_by(key=key, owner=owner)):
            raise StoreError(_GONE, "NotFound")

    def faulty_worlds(self) -> int:
        """Number of damaged worlds."""
        rows = self._rows(select(WORLDS))
        return len(rows) - len(_whole(rows))

    def sweep_worlds(self) -> int:
        """Erase worlds expired for a day or longer; return their number."""
        return self._change(
            delete(WORLDS).where(_OF.used < days_ago(self.limits.retention_days + 1))
        )

    def _hand_over_worlds(self, connection: Connection, before: str, now: str) -> None:
        """Transfer the worlds of one owner to another: listed ones within the cap, most recently
        used first; earlier versions without limit."""
        theirs = connection.execute(
            select(WORLDS).filter_by(owner=before).order_by(_OF.listed.desc(), _OF.used.desc())
        ).all()
        mine = connection.execute(select(_OF.key, _OF.listed).filter_by(owner=now))
        known = {row.key: row.listed for row in mine}
        names = _names(connection, now)
        room = self.limits.max_worlds - sum(known.values())
        for row in theirs:
            is_more = row.listed and not known.get(row.key)
            if is_more and room <= 0:
                continue
            room -= is_more
            if row.key not in known:
                name = _free(row.name, names) if row.listed else row.name
                names.add(alike(name))
                facts = row.key, now, name, row.text, row.created
                changed = {"owner": now, "name": name, "seal": digests.seal(*facts)}
                moved = update(WORLDS).filter_by(owner=before, key=row.key)
                connection.execute(moved.values(changed))
            elif is_more:
                again = update(WORLDS).filter_by(owner=now, key=row.key)
                connection.execute(again.values(listed=True))

    @property
    def _is_in_time(self) -> Any:
        return _OF.used >= days_ago(self.limits.retention_days)


_GONE = "This world is not here any more: it was deleted, or expired."
_TAKEN = "Another of your worlds has the key of this one: give this one another title."


def _named(name: str) -> str:
    name = name.strip().replace("\x00", "")
    if not 1 <= len(name) <= MAX_NAME:
        refuse("BadRequest", "name", name, f"1 to {MAX_NAME} characters long")
    return name


def _names(connection: Connection, owner: str, but: str = "") -> set[str]:
    """Names in an owner's list, normalised by `alike`, without the name of world ``but``."""
    listed = select(_OF.name).filter_by(owner=owner, listed=True).where(_OF.key != but)
    return set(map(alike, connection.execute(listed).scalars()))


def _free(name: str, names: Container[str]) -> str:
    """An unused name: the same, or with the first free number appended."""
    numbered = (f"{name[: MAX_NAME - len(more)]}{more}" for more in map(" {}".format, count(2)))
    return next(candidate for candidate in chain([name], numbered) if alike(candidate) not in names)


def _row(kept: KeptWorld) -> dict[str, Any]:
    facts = {name: getattr(kept, name) for name in ("key", "owner", "name", "text", "created")}
    return facts | {"used": kept.used, "seal": digests.seal(*facts.values())}


def _whole(rows: Sequence[Row[Any]]) -> list[KeptWorld]:
    """Undamaged rows."""
    worlds = []
    for row in rows:
        with suppress(DamagedError):
            kept = KeptWorld.of(row)
            if key_of(kept.world) == kept.key:
                worlds.append(kept)
    return worlds


def _drop_earlier(connection: Connection, owner: str) -> None:
    """Erase all but the latest worlds removed from an owner's list."""
    earlier = select(_OF.key).filter_by(owner=owner, listed=False).order_by(_OF.used.desc())
    old = list(connection.execute(earlier.offset(_EARLIER)).scalars())
    if old:
        mine = delete(WORLDS).where(_OF.owner == owner, _OF.key.in_(old))
        connection.execute(mine)
