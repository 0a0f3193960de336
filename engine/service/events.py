"""Rank, Reward and Activate as applications call them."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.errors import PersonalizerError, refuse, refuse_missing
from engine.evaluation.belief_contributions import feature_scores
from engine.loop.entries import Dangling, Ranked
from engine.loop.multi_slot import response
from engine.protocol.multi_slot import MultiSlotRequest, parse_multi_slot_request
from engine.protocol.request import MAX_ID_LENGTH, RankRequest, parse_rank_request
from engine.service.call_types import Reply, Request
from engine.service.json_bodies import MultiSlotRewardBody, RewardBody, parse_as, parse_json
from engine.store.stored_loop import StoredLoop
from engine.worlds import World

_RANK, _REWARD = "InvalidRankRequest", "InvalidRewardRequest"
CLIENT_ID = "x-ms-client-request-id"
"""Header with a client's id of a call, the same in its retries."""
RETRIED = timedelta(minutes=5)
"""Time in which a client repeats a call by itself."""


def rank(request: Request) -> Reply:
    """Choose an action; a known event id, or a client's own retry, gets its recorded answer."""
    parts, stored = _parts_of(request), request.stored
    parsed = parse_rank_request(
        parts.get("actions"),
        parts.get("contextFeatures"),
        parts.get("excludedActions"),
        parts.get("eventId"),
        parts.get("deferActivation"),
        is_json=True,
    )
    _check_world(stored.world_now, parsed)
    with stored.lock:
        ranked: Ranked = stored.serve(_as_retried(request, parsed))
        answer = ranked.answer().to_json()
        if stored.loop.state.service.is_inference_explainability_enabled:
            answer["inferenceExplanation"] = [_explanation(stored, ranked)]
    return Reply(201, answer)


def _explanation(stored: StoredLoop, ranked: Ranked) -> dict[str, object]:
    """Scores of the best action's features, which need not be the action to show."""
    scores = feature_scores(stored.loop, ranked)
    features = [{"name": name, "score": score} for name, score in scores.items()]
    return {"id": ranked.request.actions[ranked.best].id, "features": features}


def rank_multi_slot(request: Request) -> Reply:
    """Choose an action for each slot; otherwise as Rank."""
    parts, stored = _parts_of(request), request.stored
    parsed = parse_multi_slot_request(
        parts.get("actions"),
        parts.get("slots"),
        parts.get("contextFeatures"),
        parts.get("eventId"),
        parts.get("deferActivation"),
    )
    for i, slot in enumerate(parsed.slots):
        if slot.baseline is None:
            refuse_missing(_RANK, f"slots[{i}].baselineAction", "the id of an action")
    parsed = _in_world(stored.world_now, parsed)
    with stored.lock:
        parsed = replace(parsed, shared=_as_retried(request, parsed.shared))
        ranked: tuple[Ranked, ...] = stored.serve_multi_slot(parsed)
    return Reply(201, response(ranked).to_json())


def _parts_of(request: Request) -> dict[str, Any]:
    parts = parse_json(request.call.body, _RANK)
    if not isinstance(parts, dict):
        refuse(_RANK, "body", parts, "an object with actions")
    return parts


def _as_retried(request: Request, parsed: RankRequest) -> RankRequest:
    """The request under an event id that follows from the client's own id of the call.

    Some applications send the same id with every call: after `RETRIED` it is not a retry.
    """
    client_id, stored = request.call.headers.get(CLIENT_ID, ""), request.stored
    if parsed.event_id is not None or not 0 < len(client_id) <= MAX_ID_LENGTH:
        return parsed
    name = json.dumps(client_id).encode() + request.call.body
    event_id = hashlib.sha256(name).hexdigest()[:32]
    known = stored.loop.events.get(event_id)
    if known is not None and stored.loop.now - known.ranked.time > RETRIED:
        return parsed
    return parsed.under(event_id)


def _check_world(world: World | None, parsed: RankRequest) -> None:
    """Refuse requests that a loop's world could not make; its pictures would not be true."""
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


def _in_world(world: World | None, parsed: MultiSlotRequest) -> MultiSlotRequest:
    """The request as a loop's world could make it, with the world's first item as the baseline."""
    if world is None:
        return parsed
    if tuple(slot.id for slot in parsed.slots) != world.slots:
        slots = ", ".join(world.slots) or "none"
        sentence = f"This loop serves the world {world.title}, whose slots are: {slots}."
        raise PersonalizerError("InvalidMultiSlotApiAccess", sentence[:500], "slots")
    parsed = replace(parsed, slots=tuple(replace(slot, baseline=None) for slot in parsed.slots))
    for number in range(len(parsed.slots)):
        _check_world(world, parsed.for_slot(number, (), None))
    return parsed


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


def reward_multi_slot(request: Request) -> Reply:
    """Reward slots of an event, all together; otherwise as Reward."""
    rewards = parse_as(request.call.body, MultiSlotRewardBody, _REWARD).reward
    _check_id(request.id, _REWARD)
    request.stored.take_slot_rewards(request.id, [(one.slot_id, one.value) for one in rewards])
    return Reply(204)


def activate_multi_slot(request: Request) -> Reply:
    """Activate all slots of an event; otherwise as Activate."""
    _check_id(request.id, "InvalidEventIdToActivate")
    request.stored.take_slot_activations(request.id)
    return Reply(204)


def _check_id(event_id: str, code: str) -> None:
    text = event_id.encode(errors="ignore").decode()
    if text != event_id or not 1 <= len(event_id) <= MAX_ID_LENGTH or "\ufffd" in event_id:
        refuse(code, "eventId", event_id, f"a string of 1 to {MAX_ID_LENGTH} characters")
