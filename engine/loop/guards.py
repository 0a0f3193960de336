"""What a loop lets its caller do; all else is refused in one sentence."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import refuse
from engine.loop.entries import Ranked
from engine.loop.event import EventState
from engine.loop.settings import REWARD_SETTINGS, LoopSettings, check_names
from engine.protocol.request import RankRequest

SETTINGS = "InvalidServiceConfiguration"
"""The code of a setting that was refused."""
MAX_REWARDS = 100
"""Rewards that an event may get under ``sum``."""


def check_parsed(value: object, kind: type[RankRequest] | type[Ranked]) -> None:
    """Refuse anything but a request, or a ranking, that the engine has made itself."""
    if not isinstance(value, kind):
        source = "parse_rank_request" if kind is RankRequest else "preview"
        allowed = f"a {kind.__name__}, as {source} makes it"
        refuse("InvalidRankRequest", "request", value, allowed)


def check_room(events: int, settings: LoopSettings) -> None:
    """Refuse a Rank call beyond the events that a loop may hold."""
    if events >= settings.max_events:
        refuse(
            "OperationNotAllowed",
            "the number of events",
            events + 1,
            f"at most {settings.max_events}, the loop's max_events",
        )


def check_same(request: RankRequest, ranked: Ranked) -> None:
    """Refuse an event id that was used for another request."""
    if _canonical(request) != _canonical(ranked.request):
        refuse(
            "InvalidRankRequest",
            "eventId",
            ranked.event_id,
            "a new id, as it was used for another request",
        )


def _canonical(request: RankRequest) -> str:
    return json.dumps(request.to_json(), sort_keys=True)


def check_activation(state: EventState, late: bool) -> None:
    """Refuse to activate an event whose wait is over."""
    if not state.open or late:
        refuse(
            "InvalidEventIdToActivate",
            "eventId",
            state.ranked.event_id,
            "the id of an event whose wait is not over",
        )


def check_reward(state: EventState, settings: LoopSettings, late: bool) -> None:
    """Refuse a reward that comes too late or too often.

    Args:
        late: whether the wait is over by the clock.
    """
    for refused, allowed in (
        (not state.open or late, "whose wait for a reward is not over"),
        (
            state.rewards and settings.reward_aggregation == "earliest",
            'without a reward, as the "earliest" reward counts',
        ),
        (len(state.rewards) >= MAX_REWARDS, f"with fewer than {MAX_REWARDS} rewards"),
    ):
        if refused:
            refuse(
                "InvalidRewardRequest",
                "eventId",
                state.ranked.event_id,
                f"the id of an event {allowed}",
            )


def check_expiry(state: EventState) -> None:
    """Refuse to end a wait that is over, or that a reward has ended."""
    if not state.open or state.rewards:
        refuse(
            "InvalidRewardRequest",
            "eventId",
            state.ranked.event_id,
            "the id of an event that still waits for its reward",
        )


def changed(
    settings: LoopSettings, unnamed: Sequence[object], changes: Mapping[str, Any]
) -> LoopSettings:
    """The settings with some changed, all by their names.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration``, ``InvalidRewardWaitTime``, or
            ``InvalidLearningModeServiceConfiguration`` if the learning mode and a setting of
            rewards would change at once.
    """
    check_names(unnamed, changes)
    new = replace(settings, **changes)
    if new.learning_mode != settings.learning_mode:
        for name in REWARD_SETTINGS:
            if getattr(new, name) != getattr(settings, name):
                refuse(
                    "InvalidLearningModeServiceConfiguration",
                    name,
                    getattr(new, name),
                    f"{getattr(settings, name)!r} as before while learning_mode changes: "
                    "these need two calls",
                )
    return new


def check_entries(entries: Any, most: int) -> None:
    """Refuse to take back anything but 1 to ``most`` entries of the log."""
    if isinstance(entries, bool) or not isinstance(entries, int) or not 1 <= entries <= most:
        allowed = f"a whole number from 1 to {most}" if most else "used on a log with events"
        refuse("BadRequest", "entries", entries, allowed)
