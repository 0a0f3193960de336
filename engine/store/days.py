"""Time as the store counts it for what expires: days on which the database was in use."""

from sqlalchemy import ColumnElement, func, select

from engine.store.schema import DAYS

DAY = 86_400.0


def days_ago(days: int) -> ColumnElement[float]:
    """When the day began that was so many days ago, of those on which the database was in use."""
    newest_first = select(DAYS.c.day * DAY).order_by(DAYS.c.day.desc())
    return func.coalesce(newest_first.offset(days).limit(1).scalar_subquery(), 0.0)
