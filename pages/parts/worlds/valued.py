"""What can be earned in a world, which in a large one takes longer than a click to find."""

from engine.worlds import World
from engine.worlds.ceilings import Ceilings
from pages.parts.work.frames import result_of


def ceilings_of(world: World) -> Ceilings:
    """Find the ceilings of a world once; those of a large world in a background job."""
    if not world.is_tabulated:
        result_of(world.finding_ceilings())
    return world.ceilings
