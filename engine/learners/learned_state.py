"""State of learners: the attributes of each class that are learned, copied and stored.

All other attributes can be recomputed (a `functools.cached_property` or a class default). Forks
and snapshots consist of state alone.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

KEPT = 256
"""Values in one `BoundedCache`."""


class BoundedCache(dict[K, V]):
    """Cache of recomputable values; emptied when it holds `KEPT`."""

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= KEPT:
            self.clear()
        super().__setitem__(key, value)


class Learned:
    """Base of classes with learned state."""

    STATE: ClassVar[tuple[str, ...]] = ()
    """Names of the state attributes; empty for a dataclass, whose fields are its state."""
    __slots__ = ()

    def fork(self) -> Self:
        """Copy the state for independent learning; immutable values and tuples are shared."""
        made: Self = _fork(self, {})
        return made


def state_names(kind: Any) -> tuple[str, ...]:
    """Names of the state attributes of a `Learned` class or of a dataclass."""
    declared: tuple[str, ...] = getattr(kind, "STATE", ())
    return declared or tuple(field.name for field in fields(kind))


def with_state(kind: type[T], state: Mapping[str, Any]) -> T:
    """Create an object of a class from its state; KeyError for a missing attribute."""
    made = object.__new__(kind)
    for name in state_names(kind):
        object.__setattr__(made, name, state[name])
    return made


def size_of(*values: Any) -> int:
    """Total bytes of all arrays in states, each array counted once."""
    known: set[int] = set()
    return sum(_size(value, known) for value in values)


def _size(value: Any, known: set[int]) -> int:
    kind = type(value)
    if kind is list or kind is tuple:
        return sum(_size(item, known) for item in value)
    if kind is dict:
        return sum(_size(item, known) for item in (*value, *value.values()))
    if id(value) in known or not (kind is np.ndarray or isinstance(value, Learned)):
        return 0
    known.add(id(value))
    if kind is np.ndarray:
        return int(value.nbytes)
    return sum(_size(getattr(value, name), known) for name in state_names(kind))


def _fork(value: Any, known: dict[int, Any]) -> Any:
    kind = type(value)
    if kind is np.ndarray:
        return value.copy(order="K")
    if kind is list:
        return [_fork(item, known) for item in value]
    if kind is dict:
        return {_fork(key, known): _fork(item, known) for key, item in value.items()}
    if not isinstance(value, Learned):
        return value
    if id(value) not in known:
        state = {name: _fork(getattr(value, name), known) for name in state_names(kind)}
        known[id(value)] = with_state(kind, state)
    return known[id(value)]
