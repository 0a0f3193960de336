"""Fitness of a log for estimates: checks of the data that need no reward to be right.

Estimates rest on the logged probabilities. If they are those with which the actions were drawn, the
shares of the actions and their mean importance weights agree with them to sampling error; online
experiments check their sample ratio likewise (Fabijan et al., *Diagnosing sample ratio mismatch in
online controlled experiments*, KDD 2019).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.logged_decisions import Codes, Decisions

Name = Literal["probabilities", "shares", "likely", "weights", "repeats", "gaps"]
"""Probabilities in (0, 1]; shares of the shown actions, and of each event's likeliest action; mean
importance weights; repeated parts; times without an event."""
LEAST_P = 1e-3
"""P-value below which shares differ by more than chance: a false alarm in a thousand logs."""
FAR = 5.0
"""Standard errors from 1 at which a mean weight is off."""
_FEW = 5.0
"""Expected number of events below which an action is counted with the other rare ones."""
_BITS = 60.0
"""Information in a part of a log that does not occur twice by chance."""
_LONG = 86_400.0
"""Shortest gap in seconds."""
_RARE = 100.0
"""Factor of a gap on the mean time between two events."""


@dataclass(frozen=True, slots=True)
class Check:
    """Result of a check.

    Attributes:
        name: of the check.
        passes: True if nothing is wrong.
        action: the action that is furthest off, or empty.
        value, expected: what was measured, and what should have been: number of probabilities out
            of range and 0; shares of the events with the action; mean weight and 1; number of
            repeated events and 0; longest gap and mean time between events in seconds.
        event: number of the first event at fault, counted from 1; 0 for none.
    """

    name: Name
    passes: bool
    action: str = ""
    value: float = 0.0
    expected: float = 0.0
    event: int = 0


def log_checks(log: Decisions) -> list[Check]:
    """Check a log of N events; checks for which the log has no data are left out."""
    checks = [check_probabilities(log.propensity), check_weights(log), check_repeats(log)]
    if log.probabilities is not None:
        checks[1:1] = [check_shares(log), check_likely(log)]
    if log.time is not None and np.isfinite(log.time).sum() > 2:
        checks.append(check_gaps(log.time))
    return checks


def check_probabilities(propensity: Array) -> Check:
    """Check that the probabilities of the shown actions, (N,), are above 0 and at most 1."""
    wrong = ~((propensity > 0) & (propensity <= 1 + 1e-6))
    first = int(wrong.argmax()) + 1 if wrong.any() else 0
    return Check("probabilities", not first, value=float(wrong.sum()), event=first)


def check_shares(log: Decisions) -> Check:
    """Compare how often each action was shown with the sum of its probabilities (chi-square test
    with their exact covariance). The log must have the probability of each action."""
    assert log.probabilities is not None
    events, chances = len(log), log.probabilities
    shown = np.bincount(log.shown, minlength=len(log.actions)).astype(float)
    expected = chances.sum(axis=0)
    away = shown - expected
    away = np.sign(away) * np.maximum(np.abs(away) - log.rounding * events, 0.0)
    covariance = np.diag(expected) - chances.T @ chances
    groups = _groups(np.diag(covariance))
    variances, directions = np.linalg.eigh(groups @ covariance @ groups.T)
    known = variances >= 1  # The sum of all actions does not vary, for example.
    freedom = int(known.sum())
    if not freedom:
        return Check("shares", passes=True)
    along = directions.T[known] @ groups @ away
    distance = float((along**2 / variances[known]).sum())
    scale = np.sqrt(np.maximum(np.diag(covariance), 1.0))
    worst = int(np.abs(away / scale).argmax())
    passes = chi_square_p(distance, freedom) >= LEAST_P
    value, share = float(shown[worst]) / events, float(expected[worst]) / events
    return Check("shares", passes, log.actions[worst], value, share)


def check_likely(log: Decisions) -> Check:
    """Compare how often the likeliest action of an event was shown with the sum of its
    probabilities; events without a single likeliest action do not count.

    A wrong statement of who got what can leave the shares of all actions right. The log must have
    the probability of each action.
    """
    assert log.probabilities is not None
    most = log.probabilities.max(axis=1, keepdims=True)
    counts = (log.probabilities == most).sum(axis=1) == 1
    chance = most[counts, 0]
    shown = log.probabilities.argmax(axis=1)[counts] == log.shown[counts]
    events, variance = max(len(chance), 1), float((chance * (1 - chance)).sum())
    value, expected = float(shown.sum()) / events, float(chance.sum()) / events
    away = max(abs(value - expected) - log.rounding, 0.0) * events
    z = away / math.sqrt(variance) if variance >= 1 else 0.0
    passes = 2 * NormalDist().cdf(-z) >= LEAST_P
    return Check("likely", passes, value=value, expected=expected)


def _groups(variances: Array) -> Array:
    """Rows that sum actions, (groups, K): each action of its own, and those of little variance
    together if that is enough."""
    identity, many = np.eye(len(variances)), variances >= _FEW
    rest = identity[~many].sum(axis=0, keepdims=True)
    enough = bool(variances[~many].sum() >= _FEW)
    return np.concatenate([identity[many], rest[:enough]])


def chi_square_p(distance: float, freedom: int) -> float:
    """Probability that a chi-square variable exceeds a value (Wilson & Hilferty, *PNAS* 1931)."""
    variance = 2 / (9 * freedom)
    z = ((distance / freedom) ** (1 / 3) - (1 - variance)) / math.sqrt(variance)
    return NormalDist().cdf(-z)


def check_weights(log: Decisions) -> Check:
    """Compare the mean importance weight of each action, among the events that offered it, with 1.

    With the probability of each action the standard error is that of the draw; otherwise it is
    estimated, and only means above 1 count, as rare large weights may not have occurred yet.
    """
    worst, furthest = Check("weights", passes=True, value=1.0, expected=1.0), 0.0
    for place, mean, error in _mean_weights(log):
        away = mean - 1 if log.probabilities is None else abs(mean - 1)
        away -= _rounding_of_weights(log, place)
        distance = away / error if error else math.inf * (away > 1e-6)
        if distance > furthest:
            furthest = distance
            worst = Check("weights", distance < FAR, log.actions[place], mean, 1.0)
    return worst


def _mean_weights(log: Decisions) -> Iterator[tuple[int, float, float]]:
    """Position, mean weight and its standard error of each action."""
    for place in range(len(log.actions)):
        offered = log.offered[:, place]
        size, weight = int(offered.sum()), 1 / log.propensity[log.shown == place]
        if not size:
            continue
        mean = float(weight.sum()) / size
        if log.probabilities is None:
            variance = float((weight**2).sum()) / size - mean**2
        else:
            chances = log.probabilities[offered, place]
            if (chances <= 0).any():
                continue
            variance = float((1 / chances - 1).mean())
        yield place, mean, math.sqrt(max(variance, 0.0) / size)


def _rounding_of_weights(log: Decisions, place: int) -> float:
    """Largest change of an action's mean weight by rounded probabilities."""
    propensity = log.propensity[log.shown == place]
    return float((log.rounding / propensity**2).sum()) / max(int(log.offered[:, place].sum()), 1)


