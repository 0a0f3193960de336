"""What a person asked for that did not happen, said until it does or they put it aside."""

from pages.parts.play.offers import Offer
from pages.parts.play.open_loop import OpenLoop
from pages.parts.text import counted

What = Offer | str
"""Whose answer, or which other thing."""


class Refusals:
    """What did not happen, and why; no success of anything else takes that away.

    Attributes:
        unknown: of which it is not known yet whether it happened, with its loop and the answer.
    """

    def __init__(self) -> None:
        self._why: dict[What, str] = {}
        self._answers = 0
        self.unknown: dict[What, tuple[OpenLoop, float | None]] = {}

    def try_answer(self, offer: What) -> None:
        """Somebody answers: what is counted are the answers since the first refused one."""
        if not self._why:
            self._answers = 0
        self._answers += offer not in self._why

    def refuse(self, what: What, why: str) -> None:
        """It did not happen."""
        self._why[what] = why

    def leave_open(self, what: What, opened: OpenLoop, value: float | None, why: str) -> None:
        """It is not known whether it happened."""
        self.unknown[what] = opened, value
        self._why[what] = f"{why} The page asks again until it is known."

    def settle(self, what: What) -> None:
        """It did happen, at once or after all."""
        self.unknown.pop(what, None)
        self._why.pop(what, None)

    def put_aside(self) -> None:
        """The person has read it; what is not known is still asked for."""
        self._why = {what: why for what, why in self._why.items() if what in self.unknown}

    @property
    def sentences(self) -> list[str]:
        """One for all refused answers together, one for anything else."""
        known = {what: why for what, why in self._why.items() if what not in self.unknown}
        answers = [why for what, why in known.items() if isinstance(what, Offer)]
        others = [why for what, why in self._why.items() if why not in answers]
        if self._answers > 1 and answers:
            were = f"{len(answers):,} of {counted(self._answers, 'answer')} were not saved."
            answers = [" ".join([were, *dict.fromkeys(answers)])]
        return [*answers, *dict.fromkeys(others)]
