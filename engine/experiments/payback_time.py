"""Visitors until learning has paid for itself, from runs paired by crowd.

The mean lead over the baseline is 0 where learning has paid. The interval holds the numbers of
visitors around it at which the 95 % interval of the mean lead, by Student's t over the crowds,
contains 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.mean_intervals import standard_error, student

_TINY = 1e-9
"""Rounding of a sum of rewards."""


@dataclass(frozen=True, slots=True)
class PaybackTime:
    """Visitors until learning has paid for itself: the mean sum of expected rewards stays at least
    that of a baseline before the same crowds.

    Attributes:
        visitors: by the mean over crowds; None if it is behind at the end.
        low, high: 95 % interval; low is None with a single crowd, and high is None if the interval
            reaches beyond the end.
        paid, crowds: number of crowds paid back by the end, and of all.
    """

    visitors: int | None
    low: int | None
    high: int | None
    paid: int
    crowds: int


def payback_time(ahead: Array, points: NDArray[np.intp]) -> PaybackTime:
    """Payback from sums of expected rewards over those of the baseline, (R, P), after so many
    visitors, (P,), of at least one crowd."""
    crowds, times = len(ahead), [0, *points.tolist(), None]
    paid = sum(_end_of(behind) < len(points) for behind in ahead < -_TINY)
    mean = ahead.mean(axis=0)
    end = _end_of(mean < -_TINY)
    if crowds < 2:
        return PaybackTime(_time(times, end), None, None, paid, crowds)
    reach = student(crowds - 1) * np.array([standard_error(leads) for leads in ahead.T])
    is_ahead = mean[end:] - reach[end:] > _TINY
    low = _end_of(mean[:end] + reach[:end] < -_TINY)
    high = end + int(is_ahead.argmax()) if is_ahead.any() else len(points)
    visitors, least, most = (_time(times, place) for place in (end, low, high))
    return PaybackTime(visitors, least, most, paid, crowds)


def _end_of(behind: NDArray[np.bool_]) -> int:
    """Number of points up to the last one behind, (P,); 0 if none is."""
    return int(len(behind) - behind[::-1].argmax()) if behind.any() else 0


def _time(times: list[int | None], place: int) -> int | None:
    """Visitors at the point after so many points; 0 without any, None beyond the end."""
    return times[place + (place > 0)]
