"""A lesson of one's own as a file and in a link: read as it was, or refused with the place."""

import json
import re
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import LoopSettings, PersonalizerError
from engine.experiments.loop_questions import KINDS, LoopQuestion
from engine.experiments.recorded_acts import Crowd, Playthrough, Visit
from engine.worlds import Knobs, World, generate
from pages.parts.lessons.own.codec import (
    MAX_LINK,
    MAX_SIZE,
    from_file,
    from_text,
    kinds_in,
    pack,
    to_text,
    unpack,
)
from pages.parts.lessons.own.own_lesson import OwnLesson
from tests.engine.worlds.random_worlds import bakery
from tests.pages.lessons.own_lessons import DAVE, TOLD, lessons, told

ROOT = Path(__file__).parents[3]


@given(lessons())
def test_a_written_lesson_is_read_unchanged(lesson: OwnLesson) -> None:
    text = to_text(lesson)
    assert from_file(text.encode()) == lesson
    assert unpack(pack(lesson)) == lesson


def test_what_may_be_left_out() -> None:
    short = told("note", without=True)
    short["loop"] = {"world": "coffee", "seed": 7}
    lesson = from_text(json.dumps(short))
    assert (lesson.note, lesson.played.acts) == ("", ())
    assert from_text(json.dumps(TOLD)).played.acts[:2] == (Crowd(6), Visit(DAVE, 1.0))


def test_the_example_in_the_readme_is_a_lesson() -> None:
    text = (ROOT / "pages" / "parts" / "lessons" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL)
    assert from_text(example).title == "One answer, in the rain"


def refused(data: bytes) -> str:
    with pytest.raises(PersonalizerError) as error:
        from_file(data)
    said = error.value.message
    assert said.endswith(".")
    assert "\n" not in said
    return said


