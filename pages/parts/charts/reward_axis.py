"""Scale of the bells: even between -0.2 and 1.2, squeezed beyond.

What lies far out is drawn closer and closer together: any bell has both its ends, and the highest
draw is farthest to the right, however little is known.
"""

_LOW, _HIGH, _BEYOND = -0.2, 1.2, 0.5
"""The rewards between which the scale is even, and how far it reaches on each side beyond."""
ZERO = _BEYOND - _LOW
"""How far from the left end a reward of 0 stands; one of 1 stands 1 further, and all between as far
as they say."""
SPAN = _HIGH - _LOW + 2 * _BEYOND
"""How long the whole scale is, where a reward of 1 is 1 long."""


def from_left(reward: str) -> str:
    """Distance of a reward from the left end, as a Vega expression."""
    even = f"{ZERO:g} + clamp({reward}, {_LOW}, {_HIGH})"
    below, above = f"{reward} + {-_LOW}", f"{_HIGH} - {reward}"
    ends = (f"{_BEYOND} * exp(min(0, ({far}) / {_BEYOND}))" for far in (below, above))
    return f"({even} + {' - '.join(ends)})"
