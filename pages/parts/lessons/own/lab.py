"""What is done in a lecturer's own lesson, and what came of it: their loop, played again."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.arrays import Array
from engine.experiments.asked import Asked, Asking, Truth
from engine.steps import Steps
from pages.parts.lessons.lesson import Guess, Lab
from pages.parts.lessons.own.value import OwnLesson

GUESS, CHECK = 0, 1
"""Places of what is guessed, and of what is asked in the end."""
BANDS = ("low", "middle", "high")
_THIRDS = (1 / 3, 2 / 3)


@dataclass(kw_only=True, eq=False)
class PlayedLab(Lab):
    """A loop that is played in the background as the lecturer played it, and goes on.

    Attributes:
        displayed: how often the person went on.
    """

    own: OwnLesson

    def __post_init__(self) -> None:
        self.displayed, self.asked = 0, (self.own.guess, self.own.check)
        self.asking = Asking(self.own.played, self.seed, self.asked)

    def work(self) -> Steps[None]:
        yield from self.asking.work()

    @property
    def progress(self) -> float:
        return self.asking.progress

    @property
    def stages(self) -> int:
        """How often there is something to go on to."""
        return max(len(self.own.guess.looks) - 1, 1)

    @property
    def visitors(self) -> int:
        """How many more visitors the person has let in."""
        looks = self.own.guess.looks
        return looks[min(self.displayed, len(looks) - 1)]

    @property
    def next_visitors(self) -> int:
        """How many come when the person goes on."""
        looks = self.own.guess.looks
        return looks[min(self.displayed + 1, len(looks) - 1)] - self.visitors

    def go_on(self) -> None:
        """Let the next visitors in, or give the reward, or ask."""
        self.displayed = min(self.displayed + 1, self.stages)

    @property
    def is_done(self) -> bool:
        return self.displayed == self.stages and self.progress == 1.0

    def skip(self) -> None:
        """Go on to the end."""
        self.displayed = self.stages

    def _found(self, place: int) -> Guess:
        """The truth about what is asked; an action by its place in the world."""
        truth = self.asking.truth(place)
        return as_option(self.own, self.asked[place], truth)

    @property
    def truth(self) -> Guess:
        return self._found(GUESS)

    @property
    def answer(self) -> str:
        """Of a number, in which third of all it is."""
        truth, check = self._found(CHECK), self.own.check
        if isinstance(truth, str):
            return truth
        if isinstance(truth, frozenset):
            share = len(truth) / len(check.contexts(self.world))
        else:
            share = truth / check.visitors if check.kind == "rewarded" else truth
        return BANDS[sum(share > third for third in _THIRDS)]

    @property
    def quarters(self) -> tuple[tuple[int, int, float], ...]:
        """Of each part of the visitors who were let in the first and last, and the share who gave
        a reward."""
        looks = [self.asking.looks[at] for at in self.own.guess.looks if at <= self.visitors]
        return tuple(
            (a.visitors + 1, b.visitors, (b.rewarded - a.rewarded) / (b.visitors - a.visitors))
            for a, b in pairwise(looks)
        )

    @property
    def alone(self) -> Array:
        """What each action would earn a visitor, offered to everybody, (K,); in a world of more
        contexts than can be listed, of a sample of visitors."""
        census = self.world.census
        return np.asarray(census.weights @ census.expected)


def as_option(lesson: OwnLesson, asked: Asked, truth: Truth) -> Guess:
    """A truth as what can be guessed: actions by their places, as ids may be any text."""
    if asked.kind == "favourite" and isinstance(truth, str):
        return item_key(lesson.played.world.position(truth))
    return truth


def item_key(place: int) -> str:
    """The key of an action among answers."""
    return f"item-{place}"