def check_repeats(log: Decisions) -> Check:
    """Look for a part of the log that occurs twice, as from overlapping files.

    A part is as long as is needed for it not to occur twice by chance. A log of few different
    events has no such part, and passes.
    """
    rows = _row_codes(log)
    shares = np.bincount(rows) / max(len(rows), 1)
    bits = -math.log2(float((shares**2).sum())) if len(rows) else 0.0
    length = math.ceil(_BITS / bits) if bits > _BITS / max(len(rows), 1) else len(rows)
    if 2 * length > len(rows):
        return Check("repeats", passes=True)
    _, first, parts = np.unique(_part_hashes(rows, length), return_index=True, return_inverse=True)
    is_again = first[parts] < np.arange(len(parts))
    if not is_again.any():
        return Check("repeats", passes=True)
    covered = np.zeros(len(rows) + 1)
    np.add.at(covered, np.flatnonzero(is_again), 1)
    np.add.at(covered, np.flatnonzero(is_again) + length, -1)
    repeated = int((covered.cumsum() > 0).sum())
    event = int(is_again.argmax()) + 1
    return Check("repeats", passes=False, value=float(repeated), event=event)


def _row_codes(log: Decisions) -> Codes:
    """Code of each event, (N,): equal for equal context, action, probability and reward."""
    codes = np.zeros(len(log), dtype=np.intp)
    for column in (log.context_index, log.shown, log.propensity, log.reward):
        _, positions = np.unique(column, return_inverse=True)
        _, codes = np.unique(
            codes * (positions.max(initial=0) + 1) + positions, return_inverse=True
        )
    return codes


def _part_hashes(rows: Codes, length: int) -> NDArray[np.uint64]:
    """Hash of each part of so many consecutive events, (N - length + 1,)."""
    hashes, done = _mixed(rows.astype(np.uint64) + np.uint64(1)), 1
    while done < length:  # A part of twice the length, or of as much as is missing.
        step = min(done, length - done)
        hashes = _mixed(hashes[:-step] * np.uint64(3) + hashes[step:])
        done += step
    return hashes


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash of 64-bit numbers (the finaliser of SplitMix64)."""
    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def check_gaps(times: Array) -> Check:
    """Look for a time without an event of a day or more that is rare among the others.

    Args:
        times: of the events in seconds, (N,), NaN if unknown; at least three are known.
    """
    order = np.argsort(times, kind="stable")[: int(np.isfinite(times).sum())]
    between = np.diff(times[order])
    longest = int(between.argmax())
    usual = float(np.delete(between, longest).mean())
    passes = between[longest] < max(_LONG, _RARE * usual)
    event = int(order[longest]) + 1
    return Check("gaps", bool(passes), value=float(between[longest]), expected=usual, event=event)
