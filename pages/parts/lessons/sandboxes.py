"""Where the same is tried further, as an address."""

from collections.abc import Mapping

from pages.parts.compare.setup import CompareSetup
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.lessons.lesson import Sandbox
from pages.parts.play.setup import PlaySetup
from pages.parts.race.setup import RaceSetup
from pages.parts.settings.link import Linked

_SETUPS: Mapping[str, type[Linked]] = {
    "play": PlaySetup,
    "compare": CompareSetup,
    "race": RaceSetup,
    "evaluate": EvaluateSetup,
}


def address_of(sandbox: Sandbox) -> dict[str, str]:
    """All that the page itself would write there: then one step back from it leads here."""
    setup, _ = _SETUPS[sandbox.page].from_query(sandbox.query)
    return setup.query()
