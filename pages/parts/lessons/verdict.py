"""Sentence that compares the guess with the truth."""

from pages.parts.lessons.lesson import Cells, Guess, Marks
from pages.parts.lessons.pictures import written
from pages.parts.lessons.session import LessonRun
from pages.parts.text.lesson_words import PAGE, Words


def verdict(run: LessonRun, truth: Guess | None, own: Words) -> str:
    """Compare guess and truth in a sentence, or say why there is nothing to compare."""
    if truth is None:
        return PAGE.say("stopped")
    if isinstance(truth, frozenset):
        return _verdict_on_marks(run, truth)
    values = {"truth": written(run.lesson.guess, truth, own)}
    if run.guess is None:
        return PAGE.say("not_guessed", **values)
    return PAGE.say("guessed", guess=written(run.lesson.guess, run.guess, own), **values)


def _verdict_on_marks(run: LessonRun, truth: Marks) -> str:
    """Count marked cells, right marks and true cells."""
    assert isinstance(run.lesson.guess, Cells)
    values = {"all": run.lesson.guess.size, "truth": len(truth)}
    if not isinstance(run.guess, frozenset) or not run.guess:
        return PAGE.say("not_marked", **values)
    return PAGE.say("marked", marked=len(run.guess), right=len(run.guess & truth), **values)
