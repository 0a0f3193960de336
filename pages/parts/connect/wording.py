"""Sentences of the Connect page."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

from engine.loop.event import EventState
from engine.worlds import World
from pages.parts.connect.simulated_calls import CALLS, CallCounts
from pages.parts.text.format import counted, plain
from pages.parts.work.recent_calls import RecentCall

QUESTION = "How does your application call this session?"
INTRODUCTION = (
    "Give the official Personalizer client this address and a key. Change nothing else: each call "
    "is answered here and teaches the engine."
)
OFF = (
    "Applications cannot call this server: its operator has switched calls off "
    "(PLAYGROUND_API=off)."
)
NOT_YOURS = (
    "The session on Play belongs to somebody else, so only its owner can make keys. Copy it on "
    "Play, or create a session for your application."
)
ANY_ACTIONS = "It takes any actions and any context."
ADDRESS_HELP = (
    "The endpoint for the official clients, which add `/personalizer` themselves. "
    "`/openapi.json` describes each operation."
)
TWO_KEYS = "One key is enough. The other one serves while you replace the first."
KEY_ONCE = "Copy it now. It is shown until you reload or close this tab; only a digest is stored."
NO_CALLS = (
    "No calls yet. Create a key, then run the code or send the test calls. "
    "Each call appears here within a second."
)
NO_CALLS_WITH_KEY = (
    "No calls yet. Run the code or send the test calls. Each call appears here within a second. "
    "A call with a wrong key is refused (401) and not listed."
)
SEND_HELP = (
    f"{CALLS // 2} simulated visitors: a Rank and a Reward call each, over HTTP to this server. "
    "They teach the engine like any other call."
)
NEEDS_KEY = "Test calls need a key: create or rotate one first, as stored keys cannot be read."

_UNUSED: Mapping[str, str] = {
    "unknown": "not learned: no such event",
    "late": "not learned: after the reward wait time",
    "second": "not learned: the first reward counts",
    "repeated": "counted once: the client repeated its call",
}
"""Outcomes of rewards and activations that teach nothing, by `Reply.dangling`."""


def takes(world: World | None) -> str:
    """Describe the requests that a loop takes."""
    if world is None:
        return ANY_ACTIONS
    return (
        f"This session accepts only the actions and visitors of {plain(world.title)}. Each call "
        "also appears on Play."
    )


def key_set(made: float, zone: tzinfo) -> str:
    """Date of a stored key."""
    return f"Set on {datetime.fromtimestamp(made, zone):%d %B %Y}".replace("on 0", "on ")


def came(total: int, kept: int) -> str:
    """Sentence on the numbers of all calls and of listed calls."""
    latest = f" These are the latest {kept}." if kept < total else ""
    return f"{counted(total, 'call')} since this server started.{latest}"


def sent(counts: CallCounts) -> str:
    """Result of the test calls."""
    result = (
        f"{counts.sent} sent, {counts.answered} answered, "
        f"median {counts.median * 1_000:.1f}\u00a0ms."
    )
    return f"{result} Stopped: {plain(counts.fault)}" if counts.fault else result


# -- a call -----------------------------------------------------------------------------


def name_of(call: RecentCall) -> str:
    """Name of the called operation in words."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", call.operation)
    return words.capitalize() or "Unknown address"


def line_of(call: RecentCall, event: EventState | None, zone: tzinfo) -> str:
    """Heading of a call: time, operation, action, outcome and latency."""
    time = call.time.astimezone(zone)
    action = ""
    if event is not None:
        action = f" {plain(event.ranked.action_id)}"
    return (
        f"{time:%H:%M:%S}\u2002**{name_of(call)}**{action} {outcome_of(call, event)} "
        f":gray[{call.seconds * 1_000:.1f}\u00a0ms]"
    )


def outcome_of(call: RecentCall, event: EventState | None) -> str:
    """Badge with the outcome of a call."""
    if call.code:
        return f":red-badge[{call.status} {plain(call.code)}]"
    if call.dangling:
        return f":orange-badge[{_UNUSED[call.dangling]}]"
    if call.operation == "Rank":
        return _learned(event)
    if call.operation == "Reward":
        is_waiting = event is not None and not event.activated
        return (
            _badge("orange", "counts once activated") if is_waiting else _badge("green", "learned")
        )
    return _badge("gray", "done")


def _learned(event: EventState | None) -> str:
    """Badge with the reward of a Rank call, as it is now."""
    if event is None:
        return _badge("gray", "undone")
    match event.status:
        case "waiting":
            return _badge("gray", "waiting for a reward")
        case "deferred":
            return _badge("gray", "waiting for Activate")
        case "dropped":
            return _badge("orange", "not learned: never activated")
        case "default":
            return _badge("green", f"no reward in time: learned {event.earned:g}")
        case "rewarded":
            return _badge("green", f"reward {event.earned:g}, learned")


def _badge(colour: str, text: str) -> str:
    return f":{colour}-badge[{text}]"
