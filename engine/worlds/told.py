"""What a service is told of a place: who is there and what is offered, as Rank takes it."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from engine.protocol.request import RankRequest, parse_rank_request
from engine.result_cache import RESULTS
from engine.worlds.place import Place
from engine.worlds.taste import Context


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
        return RESULTS.get(
            (self.token, text), lambda: self.cell(self.context_of(request)), lambda _: len(text)
        )

    def request(self, cell: int, first: str | None = None) -> RankRequest:
        """All items offered in a cell, with one of them first, as the baseline; the same each time,
        as features compare by identity, as long as it is kept (`engine.result_cache`)."""

        def parse() -> RankRequest:
            actions = self.actions if first is None else self.actions_from(first)
            return parse_rank_request(actions, self.features(self.contexts[cell]))

        return RESULTS.get((self.token, cell, first), parse, _bytes_of)


def _bytes_of(request: RankRequest) -> int:
    """Of a request, whose actions are those of all others."""
    return 2 * len(request.context_text) + request.context.bytes


def _line(value: object) -> str:
    return json.dumps(value, sort_keys=True)