SINGLE = LoopQuestion("single")
HUGE = {"context": DAVE, "reward": 1}
MAP: dict[str, Any] = {
    "kind": "where",
    "action": "Latte",
    "rows": "name",
    "columns": "weather",
    "context": DAVE,
    "visitors": 8,
}
CHANGED: list[tuple[str, Any, str]] = [
    ("format", "a loop", "format is 'a loop', but must be one of personalizer-playground-lesson."),
    ("version", 2, "version is 2, but must be 1, which this app reads."),
    ("version", True, "version is True"),
    ("title", "", "title is '', but must be a text of 1 to 60 characters in one line."),
    ("title", "x" * 61, "title is 'xxx"),
    ("question", 7, "question is 7, but must be a text"),
    ("question", "two\nlines", "question is"),
    ("reveal", None, "reveal is None"),
    ("note", ["a"], "note is ['a']"),
    ("code", "import os", "a name in the lesson is 'code', but must be one of"),
    ("loop", [], "loop is [], but must be an object."),
    ("loop.answer", 0.5, "a name in loop is 'answer', but must be one of"),
    ("loop.world", "moon", "loop.world: the world is 'moon', but must be one of coffee"),
    ("loop.world", None, "loop.world is None"),
    ("loop.world", bakery(title=""), "loop.world: title is ''"),
    ("loop.world", bakery(items=[]), "loop.world: the length of items is 0"),
    ("loop.seed", -1, "loop.seed is -1, but must be a whole number from 0 to 999999."),
    ("loop.seed", 1.5, "loop.seed is 1.5"),
    ("loop.seed", "7", "loop.seed is '7'"),
    ("loop.settings", 1, "loop.settings is 1, but must be an object."),
    ("loop.settings.max_events", 5, "a name in loop.settings is 'max_events'"),
    ("loop.settings.crosses", 9, "loop.settings: crosses is 9, but must be a whole number"),
    ("loop.settings.crosses", "2", 'loop.settings: crosses: "2" is not a whole number'),
    ("loop.settings.policy", {"kind": "Oracle"}, "loop.settings: policy: "),
    ("loop.settings.policy.luck", 1, "a name in loop.settings.policy is 'luck'"),
    ("loop.settings.hypotheses", [{"a": 1}], "loop.settings: a name in hypotheses[0]: "),
    ("loop.played", {}, "loop.played is {}, but must be a list of 0 to 300."),
    ("loop.played", [HUGE] * 301, "the length of loop.played is 301"),
    ("loop.played", [{"crowd": 1_500}] * 2, "the number of visitors in loop.played is 3000"),
    ("loop.played.0.crowd", 0, "loop.played[0].crowd is 0, but must be a whole number from 1"),
    ("loop.played.0.reward", 1, "a name in loop.played[0] is 'reward', but must be one of crowd."),
    ("loop.played.1.context.weather", "Foggy", "loop.played[1].context.weather is 'Foggy', but"),
    ("loop.played.1.context", {"name": "Dave"}, "loop.played[1].context.weather is None"),
    ("loop.played.1.context.mood", "sad", "a name in loop.played[1].context is 'mood'"),
    ("loop.played.1.reward", 2, "loop.played[1].reward is 2, but must be a number from -1 to 1."),
    ("loop.played.1.action", "Latte", "a name in loop.played[1] is 'action'"),
    ("loop.played.2.settings.wait", 1, "a name in loop.played[2].settings is 'wait'"),
    ("guess", None, "guess is None, but must be an object."),
    ("guess.kind", "truth", "guess.kind is 'truth', but must be one of rewarded, offered,"),
    ("guess.kind", ["offered"], "guess.kind is ['offered']"),
    ("guess.action", "Tea", "guess.action is 'Tea', but must be one of Cappucino,"),
    ("guess.visitors", 1_001, "guess.visitors is 1001, but must be a whole number from 0"),
    ("guess.visitors", 2.5, "guess.visitors is 2.5"),
    ("guess.truth", 0.7, "a name in guess is 'truth', but must be one of action,"),
    ("guess.context.name", {"a": []}, "guess.context.name is {'a': []}"),
    ("guess", MAP | {"rows": "moon"}, "guess.rows is 'moon', but must be one of name, weather,"),
    ("guess", MAP | {"columns": "name"}, "guess.columns is 'name', but must be one of weather,"),
    ("guess", MAP | {"cells": [1]}, "a name in guess is 'cells', but must be one of action,"),
    ("check", {"kind": "rewarded", "visitors": 0}, "check.visitors is 0, but must be a whole"),
    ("check.reward", -1, "check.reward is -1, but must be a number from 0 to 1."),
    ("check.seen", "Dave", "check.seen is 'Dave', but must be an object."),
]


@pytest.mark.parametrize(("place", "value", "said"), CHANGED, ids=[c[0] for c in CHANGED])
def test_what_is_not_as_it_should_be_is_refused_with_its_place(
    place: str, value: object, said: str
) -> None:
    assert refused(json.dumps(told(place, value)).encode()).startswith(said)


def test_a_map_is_asked_of_where_there_are_two_fields_for_it() -> None:
    world = generate(Knobs(fields=1, values=2, actions=2), 1)
    assert set(KINDS) - set(kinds_in(world)) == {"where", "rises"}
    lesson = told("guess", MAP)
    lesson["loop"] = {"world": world.to_json(), "seed": 1}
    said = refused(json.dumps(lesson).encode())
    assert said.startswith("guess.kind is 'where', but must be one of rewarded, offered,")


@pytest.mark.parametrize("name", ["format", "title", "loop", "loop.world", "guess", "check.seen"])
def test_missing_parts_are_named(name: str) -> None:
    assert name in refused(json.dumps(told(name, without=True)).encode())


