"""The one exception that the engine raises for bad input.

Codes are those of the retired service (its error catalogue), so that a client
written against the service finds the codes it already handles.
"""

import numbers
import reprlib
from typing import Any, NoReturn


class PersonalizerError(ValueError):
    """A request or a setting that was refused; nothing of it was applied.

    Attributes:
        code: the service's error code, such as ``"InvalidRankRequest"``.
        message: one sentence naming the field, the value and what is allowed.
        target: the field at fault, written as in the request's JSON.
    """

    def __init__(self, code: str, message: str, target: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.target = target

    def to_json(self) -> dict[str, object]:
        """The error in the service's response shape."""
        return {"error": {"code": self.code, "message": self.message, "target": self.target}}


def refuse(
    code: str, target: str, value: object, allowed: str, what: str | None = None
) -> NoReturn:
    """Raise the error for a field: one sentence with the value met and what is allowed.

    Args:
        what: how the sentence names it, where the field's own name would not do.
    """
    sentence = f"{what or target} is {_shown(value)}, but must be {allowed}."
    raise PersonalizerError(code, sentence, target)


def _shown(value: object) -> str:
    """A short text for any value, however large or deep."""
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
    """Refuse anything but a finite number (or whole number) from ``low`` to ``high``."""
    kind = numbers.Integral if whole else numbers.Real
    valid = isinstance(value, kind) and not isinstance(value, bool)
    if not (valid and low <= value <= high):
        allowed = f"a {'whole ' if whole else ''}number from {low:g} to {high:g}"
        refuse(code, target, value, allowed)
