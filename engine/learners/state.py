"""What makes up what is learned: each class says which of its attributes that are.

Whatever else an object has can be computed again: a `functools.cached_property`, or a default
of its class. Forks and snapshots are made of states alone.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

KEPT = 256
"""Values that are kept in one place."""


class Kept(dict[K, V]):
    """Values that can be computed again: at most `KEPT`, then it begins anew."""

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= KEPT:
            self.clear()
        super().__setitem__(key, value)


class Learned:
    """Something that changes as it learns."""

    STATE: ClassVar[tuple[str, ...]] = ()
    """The attributes that are its state; none for a dataclass, whose fields are."""
    __slots__ = ()

    def fork(self) -> Self:
        """A copy that learns on its own; it shares what never changes, tuples included."""
        made: Self = _fork(self, {})
        return made


def state_names(kind: Any) -> tuple[str, ...]:
    """The attributes that are the state of a class that learns, or of a dataclass."""
    declared: tuple[str, ...] = getattr(kind, "STATE", ())
    return declared or tuple(field.name for field in fields(kind))


def with_state(kind: type[T], state: Mapping[str, Any]) -> T:
    """The object of a class that has this state; KeyError if anything is missing."""
    made = object.__new__(kind)
    for name in state_names(kind):
        object.__setattr__(made, name, state[name])
    return made


def size_of(*values: Any) -> int:
    """Bytes of the arrays in states, each counted once."""
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
