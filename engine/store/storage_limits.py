"""Caps on the use of a shared server, by browser and in total."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from engine.errors import check_number

_CODE = "InvalidServiceConfiguration"
_MOST = {
    "max_loops": 1_000_000,
    "max_events": 1_000_000,
    "max_upload": 1_024,
    "max_unfolded": 1_000_000,
    "max_loops_total": 100_000_000,
    "max_database": 100_000_000,
    "retention_days": 36_500,
    "max_worlds": 1_000_000,
    "max_worlds_total": 100_000_000,
}
"""Largest value of each cap."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps, each with an environment variable of its name: ``PLAYGROUND_MAX_LOOPS``, ...

    Attributes:
        max_loops: loops of one browser.
        max_events: events of one loop, logged or imported.
        max_upload: MiB of one file; the default fits the export of a full loop of any world.
        max_unfolded: MiB of memory for reading the file of a log.
        max_loops_total: loops in the database.
        max_database: MiB of the database on disk.
        retention_days: days from the last use of a loop or a world to its expiry.
        max_worlds: worlds of one browser.
        max_worlds_total: worlds in the database, earlier versions included.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration``.
    """

    max_loops: int = 100
    max_events: int = 200_000
    max_upload: int = 160
    max_unfolded: int = 2_048
    max_loops_total: int = 100_000
    max_database: int = 20_480
    retention_days: int = 90
    max_worlds: int = 100
    max_worlds_total: int = 100_000

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            value = getattr(self, name)
            check_number(_CODE, f"PLAYGROUND_{name.upper()}", value, 1, most, whole=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Caps from environment variables, else defaults."""
        return cls(**numbers_from(environment, cls, "PLAYGROUND_"))


def numbers_from(environment: Mapping[str, str], kind: type[Any], prefix: str) -> dict[str, Any]:
    """Values of a dataclass's fields among environment variables; absent ones are left out.

    Text that is no whole number in plain digits is returned unchanged, for the error.
    """
    names = [field.name for field in fields(kind)]
    given = {name: environment.get(f"{prefix}{name.upper()}", "").strip() for name in names}
    return {name: whole(text) for name, text in given.items() if text}


def whole(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text
