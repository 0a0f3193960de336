"""New texts of a world contain visible characters only; stored texts stay unchanged."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.errors import PersonalizerError
from engine.loop.entries import WorldChanged
from engine.store import world_codec
from engine.store.entry_codec import from_text, to_text
from engine.worlds import world_from_json
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.visible_text import alike, is_seen, new_text_in, new_world_from_json
from tests.engine.worlds.random_worlds import bakery


@pytest.mark.parametrize(
    "text", ["", "\u200d \ufeff", "\u3164", "\u2800", "\u115f", "\ufe0f", "\u034f", "\u0301"]
)
def test_invisible_characters_are_not_seen(text: str) -> None:
    assert not is_seen(text)
    assert is_seen(f"{text}a")


def test_pictures_that_are_joined_are_seen_and_stay_apart_from_those_that_are_not() -> None:
    pair = "\U0001f468\u200d\U0001f469"
    assert is_seen(pair)
    assert alike(pair) == pair != alike(pair.replace("\u200d", ""))
    england, scotland = (
        "\U0001f3f4" + "".join(chr(0xE0000 + ord(one)) for one in name) + "\U000e007f"
        for name in ("gbeng", "gbsct")
    )
    assert alike(england) != alike(scotland)


@pytest.mark.parametrize(
    ("text", "other"),
    [("Cafe\u0301", "Caf\u00e9"), ("a\u200bb", "ab"), ("a\u200db", "ab"), ("\u3164a", "a")],
)
def test_names_that_look_the_same_are_alike(text: str, other: str) -> None:
    assert alike(text) == alike(other) != alike(other + "e")


@pytest.mark.parametrize("text", ["\u200b", "a\u202eb", " "])
def test_a_new_text_is_seen_and_turns_nothing(text: str) -> None:
    with pytest.raises(PersonalizerError, match=r"^x is "):
        new_text_in(text, "x", 9)


def _same_looks(told: dict[str, object]) -> None:
    told["items"][1]["id"] = told["items"][0]["id"] + "\u200b"  # type: ignore[index]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(title="a\u202eb"),
        lambda told: told.update(title="\u200b"),
        lambda told: told["fields"][0].update(label="\u3164"),
        _same_looks,
    ],
)
def test_a_world_that_is_stored_is_read_as_ever_and_a_new_one_is_refused(
    change: Callable[[dict[str, object]], None],
) -> None:
    data = json.loads(json.dumps(bakery()))
    change(data)
    world = world_from_json(data)
    assert world_codec.from_text(world_codec.to_text(world)) == world
    entry = WorldChanged(datetime(2026, 1, 1, tzinfo=UTC), 0, world)
    assert from_text(to_text(entry)) == entry
    with pytest.raises(PersonalizerError):
        new_world_from_json(data)
    assert faults_of(draft_of(world))


def test_texts_that_may_be_left_out_may_be_spaces() -> None:
    data = json.loads(json.dumps(bakery(story=" ", emoji=" ")))
    world = new_world_from_json(data)
    assert world == world_from_json(data)
    again = world_of(replace(draft_of(world), unit=" "))
    assert (again.story, again.emoji, again.unit) == (" ", " ", " ")
