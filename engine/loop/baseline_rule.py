"""Rule that names the baseline of each request by the values of some context fields."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.errors import refuse
from engine.protocol.request import RankRequest
from engine.streams import stream


@dataclass(frozen=True)
class BaselineRow:
    """One row of a rule.

    Attributes:
        values: values of the rule's fields as sent, a list in JSON (`values_text`).
        actions: ids of the possible actions, equally likely; at least one.
    """

    values: str
    actions: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.actions:
            refuse("InvalidServiceConfiguration", "actions", (), "at least one action id")


@dataclass(frozen=True)
class BaselineRule:
    """A rule: the actions of a visitor are those of the row with the visitor's values.

    Where it names no action that may be shown, the baseline is the first action not excluded.
    """

    fields: tuple[str, ...]
    rows: tuple[BaselineRow, ...]

    @cached_property
    def _table(self) -> Mapping[str, tuple[str, ...]]:
        return {row.values: row.actions for row in self.rows}

    def possible(self, request: RankRequest) -> list[int]:
        """Possible baselines of a request, equally likely: positions of its actions."""
        named = self._table.get(values_text(self.fields, json.loads(request.context_text)), ())
        positions = [i for i in request.allowed if request.actions[i].id in named]
        return positions or [request.allowed[0]]

    def position(self, request: RankRequest, seed: int, event_id: str) -> int:
        """Baseline of an event; among several, drawn by the loop's seed."""
        positions = self.possible(request)
        if len(positions) == 1:
            return positions[0]
        return positions[int(stream(seed, "baseline", event_id).integers(len(positions)))]


def values_text(fields: Sequence[str], context: Sequence[Mapping[str, Any]]) -> str:
    """JSON of the values of some fields in the context features of a request."""
    sent = {name: value for part in context for name, value in part.items()}
    return json.dumps([sent.get(field) for field in fields], sort_keys=True)
