"""Learning metrics: choices beside the baseline's, one list for each period of a learning mode."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

import msgspec

from engine.errors import PersonalizerError, refuse
from engine.loop.event import EventState
from engine.service.calls import Reply, Request
from engine.service.declarations import MODE_NAMES, Duration, iso, parameter, time_in, whole_in

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
    periods = groupby(known, key=lambda event: event.ranked.mode)
    return Reply(200, [_period([*part], interval, count) for _, part in periods])


def _period(
    events: list[EventState], interval: timedelta | None, count: int | None
) -> list[dict[str, Any]]:
    """Sums of each interval of a period, and the cumulative ones."""
    begun, told = events[0].ranked.time, list[dict[str, Any]]()
    totals = dict.fromkeys(_SUMS, 0.0)

    def place(numbered: tuple[int, EventState]) -> int:
        number, event = numbered
        if count is not None:
            return number // count
        return 0 if interval is None else (event.ranked.time - begun) // interval

    for _, group in groupby(enumerate(events), key=place):
        part = [event for _, event in group]
        matched = [event for event in part if event.ranked.matches]
        values = (
            len(part), sum(e.earned or 0.0 for e in part),
            len(matched), sum(e.earned or 0.0 for e in matched),
        )  # fmt: skip
        sums = dict(zip(_SUMS, values, strict=True))
        totals = {name: totals[name] + sums[name] for name in _SUMS}
        more = {f"cumulative{name[0].upper()}{name[1:]}": total for name, total in totals.items()}
        first, last = part[0].ranked, part[-1].ranked
        dates = {"startDate": iso(first.time), "endDate": iso(last.time)}
        told.append({"learningMode": MODE_NAMES[first.mode], **dates, **sums, **more})
    return told


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
