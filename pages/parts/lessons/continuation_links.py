"""Addresses of pages on which lessons continue."""

from collections.abc import Mapping

from engine.worlds import key_of
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.lessons.lesson import Lab, Sandbox
from pages.parts.play.page_settings import PlaySetup
from pages.parts.race.page_settings import RaceSetup
from pages.parts.settings.page_settings_base import Linked

_SETUPS: Mapping[str, type[Linked]] = {
    "play": PlaySetup,
    "compare": CompareSetup,
    "race": RaceSetup,
    "evaluate": EvaluateSetup,
}


def address_of(sandbox: Sandbox, lab: Lab) -> dict[str, str]:
    """Return the query exactly as the page writes it, so that a single step back leads here."""
    place = {"world": key_of(lab.world), "seed": str(lab.seed)}
    setup, _ = _SETUPS[sandbox.page].from_query({**place, **sandbox.query, **lab.query})
    return setup.query()
