"""Value of a lecturer's own lesson: sentences, a played loop, and two questions."""

from dataclasses import dataclass

from engine.experiments.loop_questions import LoopQuestion
from engine.experiments.recorded_acts import Playthrough

MINUTES = 4
"""Approximate duration of a lesson."""


@dataclass(frozen=True, slots=True)
class OwnLesson:
    """A lecturer's own lesson.

    Attributes:
        title, question: as on the card.
        reveal: main observation, displayed with the truth.
        note: for the teacher; may be empty.
        played: history of the loop up to the questions.
        seed: of the visitors.
        guess: question of the guess.
        check: exit question.
    """

    title: str
    question: str
    reveal: str
    note: str
    played: Playthrough
    seed: int
    guess: LoopQuestion
    check: LoopQuestion
