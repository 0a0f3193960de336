"""Checks of calls on a loop; each refusal is one sentence."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import refuse
from engine.loop.entries import Ranked
from engine.loop.event import EventState
from engine.loop.settings import REWARD_SETTINGS, LoopSettings, check_names
from engine.policies.base import CODE
from engine.protocol.request import RankRequest

MAX_REWARDS = 100
"""Largest number of rewards of an event under ``sum``."""
MAX_CHANGES = 50
"""Largest number of changes of a loop's world."""


def check_new(settings: object, seed: object) -> None:
    """Refuse arguments of a new loop other than settings and a seed."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        refuse(CODE, "seed", seed, "a whole number from 0 up")
    if not isinstance(settings, LoopSettings | None):
        refuse(CODE, "settings", settings, "a LoopSettings or None")


def find(events: Mapping[str, EventState], event_id: object, code: str) -> EventState:
    """Find an event; refused with a code of the service if it was never ranked."""
    event = events.get(event_id) if isinstance(event_id, str) else None
    if event is None:
        refuse(code, "eventId", event_id, "the id of an event that this loop has ranked")
    return event


def check_parsed(value: object, kind: type[RankRequest] | type[Ranked]) -> None:
    """Refuse values other than a request, or a ranking, made by the engine."""
    if not isinstance(value, kind):
        source = "parse_rank_request" if kind is RankRequest else "preview"
        allowed = f"a {kind.__name__}, as {source} makes it"
        refuse("InvalidRankRequest", "request", value, allowed)


def check_alike(requests: Sequence[RankRequest]) -> None:
    """Refuse an empty list, and requests with different offered or excluded actions."""
    for request in requests if isinstance(requests, (list, tuple)) else [requests]:
        check_parsed(request, RankRequest)
    offers = len({(request.actions_text, request.excluded) for request in requests})
    if offers != 1:
        allowed, subject = "1, as all are to offer, and exclude, the same", "offers in requests"
        refuse("InvalidRankRequest", "requests", offers, allowed, f"the number of {subject}")


def check_changes(changes: int) -> None:
    """Refuse a change of the world beyond the limit."""
    if changes >= MAX_CHANGES:
        subject = "the number of changes of the world"
        refuse("OperationNotAllowed", "world", changes + 1, f"at most {MAX_CHANGES}", subject)


def check_room(events: int, settings: LoopSettings) -> None:
    """Refuse a Rank call beyond the largest number of events."""
    if events >= settings.max_events:
        allowed = f"at most {settings.max_events}, the loop's max_events"
        refuse("OperationNotAllowed", "the number of events", events + 1, allowed)


def check_same(request: RankRequest, ranked: Ranked) -> None:
    """Refuse an event id used for another request."""
    new, old = (json.dumps(r.to_json(), sort_keys=True) for r in (request, ranked.request))
    if new != old:
        allowed = "a new id, as it was used for another request"
        refuse("InvalidRankRequest", "eventId", ranked.event_id, allowed)


def check_slot(slot: str, slots: Collection[str]) -> None:
    """Refuse the id of an unknown slot of a multi-slot event."""
    if slot not in slots:
        refuse("InvalidRewardRequest", "slotId", slot, f"one of {', '.join(slots)}")


def changed(
    settings: LoopSettings, unnamed: Sequence[object], changes: Mapping[str, Any]
) -> LoopSettings:
    """Settings with some changed by name; refused as in `LearningLoop.configure`."""
    check_names(unnamed, changes)
    new = replace(settings, **changes)
    if new.learning_mode != settings.learning_mode:
        for name in REWARD_SETTINGS:
            before, after = getattr(settings, name), getattr(new, name)
            if before != after:
                allowed = f"{before!r} as before while learning_mode changes: these need two calls"
                refuse("InvalidLearningModeServiceConfiguration", name, after, allowed)
    return new


def check_entries(entries: Any, most: int) -> None:
    """Refuse to undo other than 1 to ``most`` entries."""
    if isinstance(entries, bool) or not isinstance(entries, int) or not 1 <= entries <= most:
        allowed = f"a whole number from 1 to {most}" if most else "used on a log with events"
        refuse("BadRequest", "entries", entries, allowed)


def check_redo(can_redo: bool) -> None:
    """Refuse a redo without a preceding undo."""
    if not can_redo:
        refuse("BadRequest", "redo", None, "called after an undo, with nothing done in between")
