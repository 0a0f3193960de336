"""What can be set on the Play page."""

from pages.parts.play.setup import PlaySetup
from pages.parts.text import note
from pages.parts.toolbar import settings


def choose_settings(setup: PlaySetup) -> None:
    """Speed of play, seed and settings of the loop."""
    with settings():
        setup.draw("speed", "seed", "mode", "policy")
        note(setup.story)
        setup.draw(*setup.knobs_of(setup.policy), "crosses")
