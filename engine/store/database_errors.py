"""Failures of a database, translated into one sentence each."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from engine.errors import DamagedError, GoneError, StoreError

_log = logging.getLogger(__name__)


@contextmanager
def translating_errors() -> Iterator[None]:
    """Translate a database's failures within a context.

    Raises:
        GoneError: for a loop deleted in the meantime.
        StoreError: for all other failures.
    """
    try:
        yield
    except IntegrityError as error:
        if "foreign key" in str(error.orig).lower():
            raise GoneError from error
        raise _logged(_DAMAGED, error) from error
    except (NoConnection, TimeoutError) as error:
        raise _logged(_BUSY, error) from error
    except OSError as error:
        sentence = f"The data folder cannot be used ({error.strerror}), {NOT_SAVED}"
        raise _logged(sentence, error) from error
    except SQLAlchemyError as error:
        raise _logged(_meaning(error), error) from error


def _logged(sentence: str, error: Exception) -> StoreError:
    """Sentence for a failure, also written to the server's log."""
    cause = type(getattr(error, "orig", None) or error).__name__
    _log.error("database fault", extra={"code": cause, "reason": sentence})
    return StoreError(sentence)


def is_lost(error: BaseException) -> bool:
    """True if a server did not answer, so that a change may have been made."""
    if isinstance(error, NoConnection):
        return True
    return isinstance(error, DBAPIError) and _code(error) in {"", "57P01", "57P02", "57P03"}


NOT_SAVED = "so this was not saved and did not happen."
_BUSY = f"The database is busy with somebody else's work, {NOT_SAVED} Try again."
UNREACHABLE = f"The database cannot be reached, {NOT_SAVED} Try again."
_FULL = f"The disk is full, {NOT_SAVED}"
_READ_ONLY = f"The database may only be read, {NOT_SAVED}"
_DAMAGED = str(DamagedError("what is in it is not what was written"))
_OTHER = f"The database does not have the tables of this app, {NOT_SAVED} Restore it from a backup."
_FORBIDDEN = f"The database does not allow this server to do that, {NOT_SAVED}"
_MEANINGS = {
    "BUSY": _BUSY,
    "LOCKED": _BUSY,
    "FULL": _FULL,
    "READONLY": _READ_ONLY,
    "IOERR": "The database file cannot be read or written: its disk fails, or it has the largest "
    f"size that is allowed, {NOT_SAVED}",
    "TOOBIG": f"The database cannot take anything as large as this, {NOT_SAVED}",
    "CANTOPEN": f"The database file cannot be opened, {NOT_SAVED} Is its folder there, and "
    "writable?",
    "CORRUPT": _DAMAGED,
    "NOTADB": f"The database file is not a database of SQLite, {NOT_SAVED}",
    "no such table": _OTHER,
    "no such column": _OTHER,
    "55P03": _BUSY,
    "57014": _BUSY,
    "40P01": _BUSY,
    "53100": _FULL,
    "53200": _FULL,
    "53300": _BUSY,
    "25006": _READ_ONLY,
    "42501": _FORBIDDEN,
    "42P01": _OTHER,
    "42703": _OTHER,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""Sentences by SQLite result code, PostgreSQL SQLSTATE, or message."""

_AWAY = {"", "08", "25", "28", "3D", "53", "57"}
"""Prefixes of the SQLSTATE of PostgreSQL for lost or missing connections."""


def _code(error: DBAPIError) -> str:
    """Code of a failure; empty without one."""
    orig = error.orig
    name = getattr(orig, "sqlite_errorname", None)
    if name is not None:
        return str(name).split("_")[1]
    return getattr(orig, "sqlstate", None) or ""


def _meaning(error: SQLAlchemyError) -> str:
    if not isinstance(error, DBAPIError):
        return UNREACHABLE
    said, code = str(error.orig).lower(), _code(error)
    sentences = (sentence for sign, sentence in _MEANINGS.items() if sign == code or sign in said)
    is_away = code[:2] in _AWAY
    return next(
        sentences, UNREACHABLE if is_away else f"The database refused it ({code}), {NOT_SAVED}"
    )
