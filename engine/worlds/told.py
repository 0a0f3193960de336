"""What a service is told of a place: who is there and what is offered, as Rank takes it."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from engine.protocol.request import RankRequest, parse_rank_request
from engine.worlds.place import Place
from engine.worlds.taste import Context

_KEPT = 8_192
"""Requests of cells, and cells of requests, that are kept."""


class Told(Place):
    """A place whose contexts and actions are requests, and the other way round."""

    @cached_property
    def actions(self) -> tuple[dict[str, Any], ...]:
        """The items as Rank takes them."""
        return tuple({"id": item.id, "features": [dict(item.features)]} for item in self.items)

    @cached_property
    def actions_from(self) -> Callable[[str], tuple[dict[str, Any], ...]]:
        """The same with one item, named by its id, first, as the baseline."""
        led = {one["id"]: (one, *(o for o in self.actions if o is not one)) for one in self.actions}
        return led.__getitem__

    def features(self, context: Context) -> list[dict[str, Any]]:
        """A context as Rank takes it."""
        if not self._sends:
            return [dict(context)]
        told = {name: self._sends.get(name, {}).get(one, one) for name, one in context.items()}
        sent = {name: one for name, one in told.items() if one != {}}
        return [sent] if sent else []

    @cached_property
    def _sends(self) -> dict[str, dict[str, Any]]:
        """Field -> value -> what is sent for it, where that is not its name."""
        found = {
            field.name: {one.name: one.sends for one in field.values if one.sends is not None}
            for field in self.fields
        }
        return {name: sends for name, sends in found.items() if sends}

    @cached_property
    def _named(self) -> dict[str, dict[str, str]]:
        """Field -> what is sent, as a line of JSON -> value."""
        return {
            field.name: {_line(one.name if one.sends is None else one.sends): one.name
                         for one in field.values}
            for field in self.fields
        }  # fmt: skip

    def context_of(self, request: RankRequest) -> Context:
        """The context in which a request was made; KeyError if nobody comes in such a one."""
        parts = json.loads(request.context_text)
        told = {name: value for part in parts for name, value in part.items()}
        if not told.keys() <= self._named.keys():
            raise KeyError(request.context_text)
        return {name: named[_line(told.get(name, {}))] for name, named in self._named.items()}

    def cell_of(self, request: RankRequest) -> int:
        """The cell of that context, kept as requests are."""
        text = request.context_text
        cell = self._cells.get(text)
        if cell is None:  # What is kept may be gone a moment later: other threads have this world.
            cell = self.cell(self.context_of(request))
            if len(self._cells) >= _KEPT:
                self._cells.clear()
            self._cells[text] = cell
        return cell

    @cached_property
    def _cells(self) -> dict[str, int]:
        return {}

    def request(self, cell: int, first: str | None = None) -> RankRequest:
        """All items offered in a cell, with one of them first, as the baseline; the same each time,
        as features compare by identity (in a large world, as long as not too many are kept)."""
        made = self._requests.get((cell, first))
        if made is None and len(self._requests) >= _KEPT:
            self._requests.clear()
        if made is None:
            actions = self.actions if first is None else self.actions_from(first)
            made = parse_rank_request(actions, self.features(self.contexts[cell]))
        return self._requests.setdefault((cell, first), made)

    @cached_property
    def _requests(self) -> dict[tuple[int, str | None], RankRequest]:
        return {}


def _line(value: object) -> str:
    return json.dumps(value, sort_keys=True)
