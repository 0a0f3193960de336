"""Value of a lecturer's own lesson: sentences, a played loop, and two questions."""

from dataclasses import dataclass

from engine.experiments.loop_questions import LoopQuestion
from engine.experiments.playthrough import Playthrough

MINUTES = 4
"""How long one takes, about."""


@dataclass(frozen=True, slots=True)
class OwnLesson:
    """A lecturer's own lesson.

    Attributes:
        title, question: as they stand on its card.
        reveal: what one should notice, once the truth is there.
        note: for whoever teaches it; may be empty.
        played: how the loop came to where it is asked.
        seed: of its visitors.
        guess: what is guessed.
        check: what is asked in the end.
    """

    title: str
    question: str
    reveal: str
    note: str
    played: Playthrough
    seed: int
    guess: LoopQuestion
    check: LoopQuestion
