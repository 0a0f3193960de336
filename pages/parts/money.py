"""Rewards in the unit of a world: a currency, or whatever its values are counted in."""

from engine.worlds import World


def per_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    """What so much reward a visitor comes to for 1,000 of them; rewards, where there is no unit."""
    return f"{of_a_thousand(world, reward, sign)} per 1,000 visitors"


def of_a_thousand(world: World | None, reward: float, sign: bool = False) -> str:
    """The same without the visitors, for sentences in other words."""
    unit, most = (world.unit, world.most) if world is not None and world.unit else ("rewards", 1.0)
    number = f"{1_000 * reward * most:{'+' if sign else ''},.0f}".replace("-", "\N{MINUS SIGN}")
    return f"{number}\u00a0{unit}"


def scale_of(world: World | None) -> str:
    """What a tenth of a reward comes to, for pictures and tables of rewards, as plain text; nothing
    where there is no unit."""
    if world is None or not world.unit:
        return ""
    return f"A reward of 0.1 a visitor is {per_thousand(world, 0.1)}."


def in_all(world: World, rewards: float) -> str:
    """What so many rewards are worth together, in brackets, after a blank; nothing where there is
    no unit."""
    return f" ({world.in_unit(rewards, 1):,.0f}\u00a0{world.unit})" if world.unit else ""


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
