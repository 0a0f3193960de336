"""The same experiment again and again, to see how often an interval is right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import RLock

from engine import LoopSettings
from engine.evaluation.coverage import Count, Coverage, Flaw, Kind
from engine.loop.lock import locked
from engine.steps import Steps
from pages.parts.evaluate.background import Background
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.settings.known_worlds import world_of
from pages.parts.work.jobs import Submit, shared, submit

Counts = Mapping[tuple[Kind, str], Count]

_KEPT = 5_000
"""Repetitions that are kept, of all experiments together; what one came to takes some 5 kB."""
_LEAST = 20
"""For how many of them each experiment counts at least."""


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


@dataclass(eq=False, slots=True)
class Series:
    """One experiment's repetitions, which several sessions may add to and look at.

    Attributes:
        of: what is repeated.
        past: what they had come to after each; so each session sees those that it asked for,
            however far others go.
        asked: how many persons have asked for at most.
    """

    of: Repeated
    coverage: Coverage
    past: list[Counts] = field(default_factory=list)
    asked: int = 0

    def one_more(self) -> Steps[None]:
        """Repeat it once more."""
        yield from self.coverage.repeating(1)
        self.past.append(self.coverage.counts)


class Repetitions:
    """The last experiments that this process repeated, by what was repeated: equal ones come to
    the same, so whoever asks again, or comes back, goes on where it was left.

    Args:
        most: repetitions that are kept.
    """

    def __init__(self, most: int = _KEPT) -> None:
        self.lock, self._most = RLock(), most
        self._kept: list[Series] = []  # What was asked for last stands last.

    @locked
    def find(self, asked: Repeated, below: float = float("inf")) -> Series | None:
        """Those that have come furthest, of fewer than so many; None if there are none."""
        known = [one for one in self._kept if one.of == asked and len(one.past) < below]
        if not known:
            return None
        furthest = max(known, key=lambda one: len(one.past))
        self._kept.remove(furthest)
        self._kept.append(furthest)
        return furthest

    @locked
    def begin(self, asked: Repeated) -> Series:
        """The first is still to come. The furthest of the same stay, and what was asked for longest
        ago makes room."""
        furthest = self.find(asked)
        self._kept = [one for one in self._kept if one.of != asked or one is furthest]
        coverage = Coverage(
            world_of(asked.world), LoopSettings(), asked.visitors, asked.flaw, seed=asked.seed
        )
        self._kept.append(Series(asked, coverage))
        while len(self._kept) > 1 and self._size > self._most:
            self._kept.pop(0)
        return self._kept[-1]

    @property
    def _size(self) -> int:
        return sum(max(len(one.past), _LEAST) for one in self._kept)


@cache
def repetitions() -> Repetitions:
    """Those of this process."""
    return Repetitions()


class Watch(Background):
    """Experiments that are repeated in the background, and what they have come to.

    Attributes:
        times: how often it is to be, or was until it was stopped; no more is seen of it.
        told: what a link says was repeated, and how often, where this process does not know it.

    Args:
        submit: queues a job.
        kept: where what was repeated may be found.
    """

    def __init__(
        self,
        submit: Submit = submit,
        kept: Repetitions | None = None,
    ) -> None:
        super().__init__(submit)
        self.times = 0
        self.told: tuple[Repeated, int] | None = None
        self._kept = kept or repetitions()
        self._series: Series | None = None

    @locked
    def start(self, setup: EvaluateSetup) -> None:
        """Start a job, or continue one that ended after fewer repetitions."""
        asked = Repeated.of(setup)
        known = self._kept.find(asked, below=setup.times) or self._kept.begin(asked)
        known.asked = max(known.asked, setup.times)
        self._go_on(known, setup.times)

    @locked
    def prepare(self, setup: EvaluateSetup, times: int | None) -> None:
        """Show what a link says was repeated so often, if that is known; what was cut off goes on,
        as far as a person has asked for it here.

        Else it waits for a person to start it.
        """
        asked = Repeated.of(setup)
        if times is None or asked == self.shown:
            return
        known = self._kept.find(asked)
        if known is None:
            self.told = asked, times
        else:
            self._go_on(known, min(times, max(known.asked, len(known.past))))

    @locked
    def stop(self) -> None:
        """Go on no further; what others add from here on is not seen here."""
        super().stop()
        self.times = self.done

    def _go_on(self, known: Series, times: int) -> None:
        self.stop()
        self._series, self.times, self.told = known, times, None
        if self.done < times:
            self._job = self._submit(_repeating(known, times))

    def in_link(self, setup: EvaluateSetup) -> str | None:
        """How often it was repeated, or is to be, for the address; None if what is set was not."""
        asked = Repeated.of(setup)
        if asked == self.shown:
            times = self.times if self.is_live else self.done
        else:
            times = self.told[1] if self.waits_for_start(setup) and self.told else 0
        return str(times) if times else None

    def waits_for_start(self, setup: EvaluateSetup) -> bool:
        """Whether what is set is what a link says was repeated."""
        return self.told is not None and self.told[0] == Repeated.of(setup)

    @property
    def shown(self) -> Repeated | None:
        """What was repeated last; None before the first."""
        return self._series.of if self._series else None

    @property
    def done(self) -> int:
        """How many repetitions were, of those that were asked for here."""
        return min(len(self._series.past), self.times) if self._series else 0

    @property
    def visitors(self) -> int:
        """How many each repetition has; fewer than are set where they are too few on purpose."""
        return self._series.coverage.visitors if self._series else 0

    @property
    def waits_for(self) -> int:
        """Number of jobs whose turn comes first."""
        return self._job.ahead if self._job is not None else 0

    def counts(self, kind: Kind) -> Mapping[str, Count]:
        """What became of the intervals for a kind of target, by the estimators' keys."""
        return {key: count for (of, key), count in self._counts.items() if of == kind}

    @property
    def kinds(self) -> list[Kind]:
        """Kinds of targets there are intervals for."""
        return list(dict.fromkeys(kind for kind, _ in self._counts))

    @property
    def _counts(self) -> Counts:
        done = self.done
        return self._series.past[done - 1] if self._series and done else {}


def _repeating(known: Series, times: int) -> Steps[None]:
    """Repeat an experiment, together with other sessions that repeat the same one."""
    while len(known.past) < times:
        yield from shared(known, known.one_more)
