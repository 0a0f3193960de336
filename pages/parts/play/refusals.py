"""Messages on failed requests, displayed until the request succeeds or the message is dismissed."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from engine import PersonalizerError
from engine.errors import StoreError, UnknownOutcomeError
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.shown_offers import Offer, VisitorLeftError
from pages.parts.text.format import counted
from pages.parts.work.server_logging import refusals_logged

_log = logging.getLogger(__name__)

LOST = "The connection broke and this answer was not saved. Answer again."

Refusable = Offer | str
"""Subject of a message: the offer of a refused answer, or the name of another request."""


class Refusals:
    """Failed requests and reasons; a success clears only the message on its own subject.

    Attributes:
        unknown: requests with unknown outcome, each with its loop and answer.

    Args:
        stop: stops live play once anything but a late answer is refused.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._why: dict[Refusable, str] = {}
        self._answers = 0
        self.unknown: dict[Refusable, tuple[OpenLoop, float | None]] = {}

    @contextmanager
    def reporting(
        self, subject: Refusable, opened: OpenLoop, value: float | None = None
    ) -> Iterator[None]:
        """Display errors of the block as a message; the block must be atomic."""
        try:
            with refusals_logged(_log):
                yield
        except UnknownOutcomeError as error:
            self._stop()
            self.unknown[subject] = opened, value
            self._why[subject] = f"{error.message} The page keeps asking until it is known."
        except VisitorLeftError as error:
            self._why[subject] = error.message
        except PersonalizerError as error:
            self._stop()
            self._why[subject] = error.message
        else:
            self._settle(subject)

    def miss(self, subject: Refusable, why: str) -> None:
        """Note a request that was lost with the connection."""
        self._why[subject] = why

    def ask_again(self, calls_next: bool) -> None:
        """Look up the outcome of requests with unknown outcome.

        After a saved answer, the next visitor arrives if ``calls_next``.
        """
        for subject, (opened, value) in list(self.unknown.items()):
            with suppress(StoreError):
                opened.stored.catch_up()
                self._settle(subject)
                if isinstance(subject, Offer) and not opened.has(subject, value):
                    self._why[subject] = LOST
                elif isinstance(subject, Offer):
                    opened.go_on(subject.context, calls_next)

    def try_answer(self, offer: Refusable) -> None:
        """Count an attempted answer; counting starts anew when there are no messages."""
        if not self._why:
            self._answers = 0
        self._answers += offer not in self._why

    def _settle(self, subject: Refusable) -> None:
        """Clear the message on a request that succeeded."""
        self.unknown.pop(subject, None)
        self._why.pop(subject, None)

    def put_aside(self) -> None:
        """Dismiss the displayed messages, except those on unknown outcomes."""
        self._why = {subject: why for subject, why in self._why.items() if subject in self.unknown}

    @property
    def sentences(self) -> list[str]:
        """Sentences to display: a summary of refused answers, and each distinct reason besides."""
        known = {subject: why for subject, why in self._why.items() if subject not in self.unknown}
        answers = [why for subject, why in known.items() if isinstance(subject, Offer)]
        others = [why for subject, why in self._why.items() if why not in answers]
        if self._answers > 1 and answers:
            were = f"{len(answers):,} of {counted(self._answers, 'answer')} were not saved."
            answers = [" ".join([were, *dict.fromkeys(answers)])]
        return [*answers, *dict.fromkeys(others)]
