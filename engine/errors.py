"""Exceptions of the engine, and the one sentence of a refusal.

::

    ValueError
      PersonalizerError      a refused request, setting or call
        StoreError           a failed operation of the store
          GoneError          a loop deleted, expired, or unknown
          ExistsError        a loop that exists already
          DamagedError       damaged data in the database
          UnknownOutcomeError    a write with an unknown outcome
        RejectedError        a file not imported, with its faulty lines
      UnreadableError        unexpected JSON
        FullError            too many events
      StaleError             a snapshot unreadable for this code
    Exception
      OvertakenError         another process has appended to the same log

Codes are those of the retired service (its error catalogue), so that a client written against the
service finds the codes it already handles.
"""

import copyreg
import numbers
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn


class PersonalizerError(ValueError):
    """A refused request or setting; nothing was applied.

    Attributes:
        code: the service's error code, such as ``"InvalidRankRequest"``.
        message: one sentence naming the field, the value and what is allowed.
        target: the field at fault, written as in the request's JSON.
    """

    def __init__(self, code: str, message: str, target: str) -> None:
        super().__init__(message)
        self.code, self.message, self.target = code, message, target

    def __reduce__(self) -> tuple[Any, ...]:
        # Or another process would call it with the message alone, fail, and break its pool.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    def to_json(self) -> dict[str, object]:
        """The error in the service's response shape."""
        return {"error": {"code": self.code, "message": self.message, "target": self.target}}


class StoreError(PersonalizerError):
    """A failed operation of the store; nothing was changed."""

    def __init__(self, message: str, code: str = "StorageUnavailable") -> None:
        super().__init__(code, message, "database")


class GoneError(StoreError):
    """A loop that was deleted, has expired, or never existed."""

    def __init__(self) -> None:
        super().__init__("This loop is not here any more: it was deleted, or expired.", "NotFound")


class ExistsError(StoreError):
    """A loop whose id already exists."""

    def __init__(self, loop: str) -> None:
        super().__init__(f"There is a loop with the id {loop} already, so it was not made again.")


class DamagedError(StoreError):
    """Damaged data in the database; no part is used."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The database is damaged: {what}. Restore it from a backup.")


class UnknownOutcomeError(StoreError):
    """A write with an unknown outcome; reading again shows the outcome."""

    def __init__(self) -> None:
        super().__init__(
            "The database did not say whether this was saved, and cannot be asked now."
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A faulty line of a file, counted from 1, and the reason; line 0 is the file as a whole.

    Attributes:
        file: name, if there are several files.
    """

    line: int
    reason: str
    file: str = ""


class RejectedError(PersonalizerError):
    """A file not imported: the first faulty lines, and their total number.

    Args:
        undone: word for the refused action.
    """

    def __init__(self, faults: Sequence[Fault], total: int, undone: str = "imported") -> None:
        first, others = faults[0], total - 1
        places = first.file, f"line {first.line}" if first.line else ""
        where = f"{', '.join(filter(None, places))}: " if any(places) else ""
        more = f" {others:,} more {'line is' if others == 1 else 'lines are'} faulty."
        sentence = f"Nothing was {undone}: {where}{first.reason}.{more if others else ''}"
        super().__init__("BadRequest", sentence, "file")
        self.faults, self.total = tuple(faults), total


class UnreadableError(ValueError):
    """Unexpected JSON; the message gives place and reason."""


class FullError(UnreadableError):
    """More events than allowed; the rest is not read."""


class StaleError(ValueError):
    """A snapshot written in a form unknown to this code."""


class OvertakenError(Exception):
    """Another process has appended to the same log; see `Recorder.read_new`."""


def refuse(
    code: str, target: str, value: object, allowed: str, what: str | None = None
) -> NoReturn:
    """Raise the error for a field: one sentence with the value met and what is allowed.

    ``what`` names the field in the sentence in place of its own name.
    """
    sentence = f"{what or target} is {_shown(value)}, but must be {allowed}."
    raise PersonalizerError(code, sentence, target)


def refuse_missing(code: str, target: str, allowed: str) -> NoReturn:
    """Raise the error for a missing field."""
    raise PersonalizerError(code, f"{target} is missing, but must be {allowed}.", target)


def _shown(value: object) -> str:
    """Short text for any value, however large or deep."""
    try:
        text = _SHORT.repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _MOST else text[: _MOST - 3] + "..."


_MOST = 80
_SHORT = reprlib.Repr()
_SHORT.maxlevel = 4
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def check_number(
    code: str, target: str, value: Any, low: float, high: float, whole: bool = False
) -> None:
    """Refuse values other than a finite number (or whole number) from ``low`` to ``high``."""
    kind = numbers.Integral if whole else numbers.Real
    valid = isinstance(value, kind) and not isinstance(value, bool)
    if not (valid and low <= value <= high):
        span = f"{low:.0f} to {high:.0f}" if whole else f"{low:g} to {high:g}"
        allowed = f"a {'whole ' if whole else ''}number from {span}"
        refuse(code, target, value, allowed)
