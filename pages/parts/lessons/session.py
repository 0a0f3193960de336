"""State of lessons in a browser session: labs, guesses, and completed lessons."""

from dataclasses import dataclass
from threading import RLock

from pages.parts.lessons.lesson import STEPS, Cells, Guess, Lab, Lesson, Step
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.text.lesson_words import Words
from pages.parts.work.crowd_arrivals import TICK
from pages.parts.work.frame_pace import pace
from pages.parts.work.job_queue import Job, Submit

_KEPT = 3
"""Most labs in memory; each has loops of a thousand events."""


@dataclass(slots=True)
class LessonRun:
    """A lesson in progress.

    Attributes:
        work: background computation of the lab.
        guess: guess of the person; None before it is made.
        picked: the answer to the exit question.
        screen: step that was drawn last, and whether its question was answered; None before.
        place: which of two places on the page holds the screen, 0 or 1.
    """

    lesson: Lesson
    lab: Lab
    work: Job[None]
    guess: Guess | None = None
    picked: str | None = None
    screen: tuple[Step, bool] | None = None
    place: int = 0

    @property
    def is_ready(self) -> bool:
        """True if the lab's work is complete; its failure is raised here."""
        if self.work.done() and not self.work.cancelled():
            self.work.result()
        return self.work.done()

    def may_go(self, step: Step) -> bool:
        """True if a step can be drawn."""
        return step in {"guess", "do"} or (self.is_ready and self.lab.progress >= 1.0)


class LearnSession:
    """Lessons of a browser session.

    Attributes:
        done: keys of the completed lessons.
        drawn: setup and pace when the page was last drawn.

    Args:
        submit: queues the work of a lab.
    """

    def __init__(self, submit: Submit) -> None:
        self.lock, self._submit = RLock(), submit
        self._runs: dict[tuple[str, int, bool, str], LessonRun] = {}
        self.done: set[str] = set()
        self.drawn: tuple[LearnSetup, float | None] | None = None

    def run(self, setup: LearnSetup) -> LessonRun:
        """Return the run of a lesson; begin it if it is new or was cut off by a lost connection.
        A teacher's sheet has a run apart."""
        lesson = setup.chosen
        place = _place(setup)
        known = self._runs.get(place)
        if known is None or known.work.cancelled():
            lab = lesson.begin(setup.own_seed)
            lab.recall((known and known.lab.choices) or setup.picks)
            self._runs[place] = LessonRun(lesson, lab, self._submit(lab.work()), setup.guessed)
            for old in list(self._runs)[:-_KEPT]:
                self._runs.pop(old).work.cancel()
        return self._runs[place]

    def step_of(self, setup: LearnSetup) -> Step | None:
        """Return the screen at which a lesson was left; None if it has not been begun."""
        run = self._runs.get(_place(setup))
        return run.screen[0] if run and run.screen and not run.work.cancelled() else None

    def recall(self, setup: LearnSetup) -> None:
        """Take the guess from a link that was just opened."""
        if setup.lesson and setup.guessed is not None:
            self.run(setup).guess = setup.guessed

    def with_choices(self, setup: LearnSetup) -> LearnSetup:
        """Return the set-up with the choices so far, so that a reload keeps them."""
        run = self._runs.get(_place(setup)) if setup.lesson else None
        return setup.having({"picks": run.lab.choices}) if run and run.lesson.picks else setup

    def begin_anew(self, setup: LearnSetup) -> None:
        """Forget the run of a lesson."""
        run = self._runs.pop(_place(setup), None)
        if run is not None:
            run.work.cancel()

    @property
    def runs(self) -> tuple[LessonRun, ...]:
        """Kept runs, oldest first."""
        return tuple(self._runs.values())

    @property
    def is_live(self) -> bool:
        """True if any lab is at work."""
        return any(not run.work.done() for run in self._runs.values())

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None without work under way."""
        return pace(TICK) if self.is_live else None


def outcome(run: LessonRun, own: Words, name: str = "reveal") -> str:
    """Return the name of the final text: a variant if the person left off or the claim does not
    hold."""
    if run.lab.truth is None:
        return own.first("stopped" if name == "reveal" else name)
    return own.first(*([] if run.lab.holds else [f"{name}_not"]), name)


def rightly(run: LessonRun) -> int | None:
    """Count right cells, marked or left; None if the guess is no map or is missing."""
    cells, truth, guess = run.lesson.guess, run.lab.truth, run.guess
    if not (isinstance(cells, Cells) and isinstance(truth, frozenset)):
        return None
    return cells.size - len(guess ^ truth) if isinstance(guess, frozenset) else None


def _place(setup: LearnSetup) -> tuple[str, int, bool, str]:
    """Return the key of a run."""
    return setup.chosen.key, setup.own_seed, setup.sheet, setup.world


def after(step: Step) -> Step:
    """Return the next screen."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def before(step: Step) -> Step:
    """Return the previous screen."""
    return STEPS[max(STEPS.index(step) - 1, 0)]
