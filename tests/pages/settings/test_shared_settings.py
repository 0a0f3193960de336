"""Options common to several pages, and their link parameters."""

import pytest

from engine.worlds import WORLDS
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.play.page_settings import PlaySetup
from pages.parts.race.page_settings import RaceSetup
from pages.parts.settings.page_settings_base import Linked

EVERY_SETUP = pytest.mark.parametrize("kind", [PlaySetup, CompareSetup, RaceSetup, EvaluateSetup])


@EVERY_SETUP
@pytest.mark.parametrize("key", list(WORLDS))
def test_a_link_names_a_world(kind: type[Linked], key: str) -> None:
    setup, refused = kind.from_query({"world": key})
    assert (setup.query()["world"], refused) == (key, [])


@EVERY_SETUP
def test_links_from_when_the_shop_was_called_store_still_open(kind: type[Linked]) -> None:
    setup, refused = kind.from_query({"world": "store"})
    assert (setup.query()["world"], refused) == ("shop", [])


@EVERY_SETUP
def test_a_link_to_an_unknown_world_says_which_there_are(kind: type[Linked]) -> None:
    setup, (sentence,) = kind.from_query({"world": "moon"})
    assert setup == kind()
    assert sentence == (
        "world in the link is 'moon', but must be one of coffee, news, movies, shop, or a world "
        "that is kept here; coffee is used instead."
    )
