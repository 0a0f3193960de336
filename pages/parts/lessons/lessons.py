"""List of lessons, in teaching order, and the loader of their files.

A lesson is a TOML file beside its lab, of the same name: ``minutes``, ``world``,
``seed`` and ``terms``; ``numbers``, which the lab takes by name and texts name as ``{set_...}``;
``home``, which it takes in the lesson's own world alone; ``guess``, ``sandbox`` and ``texts``.
``elsewhere`` has the texts that are others in another world; without it there is no other.

A file may also have the format of a lecturer's own lesson (`pages.parts.lessons.own.codec`), whose
lab is `own_lesson_lab.OwnLessonLab`: then it needs no code at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.worlds import WORLDS, World
from pages.parts.lessons.labs import (
    ab_test,
    apprentice,
    change_of_tastes,
    choice_of_reward,
    meaning_of_intervals,
    misleading_averages,
    never_quite_sure,
    person_against_engine,
    rule_from_log,
    thompson_sampling,
    why_explore,
)
from pages.parts.lessons.lesson import Guessed, Lab, Lesson, Sandbox, Slider
from pages.parts.lessons.maps import last_fields, map_of
from pages.parts.lessons.own import own_lesson_lab
from pages.parts.lessons.own.codec import from_table
from pages.parts.text.lesson_words import SETTINGS, Words, filled
from pages.parts.text.text_file import read_texts

_LABS_OF: Mapping[str, Mapping[str, type[Lab]]] = {
    "explore": {
        "barista": person_against_engine.PersonAgainstEngineLab,
        "one_draw": thompson_sampling.ThompsonSamplingLab,
        "never_tried": why_explore.WhyExploreLab,
        "never_a_hundred": never_quite_sure.NeverQuiteSureLab,
    },
    "logs": {
        "table_that_lies": misleading_averages.MisleadingAveragesLab,
        "ask_the_log": rule_from_log.RuleFromLogLab,
        "what_95_promises": meaning_of_intervals.MeaningOfIntervalsLab,
    },
    "practice": {
        "one_winner": ab_test.ABTestLab,
        "exam_week": change_of_tastes.ChangeOfTastesLab,
        "watch_first": apprentice.ApprenticeLab,
        "careful": choice_of_reward.ChoiceOfRewardLab,
    },
}
_LABS = {key: lab for labs in _LABS_OF.values() for key, lab in labs.items()}
LESSON_GROUPS: Mapping[str, Sequence[str]] = {name: tuple(labs) for name, labs in _LABS_OF.items()}
"""Keys of the lessons by group."""


def lesson_in(key: str, world: World | None = None) -> Lesson | None:
    """Read a lesson, in its own or another world; None if it stays in its own."""
    table, lab = _file(key), _LABS[key]
    if lab is own_lesson_lab.OwnLessonLab:
        return None if world else replace(own_lesson_lab.lesson_of(from_table(table)), key=key)
    if world is not None and "elsewhere" not in table:
        return None
    numbers, texts = {**table["numbers"]}, filled(table["texts"], _settings(table))
    place = world or WORLDS[table["world"]]
    names = lab.names(place, numbers)
    if world is None:
        numbers |= table.get("home", {})
    else:
        texts |= filled(table["elsewhere"], _settings(table))
        texts |= lab.texts(place, texts)
    sandbox = {**table["sandbox"]}
    return Lesson(
        key=key,
        minutes=table["minutes"],
        world=place,
        seed=table["seed"],
        lab=lab,
        guess=_guess(table["guess"], place, {**names, **numbers}),
        words=Words(texts, names),
        sandbox=Sandbox(sandbox.pop("page"), sandbox),
        terms=table["terms"],
        picks=table.get("picks", 0),
        numbers=numbers,
    )


def _guess(table: Mapping[str, Any], world: World, known: Mapping[str, Any]) -> Guessed:
    """Build the guess: cells of a map, a percentage, or a number up to ``high``, which may name
    a number of the lesson or of its world."""
    if "map" in table:
        return map_of(world, *last_fields(world))
    if "percent" in table:
        return Slider(0, 1, 0.01, percent=True)
    high = table["high"]
    return Slider(0, int(known[high]) if isinstance(high, str) else high, table.get("step", 1))


def _settings(table: Mapping[str, Any]) -> Mapping[str, str]:
    """Values of ``{set_...}`` in the texts."""
    return {**SETTINGS, **{name: _number_text(value) for name, value in table["numbers"].items()}}


def _number_text(number: int | list[int]) -> str:
    return f"{number:,}" if isinstance(number, int) else ", ".join(map(_number_text, number))


@cache
def _file(key: str) -> Mapping[str, Any]:
    lab = _LABS[key]
    name = key if lab is own_lesson_lab.OwnLessonLab else lab.__module__.rpartition(".")[2]
    path = Path(__file__).parent / "labs" / f"{name}.toml"
    return read_texts(path)


LESSONS: Mapping[str, Lesson] = {key: lesson for key in _LABS if (lesson := lesson_in(key))}
