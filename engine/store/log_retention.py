"""Retention of a log: events older than so many days leave it.

The model that learned them begins the shorter log.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from engine.loop.entries import (
    Activated,
    Configured,
    Entry,
    Expired,
    ModelImported,
    Ranked,
    Rewarded,
    ServiceConfigured,
    WorldChanged,
)
from engine.loop.service_only_settings import ServiceSettings
from engine.loop.state import LoopState


def oldest_kept(log: Iterable[Entry], days: int, now: datetime) -> datetime | None:
    """Time before which events leave a log that retains them for some days; None while none is
    older by a day. -1 days retain all events."""
    first = next((entry for entry in log if isinstance(entry, Ranked)), None)
    if days == -1 or first is None or now - first.time <= timedelta(days=days + 1):
        return None
    return now - timedelta(days=days)


def beginning(state: LoopState, now: datetime) -> list[Entry]:
    """Entries that begin a log with the settings, the world and the model of a state."""
    entries: list[Entry] = [Configured(now, state.settings)]
    if state.service != ServiceSettings():
        entries.append(ServiceConfigured(now, state.service))
    if state.world is not None:
        entries.append(WorldChanged(now, 0, state.world))
    return [*entries, ModelImported(now, state.learner)]


def without_earlier(entries: Iterable[Entry], dropped: int) -> Iterator[Entry]:
    """Entries of a log after ``dropped`` events that are erased, except those about such events."""
    ranked = set[str]()
    for entry in entries:
        match entry:
            case Ranked():
                ranked.add(entry.event_id)
                yield entry
            case Activated() | Rewarded() | Expired():
                if entry.event_id in ranked:
                    yield entry
            case WorldChanged():
                yield replace(entry, before=entry.before - dropped)
            case _:
                yield entry
