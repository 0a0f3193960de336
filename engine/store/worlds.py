"""Worlds that people have made, each kept with its owner and found by its key.

A world's key (`engine.worlds.key_of`) is made of what it is, so the same key is the same world
wherever it is asked for. One that was edited is another world: the one before it is still found
by its key, though it stands in no list, until its time is over.
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
from engine.worlds.seen import alike

MAX_NAME = 80
_OF = WORLDS.c
_EARLIER = 200
"""Worlds that an owner has edited since which are still found by their keys."""


@dataclass(frozen=True, slots=True)
class KeptWorld:
    """A world in somebody's list.

    Attributes:
        key: its name in links.
        owner: who may rename and delete it.
        name: given by a person; at first the world's title.
        text: the world, as `World.text` has it.
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
        """The world itself.

        Raises:
            DamagedError: if it is not what its key says.
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
        """What a row says.

        Raises:
            DamagedError: if it is not what was written.
        """
        told = row.key, row.owner, row.name, row.text, row.created
        if digests.seal(*told) != row.seal:
            raise DamagedError("what it says of a world is not what was written")
        return cls(*told, row.used)


class Worlds(Database):
    """The worlds of all owners."""

    def keep_world(
        self, world: World, owner: str, name: str = "", instead_of: str = ""
    ) -> KeptWorld:
        """Keep a world in an owner's list; one that stands there already stays as it is.

        Args:
            name: in the list, with a number behind it if another one there has that name; the
                world's title, if empty.
            instead_of: key of the one that it was made of, which leaves the list.

        Raises:
            PersonalizerError: ``BadRequest`` for one that could not be read again, or such a
                name; StoreError if it cannot be written, the owner has too many, or another
                world there has its key.
        """
        text, key = world_from_text(world.text).text, key_of(world)
        name = _named(name or world.title)
        self.check_room()
        now, mine = self._now(), {"owner": owner, "key": key}
        with self._writing() as connection:
            if instead_of and instead_of != key:
                leaves = update(WORLDS).filter_by(owner=owner, key=instead_of)
                connection.execute(leaves.values(listed=False))
            found = connection.execute(select(WORLDS).filter_by(**mine)).first()
            if found is None or not found.listed:
                self._check_list(connection, owner)
            names = _names(connection, owner, but=key)
            if found is None:
                self._check_total(connection)
                kept = KeptWorld(key, owner, _free(name, names), text, now, now)
                connection.execute(insert(WORLDS).values(_row(kept) | {"listed": True}))
            else:
                kept = KeptWorld.of(found)
                if kept.text != text:
                    raise StoreError(_TAKEN, "OperationNotAllowed")
                kept = replace(kept, name=_free(kept.name, names), used=now)
                again = update(WORLDS).filter_by(**mine)
                connection.execute(again.values(_row(kept) | {"listed": True}))
            _drop_earlier(connection, owner)
        return kept

    def _check_list(self, connection: Connection, owner: str) -> None:
        """Whether an owner may have one more world in the list."""
        mine, most = select(func.count(_OF.key)), self.limits.max_worlds
        if connection.execute(mine.filter_by(owner=owner, listed=True)).scalar_one() >= most:
            sentence = f"This browser keeps {most} worlds, the most it may: "
            sentence += "delete one on the Worlds page first."
            raise StoreError(sentence, "OperationNotAllowed")

    def _check_total(self, connection: Connection) -> None:
        """Whether the database may have one more world."""
        most = self.limits.max_worlds_total
        if connection.execute(select(func.count(_OF.key))).scalar_one() >= most:
            sentence = f"This server keeps {most:,} worlds, the most it may."
            raise StoreError(sentence, "OperationNotAllowed")

    def worlds(self, owner: str) -> list[KeptWorld]:
        """Those in an owner's list, the last used first; none that is damaged."""
        mine = select(WORLDS).filter_by(owner=owner, listed=True).where(self._is_in_time)
        return _whole(self._rows(mine.order_by(_OF.used.desc(), _OF.key)))

    def world(self, key: str) -> World | None:
        """The world that has a key, whoever keeps it; None if nobody does.

        Of two that share a key, which nobody makes by chance, it is the older one.
        """
        known = select(WORLDS).filter_by(key=key).where(self._is_in_time)
        for kept in _whole(self._rows(known.order_by(_OF.created).limit(2))):
            return kept.world
        return None

    def touch_world(self, key: str) -> None:
        """Count a world's time from now, for whoever keeps it."""
        self._change(update(WORLDS).filter_by(key=key).values(used=self._now()))

    def rename_world(self, key: str, owner: str, name: str) -> None:
        """Give a world another name in its owner's list: what it is stays as it was.

        Raises:
            PersonalizerError: ``BadRequest`` for such a name, or the name of another one there;
                StoreError if it is not theirs.
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
        """Erase a world: whom its owner gave its link cannot open it any more.

        Raises:
            StoreError: if it is not there, or not theirs.
        """
        if not self._change(delete(WORLDS).filter_by(key=key, owner=owner)):
            raise StoreError(_GONE, "NotFound")

    def faulty_worlds(self) -> int:
        """How many are not what was written."""
        rows = self._rows(select(WORLDS))
        return len(rows) - len(_whole(rows))

    def sweep_worlds(self) -> int:
        """Erase those whose time was over a day ago; how many there were."""
        return self._change(
            delete(WORLDS).where(_OF.used < days_ago(self.limits.retention_days + 1))
        )

    def _hand_over_worlds(self, connection: Connection, before: str, now: str) -> None:
        """Let the worlds of one owner be another's: of those in a list the last used first, as
        many as may be; those that were edited since take no room."""
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
                told = row.key, now, name, row.text, row.created
                changed = {"owner": now, "name": name, "seal": digests.seal(*told)}
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
    """Names in an owner's list, without that of one world, as `alike` has them."""
    listed = select(_OF.name).filter_by(owner=owner, listed=True).where(_OF.key != but)
    return set(map(alike, connection.execute(listed).scalars()))


def _free(name: str, names: Container[str]) -> str:
    """A name that is not taken: the same, or else with the first number behind it that is free."""
    numbered = (f"{name[: MAX_NAME - len(more)]}{more}" for more in map(" {}".format, count(2)))
    return next(one for one in chain([name], numbered) if alike(one) not in names)


def _row(kept: KeptWorld) -> dict[str, Any]:
    told = {name: getattr(kept, name) for name in ("key", "owner", "name", "text", "created")}
    return told | {"used": kept.used, "seal": digests.seal(*told.values())}


def _whole(rows: Sequence[Row[Any]]) -> list[KeptWorld]:
    """Rows that are what was written, world included."""
    found = []
    for row in rows:
        with suppress(DamagedError):
            kept = KeptWorld.of(row)
            if key_of(kept.world) == kept.key:
                found.append(kept)
    return found


def _drop_earlier(connection: Connection, owner: str) -> None:
    """Of those that left an owner's list, keep the latest."""
    earlier = select(_OF.key).filter_by(owner=owner, listed=False).order_by(_OF.used.desc())
    old = list(connection.execute(earlier.offset(_EARLIER)).scalars())
    if old:
        mine = delete(WORLDS).where(_OF.owner == owner, _OF.key.in_(old))
        connection.execute(mine)
