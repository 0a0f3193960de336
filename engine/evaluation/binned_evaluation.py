"""Offline evaluation in bins of five minutes, whose sums add up to the estimate of any window."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any

from engine.evaluation.estimators import Interval
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
from engine.loop.clock import iso
from engine.loop.event import EventState
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.store.learning_policies import arguments, changes_of_arguments

BIN = timedelta(minutes=5)
Sums = Sequence[Mapping[str, Any]]
"""Sums of an estimator as JSON, with the start of each bin."""


def evaluating(
    events: Sequence[EventState],
    settings: LoopSettings,
    seed: int,
    policies: Mapping[str, str],
    is_optimised: bool,
) -> Steps[dict[str, Any]]:
    """Evaluate a loop's own choices, the baseline, chance, and other policies.

    A policy learns from the log while it is evaluated.

    Args:
        settings, seed: of the loop.
        policies: arguments of further policies by name.
        is_optimised: also try settings near those of the loop.

    Returns:
        results by policy and bin, the arguments of each policy that can be applied, and the name of
        the policy with the highest lower bound, if mean and lower bound beat the loop's own. No
        results without usable events.
    """
    events = [*filter(is_usable, events)]
    if not events:
        return {"results": [], "settings": {}, "optimalPolicy": None}
    log = decisions_from(events)
    tried = {
        name: replace(settings, **changes_of_arguments(text)) for name, text in policies.items()
    }
    sources = dict.fromkeys(tried, "Custom")
    if is_optimised:
        for candidate in candidates_for(settings):
            if candidate.key not in tried:
                tried[candidate.key] = candidate.settings
                sources[candidate.key] = "OfflineExperimentation"
    replayed = yield from replaying_all(events, tried, seed)
    targets: list[tuple[str, str, str, Target]] = [
        ("Online", "Online", arguments(settings), LoggedPolicy()),
        ("Baseline1", "Baseline", "", Baseline()),
        ("BaselineRand", "Random", "", UniformTarget()),
        *((t.key, sources[t.key], arguments(tried[t.key]), t) for t in replayed),
    ]
    starts = [bin_of(event.ranked.time) for event in events]
    results = []
    for name, source, text, target in targets:
        sums = _sums(log, target, starts)
        results.append({"name": name, "source": source, "arguments": text, "bins": sums})
        yield None
    return {
        "results": results,
        "settings": {name: arguments(each) for name, each in tried.items()},
        "optimalPolicy": _best(results, tried),
    }


def bin_of(time: datetime) -> datetime:
    """Start of the bin of a time."""
    start = time.astimezone(UTC).replace(second=0, microsecond=0)
    return start - timedelta(minutes=start.minute % 5)


def _sums(log: Decisions, target: Target, starts: Sequence[datetime]) -> Sums:
    """Sums of an estimator per bin; events are in the order of their times."""
    sums: list[Mapping[str, Any]] = []
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
    intervals = {result["name"]: merged(result["bins"]).interval() for result in results}
    online = intervals["Online"]
    better = {
        name: interval.low
        for name in tried
        if (interval := intervals[name])
        and online
        and interval.low > online.low
        and interval.estimate > online.estimate
    }
    return max(better, key=better.__getitem__, default=None)


def merged(bins: Sums) -> CressieRead:
    """Estimator of several bins together."""
    return reduce(add, map(_estimator, bins))


def _estimator(sums: Mapping[str, Any]) -> CressieRead:
    low, high = sums["bounds"]
    parts = {name: part for name, part in sums.items() if name not in {"start", "bounds"}}
    return CressieRead((low, high), **parts)


def estimates(
    bins: Sums, start: datetime, end: datetime, length: timedelta
) -> tuple[Interval | None, dict[datetime, Interval | None]]:
    """Estimate from one time to another, and a series of estimates by their start.

    Args:
        length: `BIN` for a series of growing windows; else of consecutive windows.
    """
    first = bin_of(start)
    groups: dict[datetime, CressieRead] = {}
    whole: CressieRead | None = None
    for sums in bins:
        time = datetime.fromisoformat(sums["start"])
        if not first <= time < end:
            continue
        part = _estimator(sums)
        whole = part if whole is None else whole + part
        at = first + (time - first) // length * length
        before = groups.get(at)
        groups[at] = whole if length == BIN else part if before is None else before + part
    series = {at: group.interval() for at, group in groups.items()}
    return None if whole is None else whole.interval(), series
