"""What is offered: its name as it was typed, its features in words, and what decided."""

import pytest

from engine import LearningLoop
from engine.worlds import WORLDS, world_from_json
from pages.parts.play.offer import in_words, offer_of
from tests.engine.worlds.random_worlds import BAKERY, bakery


@pytest.mark.parametrize(
    ("world", "words"),
    [
        ("coffee", "Hot · Kenya · organic · dark roast"),
        ("news", "Politics · 3 minutes · world · text"),
        ("movies", "Comedy · funny · 1990s · 1.4 hours · kids"),
        ("shop", "Home · price 29 · weight 1.2 · next-day delivery"),
    ],
)
def test_features_are_said_as_one_would_say_them(world: str, words: str) -> None:
    assert in_words(WORLDS[world].items[0].features) == words


def test_what_an_action_is_not_is_not_said() -> None:
    assert in_words({"kids": False, "organic": "no", "type": "hot"}) == "Hot"


def test_a_name_stands_there_as_it_was_typed() -> None:
    """Whatever HTML or Markdown would make of it: the browser writes it as text."""
    name = "<b>*Rye*</b> [1]($2)"
    items = [item | {"title": f"{name} {item['id']}"} for item in BAKERY["items"]]
    world = world_from_json(bakery(items=items))
    ranked = LearningLoop().preview(world.actions, world.features(world.contexts[0]))
    shown = offer_of(world, ranked)
    assert shown.name.replace("\u2060", "") == f"{name} {world.items[ranked.shown].id}"
    assert shown.badge == ("Nothing tells them apart yet", "help", "gray")
