"""Rank, Reward and Activate as applications call them."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from engine.errors import PersonalizerError, refuse
from engine.loop.entries import Dangling, Ranked
from engine.protocol.request import MAX_ID_LENGTH, RankRequest, parse_rank_request
from engine.service.calls import Reply, Request
from engine.service.declarations import RewardBody, parse_as, parse_json
from engine.store.stored_loop import StoredLoop

_RANK, _REWARD = "InvalidRankRequest", "InvalidRewardRequest"
CLIENT_ID = "x-ms-client-request-id"
"""Header with a client's id of a call, the same in its retries."""
RETRIED = timedelta(minutes=5)
"""Time in which a client repeats a call by itself."""


def rank(request: Request) -> Reply:
    """Choose an action; a known event id, or a client's own retry, gets its recorded answer."""
    parts = parse_json(request.call.body, _RANK)
    if not isinstance(parts, dict):
        refuse(_RANK, "body", parts, "an object with actions")
    parsed = parse_rank_request(
        parts.get("actions"),
        parts.get("contextFeatures"),
        parts.get("excludedActions"),
        parts.get("eventId"),
        parts.get("deferActivation"),
    )
    stored = request.stored
    _check_world(stored, parsed)
    with stored.lock:
        if parsed.event_id is None:
            parsed = _as_retried(stored, parsed, request.call.headers.get(CLIENT_ID, ""))
        ranked: Ranked = stored.serve(parsed)
    return Reply(201, ranked.answer().to_json())


def _as_retried(stored: StoredLoop, parsed: RankRequest, client_id: str) -> RankRequest:
    """The request under an event id that follows from the client's own id of the call.

    Some applications send the same id with every call: after `RETRIED` it is not a retry.
    """
    if not 0 < len(client_id) <= MAX_ID_LENGTH:
        return parsed
    parts = [client_id, parsed.context_text, parsed.actions_text, *parsed.excluded]
    event_id = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    known = stored.loop.events.get(event_id)
    if known is not None and stored.loop.now - known.ranked.time > RETRIED:
        return parsed
    return parsed.under(event_id)


def _check_world(stored: StoredLoop, parsed: RankRequest) -> None:
    """Refuse requests that a loop's world could not make; its pictures would not be true."""
    world = stored.world_now
    if world is None:
        return
    offered: Any = json.loads(parsed.actions_text)
    if offered != list(world.actions):
        ids = ", ".join(item.id for item in world.items)
        sentence = (
            f"This loop serves the world {world.title}: its actions are {ids}, with the features "
            "that the world has for them. A loop without a world takes any actions."
        )
        raise PersonalizerError(_RANK, sentence[:500], "actions")
    try:
        world.context_of(parsed)
    except KeyError:
        sentence = f"No visitor of the world {world.title} has this context."
        raise PersonalizerError(_RANK, sentence, "contextFeatures") from None


def reward(request: Request) -> Reply:
    """Reward an event; a late, repeated or unknown reward is logged and teaches nothing."""
    value = parse_as(request.call.body, RewardBody, _REWARD).value
    _check_id(request.id, _REWARD)
    return _taken(request.stored.take_reward(request.id, value))


def activate(request: Request) -> Reply:
    """Activate an event; a late or unknown activation is logged and teaches nothing."""
    _check_id(request.id, "InvalidEventIdToActivate")
    return _taken(request.stored.take_activation(request.id))


def _taken(dangling: Dangling | None) -> Reply:
    return Reply(204, dangling="" if dangling is None else dangling.reason)


def multi_slot(request: Request) -> Reply:
    """Refuse a call of several slots."""
    raise PersonalizerError(
        "InvalidMultiSlotApiAccess", "This loop chooses for a single slot.", "multislot"
    )


def _check_id(event_id: str, code: str) -> None:
    text = event_id.encode(errors="ignore").decode()
    if text != event_id or not 1 <= len(event_id) <= MAX_ID_LENGTH or "\ufffd" in event_id:
        refuse(code, "eventId", event_id, f"a string of 1 to {MAX_ID_LENGTH} characters")
