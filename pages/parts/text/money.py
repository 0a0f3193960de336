"""Rewards in the unit of a world, for example a currency."""

from engine.worlds import World

_ROUGH = 300
"""Amount of units from which hundredths are left out."""


def per_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    """Format a mean reward per visitor as an amount per 1,000 visitors, with these words.

    The unit is "rewards" if the world has none.
    """
    return f"{of_a_thousand(world, reward, sign)} per 1,000 visitors"


def of_a_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    """Format a mean reward per visitor as an amount per 1,000 visitors, without these words."""
    unit, most = (world.unit, world.most) if world is not None and world.unit else ("rewards", 1.0)
    return f"{_number(1_000 * reward * most, 0, sign)}\u00a0{unit}"


def scale_of(world: World | None) -> str:
    """Explain a reward of 0.1 in the world's unit, as plain text; empty without a unit."""
    if world is None or not world.unit:
        return ""
    return f"A reward of 0.1 per visitor is {per_thousand(world, 0.1)}."


def in_all(world: World, rewards: float) -> str:
    """Format a sum of rewards in the world's unit, in brackets after a space; empty without a
    unit."""
    if not world.unit:
        return ""
    worth = world.in_unit(rewards, 1)
    return f" ({_number(worth, 2 if abs(worth) < _ROUGH else 0)}\u00a0{world.unit})"


def in_money(world: World | None, reward: float, sign: bool = False) -> str:
    """Format a mean reward as `per_thousand`, in brackets after a space; empty without a unit."""
    if world is None or not world.unit:
        return ""
    return f" ({per_thousand(world, reward, sign)})"


def more_money(world: World, gained: float) -> str:
    """Format a difference of mean rewards as more or less money, after a colon; empty without a
    unit."""
    if not world.unit:
        return ""
    more = "less" if gained < 0 else "more"
    return f": {of_a_thousand(world, abs(gained))} {more} per 1,000 visitors"


def _number(worth: float, digits: int, sign: bool = False) -> str:
    """Format an amount: without decimals if whole, without a sign if 0."""
    rounded = round(worth, digits)
    if not rounded:
        return "0"
    text = f"{rounded:{'+' if sign else ''},.{digits}f}".removesuffix(".00")
    return text.replace("-", "\N{MINUS SIGN}")
