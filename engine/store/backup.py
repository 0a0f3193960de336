"""All of a database in one file, and back into another: SQLite's own format, whatever it was in.

Such a file is a database of its own: the app can be started on it as well.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from engine.errors import DamagedError, StoreError
from engine.store.schema import DRAFTS, LOOPS, META, VERSION, WORLDS
from engine.store.store import Store

_ROWS = 1_000
_FAULTS = "SQLite finds faults in it, so nothing was backed up"


def back_up(store: Store, file: Path) -> None:
    """Write all that is in a store now into a file, while it is in use.

    Raises:
        DamagedError: if it is damaged; what is left of it is not written.
        StoreError: if it cannot be read or written, or there is such a file.
    """
    if file.exists():
        raise StoreError(f"There is a file {file} already, so nothing was backed up.")
    told = _told(f"The backup {file} cannot be written")
    with told, _beside(file) as unfinished, _source_told():
        if store.is_shared:
            with _opened(unfinished) as copy, store.standstill() as source:
                _copy(source, copy)
        else:
            with (
                store.standstill() as source,
                closing(sqlite3.connect(unfinished)) as target,
            ):
                raw = source.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.backup(target)
        if not _is_whole(unfinished):
            raise DamagedError(_FAULTS)
        unfinished.rename(file)


def restore(store: Store, file: Path) -> None:
    """Bring all that is in a backup into a store that has none, all of it or nothing.

    Raises:
        StoreError: if it has some, or the file is no backup, or a damaged one.
    """
    if not file.is_file():
        raise StoreError(f"There is no file {file}, so nothing was restored.")
    with tempfile.TemporaryDirectory() as folder:
        # A backup of an older version is brought forward, and itself stays as it is.
        own = Path(folder) / "backup.db"
        with _told(f"The backup {file} cannot be read"):
            shutil.copy(file, own)
            is_whole = _is_whole(own)
        if not is_whole:
            raise StoreError(f"The backup {file} is damaged, so nothing was restored.")
        with _opened(own) as source, store.overhaul() as target:
            for table in (LOOPS, WORLDS, DRAFTS):
                if target.execute(select(func.count()).select_from(table)).scalar_one():
                    sentence = f"The database has {table.name} already, so nothing was restored."
                    raise StoreError(sentence)
            _copy(source, target)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say in one sentence what failed, and why."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{what}: {getattr(error, 'strerror', None) or error}.") from error


@contextmanager
def _source_told() -> Iterator[None]:
    """Tell damage that a copy has from its source from a copy that cannot be written."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise DamagedError(_FAULTS) from error
        raise


def _is_whole(file: Path) -> bool:
    """Whether SQLite finds nothing damaged."""
    with closing(sqlite3.connect(file)) as copy:
        found: tuple[str] = copy.execute("PRAGMA integrity_check").fetchone()
    return found == ("ok",)


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A name in the same folder, where nothing is afterwards."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _opened(file: Path) -> Iterator[Connection]:
    """A transaction on an SQLite file, which lies by itself afterwards."""
    store = Store.open(f"sqlite:///{file}")
    try:
        with store.overhaul() as connection:
            yield connection
    finally:
        store.close()


def _copy(source: Connection, target: Connection) -> None:
    """All rows of all tables."""
    for table in META.sorted_tables:
        if table is not VERSION:
            target.execute(table.delete())
            found = source.execution_options(yield_per=_ROWS).execute(select(table))
            for rows in found.mappings().partitions():
                target.execute(insert(table), [dict(row) for row in rows])
