"""An action's features in words."""

import pytest

from engine.worlds import WORLDS
from pages.parts.play.offer import in_words


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
