"""Validation and parsing of multi-slot Rank requests: a different action for each of several slots.

Each slot becomes an ordinary Rank request (`MultiSlotRequest.for_slot`): the slot's baseline comes
first, unavailable actions are excluded, and the slot's id and features are part of the context.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json import loads
from typing import Any

from engine.errors import refuse, refuse_missing
from engine.protocol.features import flatten
from engine.protocol.request import CODE, RankRequest, parse_id, parse_list, parse_rank_request

MAX_SLOTS = 50
SLOT = "slot"
"""Field of the context with a slot's id, and the namespace of its features."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a page that shows one action.

    Attributes:
        id: 1 to 256 characters.
        context: feature objects with its id and features.
        excluded: ids of actions that it never shows.
        baseline: id of the action shown without learning; None for the first available one.
    """

    id: str
    context: Sequence[Mapping[str, Any]]
    excluded: frozenset[str]
    baseline: str | None


@dataclass(frozen=True, slots=True)
class MultiSlotRequest:
    """A validated multi-slot Rank request.

    Attributes:
        shared: actions, context, event id and deferred activation, common to all slots.
        slots: in order of value, the most valuable first; 1 to 50.
    """

    shared: RankRequest
    slots: tuple[Slot, ...]

    def for_slot(self, number: int, used: Collection[str], event_id: str | None) -> RankRequest:
        """Rank request of one slot, without the actions ``used`` before.

        An action that a later slot cannot do without is excluded, too.
        """
        slot, shared = self.slots[number], self.shared
        offered: list[Any] = loads(shared.actions_text)
        if slot.baseline is not None:
            offered.sort(key=lambda action: action["id"] != slot.baseline)
        left = [action.id for action in shared.actions if action.id not in used]
        free = _spare(self.slots[number + 1 :], left) - slot.excluded
        return parse_rank_request(
            offered,
            [*loads(shared.context_text), *slot.context],
            [action.id for action in shared.actions if action.id not in free],
            event_id,
            shared.defer_activation,
        )


def parse_multi_slot_request(
    actions: object,
    slots: object,
    context_features: object = None,
    event_id: object = None,
    defer_activation: object = None,
) -> MultiSlotRequest:
    """Parse a multi-slot Rank request from the service's JSON shapes, with None for omitted parts;
    ``InvalidRankRequest`` or ``PayloadSizeExceeded`` for the first faulty field."""
    shared = parse_rank_request(actions, context_features, None, event_id, defer_activation)
    ids = [action.id for action in shared.actions]
    places = parse_list(slots, "slots", f"a list of 1 to {MAX_SLOTS} slots")
    most = min(len(ids), MAX_SLOTS)
    if not 1 <= len(places) <= most:
        allowed = f"1 to {most}, as each slot shows another action"
        refuse(CODE, "slots", len(places), allowed, "the number of slots")
    parsed = tuple(_parse_slot(slot, f"slots[{i}]", ids) for i, slot in enumerate(places))
    for name in ("id", "baseline"):
        _check_distinct(name, parsed)
    if _fill(parsed, ids) is None:
        excluded, what = [sorted(slot.excluded) for slot in parsed], "excludedActions of the slots"
        refuse(CODE, "slots", excluded, "lists that leave each slot an action of its own", what)
    return MultiSlotRequest(shared, parsed)


def _parse_slot(value: object, place: str, ids: Sequence[str]) -> Slot:
    if not isinstance(value, Mapping):
        refuse(CODE, place, value, "an object with id, features, excludedActions, baselineAction")
    if "id" not in value:
        refuse_missing(CODE, f"{place}.id", "a string")
    slot = parse_id(value["id"], f"{place}.id")
    features = _optional_list(value, place, "features", "a list of objects")
    flatten(features, f"{place}.features")
    excluded = _optional_list(value, place, "excludedActions", "a list of action ids")
    for i, name in enumerate(excluded):
        _check_known(name, f"{place}.excludedActions[{i}]", ids)
    baseline = value.get("baselineAction")
    if baseline is not None:
        _check_known(baseline, f"{place}.baselineAction", ids)
        if baseline in excluded:
            refuse(CODE, f"{place}.baselineAction", baseline, "an action that is not excluded")
    context = [{SLOT: slot}, *_in_namespace(features)]
    return Slot(slot, context, frozenset(excluded), baseline)


def _optional_list(value: Mapping[str, Any], place: str, name: str, allowed: str) -> Sequence[Any]:
    """A list in a slot, empty if it is missing or null."""
    items = value.get(name)
    return () if items is None else parse_list(items, f"{place}.{name}", allowed)


def _in_namespace(features: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Feature objects of a slot within a namespace, apart from fields of the context."""
    for part in features:
        for name, value in part.items():
            is_namespace = isinstance(value, Mapping)
            yield {f"{SLOT}.{name}": value} if is_namespace else {SLOT: {name: value}}


def _check_known(name: object, place: str, ids: Sequence[str]) -> None:
    if name not in ids:
        refuse(CODE, place, name, "the id of an action of this request")


def _check_distinct(name: str, slots: Sequence[Slot]) -> None:
    """Refuse two slots with the same id or the same baseline."""
    before = set[str]()
    for i, slot in enumerate(slots):
        value: str | None = getattr(slot, name)
        if value is None:
            continue
        if value in before:
            part = "baselineAction" if name == "baseline" else name
            refuse(CODE, f"slots[{i}].{part}", value, "different from those before it")
        before.add(value)


def _fill(slots: Sequence[Slot], ids: Sequence[str]) -> dict[str, int] | None:
    """Number of the slot that shows each used action, if all slots can show different actions: a
    bipartite matching by augmenting paths."""
    taken = dict[str, int]()
    numbers = range(len(slots))
    return taken if all(_place(slots, ids, taken, number, set()) for number in numbers) else None


def _place(
    slots: Sequence[Slot], ids: Sequence[str], taken: dict[str, int], number: int, tried: set[str]
) -> bool:
    """Find an action for a slot, if need be by moving other slots; return True on success."""
    for name in ids:
        if name in slots[number].excluded or name in tried:
            continue
        tried.add(name)
        if name not in taken or _place(slots, ids, taken, taken[name], tried):
            taken[name] = number
            return True
    return False


def _spare(slots: Sequence[Slot], ids: Sequence[str]) -> set[str]:
    """Actions without which the slots can still be filled; there are more actions than slots."""
    if not any(slot.excluded for slot in slots):
        return set(ids)
    taken = _fill(slots, ids) or {}
    spare = set(ids) - taken.keys()
    for name, number in taken.items():
        others = {other: at for other, at in taken.items() if other != name}
        if _place(slots, ids, others, number, {name}):
            spare.add(name)
    return spare
