"""Multi-slot calls: a decision for each slot in turn, logged as an ordinary event.

The events of a call belong together by `Ranked.slot`. The first slot's event has the id of the
call, so that a call is found by its id.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from engine.errors import refuse
from engine.loop import decide
from engine.loop.entries import Ranked, SlotOfCall
from engine.loop.event import EventState
from engine.loop.state import LoopState
from engine.policies.base import Normals
from engine.protocol.multi_slot import MultiSlotRequest
from engine.protocol.request import MAX_ID_LENGTH
from engine.protocol.response import FilledSlot, MultiSlotResponse


def decisions(
    state: LoopState, request: MultiSlotRequest, now: datetime, normals: Normals
) -> tuple[Ranked, ...]:
    """Decide on each slot in turn, without the actions shown by earlier slots.

    Events of the call in the log keep their recorded decision; ``InvalidRankRequest`` if the
    recorded request differs.
    """
    call = request.shared.event_id or decide.next_event_id(state, normals.seed)
    slots = tuple(slot.id for slot in request.slots)
    used, ranked = list[str](), list[Ranked]()
    for number in range(len(slots)):
        single = request.for_slot(number, used, event_id_of(call, slots, number))
        decision = decide.recorded(state, single)
        if decision is None:
            decision = decide.decide(state, single, now, normals)
            decision = replace(decision, slot=SlotOfCall(call, slots, number))
        ranked.append(decision)
        used.append(decision.action_id)
    return tuple(ranked)


def event_id_of(call: str, slots: tuple[str, ...], number: int) -> str:
    """Event id of a slot: of the first slot the id of the call, of a later slot also its own id
    behind a slash, or a digest if the text is too long."""
    if number == 0:
        return call
    event_id = f"{call}/{slots[number]}"
    if len(event_id) <= MAX_ID_LENGTH:
        return event_id
    return hashlib.sha256(event_id.encode()).hexdigest()


def events_of_call(events: Mapping[str, EventState], call: str) -> tuple[EventState, ...]:
    """Events of a multi-slot call in the order of its slots; empty for an unknown call."""
    first = events.get(call)
    slot = None if first is None else first.ranked.slot
    if slot is None or slot.number != 0:
        return ()
    ids = (event_id_of(call, slot.slots, number) for number in range(len(slot.slots)))
    return tuple(event for event in map(events.get, ids) if event is not None)


def find_call(events: Mapping[str, EventState], call: object, code: str) -> dict[str, EventState]:
    """Events of a multi-slot call by slot id; refused with a code if the call was never ranked."""
    known = events_of_call(events, call) if isinstance(call, str) else ()
    if not known:
        refuse(code, "eventId", call, "the id of a multi-slot event that this loop has ranked")
    return dict(by_slot(known))


def by_slot(events: tuple[EventState, ...]) -> Iterator[tuple[str, EventState]]:
    """Slot id and event of each slot of a call."""
    for event in events:
        slot = event.ranked.slot
        if slot is not None:
            yield slot.slots[slot.number], event


def response(ranked: tuple[Ranked, ...]) -> MultiSlotResponse:
    """The response to a multi-slot call, from the decisions of its slots."""
    first = ranked[0].slot
    assert first is not None
    filled = zip(first.slots, ranked, strict=True)
    return MultiSlotResponse(
        first.call, tuple(FilledSlot(slot, decision.action_id) for slot, decision in filled)
    )
