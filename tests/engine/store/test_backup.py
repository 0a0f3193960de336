"""A backup is taken while others write, and comes back on either database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.store import Store, StoredLoop, StoreError
from engine.store.audit import audit
from engine.store.backup import back_up, restore
from tests.engine.store.databases import KINDS, database, skip_without
from tests.engine.store.workers import beliefs, serve_next
from tests.faults.disk import Disk


@pytest.fixture
def backup(store: Store, kept: StoredLoop, tmp_path: Path) -> Path:
    """A backup of a loop with three visitors, of which a fourth and a fifth are not in it."""
    for _ in range(2):
        serve_next(kept)
        kept.snapshot_if_due(every=2)
    back_up(store, tmp_path / "backup.db")
    for _ in range(2):
        serve_next(kept)
    return tmp_path / "backup.db"


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_comes_back_on_either_database(
    store: Store, kept: StoredLoop, backup: Path, kind: str, tmp_path: Path
) -> None:
    skip_without(kind)
    before = backup.read_bytes()
    (tmp_path / "other").mkdir()
    with database(kind, tmp_path / "other") as url, closing(Store.open(url)) as other:
        restore(other, backup)
        assert list(audit(other)) == []
        assert [about.name for about in other.loops("me")] == ["Coffee, seed 7"]
        back = StoredLoop.open(other, kept.id)
        assert len(back.loop.events) == 3
        assert list(back.loop.log.history) == list(kept.loop.log.history)[: back.loop.log.position]
        for _ in range(2):
            serve_next(back)
        assert beliefs(back.loop)[0] == beliefs(kept.loop)[0]
        with pytest.raises(StoreError, match="has loops already, so nothing was restored"):
            restore(other, backup)
    assert backup.read_bytes() == before


def test_a_backup_is_a_database_of_its_own(kept: StoredLoop, backup: Path) -> None:
    with closing(Store.open(f"sqlite:///{backup}")) as copy:
        assert copy.about(kept.view).events == 3


def test_drafts_alone_are_not_overwritten(backup: Path, tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'drafts.db'}")) as other:
        key = other.keep_draft("a draft", "me")
        with pytest.raises(StoreError, match="has drafts already, so nothing was restored"):
            restore(other, backup)
        assert other.draft(key) == "a draft"


def test_nothing_is_overwritten_and_nothing_is_made_up(store: Store, tmp_path: Path) -> None:
    (tmp_path / "there.db").write_bytes(b"mine")
    with pytest.raises(StoreError, match="already, so nothing was backed up"):
        back_up(store, tmp_path / "there.db")
    with pytest.raises(StoreError, match="There is no file"):
        restore(store, tmp_path / "none.db")
    (tmp_path / "else.db").write_bytes(b"something else" * 1_000)
    with pytest.raises(StoreError, match="not a database"):
        restore(store, tmp_path / "else.db")


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (0, "backup.db cannot be read: file is not a database"),
        (9_000, "backup.db is damaged, so nothing was restored"),
    ],
)
def test_a_damaged_backup_is_not_taken_for_a_damaged_database(
    backup: Path, tmp_path: Path, start: int, said: str
) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[:start] + b"\xff" * 20_000 + whole[start + 20_000 :])
    other = Store.open(f"sqlite:///{tmp_path}/other.db")
    with closing(other), pytest.raises(StoreError, match=said):
        restore(other, backup)


@pytest.mark.parametrize("start", [0, 9_000])
def test_a_damaged_database_is_not_taken_for_a_backup_that_cannot_be_written(
    plain_store: Store, tmp_path: Path, start: int
) -> None:
    """The store has it open, so the copy is the first that reads what was damaged."""
    StoredLoop.create(plain_store, owner="me", seed=7)
    [file] = tmp_path.glob("*.db")
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    whole = file.read_bytes()
    file.write_bytes(whole[:start] + b"\xff" * 20_000 + whole[start + 20_000 :])
    with pytest.raises(StoreError, match=r"is damaged: .* Restore it from a backup"):
        back_up(plain_store, tmp_path / "backup.db")
    assert [one.name for one in tmp_path.iterdir() if "backup" in one.name] == []


def test_a_backup_that_cannot_be_written_is_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"backup\.db cannot be written: File exists"):
        back_up(store, tmp_path / "file" / "backup.db")


def test_a_disk_that_is_full_is_said(plain_store: Store, disk: Disk) -> None:
    disk.fill()
    with pytest.raises(StoreError, match=r"backup\.db cannot be written: database or disk is full"):
        back_up(plain_store, disk.folder / "backup.db")
    assert [file.name for file in disk.folder.iterdir()] == ["ballast"]
