"""Rewards in the unit of a world: a currency, or whatever its values are counted in."""

from engine.worlds import World


def per_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    """What so much reward a visitor comes to for 1,000 of them; rewards, where there is no unit."""
    return f"{_of_a_thousand(world, reward, sign)} per 1,000 visitors"


def _of_a_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    unit, most = (world.unit, world.most) if world is not None and world.unit else ("rewards", 1.0)
    number = f"{1_000 * reward * most:{'+' if sign else ''},.0f}".replace("-", "\N{MINUS SIGN}")
    return f"{number}\u00a0{unit}"


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
    return f": {_of_a_thousand(world, abs(gained))} {more} per 1,000 visitors"
