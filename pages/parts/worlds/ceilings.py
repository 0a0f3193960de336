"""Ceilings of a world's rewards, computed as heavy work for large worlds."""

from engine.worlds import World
from engine.worlds.ceilings import Ceilings
from pages.parts.work.frames import outcome
from pages.parts.work.heavy_work import submit_here


def ceilings_of(world: World) -> Ceilings:
    """Return the ceilings, computed once; large worlds use heavy work."""
    if not world.is_tabulated:
        outcome(submit_here(world.finding_ceilings()))
    return world.ceilings
