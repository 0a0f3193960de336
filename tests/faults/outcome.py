"""The outcome of a fault: presses, displayed and stored events, losses and messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

NEVER = inf
"""Recovery time if the server did not recover while a user waited."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one fault. None stands for figures that do not apply.

    Attributes:
        name: name of the fault.
        pressed: rewards given by the user.
        doubled: presses that repeat an answer counted once by the app.
        shown: number of visitors displayed at the end.
        stored: events found by a new process.
        gone: events removed by the fault itself.
        answered: presses answered by a sentence.
        denied: presses reported as not counted.
        hung: presses without an answer in time.
        said: all sentences.
        exceptions: pages with an exception.
        tracebacks: tracebacks in the server's log.
        orphans: processes that outlived the server.
        back: seconds from the end of the fault until a press counted again.
        more: further measurements.
        ended_early: true if the page was disconnected, so that the display may lag behind the
            stored events.
        harm: further damage.
    """

    name: str
    pressed: int | None = None
    doubled: int = 0
    shown: int | None = None
    stored: int | None = None
    gone: int = 0
    answered: int = 0
    denied: int = 0
    hung: int = 0
    said: tuple[str, ...] = ()
    exceptions: int = 0
    tracebacks: int = 0
    orphans: int | None = None
    back: float | None = None
    more: str = ""
    ended_early: bool = False
    harm: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[str, ...]:
        """Violations; empty if the fault was survived."""
        return (*self._miscounted(), *self._misbehaved(), *self.harm)

    def _miscounted(self) -> Iterator[str]:
        if self.pressed is None or self.shown is None or self.stored is None:
            return
        kept = self.stored + self.gone
        if kept < self.shown:
            yield f"{self.shown - kept} shown and lost"
        if self.ended_early:
            return
        if self.stored > self.shown:
            yield f"{self.stored - self.shown} kept and not shown"
        meant = self.pressed - self.doubled
        untold = meant - max(kept, self.shown) - self.answered - self.hung
        if untold > 0:
            yield f"{untold} not kept and not told"
        if self.stored > meant - self.denied:
            yield f"{self.stored - meant + self.denied} kept, and said not to be"

    def _misbehaved(self) -> Iterator[str]:
        if self.hung:
            yield f"{self.hung} without an answer"
        if self.exceptions:
            yield f"{self.exceptions} exception pages"
        if self.orphans:
            yield f"{self.orphans} processes left behind"
        if self.back == NEVER:
            yield "not back by itself"


def row(outcome: Outcome) -> str:
    """A line of the table, followed by the messages."""
    numbers = (outcome.pressed, outcome.shown, outcome.stored, outcome.denied, outcome.exceptions,
               outcome.tracebacks, outcome.orphans)  # fmt: skip
    cells = "".join(f"{'' if number is None else number:>9}" for number in numbers)
    verdict = "; ".join(outcome.wrong) or "survived"
    lines = [f"{outcome.name:34}{cells}{_back(outcome.back):>8}  {verdict}"]
    lines += [f"    said: {sentence}" for sentence in outcome.said]
    lines += [f"    {outcome.more}"] * bool(outcome.more)
    return "\n".join(lines)


def _back(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return "never" if seconds == NEVER else f"{seconds:.1f}"


HEAD = f"{'fault':34}" + "".join(
    f"{name:>9}"
    for name in ("pressed", "shown", "stored", "denied", "except.", "traceb.", "orphans")
) + f"{'back/s':>8}  verdict"  # fmt: skip
"""The names of the columns."""
