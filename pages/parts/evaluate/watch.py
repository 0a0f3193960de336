"""The same experiment again and again, to see how often an interval is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine import LoopSettings
from engine.evaluation.coverage import Count, Coverage, Flaw, Kind
from engine.loop.lock import locked
from engine.steps import Steps
from pages.parts.evaluate.background import Background
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.heavy_work import Ticket, submit_here
from pages.parts.known_worlds import world_of


@dataclass(frozen=True, slots=True)
class Repeated:
    """What is repeated."""

    world: str
    seed: int
    visitors: int
    flaw: Flaw

    @classmethod
    def of(cls, setup: EvaluateSetup) -> "Repeated":
        """What is set on the page."""
        return cls(setup.world, setup.seed, setup.visitors, setup.flaw)


class Watch(Background):
    """Experiments that are repeated in the background, and what they have come to.

    Attributes:
        shown: what was repeated last; None before the first.
        times: how often it is to be.

    Args:
        submit: stands in line for heavy work.
    """

    def __init__(self, submit: Callable[[Steps[None]], Ticket[None]] = submit_here) -> None:
        super().__init__(submit)
        self.shown: Repeated | None = None
        self.times = 0
        self._coverage: Coverage | None = None

    @locked
    def start(self, setup: EvaluateSetup) -> None:
        """Begin, as heavy work."""
        self.stop()
        asked = self.shown = Repeated.of(setup)
        self.times = setup.times
        coverage = self._coverage = Coverage(
            world_of(asked.world), LoopSettings(), asked.visitors, asked.flaw, seed=asked.seed
        )
        self._ticket = self._submit(coverage.repeating(self.times))

    @property
    def done(self) -> int:
        """How many repetitions were."""
        return self._coverage.repetitions if self._coverage else 0

    @property
    def visitors(self) -> int:
        """How many each repetition has; fewer than are set where they are too few on purpose."""
        return self._coverage.visitors if self._coverage else 0

    @property
    def waits_for(self) -> int:
        """How many jobs of others go first."""
        return self._ticket.place if self._ticket is not None else 0

    def counts(self, kind: Kind) -> Mapping[str, Count]:
        """What became of the intervals for a kind of target, by the estimators' keys."""
        found = dict(self._coverage.counts) if self._coverage else {}
        return {key: count for (of, key), count in found.items() if of == kind}

    @property
    def kinds(self) -> list[Kind]:
        """Kinds of targets there are intervals for."""
        found = dict(self._coverage.counts) if self._coverage else {}
        return list(dict.fromkeys(kind for kind, _ in found))
