"""The offer card: the name as typed, the features in words, and the reason for the choice."""

import pytest

from engine import LearningLoop, LoopSettings, Softmax
from engine.evaluation.belief_contributions import Gap
from engine.loop.entries import Ranked
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, world_from_json
from pages.parts.charts.context_map import VISIBLE
from pages.parts.play.offer_card import card_of, in_words
from pages.parts.why.wording import in_short
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


def test_false_features_are_not_mentioned() -> None:
    assert in_words({"kids": False, "organic": "no", "type": "hot"}) == "Hot"


def test_a_name_stands_there_as_it_was_typed() -> None:
    """Even if the name contains HTML or Markdown: the browser writes plain text."""
    name = "<b>*Rye*</b> [1]($2)"
    items = [item | {"title": f"{name} {item['id']}"} for item in BAKERY["items"]]
    world = world_from_json(bakery(items=items))
    ranked = LearningLoop().preview(world.actions, world.features(world.contexts[0]))
    shown = card_of(world, ranked)
    assert shown.name.replace("\u2060", "") == f"{name} {world.items[ranked.shown].id}"
    assert shown.badge == ("No favourite yet", "help", "gray")


def is_on_map(ranked: Ranked) -> bool:
    """True if the map shows the offer as the favourite of its cell."""
    chance = ranked.probabilities[ranked.chosen]
    is_favourite = chance == max(ranked.probabilities) and (chance - 0.25) / 0.75 > VISIBLE
    return is_favourite and ranked.chosen == ranked.best


def test_a_favourite_is_one_on_the_map_and_was_offered_before() -> None:
    world, loop = WORLDS["coffee"], LearningLoop(seed=3)
    badges: dict[bool, set[str]] = {True: set(), False: set()}
    list(crowd(loop, world, 60))
    for event in loop.events.values():
        ranked = event.ranked
        if ranked.cause == "draw" and max(ranked.means) > min(ranked.means):
            badges[is_on_map(ranked)].add(card_of(world, ranked).badge[0])
            new = {world.items[ranked.shown].name: 0}
            assert card_of(world, ranked, new).badge[0] == "Offered to learn"
    assert badges == {True: {"Current favourite"}, False: {"Offered to learn"}}


def test_a_lot_that_follows_what_is_believed_is_no_mere_chance() -> None:
    """A drawn action is labelled as favourite if the map shows it as that, else as random."""
    world, loop = WORLDS["coffee"], LearningLoop(LoopSettings(policy=Softmax(0.2)), seed=3)
    badges: dict[bool, set[str]] = {True: set(), False: set()}
    list(crowd(loop, world, 60))
    for event in loop.events.values():
        ranked = event.ranked
        if max(ranked.means) > min(ranked.means):
            badges[is_on_map(ranked)].add(card_of(world, ranked).badge[0])
            assert (
                "weighted by expected reward"
                in in_short(world, ranked, Gap({}, 0.1, 0.2, None), 0, 1)[1]
            )
    assert badges == {True: {"Current favourite"}, False: {"Offered at random, to learn"}}
