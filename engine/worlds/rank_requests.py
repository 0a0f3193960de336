"""Requests of a world: its contexts and actions in the format of Rank."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from engine.protocol.multi_slot import SLOT, MultiSlotRequest, parse_multi_slot_request
from engine.protocol.request import RankRequest, parse_rank_request
from engine.result_cache import RESULTS
from engine.worlds.taste import Context
from engine.worlds.world_contents import Place


class RankRequests(Place):
    """A place whose contexts and actions convert to Rank requests and back."""

    @cached_property
    def actions(self) -> tuple[dict[str, Any], ...]:
        """Items as actions of a Rank request."""
        return tuple({"id": item.id, "features": [dict(item.features)]} for item in self.items)

    @cached_property
    def actions_from(self) -> Callable[[str], tuple[dict[str, Any], ...]]:
        """Function from an item's id to `actions` with that item first, as the baseline."""
        by_first = {
            action["id"]: (action, *(other for other in self.actions if other is not action))
            for action in self.actions
        }
        return by_first.__getitem__

    def features(self, context: Context) -> list[dict[str, Any]]:
        """Context features of a Rank request."""
        if not self._sends:
            return [dict(context)]
        values = {
            name: self._sends.get(name, {}).get(value, value) for name, value in context.items()
        }
        sent = {name: value for name, value in values.items() if value != {}}
        return [sent] if sent else []

    def multi_slot(self, context: Context, event_id: str | None = None) -> MultiSlotRequest:
        """Request for all `Place.slots` of a visitor's page, the world's first item their common
        baseline."""
        visitor = {name: value for name, value in context.items() if name != SLOT}
        slots = [{"id": slot} for slot in self.slots]
        return parse_multi_slot_request(self.actions, slots, self.features(visitor), event_id)

    @cached_property
    def _sends(self) -> dict[str, dict[str, Any]]:
        """Field -> value -> data sent, for values with data other than the name."""
        sent = {
            field.name: {
                value.name: value.sends for value in field.values if value.sends is not None
            }
            for field in self.fields
        }
        return {name: sends for name, sends in sent.items() if sends}

    @cached_property
    def _named(self) -> dict[str, dict[str, str]]:
        """Field -> data sent, as JSON -> value."""
        return {
            field.name: {_line(value.name if value.sends is None else value.sends): value.name
                         for value in field.values}
            for field in self.fields
        }  # fmt: skip

    def context_of(self, request: RankRequest) -> Context:
        """Context of a request; KeyError if it is none of the world's."""
        parts = json.loads(request.context_text)
        sent = {name: value for part in parts for name, value in part.items()}
        if not sent.keys() <= self._named.keys():
            raise KeyError(request.context_text)
        return {name: named[_line(sent.get(name, {}))] for name, named in self._named.items()}

    def cell_of(self, request: RankRequest) -> int:
        """Cell of a request's context, cached."""
        text = request.context_text
        return RESULTS.get(
            (self.token, text), lambda: self.cell(self.context_of(request)), lambda _: len(text)
        )

    def request(self, cell: int, first: str | None = None) -> RankRequest:
        """Rank request for a cell with every item, one of them first as the baseline. Cached
        (`engine.result_cache`), as features compare by identity."""

        def parse() -> RankRequest:
            actions = self.actions if first is None else self.actions_from(first)
            return parse_rank_request(actions, self.features(self.contexts[cell]))

        return RESULTS.get((self.token, cell, first), parse, _bytes_of)


def _bytes_of(request: RankRequest) -> int:
    """Bytes of a request without its actions, which are shared."""
    return 2 * len(request.context_text) + request.context.bytes


def _line(value: object) -> str:
    return json.dumps(value, sort_keys=True)
