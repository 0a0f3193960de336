"""What can be set on the Worlds page."""

from dataclasses import dataclass

from pages.parts.settings.choices import WORLD
from pages.parts.settings.link import Linked


@dataclass(frozen=True, slots=True)
class WorldsSetup(Linked):
    """All that a link to the Worlds page can say: which world is written on."""

    PREFIX = "worlds-"

    world: str = WORLD.as_field
