"""Lab of lecturers' own lessons: the loop is played again."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.arrays import Array
from engine.experiments.loop_questions import LoopInquiry, LoopQuestion, Truth
from engine.pausable_steps import Steps
from pages.parts.lessons.lesson import Guess, Lab
from pages.parts.lessons.own.own_lesson import OwnLesson

GUESS, CHECK = 0, 1
"""Positions of the guess and of the exit question."""
BANDS = ("low", "middle", "high")
_THIRDS = (1 / 3, 2 / 3)


@dataclass(kw_only=True, eq=False)
class PlayedLab(Lab):
    """Lab that repeats the lecturer's loop and continues it.

    Attributes:
        displayed: how often the person went on.
    """

    own: OwnLesson

    def __post_init__(self) -> None:
        self.displayed, self.questions = 0, (self.own.guess, self.own.check)
        self.asking = LoopInquiry(self.own.played, self.seed, self.questions)

    def work(self) -> Steps[None]:
        yield from self.asking.work()

    @property
    def progress(self) -> float:
        return self.asking.progress

    @property
    def stages(self) -> int:
        """Number of times the person can go on."""
        return max(len(self.own.guess.looks) - 1, 1)

    @property
    def visitors(self) -> int:
        """Number of further visitors so far."""
        looks = self.own.guess.looks
        return looks[min(self.displayed, len(looks) - 1)]

    @property
    def next_visitors(self) -> int:
        """Number of visitors of the next press."""
        looks = self.own.guess.looks
        return looks[min(self.displayed + 1, len(looks) - 1)] - self.visitors

    def go_on(self) -> None:
        """Let visitors in, give the reward, or ask."""
        self.displayed = min(self.displayed + 1, self.stages)

    @property
    def is_done(self) -> bool:
        return self.displayed == self.stages and self.progress == 1.0

    def skip(self) -> None:
        """Go on to the end."""
        self.displayed = self.stages

    def _computed(self, place: int) -> Guess:
        """Return the truth of a question; actions by position."""
        truth = self.asking.truth(place)
        return as_option(self.own, self.questions[place], truth)

    @property
    def truth(self) -> Guess:
        return self._computed(GUESS)

    @property
    def answer(self) -> str:
        """Answer to the exit question; numbers by thirds."""
        truth, check = self._computed(CHECK), self.own.check
        if isinstance(truth, str):
            return truth
        if isinstance(truth, frozenset):
            share = len(truth) / len(check.contexts(self.world))
        else:
            share = truth / check.visitors if check.kind == "rewarded" else truth
        return BANDS[sum(share > third for third in _THIRDS)]

    @property
    def quarters(self) -> tuple[tuple[int, int, float], ...]:
        """First and last visitor of each part, and its share of rewarded visitors."""
        looks = [self.asking.looks[at] for at in self.own.guess.looks if at <= self.visitors]
        return tuple(
            (a.visitors + 1, b.visitors, (b.rewarded - a.rewarded) / (b.visitors - a.visitors))
            for a, b in pairwise(looks)
        )

    @property
    def alone(self) -> Array:
        """Value of each action offered to every visitor, (K,); over a sample of contexts in a
        large world."""
        census = self.world.census
        return np.asarray(census.weights @ census.expected)


def as_option(lesson: OwnLesson, question: LoopQuestion, truth: Truth) -> Guess:
    """Convert a truth to a possible guess: actions by position, as ids may be any text."""
    if question.kind == "favourite" and isinstance(truth, str):
        return item_key(lesson.played.world.position(truth))
    return truth


def item_key(place: int) -> str:
    """Return the key of an action among answers."""
    return f"item-{place}"
