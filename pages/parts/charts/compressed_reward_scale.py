"""Scale of the bells: even between -0.1 and 1.1, squeezed beyond, and 1.5 rewards long.

Distances shrink exponentially beyond the even range, so that the highest draw is farthest to the
right, even under large uncertainty, and what rewards can be takes two thirds of the scale.
"""

_LOW, _HIGH, _BEYOND = -0.1, 1.1, 0.15
"""Ends of the even range of rewards, and the length of the squeezed range on either side."""
ZERO = _BEYOND - _LOW
"""Distance of reward 0 from the left end, in units of reward within the even range."""
EDGE = _BEYOND / (_HIGH - _LOW + 2 * _BEYOND)
"""Length of the squeezed range on either side, as a share of the whole scale."""
SPAN = _HIGH - _LOW + 2 * _BEYOND
"""Length of the whole scale, in units of reward within the even range."""


def from_left(reward: str) -> str:
    """Distance of a reward from the left end, as a Vega expression."""
    even = f"{ZERO:g} + clamp({reward}, {_LOW}, {_HIGH})"
    below, above = f"{reward} + {-_LOW}", f"{_HIGH} - {reward}"
    ends = (f"{_BEYOND} * exp(min(0, ({far}) / {_BEYOND}))" for far in (below, above))
    return f"({even} + {' - '.join(ends)})"
