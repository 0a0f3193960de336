"""What a lesson is: a value that one page draws, whichever it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from engine.steps import Steps
from engine.worlds import WORLDS, World
from pages.parts.lessons.words import Words

Marks = frozenset[int]
"""Cells of a map that are marked, by their places: one row after the other."""
Guess = float | str | Marks
"""A number, the key of one of several answers, or cells of a map."""
Step = Literal["guess", "do", "reveal", "exit", "end"]
STEPS: tuple[Step, ...] = ("guess", "do", "reveal", "exit", "end")
"""The screens of a lesson, in their order."""


class Lab(Protocol):
    """What is done in a lesson, and what came of it: real loops, and what follows from their logs.

    Attributes:
        progress: how much of what is computed by itself has been, 0 to 1.
    """

    progress: float

    def work(self) -> Steps[None]:
        """What is computed while the person reads."""

    @property
    def is_done(self) -> bool:
        """Whether all has happened that the reveal rests on."""

    def skip(self) -> None:
        """Do what is left of what the person does, as far as nobody has to choose."""


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


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where the same is tried further: a page and what is set there."""

    page: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    Attributes:
        key: its name in links, and of its words.
        minutes: how long it takes, about.
        world, seed: of the visitors, unless the link has another seed; a world by its key, or one
            that is none of the app's.
        begin: makes its lab for a world and a seed.
        guess: what is guessed before anything is done.
        opening: draws the picture of the first screen.
        doing: draws what is done, one control at a time.
        truth: what the guess is held against; None where the person left off before.
        revealing: draws that over the guess.
        told: numbers for the words, by their names there.
        options: answers to the exit question.
        answer: the right one, as the engine computes it.
        proving: draws what the exit question's answer is seen in; what revealed the truth, if None.
        further: draws what else there is to see, on a screen of its own on the stage, where one
            picture has the room; on the page that is a part of ``revealing``.
        sandbox: for a seed; None where a link cannot say all that is set.
        terms: words of the glossary that stand in it.
        holds: whether what it claims came about; where not, its words say so.
        elsewhere: the lesson in a world of the person's; None where it is told of its own alone.
        choices: what the person has chosen, as text for the link; None where nothing is.
        recall: has a new lab choose the same.
        visits: visitors for whom something is chosen.
    """

    key: str
    minutes: int
    world: str | World
    seed: int
    begin: Callable[[Any, int], Any]
    guess: Guessed
    opening: Callable[[Any, Words], None]
    doing: Callable[[Any, Words], None]
    truth: Callable[[Any], Guess | None]
    revealing: Callable[[Any, Words, Guess | None], None]
    told: Callable[[Any], Mapping[str, str]]
    options: Sequence[str]
    answer: Callable[[Any], str]
    sandbox: Callable[[int], Sandbox] | None
    terms: Sequence[str] = ()
    proving: Callable[[Any, Words], None] | None = None
    further: Callable[[Any, Words], None] | None = None
    holds: Callable[[Any], bool] = lambda lab: True
    elsewhere: "Callable[[World], Elsewhere] | None" = None
    choices: Callable[[Any], str] | None = None
    recall: Callable[[Any, str], None] = lambda lab, told: None
    visits: int = 0

    @property
    def place(self) -> World:
        """The world itself."""
        return WORLDS[self.world] if isinstance(self.world, str) else self.world


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A lesson in another world than its own.

    Attributes:
        lesson: as it is given there.
        names: what things are called there, by their names in its words.
        options: what the answers to its exit question are called, where they are others; Markdown.
        instead: names of texts that are said there in place of others, by the names of these.
    """

    lesson: Lesson
    names: Mapping[str, str]
    options: Mapping[str, str] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