def places(value: Any, path: str = "") -> Iterator[str]:
    """Every place in the lesson."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inner:
        yield f"{path}{name}"
        if isinstance(one, dict | list):
            yield from places(one, f"{path}{name}.")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
ANY = st.recursive(LEAVES, lambda v: st.lists(v, max_size=2) | st.dictionaries(st.text(), v))


@given(st.sampled_from(sorted(places(TOLD))), ANY)
def test_any_value_at_a_place_is_read_or_refused(place: str, value: object) -> None:
    with suppress(PersonalizerError):
        from_text(json.dumps(told(place, value)))


TEXT = json.dumps(TOLD, indent=1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1, column 1: it is not JSON"),
        (b"[]", "the lesson is [], but must be an object."),
        (TEXT[:-9].encode(), "line "),
        (TEXT.replace(",\n", "\n", 1).encode(), "line 3, column 2: it is not JSON"),
        (TEXT.encode() + b"{}", "line "),
        (TEXT.replace("Dave in", "\\ud800 in").encode(), "title is"),
        (TEXT.replace("7", "NaN", 1).encode(), "NaN: this is not a number of JSON."),
        (TEXT.replace("7", "1e999", 1).encode(), "loop.seed is inf"),
        (TEXT.replace("7", "7" * 5_000, 1).encode(), "the file: it holds a number of thousands"),
        (TEXT.replace('"question"', '"title"').encode(), "'title': this name stands twice"),
        (TEXT.encode("utf-16"), "line 1: it is not text in UTF-8."),
        (b"{\n\xff}", "line 2: it is not text in UTF-8."),
        (b"[" * 60_000, "the file: it is nested too deeply."),
        (TEXT.encode() + b" " * MAX_SIZE, "the file's size in bytes is "),
    ],
)
def test_other_files_are_refused_with_the_line(data: bytes, said: str) -> None:
    assert refused(data).startswith(said)


def packed(data: bytes) -> str:
    return urlsafe_b64encode(zlib.compress(data)).decode().rstrip("=")


WHOLE = packed(TEXT.encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a b", "the link: the lesson in it must be letters, digits, - and _."),
        ("eyJ", "the link: the lesson in it is damaged, or was cut."),
        (WHOLE[:-8], "the link: the lesson in it is damaged, or was cut."),
        (f"{WHOLE}AAAA", "the link: the lesson in it is damaged, or was cut."),
        (packed(b" " * 10_000_000), "the link: the lesson in it has more than 65,536 bytes."),
        (packed(b"{}"), "format is None"),
    ],
)
def test_invalid_lessons_in_a_link_are_refused(text: str, said: str) -> None:
    with pytest.raises(PersonalizerError) as error:
        unpack(text)
    assert error.value.message.startswith(said)


def test_a_file_that_would_be_too_long_in_lines_is_one_and_else_it_is_refused() -> None:
    def of(world: World) -> OwnLesson:
        return OwnLesson("A", "B", "C", "", Playthrough(world, LoopSettings()), 1, SINGLE, SINGLE)

    long = of(generate(Knobs(values=6), 1))
    assert to_text(long).count("\n") == 0
    assert from_file(to_text(long).encode()) == long
    longer = of(generate(Knobs(values=8), 1))
    assert refused(to_text(longer).encode()).startswith("the file's size in bytes is ")


def test_a_file_that_is_longer_when_it_is_written_anew_is_refused() -> None:
    """No link could hold the accepted lesson."""
    many = [{"name": f"{at}"} for at in range(25)]
    world = bakery(
        fields=[{"name": name, "values": many[:most]} for name, most in (("a", 25), ("b", 10))],
        items=[{"id": f"{at}", "features": {"of": f"{at:0900}"}} for at in range(40)],
        truth={"table": [[0] * 40] * 250},
    )
    asked = {"kind": "single"}
    long = told("loop", {"world": world, "seed": 1}) | {"guess": asked, "check": asked}
    data = json.dumps(long, separators=(",", ":")).encode()
    assert len(data) < MAX_SIZE
    assert refused(data).startswith("the lesson's size in bytes, written anew, is ")


def test_a_lesson_with_a_world_of_its_own_fits_in_a_link() -> None:
    asked = {"kind": "favourite", "visitors": 5, "context": {"weather": "Rainy", "hurry": "no"}}
    own = told("loop", {"world": bakery(), "seed": 1}) | {"guess": asked, "check": asked}
    assert len(pack(from_text(json.dumps(own)))) < MAX_LINK / 4
