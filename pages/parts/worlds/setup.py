"""Settings of the Worlds page."""

from dataclasses import dataclass

from pages.parts.settings.choices import WORLD
from pages.parts.settings.link import Linked


@dataclass(frozen=True, slots=True)
class WorldsSetup(Linked):
    """Settings in a link to the Worlds page: the world to edit."""

    PREFIX = "worlds-"

    world: str = WORLD.as_field
