"""What one browser may use on a server that others use too."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from engine.errors import check_number

_CODE = "InvalidServiceConfiguration"


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps, each with an environment variable of its name: ``PLAYGROUND_MAX_LOOPS``, ...

    Attributes:
        max_loops: loops that one browser may keep.
        max_events: events that one loop may log or bring along from a file.
        max_upload: MiB of one file; the default takes a full loop of any world, as exported.
        retention_days: days after its last use in which a loop is kept.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration``.
    """

    max_loops: int = 100
    max_events: int = 200_000
    max_upload: int = 160
    retention_days: int = 90

    def __post_init__(self) -> None:
        check_number(_CODE, "PLAYGROUND_MAX_LOOPS", self.max_loops, 1, 1_000_000, whole=True)
        check_number(_CODE, "PLAYGROUND_MAX_EVENTS", self.max_events, 1, 1_000_000, whole=True)
        check_number(_CODE, "PLAYGROUND_MAX_UPLOAD", self.max_upload, 1, 1_024, whole=True)
        check_number(_CODE, "PLAYGROUND_RETENTION_DAYS", self.retention_days, 1, 36_500, whole=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The caps that are set, and the defaults for the others."""
        names = [field.name for field in fields(cls)]
        given = {name: environment.get(f"PLAYGROUND_{name.upper()}", "").strip() for name in names}
        return cls(**{name: whole(text) for name, text in given.items() if text})


def whole(text: str) -> Any:
    """A whole number in plain digits, or the text itself, for who checks it to name."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text
