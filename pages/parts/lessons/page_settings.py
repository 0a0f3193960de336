"""Settings of the Learn page, as in its link."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from engine import PersonalizerError
from engine.errors import refuse
from engine.experiments import choice_codec
from pages.parts.lessons.guess_codec import allowed_guesses, parse_guess
from pages.parts.lessons.homework_codes import LONGEST, SEEDS, seed_of
from pages.parts.lessons.lesson import STEPS, Guess, Lesson, Step
from pages.parts.lessons.lesson_lookup import OWN, elsewhere, lesson_of
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.own.codec import MAX_LINK, unpack
from pages.parts.settings.known_worlds import key_in_link
from pages.parts.settings.page_settings_base import Linked, quoted
from pages.parts.settings.setting import SWITCH, Setting
from pages.parts.text.format import bare
from pages.parts.text.lesson_words import PAGE

OF_A_PERSON = frozenset({"guess", "picks"})
"""Fields with a person's guess and choices; left out of shared links."""
_OF_VISITORS = frozenset({"seed", "student", "world"})
"""Fields that determine the visitors."""


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ValueError
    return int(text)


def _student(text: str) -> str:
    if not text.isprintable() or len(text) > LONGEST:
        raise ValueError
    return text


def _packed(text: str) -> str:
    if len(text) > MAX_LINK:
        raise ValueError
    return text


def _world(text: str) -> str:
    return key_in_link(text) if text else ""


_STEP: Setting[Step] = Setting("guess", "Step", {step: step for step in STEPS}, "")


def _lessons() -> dict[str, str]:
    return dict.fromkeys(("", *LESSONS, OWN), "")


@dataclass(frozen=True, slots=True)
class LearnSetup(Linked):
    """Settings of the Learn page.

    Attributes:
        step: screen of the lesson.
        seed: of the visitors; -1 for the lesson's own, or the student's.
        student: whose homework it is.
        sheet: whether the teacher's sheet is displayed in place of the lesson.
        world: key of the world in which lessons are given that can be given in any.
        own: a lecturer's own lesson, packed.
        guess: what was guessed.
        picks: actions chosen by the person, where the person is the policy.
    """

    PREFIX = "learn-"
    KEEPS = frozenset({"seed", "world"})

    lesson: str = Setting("", "Lesson", _lessons, "").as_field
    step: Step = _STEP.as_field
    seed: int = Setting(
        -1, "Random seed", kind="", check=_seed, words=f"a whole number from 0 to {SEEDS - 1:,}"
    ).as_field
    student: str = Setting(
        "", "Student", kind="", check=_student, words=f"up to {LONGEST} characters"
    ).as_field
    sheet: bool = Setting(False, "Teacher's sheet", SWITCH, "").as_field
    world: str = Setting(
        "", "World", dict, kind="menu", check=_world, words="a world that is kept here"
    ).as_field
    own: str = Setting(
        "", "Own lesson", kind="", check=_packed, words=f"a lesson of up to {MAX_LINK:,} characters"
    ).as_field
    guess: str = Setting("", "Guess", kind="", check=str, words="what the lesson asks").as_field
    picks: str = Setting(
        "", "Choices", kind="", check=str, words="actions by their places"
    ).as_field

    @classmethod
    def read(cls, query: Mapping[str, str]) -> tuple[Self, list[tuple[str, str]]]:
        """See `Linked.read`; a packed lesson is opened, or left out with the reason."""
        setup, left = super(LearnSetup, cls).read(query)
        refused = list(left)
        try:
            if setup.own:
                unpack(setup.own)
            elif setup.lesson == OWN:
                refused.append(("lesson", setup._refusal("own_elsewhere")))
                setup = setup.having({"lesson": ""})
        except PersonalizerError as error:
            refused.append(("own", setup._refusal("own_refused", why=error.message)))
            lesson = "" if setup.lesson == OWN else setup.lesson
            setup = setup.having({"lesson": lesson, "own": ""})
        if not _OF_VISITORS.isdisjoint(name for name, _ in left) or (
            query.get("lesson") and not setup.lesson
        ):
            # Guess and choices belong to another lesson or other visitors, as reported above.
            setup = setup.having(dict.fromkeys(OF_A_PERSON, ""))
        if setup.guess and setup.guessed is None:
            allowed = allowed_guesses(setup.chosen.guess) if setup.lesson else "\N{EN DASH}"
            reasons = {"guess": quoted(setup.guess), "allowed": allowed}
            refused.append(("guess", setup._refusal("guess_refused", **reasons)))
            setup = setup.having({"guess": ""})
        if why := setup._fault_of_picks():
            refused.append(("picks", setup._refusal("picks_refused", why=why)))
            setup = setup.having({"picks": ""})
        return setup, refused

    def _fault_of_picks(self) -> str:
        """Return the reason for which the choices are impossible in the lesson, or an empty
        text."""
        try:
            if self.picks and not (self.lesson and self.chosen.picks):
                refuse("BadRequest", "picks", self.picks, "left out: nothing is chosen here")
            elif self.picks:
                choice_codec.decode_choices(self.picks, self.chosen.world, self.chosen.picks)
        except PersonalizerError as error:
            return error.message
        return ""

    def _refusal(self, name: str, **values: str) -> str:
        """Format a sentence about the link, as plain text."""
        return bare(PAGE.say(name, **values))

    def query(self) -> dict[str, str]:
        """See `Linked`; a lecturer's lesson is included where it is displayed, unless it is too
        long for a link."""
        query = Linked.query(self)
        is_told = self.lesson in {"", OWN} and len(self.own) <= MAX_LINK
        return query if is_told else {n: v for n, v in query.items() if n != "own"}

    @property
    def chosen(self) -> Lesson:
        """The current lesson."""
        return lesson_of(self.lesson, self.own, self.world)

    @property
    def guessed(self) -> Guess | None:
        """The guess in the link; None if it is missing or impossible."""
        return parse_guess(self.guess, self.chosen.guess) if self.lesson and self.guess else None

    @property
    def has_its_world(self) -> bool:
        """True if the lesson is given in the chosen world."""
        return self.lesson != OWN and elsewhere(self.lesson, self.world) is not None

    @property
    def own_seed(self) -> int:
        """The seed in force: the link's, a student's, or the lesson's own."""
        if self.seed >= 0 or not self.lesson:
            return self.seed
        if self.student:
            return seed_of(self.student, self.chosen.key)
        return self.chosen.seed

    def at(self, lesson: str = "", step: Step = "guess") -> Self:
        """Return the set-up at another lesson or step; another lesson has its own seed and no
        guess."""
        same = lesson == self.lesson
        own = {"seed": self.seed, "guess": self.guess, "picks": self.picks}
        kept = own if same else {"seed": -1, "guess": "", "picks": ""}
        return self.having({"lesson": lesson, "step": step, "sheet": False, **kept})
