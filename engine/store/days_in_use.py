"""Days on which the database was in use, by which expiry is counted."""

from sqlalchemy import ColumnElement, func, select

from engine.store.schema import DAYS

DAY = 86_400.0


def days_ago(days: int) -> ColumnElement[float]:
    """Start of the day ``days`` days of use ago, in seconds since 1970; 0 if there are fewer."""
    newest_first = select(DAYS.c.day * DAY).order_by(DAYS.c.day.desc())
    return func.coalesce(newest_first.offset(days).limit(1).scalar_subquery(), 0.0)
