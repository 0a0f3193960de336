"""Settings of the Worlds page."""

from dataclasses import dataclass

from pages.parts.settings.page_settings_base import Linked
from pages.parts.settings.shared_settings import WORLD


@dataclass(frozen=True, slots=True)
class WorldsSetup(Linked):
    """Settings in a link to the Worlds page: the world to edit."""

    PREFIX = "worlds-"

    world: str = WORLD.as_field
