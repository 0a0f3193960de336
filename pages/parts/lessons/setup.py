"""What a link to a lesson says."""

from dataclasses import dataclass
from typing import Self

from pages.parts.glossary.board import LANGUAGE
from pages.parts.lessons.homework import LONGEST, SEEDS, seed_of
from pages.parts.lessons.lesson import STEPS, Step
from pages.parts.lessons.lessons import LESSONS
from pages.parts.link import Linked
from pages.parts.setting import SWITCH, Setting


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ValueError
    return int(text)


def _student(text: str) -> str:
    if not text.isprintable() or len(text) > LONGEST:
        raise ValueError
    return text


_STEP: Setting[Step] = Setting("guess", "Step", {step: step for step in STEPS}, "")


@dataclass(frozen=True, slots=True)
class LearnSetup(Linked):
    """Which lesson, where in it, for which visitors, in which language; whose homework it is, and
    whether the teacher's sheet is shown in its place."""

    PREFIX = "learn-"
    KEEPS = frozenset({"seed"})

    lesson: str = Setting("", "Lesson", lambda: {"": "", **dict.fromkeys(LESSONS, "")}, "").as_field
    step: Step = _STEP.as_field
    seed: int = Setting(
        -1, "Seed", kind="", check=_seed, words=f"a whole number from 0 to {SEEDS - 1:,}"
    ).as_field
    language: str = LANGUAGE.as_field
    student: str = Setting(
        "", "Student", kind="", check=_student, words=f"up to {LONGEST} characters"
    ).as_field
    sheet: bool = Setting(False, "Teacher's sheet", SWITCH, "").as_field

    @property
    def own_seed(self) -> int:
        """The seed in force: the link's, a student's, or the lesson's own."""
        if self.seed >= 0 or not self.lesson:
            return self.seed
        if self.student:
            return seed_of(self.student, self.lesson)
        return LESSONS[self.lesson].seed

    def at(self, lesson: str = "", step: Step = "guess") -> Self:
        """At another place, for the lesson's own visitors unless it is the same one."""
        seed = self.seed if lesson == self.lesson else -1
        return self.having({"lesson": lesson, "step": step, "seed": seed, "sheet": False})
