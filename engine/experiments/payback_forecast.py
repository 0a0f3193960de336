"""Forecast of the payback of learning beyond the visitors of paired runs.

The deficit at the end is earned back at the gain a visitor of the last half. The interval holds
every number of visitors at which a sum of 0 is compatible with both (Fieller, *JRSS B*, 1954); if
the deficit of several crowds may be chance, it begins with the interval of their payback
(`payback_time`).
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.mean_intervals import (
    Estimate,
    estimate,
    estimate_of_differences,
    standard_error,
    student,
)
from engine.experiments.payback_time import payback_time


@dataclass(frozen=True, slots=True)
class PaybackForecast:
    """Visitors until learning has paid for itself, if the gain stays as it was.

    Attributes:
        gain: lead over the baseline a visitor, over the last half.
        visitors, low, high: forecast and its 95 % interval, from the first visitor; None if the
            interval of the gain contains 0.
    """

    gain: Estimate
    visitors: int | None = None
    low: int | None = None
    high: int | None = None


def forecast_of_crowds(ahead: Array, points: NDArray[np.intp]) -> PaybackForecast | None:
    """Forecast from sums of expected rewards over those of the baseline, (R, P), after so many
    visitors, (P,); None with fewer than two crowds, and without a deficit on average."""
    end, half = int(points[-1]), int(np.searchsorted(points, points[-1] // 2))
    gains = (ahead[:, -1] - ahead[:, half]) / (end - points[half])
    deficits = -ahead[:, -1]
    if len(ahead) < 2 or deficits.mean() <= 0:
        return None
    gain, number = estimate(gains), len(ahead)
    may_be_paid_at = payback_time(ahead, points).low
    errors = np.cov(np.stack([gains, deficits])) / number
    reach = student(number - 1) ** 2
    forecast = _forecast(
        gain,
        end,
        float(deficits.mean()),
        gain.mean**2 - reach * errors[0, 0],
        2 * (gain.mean * deficits.mean() - reach * errors[0, 1]),
        deficits.mean() ** 2 - reach * errors[1, 1],
    )
    if forecast.low is None or may_be_paid_at is None:
        return forecast
    return replace(forecast, low=min(forecast.low, may_be_paid_at))


def forecast_of_visitors(gains: Array) -> PaybackForecast | None:
    """Forecast from the differences of the rewards of one run's visitors, at least 4; None without
    a deficit.

    Rewards to come vary as those of the last half did.
    """
    deficit, last = -float(gains.sum()), gains[len(gains) // 2 :]
    if deficit <= 0 or len(gains) < 4:
        return None
    gain, reach = estimate_of_differences(last), student(len(last) - 1) ** 2
    error = (gain.high - gain.low) / 2 / math.sqrt(reach)
    spread = max(standard_error(last), error) ** 2 * len(last)
    return _forecast(
        gain,
        len(gains),
        deficit,
        gain.mean**2 - reach * error**2,
        2 * gain.mean * deficit + reach * spread,
        deficit**2,
    )


def _forecast(
    gain: Estimate, end: int, deficit: float, square: float, linear: float, rest: float
) -> PaybackForecast:
    """Forecast with the interval between the roots of square t² - linear t + rest."""
    if gain.low <= 0 or square <= 0:
        return PaybackForecast(gain)
    root = math.sqrt(max(0.0, linear**2 - 4 * square * rest))
    ends = (max(0.0, (linear + sign * root) / (2 * square)) for sign in (-1, 1))
    low, high = (end + more for more in ends)
    return PaybackForecast(
        gain, math.ceil(end + deficit / gain.mean), math.floor(low), math.ceil(high)
    )
