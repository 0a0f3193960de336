"""Sentences on the forecast of a payback, for Race and Compare."""

from engine.experiments.payback_forecast import PaybackForecast
from pages.parts.text.reward_scale import RewardScale


def forecast_in_words(forecast: PaybackForecast, scale: RewardScale) -> str:
    """State when learning will have paid for itself, and what the forecast rests on; Markdown.

    Args:
        scale: in Markdown.
    """
    gain = forecast.gain
    differences = scale.of_differences
    doubt = (gain.high - gain.low) / 2
    lead = (
        f"{scale.more(gain.mean, doubt)}{scale.per} than today's rules "
        f"(95\u00a0% interval {differences.range(gain.low, gain.high, sign=True)})"
    )
    if forecast.visitors is None:
        return (
            "When it will cannot be forecast: over the last half of the visitors it earned "
            f"{lead}, and the interval contains 0."
        )
    return (
        f"**Forecast: after about {_rounded(forecast.visitors):,} visitors** (95\u00a0% interval "
        f"{_rounded(forecast.low or 0):,} to {_rounded(forecast.high or 0):,}), if it goes on "
        f"as over the last half of the visitors: {lead}."
    )


def _rounded(visitors: int) -> int:
    """Round to two digits, as a forecast is no more precise."""
    return round(visitors, 2 - len(str(visitors)))
