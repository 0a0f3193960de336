"""Offline evaluations of a log in bins of five minutes, whose sums add up to any window."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any

from engine.evaluation.estimators.cressie_read import CressieRead
from engine.evaluation.logged_decisions import Decisions, decisions_from, is_usable
from engine.evaluation.offline_evaluation import bounds_of
from engine.evaluation.running_estimates import restricted
from engine.evaluation.settings_tuning import candidates_for
from engine.evaluation.target_policies import (
    Baseline,
    LoggedPolicy,
    Target,
    UniformTarget,
    replaying_all,
)
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.service.configuration import arguments, changes_of_arguments
from engine.service.declarations import iso
from engine.steps import Steps

_BIN = timedelta(minutes=5)
Sums = list[dict[str, Any]]
Policies = Sequence[Mapping[str, str]]
"""Names and arguments of policies."""


def evaluating(
    loop: LearningLoop, events: Sequence[EventState], policies: Policies, is_optimised: bool
) -> Steps[dict[str, Any]]:
    """Evaluate the loop's own choices, the baseline, chance, and other policies.

    A policy learns from the log while it is evaluated. With ``is_optimised``, settings near those
    of the loop are tried as well.

    Returns:
        results by policy and bin, the arguments of each policy that can be applied, and the name of
        the one with the highest lower bound, if it beats the loop's own.
    """
    events = [*filter(is_usable, events)]
    log, now = decisions_from(events), loop.settings
    tried = {p["name"]: replace(now, **changes_of_arguments(p["arguments"])) for p in policies}
    sources = dict.fromkeys(tried, "Custom")
    if is_optimised:
        for candidate in candidates_for(now):
            if candidate.key not in tried:
                tried[candidate.key] = candidate.settings
                sources[candidate.key] = "OfflineExperimentation"
    given = yield from replaying_all(events, tried, loop.seed)
    targets: list[tuple[str, str, str, Target]] = [
        ("Online", "Online", arguments(now), LoggedPolicy()),
        ("Baseline1", "Baseline", "", Baseline()),
        ("BaselineRand", "Random", "", UniformTarget()),
        *((t.key, sources[t.key], arguments(tried[t.key]), t) for t in given),
    ]
    starts = [_bin_of(event.ranked.time) for event in events]
    results = []
    for name, source, text, target in targets:
        sums = _sums(log, target, starts)
        results.append({"name": name, "source": source, "arguments": text, "bins": sums})
        yield None
    return {
        "results": results,
        "settings": {name: arguments(settings) for name, settings in tried.items()},
        "optimalPolicy": _best(results, tried),
    }


def _bin_of(time: datetime) -> datetime:
    since = time.astimezone(UTC)
    return since - timedelta(
        minutes=since.minute % 5, seconds=since.second, microseconds=since.microsecond
    )


def _sums(log: Decisions, target: Target, starts: Sequence[datetime]) -> Sums:
    """Sums of an estimator per bin; events are in the order of their times."""
    sums: Sums = []
    bounds, first = bounds_of(log), 0
    for at in range(1, len(starts) + 1):
        if at < len(starts) and starts[at] == starts[first]:
            continue
        part = slice(first, at)
        weighed = restricted(target, part).weigh(log.take(part))
        sums.append({"start": iso(starts[first]), **asdict(CressieRead(bounds).add(weighed))})
        first = at
    return sums


def _best(results: Sequence[Mapping[str, Any]], tried: Mapping[str, LoopSettings]) -> str | None:
    """Policy with the highest lower bound, if mean and lower bound beat those of the loop."""
    found = {one["name"]: _merged(one["bins"]).interval() for one in results}
    online = found["Online"]
    better = {
        name: interval.low
        for name in tried
        if (interval := found[name])
        and online
        and interval.low > online.low
        and interval.estimate > online.estimate
    }
    return max(better, key=better.__getitem__, default=None)


def _merged(bins: Sums) -> CressieRead:
    return reduce(add, map(_estimator, bins))


def _estimator(sums: Mapping[str, Any]) -> CressieRead:
    low, high = sums["bounds"]
    parts = {name: part for name, part in sums.items() if name not in {"start", "bounds"}}
    return CressieRead((low, high), **parts)


# -- results of a window --------------------------------------------------------------


def content(
    results: Sequence[Mapping[str, Any]], start: datetime, end: datetime, minutes: int
) -> dict[str, Any]:
    """Results from one time to another: a summary and a time series for each policy.

    Args:
        minutes: 5 for a series of growing windows; else the length of consecutive ones.
    """
    value = [_of_policy(one, start, end, minutes) for one in results]
    window = {"startTime": iso(start), "endTime": iso(end), "intervalInMinutes": minutes}
    return {**window, "value": value}


def _of_policy(
    result: Mapping[str, Any], start: datetime, end: datetime, minutes: int
) -> dict[str, Any]:
    bins = [one for one in result["bins"] if _bin_of(start) <= _start(one) < end]
    groups: dict[datetime, CressieRead] = {}
    whole: CressieRead | None = None
    for one in bins:
        sums = _estimator(one)
        whole = sums if whole is None else whole + sums
        passed = (_start(one) - _bin_of(start)) // timedelta(minutes=minutes)
        at = _bin_of(start) + passed * timedelta(minutes=minutes)
        before = groups.get(at)
        groups[at] = whole if minutes == 5 else sums if before is None else before + sums
    series = [{"timeStamp": iso(at), **_told(sums)} for at, sums in groups.items()]
    return {
        "name": result["name"],
        "arguments": result["arguments"],
        "policySource": result["source"],
        "slotId": "",
        "summary": _told(whole),
        "timeseries": {"data": series},
    }


def _start(sums: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(sums["start"])


def _told(sums: CressieRead | None) -> dict[str, Any]:
    interval = sums and sums.interval()
    if not interval:
        return {"expectedReward": None, "confidenceInterval": []}
    bounds = [interval.low, interval.high]
    return {"expectedReward": interval.estimate, "confidenceInterval": bounds}
