"""What a lesson is: data that one page draws, and the lab in which it is done."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from engine.steps import Steps
from engine.worlds import World
from pages.parts.lessons.elsewhere import called, first_field, regulars, somebody
from pages.parts.lessons.words import Words

Marks = frozenset[int]
"""Cells of a map that are marked, by their places: one row after the other."""
Guess = float | str | Marks
"""A number, the key of one of several answers, or cells of a map."""
Step = Literal["guess", "do", "reveal", "exit", "end"]
STEPS: tuple[Step, ...] = ("guess", "do", "reveal", "exit", "end")
"""The screens of a lesson, in their order."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A guess of a number from ``low`` to ``high`` in steps of ``step``.

    Attributes:
        percent: whether a number is displayed as a percentage.
    """

    low: float
    high: float
    step: float
    percent: bool = False

    @property
    def values(self) -> list[float]:
        """All numbers that can be guessed, ascending."""
        count = round((self.high - self.low) / self.step)
        return [round(float(self.low + number * self.step), 9) for number in range(count + 1)]


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several answers is guessed, each with words of its own."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of a map are guessed, as many as one likes.

    Attributes:
        rows, columns: what they are called, plain text.
        heads: the same of each in a word or a picture, for where there is little room.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    heads: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.rows) * len(self.columns)

    def row(self, place: int) -> Marks:
        """All cells of a row."""
        wide = len(self.columns)
        return frozenset(range(place * wide, (place + 1) * wide))

    def called(self, cell: int) -> str:
        """A cell by its row and its column."""
        row, column = divmod(cell, len(self.columns))
        return f"{self.rows[row]} · {self.columns[column]}"

    def pictured(self, cell: int) -> str:
        """The same in short, if that is known."""
        row, column = divmod(cell, len(self.columns))
        rows, columns = self.heads
        return f"{rows[row]} {columns[column]}" if rows and columns else self.called(cell)


Guessed = Slider | Pick | Cells
"""What is guessed."""


@dataclass(eq=False)
class Lab(ABC):
    """What is done in a lesson, and what came of it: real loops, and what follows from their logs.

    A subclass declares the numbers of its file as fields.

    Attributes:
        words: the texts of the lesson.
    """

    world: World
    seed: int
    words: Words

    @classmethod
    def names(cls, world: World, numbers: Mapping[str, Any]) -> Mapping[str, str]:
        """Values for the fields of texts that depend on the world alone."""
        first, second = regulars(world)
        return {
            "cells": f"{world.size:,}",
            "count": str(len(world.items)),
            "field": first_field(world).label.lower(),
            "first": first.name,
            "second": second.name,
            "told": world.fields[:2][-1].label,
            "who": called(world, somebody(world)),
        }

    @classmethod
    def texts(cls, world: World, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """Texts in place of those of the file, in another world than the lesson's own."""
        return {}

    def say(self, name: str, /, **numbers: object) -> str:
        """See `Words.say`."""
        return self.words.say(name, **numbers)

    @abstractmethod
    def work(self) -> Steps[None]:
        """What is computed while the person reads."""

    @property
    @abstractmethod
    def progress(self) -> float:
        """Share of `work` that is done, 0 to 1."""

    @property
    @abstractmethod
    def is_done(self) -> bool:
        """Whether all has happened that the reveal rests on."""

    @abstractmethod
    def skip(self) -> None:
        """Do what is left of what the person does, as far as nobody has to choose."""

    @property
    @abstractmethod
    def truth(self) -> Guess | None:
        """What the guess is held against; None where the person left off before."""

    @property
    @abstractmethod
    def numbers(self) -> Mapping[str, str]:
        """Values for the fields of texts, once all is computed."""

    @property
    @abstractmethod
    def answer(self) -> str:
        """The right answer to the exit question, as the engine computes it."""

    @property
    def holds(self) -> bool:
        """Whether the lesson's claim came about; where it did not, its texts say so."""
        return True

    @property
    def query(self) -> Mapping[str, str]:
        """Settings of the sandbox that depend on this lab."""
        return {}

    @property
    def choices(self) -> str:
        """The person's choices as text for the link; empty where nothing is chosen."""
        return ""

    def recall(self, choices: str) -> None:
        """Choose as the text of a link says."""
        assert not choices, "nothing is chosen in this lesson"

    @abstractmethod
    def opening(self) -> None:
        """Draw the picture of the first screen."""

    @abstractmethod
    def doing(self) -> None:
        """Draw what is done, one control at a time."""

    @abstractmethod
    def revealing(self) -> None:
        """Draw what is revealed."""

    def proving(self) -> None:
        """Draw what the exit question's answer is seen in."""
        self.revealing()

    def further(self) -> None:
        """Draw the second picture of `revealing`: on the stage it has a screen of its own, if the
        texts have a heading for it, ``further``."""
        raise NotImplementedError


@dataclass(eq=False)
class GradualLab(Lab):
    """A lab whose results come in the background, and are displayed one by one.

    Attributes:
        enough: results that the person has to see.
        displayed: results that the person has seen.
        results: those that are there.
    """

    enough: int = field(init=False)
    displayed: int = field(init=False, default=0)
    results: list[Any] = field(init=False, default_factory=list)

    def go_on(self) -> None:
        """Display the next result, if there is one."""
        self.displayed = min(self.displayed + 1, len(self.results))

    @property
    def is_done(self) -> bool:
        return self.displayed >= self.enough

    def skip(self) -> None:
        self.displayed = max(self.displayed, min(self.enough, len(self.results)))

    def draw_button(self, label: str, key: str) -> None:
        """Draw the button for the next result."""
        is_ready = len(self.results) > self.displayed
        st.button(label, key=key, on_click=self.go_on, disabled=not is_ready)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where the same is tried further: a page and what is set there, beside world and seed."""

    page: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson, in its own world or in another.

    Attributes:
        key: its name in links.
        minutes: how long it takes, about.
        world: of the visitors.
        seed: unless the link has another.
        lab: makes the lab for a world, a seed and texts.
        guess: what is guessed before anything is done.
        words: its texts.
        sandbox: None where a link cannot say all that is set.
        terms: words of the glossary that stand in it.
        picks: visitors for whom the person chooses.
        numbers: what the lab takes by name.
    """

    key: str
    minutes: int
    world: World
    seed: int
    lab: Callable[..., Lab]
    guess: Guessed
    words: Words
    sandbox: Sandbox | None = None
    terms: Sequence[str] = ()
    picks: int = 0
    numbers: Mapping[str, Any] = field(default_factory=dict)

    def begin(self, seed: int) -> Lab:
        """Make its lab."""
        return self.lab(self.world, seed, self.words, **self.numbers)

    @property
    def options(self) -> tuple[str, ...]:
        """Keys of the answers to the exit question."""
        return tuple(self.words.options("options"))
