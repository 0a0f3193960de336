"""Promises of every ready world: a story, a lesson, and evidence for the lesson."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from engine.worlds import GALLERY, WORLDS, Exhibit, key_of, world_from_text, world_named

NEW = {key: exhibit for key, exhibit in GALLERY.items() if key not in WORLDS}
every_exhibit = pytest.mark.parametrize("exhibit", NEW.values(), ids=list(NEW))
PICTURE = r"[\u2300-\u2bff\U0001f300-\U0001f9ff]\ufe0f?"
PHONE_CELLS = 48
"""Maximum number of cells in the map of a world on a phone."""


def test_there_are_more_than_ten_and_those_of_the_pickers_come_first() -> None:
    assert len(GALLERY) >= 15
    assert {key: exhibit.world for key, exhibit in GALLERY.items()} | WORLDS == {
        key: exhibit.world for key, exhibit in GALLERY.items()
    }
    assert list(GALLERY)[: len(WORLDS)] == list(WORLDS)
    assert len({exhibit.world.title for exhibit in GALLERY.values()}) == len(GALLERY)
    assert len({exhibit.world.emoji for exhibit in GALLERY.values()}) == len(GALLERY)


@every_exhibit
def test_it_is_found_by_its_key_and_by_what_it_is(exhibit: Exhibit) -> None:
    key = next(key for key, one in GALLERY.items() if one is exhibit)
    assert world_named(key) is exhibit.world
    assert world_named(key_of(exhibit.world)) is exhibit.world
    assert key_of(exhibit.world).endswith(exhibit.world.digest[:8])
    assert world_from_text(exhibit.world.text) == exhibit.world


@every_exhibit
def test_it_says_in_two_sentences_what_it_is_and_in_one_what_it_shows(exhibit: Exhibit) -> None:
    sentences = re.split(r"(?<=[.?!]) +", exhibit.world.story)
    assert len(sentences) == 2
    assert all(re.fullmatch(r"[A-Z][^.?!]+\.", one) for one in (*sentences, exhibit.shows))


@every_exhibit
def test_it_fits_a_phone_and_each_thing_has_a_name_and_a_picture(exhibit: Exhibit) -> None:
    world = exhibit.world
    values = [value for field in world.fields for value in field.values]
    assert world.size <= PHONE_CELLS
    assert max(len(value.name) for value in values) <= 12
    assert max(len(item.id) for item in world.items) <= 18
    pictures = [item.emoji for item in world.items]
    assert len(set(pictures)) == len(pictures)
    for picture in (world.emoji, *pictures):
        assert re.fullmatch(PICTURE, picture), picture
    for value in values:
        plain = value.sends is None
        assert re.fullmatch(PICTURE if plain else f"({PICTURE})*", value.emoji), value
    features = [json.dumps(item.features) for item in world.items]
    assert len(set(features)) >= 0.8 * len(features)


def test_the_readme_has_their_ceilings() -> None:
    root = Path(__file__).parents[3]
    text = (root / "engine" / "worlds" / "README.md").read_text(encoding="utf-8")
    for key, exhibit in GALLERY.items():
        ceilings = exhibit.world.ceilings
        assert ceilings.pair is not None
        ways = (ceilings.uniform, ceilings.single, ceilings.field, ceilings.pair, ceilings.best)
        figures = " | ".join(f"{ceiling.value:.3f}".removeprefix("0") for ceiling in ways)
        assert f"| {key} | {figures} |" in text


# -- evidence for the lesson of each world --------------------------------------------


@pytest.mark.parametrize(
    ("key", "feature", "kind"),
    [
        ("newsdesk", "formats", dict),
        ("films", "genres", dict),
        ("films", "year", int),
        ("catalogue", "weight_kg", float),
        ("catalogue", "price", int),
        ("travel", "layout", str),
        ("gym", "minutes", int),
    ],
)
def test_features_are_what_the_service_was_sent(key: str, feature: str, kind: type) -> None:
    values = [item.features[feature] for item in GALLERY[key].world.items]
    assert any(isinstance(one, kind) for one in values)


def test_two_fields_earn_twice_what_the_one_best_dish_does() -> None:
    ceilings = GALLERY["grocery"].world.ceilings
    assert ceilings.pair is not None
    assert ceilings.pair.value > 2 * ceilings.single.value


def test_a_dear_room_pays_in_a_hotel_where_most_say_no() -> None:
    hotel = GALLERY["hotel"].world
    assert (hotel.unit, hotel.most) == ("€", 60)
    often = hotel.outcomes_in(np.arange(hotel.size)) @ np.array([0, 0.5, 1])
    liked, paid = often.argmax(axis=1), hotel.expected.argmax(axis=1)
    upgraded = (paid == hotel.position("Bigger room")) & (liked != paid)
    assert upgraded.any()
    assert often[upgraded, paid[upgraded]].max() < 0.5
    assert hotel.in_unit(hotel.best_value) == pytest.approx(21_551, abs=1)


def test_silence_is_the_best_offer_to_some_of_a_bank() -> None:
    bank = GALLERY["bank"].world
    quiet = bank.expected.argmax(axis=1) == bank.position("No offer")
    assert 0.1 < bank.frequencies[quiet].sum() < 0.7


def test_a_banner_is_clicked_by_one_to_three_in_a_hundred() -> None:
    expected = GALLERY["banner"].world.expected
    assert 0.01 <= expected.min() < expected.max() <= 0.031


def test_at_the_machine_nothing_matters() -> None:
    assert np.ptp(GALLERY["vending"].world.expected) == 0


def test_only_tastes_in_fashion_change() -> None:
    assert [key for key, one in GALLERY.items() if one.drift != "none"] == ["fashion"]


def test_a_gym_sends_numbers_and_lists() -> None:
    gym = GALLERY["gym"].world
    (sent,) = gym.features({"age": "age 30-45", "hour": "6-12 h", "likes": "lift + calm"})
    assert sent == {"age": 37.5, "hour": 9.0, "likes": {"lift": True, "calm": True}}


def test_travel_has_rewards_of_a_half_and_a_whole() -> None:
    outcomes = GALLERY["travel"].world.outcomes
    assert outcomes[:, :, 1].min() > 0.05
    assert outcomes[:, :, 2].min() > 0.05
