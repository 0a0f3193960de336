"""Learning metrics: choices beside the baseline's, one list for each period of a learning mode."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import timedelta

import msgspec

from engine.errors import PersonalizerError, refuse
from engine.evaluation.mode_period_sums import PeriodInterval, mode_periods
from engine.loop.clock import iso
from engine.service.call_types import Reply, Request
from engine.service.json_bodies import MODE_NAMES, Duration, parameter, time_in, whole_in

_LEAST_EVENTS = 10_000
_SUMS = ("numberOfEvents", "sumOfRewards", "numberOfMatchedEvents", "sumOfImitatedRewards")


def learning_metrics(request: Request) -> Reply:
    """Return sums of rewarded events by period of a learning mode, and interval within it."""
    query, code = request.call.query, "InvalidStartDateEndDate"
    start, end = time_in(query, "startDate", code), time_in(query, "endDate", code)
    if start and end and start >= end:
        raise PersonalizerError(code, "StartDate is not before EndDate.", "startDate")
    interval, count = _interval(query), _count(query)
    with request.stored.lock:
        events = [*request.stored.loop.events.values()]
    if not any(event.ranked.mode == "apprentice" for event in events):
        sentence = "This loop was never in apprentice mode."
        raise PersonalizerError("ApprenticeModeNeverTurnedOn", sentence, "learningMode")
    latest = whole_in(query, "numberOfRecentEvents") or len(events)
    rewarded = [event for event in events if event.earned is not None][-latest:]
    known = [
        event
        for event in rewarded
        if (start is None or event.ranked.time >= start)
        and (end is None or event.ranked.time < end)
    ]
    periods = mode_periods(known, interval, count)
    return Reply(200, [[_in_json(part) for part in period] for period in periods])


def _in_json(part: PeriodInterval) -> dict[str, object]:
    sums, totals = (dict(zip(_SUMS, astuple(s), strict=True)) for s in (part.sums, part.totals))
    cumulative = {f"cumulative{name[0].upper()}{name[1:]}": total for name, total in totals.items()}
    dates = {"startDate": iso(part.start), "endDate": iso(part.end)}
    return {"learningMode": MODE_NAMES[part.mode], **dates, **sums, **cumulative}


def _interval(query: Mapping[str, str]) -> timedelta | None:
    text = parameter(query, "aggregationInterval")
    if text is None:
        return None
    try:
        interval: timedelta = msgspec.convert(text, Duration)
    except msgspec.ValidationError:
        refuse("AggregationIntervalInvalid", "aggregationInterval", text, "such as PT1H")
    if interval < timedelta(hours=1):
        refuse("AggregationIntervalTooShort", "aggregationInterval", text, "an hour or longer")
    if interval % timedelta(hours=1):
        refuse("AggregationIntervalInvalid", "aggregationInterval", text, "whole hours")
    return interval


def _count(query: Mapping[str, str]) -> int | None:
    code, name = "AggregationEventCount", "aggregationEventCount"
    count = whole_in(query, name, f"{code}Invalid")
    if count is not None and count < _LEAST_EVENTS:
        refuse(f"{code}TooSmall", name, count, f"{_LEAST_EVENTS:,} or more")
    if count is not None and count % _LEAST_EVENTS:
        refuse(f"{code}Invalid", name, count, f"a multiple of {_LEAST_EVENTS:,}")
    return count
