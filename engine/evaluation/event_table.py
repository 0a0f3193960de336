"""EventIndex as plain rows, for a table or a CSV file."""

from engine.loop.learning_loop import LearningLoop


def latest_rows(loop: LearningLoop, most: int) -> list[dict[str, object]]:
    """Rows of a loop's latest events (`EventLog.rows`), oldest first."""
    events, entries = min(most, len(loop.events)), len(loop.log)
    reach = 3 * events + 10
    while True:
        start = max(entries - reach, 0)
        rows = loop.log.rows(start)
        if start == 0 or len(rows) >= events:
            break
        reach *= 4
    first = len(loop.events) - len(rows)
    return [row | {"number": number} for number, row in enumerate(rows, first + 1)][-events:]
