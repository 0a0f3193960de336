"""The scale of the bells: even where rewards are, squeezed beyond.

What lies far out is drawn closer and closer together: any bell has both its ends, and the highest
draw is farthest to the right, however little is known.
"""

_MIDDLE, _EVEN, _WHOLE = 0.5, 0.7, 1.2
"""The reward in the middle, how far from it the scale is even, and how far it reaches in all."""
SPAN = 2 * _WHOLE
"""How long the whole scale is, where a reward of 1 is 1 long."""


def from_left(reward: str) -> str:
    """How far from the left end a reward stands, as an expression of Vega's."""
    far, rest = f"abs({reward} - {_MIDDLE})", round(_WHOLE - _EVEN, 1)
    sign = f"({reward} < {_MIDDLE} ? -1 : 1)"
    beyond = f"{_WHOLE} - {rest} * exp(({_EVEN} - {far}) / {rest})"
    return f"({_WHOLE} + {sign} * ({far} < {_EVEN} ? {far} : {beyond}))"
