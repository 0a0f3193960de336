"""Where decisions were made: contexts of dsjson, and what was offered in them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.errors import PersonalizerError, UnreadableError
from engine.evaluation.decisions import context_of, text_of
from engine.protocol.features import flatten
from engine.store.exchange.dsjson import context_objects

_MOST = 1 << 14
"""Contexts that are remembered with what was offered in them, as they often come again."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A context, and the ids of what is offered in it, in their order."""

    context: str
    actions: tuple[str, ...]


class Places:
    """The places of a log, made once each.

    Where actions have no ids, their positions are told from one another as long as their number
    stays the same: it is remembered.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Place] = {}
        self._nameless: int | None = None

    def place(self, text: bytes) -> Place:
        """The context and the actions in ``c``.

        Raises:
            UnreadableError: if they are not there, or cannot be told apart.
        """
        place = self._known.get(text)
        if place is None:
            told = msgspec.json.decode(text) if text else None
            offered = told.get("_multi") if isinstance(told, dict) else None
            if told is None or not isinstance(offered, list) or not offered:
                raise UnreadableError("c is not an object with the actions in _multi")
            place = Place(_context(told), self._actions(offered))
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[text] = place
        return place

    def _actions(self, offered: Sequence[Any]) -> tuple[str, ...]:
        """Their ids; positions where they have none."""
        names = [_name(action) for action in offered]
        told = [name for name in names if name is not None]
        if len({*told}) < len(told):
            raise UnreadableError("it offers two actions with the same id")
        if len(told) == len(names):
            return tuple(told)
        size, before = len(names), self._nameless
        if before not in (None, size):
            raise UnreadableError(
                f"it offers {size} actions, not all with an id, where {before} were offered "
                "before: nobody can tell which is which"
            )
        self._nameless = size
        return tuple(name or str(at) for at, name in enumerate(names, 1))


def _name(action: Any) -> str | None:
    """The id of an action; None if it has none."""
    if not isinstance(action, dict):
        raise UnreadableError("c._multi does not hold objects alone")
    name = action.get("_tag")
    if name is None and isinstance(action.get("i"), dict):
        name = action["i"].get("id")
    return None if name is None else str(name)


def _context(told: Mapping[str, Any]) -> str:
    objects = context_objects(told)
    try:
        return context_of(flatten(objects, "c"))
    except PersonalizerError:  # Vowpal Wabbit reads more than a Rank call takes.
        return text_of([json.dumps(objects, ensure_ascii=False)])
