"""Days of use, by which expiry is counted."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from engine.store import Store
from engine.store.days_in_use import DAY, days_ago


def test_days_without_use_do_not_count(plain_url: str) -> None:
    now = [datetime(2026, 1, 1, 12, tzinfo=UTC)]
    store = Store.open(plain_url, clock=lambda: now[0])
    first = now[0].timestamp() // DAY * DAY
    for pause in (1, 30):
        store.sweep()
        now[0] += timedelta(days=pause)
    store.sweep()
    with store._reading() as connection:
        results = [connection.execute(select(days_ago(days))).scalar_one() for days in range(4)]
    assert results == [first + 31 * DAY, first + DAY, first, 0.0]
    store.close()
