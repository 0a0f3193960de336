"""Lessons as data, and the interface of labs, in which they are done."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from engine.pausable_steps import Steps
from engine.worlds import World
from pages.parts.lessons.other_worlds import called, first_field, regulars, somebody
from pages.parts.text.lesson_words import Words

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
        """Possible guesses, ascending."""
        count = round((self.high - self.low) / self.step)
        return [round(float(self.low + number * self.step), 9) for number in range(count + 1)]


@dataclass(frozen=True, slots=True)
class Pick:
    """A guess of one of several answers."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """A guess of any number of cells of a map.

    Attributes:
        rows, columns: labels, plain text.
        heads: short labels of rows and columns: a word or a picture.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    heads: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.rows) * len(self.columns)

    def row(self, place: int) -> Marks:
        """Return the cells of a row."""
        wide = len(self.columns)
        return frozenset(range(place * wide, (place + 1) * wide))

    def called(self, cell: int) -> str:
        """Format a cell by its row and column."""
        row, column = divmod(cell, len(self.columns))
        return f"{self.rows[row]} · {self.columns[column]}"

    def pictured(self, cell: int) -> str:
        """Format a cell by the pictures of its row and column, or by their labels."""
        row, column = divmod(cell, len(self.columns))
        rows, columns = self.heads
        return f"{rows[row]} {columns[column]}" if rows and columns else self.called(cell)


Guessed = Slider | Pick | Cells
"""Kinds of guesses."""


@dataclass(eq=False)
class Lab(ABC):
    """Experiment of a lesson: real loops, results from their logs, and pictures of both.

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
        """Texts that replace the file's texts in another world."""
        return {}

    def say(self, name: str, /, **numbers: object) -> str:
        """See `Words.say`."""
        return self.words.say(name, **numbers)

    @abstractmethod
    def work(self) -> Steps[None]:
        """Compute in the background."""

    @property
    @abstractmethod
    def progress(self) -> float:
        """Share of `work` that is done, 0 to 1."""

    @property
    @abstractmethod
    def is_done(self) -> bool:
        """True if the reveal can be drawn."""

    @abstractmethod
    def skip(self) -> None:
        """Complete the person's part, as far as it needs no choice."""

    @property
    @abstractmethod
    def truth(self) -> Guess | None:
        """True value of the guess; None if the person left off early."""

    @property
    @abstractmethod
    def numbers(self) -> Mapping[str, str]:
        """Values for the fields of texts, after `work`."""

    @property
    @abstractmethod
    def answer(self) -> str:
        """Right answer to the exit question."""

    @property
    def holds(self) -> bool:
        """True if the lesson's claim is true in this world; if not, alternative texts say so."""
        return True

    @property
    def query(self) -> Mapping[str, str]:
        """Settings of the sandbox that depend on the lab."""
        return {}

    @property
    def choices(self) -> str:
        """Choices of the person as text for the link; empty if there are none."""
        return ""

    def recall(self, choices: str) -> None:
        """Repeat choices from a link."""
        assert not choices, "nothing is chosen in this lesson"

    @abstractmethod
    def opening(self) -> None:
        """Draw the first picture."""

    @abstractmethod
    def doing(self) -> None:
        """Draw the exercise."""

    @abstractmethod
    def revealing(self) -> None:
        """Draw the truth."""

    def checking(self) -> None:
        """Draw what the exit question is about."""
        self.revealing()

    def proving(self) -> None:
        """Draw the proof of the answer to the exit question."""
        self.revealing()

    def further(self) -> None:
        """Draw the second picture of `revealing`, which has its own screen on the stage if the
        texts have a heading ``further``."""
        raise NotImplementedError


@dataclass(eq=False)
class GradualLab(Lab):
    """Lab whose results are computed in the background and displayed in turn.

    Attributes:
        enough: results that the person has to see.
        displayed: results that the person has seen.
        results: results computed so far.
    """

    enough: int = field(init=False)
    displayed: int = field(init=False, default=0)
    results: list[Any] = field(init=False, default_factory=list)

    def go_on(self) -> None:
        """Display the next result, if there is any."""
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
    """Page on which the person continues, and its settings beside world and seed."""

    page: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson, in its own world or in another.

    Attributes:
        key: its name in links.
        minutes: approximate duration.
        world: of the visitors.
        seed: unless the link has another.
        lab: makes the lab for a world, a seed and texts.
        guess: kind of the guess before the exercise.
        words: its texts.
        sandbox: None if a link cannot carry the lesson's settings.
        terms: glossary keys of its words.
        picks: visitors for whom the person chooses.
        numbers: keyword arguments of the lab.
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
        """Return a new lab."""
        return self.lab(self.world, seed, self.words, **self.numbers)

    @property
    def options(self) -> tuple[str, ...]:
        """Keys of the answers to the exit question."""
        return tuple(self.words.options("options"))
