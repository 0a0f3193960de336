"""Ceilings of a world's rewards, computed in a background job for large worlds."""

from engine.worlds import World
from engine.worlds.ceilings import Ceilings
from pages.parts.work.frame_scheduler import result_of


def ceilings_of(world: World) -> Ceilings:
    """Return the ceilings, computed once; those of a large world in a background job."""
    if not world.is_tabulated:
        result_of(world.finding_ceilings())
    return world.ceilings
