"""What a lecturer's own lesson says: sentences, a loop that was played, and what is asked of it."""

from dataclasses import dataclass

from engine.experiments.loop_questions import LoopQuestion
from engine.experiments.playthrough import Playthrough

MINUTES = 4
"""How long one takes, about."""


@dataclass(frozen=True, slots=True)
class OwnLesson:
    """One lesson of somebody's own.

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
