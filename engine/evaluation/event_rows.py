"""Events as plain rows, for a table or a CSV file."""

from engine.loop.event import EventState
from engine.loop.event_index import events_of
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog


def rows(log: EventLog, start: int = 0) -> list[dict[str, object]]:
    """One row per event, in the order of the Rank calls.

    Args:
        start: position of the first entry to read; events ranked before are left out.

    Returns:
        number (from 1), time, event, mode, context, action (shown), probability (its propensity),
        chosen (the policy's own), cause, reward (None before a reward) and status
        (`engine.loop.event.Status`).
    """
    return [_row(state) for state in events_of(log.since(start)).values()]


def latest_rows(loop: LearningLoop, most: int) -> list[dict[str, object]]:
    """Rows of a loop's latest events, oldest first."""
    with loop.lock:
        events, start = min(most, len(loop.events)), len(loop.log)
        reach, recent = 3 * events + 10, list[dict[str, object]]()
        while start > 0 and len(recent) < events:
            start, reach = max(len(loop.log) - reach, 0), 4 * reach
            recent = rows(loop.log, start)
        first = len(loop.events) - len(recent)
    return [row | {"number": number} for number, row in enumerate(recent, first + 1)][-events:]


def _row(state: EventState) -> dict[str, object]:
    ranked = state.ranked
    return {
        "number": state.number + 1,
        "time": ranked.time,
        "event": ranked.event_id,
        "mode": ranked.mode,
        "context": ", ".join(ranked.request.context.columns),
        "action": ranked.action_id,
        "probability": ranked.propensity,
        "chosen": ranked.request.actions[ranked.chosen].id,
        "cause": ranked.cause,
        "reward": state.earned,
        "status": state.status,
    }
