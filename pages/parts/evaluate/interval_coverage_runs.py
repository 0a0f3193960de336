"""Repeated coverage experiments, shared by the sessions of this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import RLock

from engine import LoopSettings
from engine.evaluation.interval_coverage import Count, Coverage, Flaw, Kind
from engine.loop.lock import locked
from engine.pausable_steps import Steps
from pages.parts.evaluate.background import Background
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.settings.known_worlds import world_of
from pages.parts.work.job_queue import Submit, shared, submit

Counts = Mapping[tuple[Kind, str], Count]

_KEPT = 5_000
"""Largest total number of repetitions kept; the counts of each take about 5 kB."""
_LEAST = 20
"""Least number of repetitions charged per experiment."""


@dataclass(frozen=True, slots=True)
class CoverageExperiment:
    """Parameters of an experiment."""

    world: str
    seed: int
    visitors: int
    flaw: Flaw

    @classmethod
    def of(cls, setup: EvaluateSetup) -> "CoverageExperiment":
        """Return the experiment of the page's settings."""
        return cls(setup.world, setup.seed, setup.visitors, setup.flaw)


@dataclass(eq=False, slots=True)
class Series:
    """Repetitions of an experiment; several sessions may extend and display them.

    Attributes:
        of: the experiment.
        past: counts after each repetition, so that each session displays the number it requested.
        requested: largest number of repetitions that a person requested.
    """

    of: CoverageExperiment
    coverage: Coverage
    past: list[Counts] = field(default_factory=list)
    requested: int = 0

    def one_more(self) -> Steps[None]:
        """Repeat the experiment once more."""
        yield from self.coverage.repetition_steps(1)
        self.past.append(self.coverage.counts)


class SeriesCache:
    """Cache of the latest experiments of this process.

    Equal experiments give equal results, so a later session continues an earlier series.

    Args:
        most: largest total number of repetitions kept.
    """

    def __init__(self, most: int = _KEPT) -> None:
        self.lock, self._most = RLock(), most
        self._kept: list[Series] = []  # The most recently used is last.

    @locked
    def find(self, experiment: CoverageExperiment, below: float = float("inf")) -> Series | None:
        """Return the longest series of an experiment with fewer than ``below`` repetitions, or
        None."""
        same = (series for series in self._kept if series.of == experiment)
        shorter = [series for series in same if len(series.past) < below]
        if not shorter:
            return None
        furthest = max(shorter, key=lambda series: len(series.past))
        self._kept.remove(furthest)
        self._kept.append(furthest)
        return furthest

    @locked
    def begin(self, experiment: CoverageExperiment) -> Series:
        """Add an empty series, keeping the longest of the same experiment; the least recently used
        series are dropped if there are too many repetitions."""
        furthest = self.find(experiment)
        self._kept = [
            series for series in self._kept if series.of != experiment or series is furthest
        ]
        coverage = Coverage(
            world_of(experiment.world),
            LoopSettings(),
            experiment.visitors,
            experiment.flaw,
            seed=experiment.seed,
        )
        self._kept.append(Series(experiment, coverage))
        while len(self._kept) > 1 and self._size > self._most:
            self._kept.pop(0)
        return self._kept[-1]

    @property
    def _size(self) -> int:
        return sum(max(len(series.past), _LEAST) for series in self._kept)


@cache
def series_cache() -> SeriesCache:
    """Return the cache of this process."""
    return SeriesCache()


class CoverageRuns(Background):
    """Experiment repeated in the background, with its counts.

    Attributes:
        times: requested number of repetitions, or the number done when stopped; further repetitions
            are not displayed.
        linked: experiment and number of repetitions in a link, if unknown to this process.

    Args:
        submit: queues a job.
        kept: cache of series.
    """

    def __init__(
        self,
        submit: Submit = submit,
        kept: SeriesCache | None = None,
    ) -> None:
        super().__init__(submit)
        self.times = 0
        self.linked: tuple[CoverageExperiment, int] | None = None
        self._kept = kept or series_cache()
        self._series: Series | None = None

    @locked
    def start(self, setup: EvaluateSetup) -> None:
        """Start, or continue a shorter series, in a background job."""
        experiment = CoverageExperiment.of(setup)
        series = self._kept.find(experiment, below=setup.times) or self._kept.begin(experiment)
        series.requested = max(series.requested, setup.times)
        self._go_on(series, setup.times)

    @locked
    def prepare(self, setup: EvaluateSetup, times: int | None) -> None:
        """Display a link's experiment if known to this process; interrupted repetitions continue,
        up to the number requested by a person.

        An unknown experiment waits for a person to start it.
        """
        experiment = CoverageExperiment.of(setup)
        if times is None or experiment == self.experiment:
            return
        series = self._kept.find(experiment)
        if series is None:
            self.linked = experiment, times
        else:
            self._go_on(series, min(times, max(series.requested, len(series.past))))

    @locked
    def stop(self) -> None:
        """Stop; repetitions that other sessions add later are not displayed."""
        super().stop()
        self.times = self.done

    def _go_on(self, series: Series, times: int) -> None:
        self.stop()
        self._series, self.times, self.linked = series, times, None
        if self.done < times:
            self._job = self._submit(_repeating(series, times))

    def in_link(self, setup: EvaluateSetup) -> str | None:
        """Return the number of repetitions for the address; None if the settings were not run."""
        experiment = CoverageExperiment.of(setup)
        if experiment == self.experiment:
            times = self.times if self.is_live else self.done
        else:
            times = self.linked[1] if self.waits_for_start(setup) and self.linked else 0
        return str(times) if times else None

    def waits_for_start(self, setup: EvaluateSetup) -> bool:
        """Return True if the settings are those of a link's unknown experiment."""
        return self.linked is not None and self.linked[0] == CoverageExperiment.of(setup)

    @property
    def experiment(self) -> CoverageExperiment | None:
        """Experiment of the last start; None before the first."""
        return self._series.of if self._series else None

    @property
    def done(self) -> int:
        """Number of finished repetitions, at most `times`."""
        return min(len(self._series.past), self.times) if self._series else 0

    @property
    def visitors(self) -> int:
        """Visitors per repetition; fewer than set if the flaw is too few visitors."""
        return self._series.coverage.visitors if self._series else 0

    @property
    def waits_for(self) -> int:
        """Number of jobs ahead in the queue."""
        return self._job.ahead if self._job is not None else 0

    def counts(self, kind: Kind) -> Mapping[str, Count]:
        """Return counts of a kind of target by estimator key."""
        return {key: count for (of, key), count in self._counts.items() if of == kind}

    @property
    def kinds(self) -> list[Kind]:
        """Kinds of targets with intervals."""
        return list(dict.fromkeys(kind for kind, _ in self._counts))

    @property
    def _counts(self) -> Counts:
        done = self.done
        return self._series.past[done - 1] if self._series and done else {}


def _repeating(series: Series, times: int) -> Steps[None]:
    """Repeat an experiment; sessions that repeat the same experiment share each repetition."""
    while len(series.past) < times:
        yield from shared(series, series.one_more)
