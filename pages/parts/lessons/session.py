"""What a browser session has of the lessons: labs, guesses, and which are done."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock

from engine.steps import Steps
from pages.parts.lessons.lesson import STEPS, Cells, Guess, Lab, Lesson, Step
from pages.parts.lessons.setup import LearnSetup
from pages.parts.lessons.words import Words
from pages.parts.work.frames import pace
from pages.parts.work.heavy_work import Ticket
from pages.parts.work.live import TICK

_KEPT = 3
"""Labs that are kept: each holds loops of a thousand events."""


@dataclass(slots=True)
class Run:
    """One lesson as somebody takes it.

    Attributes:
        work: what its lab computes by itself.
        guess: what was guessed; None for nothing yet.
        picked: the answer to the exit question.
    """

    lesson: Lesson
    lab: Lab
    work: Ticket[None]
    guess: Guess | None = None
    picked: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the lab has computed all; what failed there is raised here."""
        if self.work.done() and not self.work.cancelled():
            self.work.result()
        return self.work.done()

    def may_go(self, step: Step) -> bool:
        """Whether there is something to see at a step."""
        return step in {"guess", "do"} or (self.is_ready and self.lab.progress >= 1.0)


class LearnSession:
    """The lessons of one browser session.

    Attributes:
        done: keys of those whose exit question was answered.
        drawn: what was set when the page was drawn last, and its pace.

    Args:
        submit: stands in line with what a lab computes.
    """

    def __init__(self, submit: Callable[[Steps[None]], Ticket[None]]) -> None:
        self.lock, self._submit = RLock(), submit
        self._runs: dict[tuple[str, int, bool, str], Run] = {}
        self.done: set[str] = set()
        self.drawn: tuple[LearnSetup, float | None] | None = None

    def run(self, setup: LearnSetup) -> Run:
        """The lesson that is set; a new one begins, and one whose work was cut off, as the
        connection was gone for long. A teacher's sheet has one of its own: it shows all."""
        lesson = setup.chosen
        place = _place(setup)
        known = self._runs.get(place)
        if known is None or known.work.cancelled():
            lab = lesson.begin(setup.own_seed)
            lab.recall((known and known.lab.choices) or setup.picks)
            self._runs[place] = Run(lesson, lab, self._submit(lab.work()), setup.guessed)
            for old in list(self._runs)[:-_KEPT]:
                self._runs.pop(old).work.cancel()
        return self._runs[place]

    def recall(self, setup: LearnSetup) -> None:
        """Take what a link says was guessed, as somebody has just come by it."""
        if setup.lesson and setup.guessed is not None:
            self.run(setup).guess = setup.guessed

    def with_choices(self, setup: LearnSetup) -> LearnSetup:
        """What is set, and what was chosen for whom so far: both are to be there after a reload."""
        run = self._runs.get(_place(setup)) if setup.lesson else None
        return setup.having({"picks": run.lab.choices}) if run and run.lesson.picks else setup

    def begin_anew(self, setup: LearnSetup) -> None:
        """Forget what was guessed and done in a lesson."""
        run = self._runs.pop(_place(setup), None)
        if run is not None:
            run.work.cancel()

    @property
    def runs(self) -> tuple[Run, ...]:
        """Those that are kept, oldest first."""
        return tuple(self._runs.values())

    @property
    def is_live(self) -> bool:
        """Whether anything is computed."""
        return any(not run.work.done() for run in self._runs.values())

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing is computed."""
        return pace(TICK) if self.is_live else None


def outcome(run: Run, own: Words, name: str = "reveal") -> str:
    """The name of what is said in the end: other words where the person left off, or where what a
    lesson claims does not hold."""
    if run.lab.truth is None:
        return own.first("stopped" if name == "reveal" else name)
    return own.first(*([] if run.lab.holds else [f"{name}_not"]), name)


def rightly(run: Run) -> int | None:
    """How many cells were told rightly: marked where it is so, and left where it is not. None where
    none are guessed, or were."""
    cells, truth, guess = run.lesson.guess, run.lab.truth, run.guess
    if not (isinstance(cells, Cells) and isinstance(truth, frozenset)):
        return None
    return cells.size - len(guess ^ truth) if isinstance(guess, frozenset) else None


def _place(setup: LearnSetup) -> tuple[str, int, bool, str]:
    """What tells one lesson as somebody takes it from others."""
    return setup.chosen.key, setup.own_seed, setup.sheet, setup.world


def after(step: Step) -> Step:
    """The next screen."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def before(step: Step) -> Step:
    """The one before."""
    return STEPS[max(STEPS.index(step) - 1, 0)]
