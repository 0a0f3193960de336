"""Scale of the bells: even between -0.2 and 1.2, squeezed beyond.

Distances shrink exponentially beyond the even range, so that both ends of every bell are visible
and the highest draw is farthest to the right, even under large uncertainty.
"""

_LOW, _HIGH, _BEYOND = -0.2, 1.2, 0.5
"""Ends of the even range of rewards, and the length of the squeezed range on either side."""
ZERO = _BEYOND - _LOW
"""Distance of reward 0 from the left end, in units of reward within the even range."""
SPAN = _HIGH - _LOW + 2 * _BEYOND
"""Length of the whole scale, in units of reward within the even range."""


def from_left(reward: str) -> str:
    """Distance of a reward from the left end, as a Vega expression."""
    even = f"{ZERO:g} + clamp({reward}, {_LOW}, {_HIGH})"
    below, above = f"{reward} + {-_LOW}", f"{_HIGH} - {reward}"
    ends = (f"{_BEYOND} * exp(min(0, ({far}) / {_BEYOND}))" for far in (below, above))
    return f"({even} + {' - '.join(ends)})"
