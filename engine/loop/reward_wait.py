"""The wait for rewards: when it ends, and which rewards and activations come too late."""

from datetime import datetime
from itertools import islice, takewhile
from typing import Literal, NoReturn

from engine.errors import refuse
from engine.loop.entries import Expired
from engine.loop.event import EventState
from engine.loop.guards import MAX_REWARDS
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState


def expirations(state: LoopState, now: datetime, most: int | None = None) -> list[Expired]:
    """Entries for the waits that are over by ``now``, oldest first, up to ``most``."""
    wait, events = state.settings.reward_wait_time, map(state.events.__getitem__, state.waiting)
    late = islice(takewhile(lambda event: event.is_late(wait, now), events), most)
    return [expiration(event, state.settings, now) for event in late]


def expiration(event: EventState, settings: LoopSettings, now: datetime) -> Expired:
    """Entry for the end of an event's wait."""
    default = float(settings.default_reward) if event.activated else None
    return Expired(event.ranked.event_id, now, default)


def dangling_reason(
    event: EventState | None, settings: LoopSettings, now: datetime, is_reward: bool
) -> Literal["unknown", "late", "second"] | None:
    """Reason for which a reward or an activation teaches nothing; None if it counts."""
    if event is None:
        return "unknown"
    if _is_over(event, settings, now):
        return "late"
    most = MAX_REWARDS if settings.reward_aggregation == "sum" else 1
    return "second" if is_reward and len(event.rewards) >= most else None


def check_activation(event: EventState, settings: LoopSettings, now: datetime) -> None:
    """Refuse to activate an event after its wait."""
    if _is_over(event, settings, now):
        _refuse_event("InvalidEventIdToActivate", event, "whose wait is not over")


def check_reward(event: EventState, settings: LoopSettings, now: datetime) -> None:
    """Refuse a late or repeated reward."""
    code, rewards = "InvalidRewardRequest", len(event.rewards)
    if _is_over(event, settings, now):
        _refuse_event(code, event, "whose wait for a reward is not over")
    if rewards and settings.reward_aggregation == "earliest":
        _refuse_event(code, event, 'without a reward, as the "earliest" reward counts')
    if rewards >= MAX_REWARDS:
        _refuse_event(code, event, f"with fewer than {MAX_REWARDS} rewards")


def _is_over(event: EventState, settings: LoopSettings, now: datetime) -> bool:
    return not event.open or event.is_late(settings.reward_wait_time, now)


def check_expiry(event: EventState) -> None:
    """Refuse to end a wait that is over or was ended by a reward."""
    if not event.open or event.rewards:
        _refuse_event("InvalidRewardRequest", event, "that still waits for its reward")


def _refuse_event(code: str, event: EventState, allowed: str) -> NoReturn:
    refuse(code, "eventId", event.ranked.event_id, f"the id of an event {allowed}")
