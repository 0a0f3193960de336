"""Rewards in the unit of a world: a currency, or whatever its values are counted in."""

from engine.worlds import World

_ROUGH = 300
"""Units from which on their hundredths are left out."""


def per_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    """What so much reward a visitor comes to for 1,000 of them; rewards, where there is no unit."""
    return f"{of_a_thousand(world, reward, sign)} per 1,000 visitors"


def of_a_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    """The same without the visitors, for sentences in other words."""
    unit, most = (world.unit, world.most) if world is not None and world.unit else ("rewards", 1.0)
    return f"{_number(1_000 * reward * most, 0, sign)}\u00a0{unit}"


def scale_of(world: World | None) -> str:
    """What a tenth of a reward comes to, for pictures and tables of rewards, as plain text; nothing
    where there is no unit."""
    if world is None or not world.unit:
        return ""
    return f"A reward of 0.1 a visitor is {per_thousand(world, 0.1)}."


def in_all(world: World, rewards: float) -> str:
    """What so many rewards are worth together, in brackets, after a blank; nothing where there is
    no unit."""
    if not world.unit:
        return ""
    worth = world.in_unit(rewards, 1)
    return f" ({_number(worth, 2 if abs(worth) < _ROUGH else 0)}\u00a0{world.unit})"


def in_money(world: World | None, reward: float, sign: bool = False) -> str:
    """The same in brackets, after a blank; nothing where there is no unit."""
    if world is None or not world.unit:
        return ""
    return f" ({per_thousand(world, reward, sign)})"


def more_money(world: World, gained: float) -> str:
    """What one reward comes to beside another, after a colon; nothing where there is no unit."""
    if not world.unit:
        return ""
    more = "less" if gained < 0 else "more"
    return f": {of_a_thousand(world, abs(gained))} {more} per 1,000 visitors"


def _number(worth: float, digits: int, sign: bool = False) -> str:
    """A number of units: without digits where it is whole, without a sign where it is 0."""
    rounded = round(worth, digits)
    if not rounded:
        return "0"
    told = f"{rounded:{'+' if sign else ''},.{digits}f}".removesuffix(".00")
    return told.replace("-", "\N{MINUS SIGN}")
