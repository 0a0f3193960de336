"""What a log tells of each way to choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.errors import refuse
from engine.evaluation.decisions import Decisions
from engine.evaluation.difference import Difference
from engine.evaluation.estimators import ESTIMATORS, Estimator, Interval
from engine.evaluation.offline import Row, bounds_of, evaluate_part, with_events
from engine.evaluation.running_estimates import Stretch, growing, stretches, within
from engine.evaluation.targets import (
    Baseline,
    Even,
    Fixed,
    Given,
    Online,
    Target,
    WorldRule,
    truths,
)
from engine.simulation.baselines import RuleTable
from engine.steps import Steps
from pages.parts.evaluate.logs import EvaluationLog

STAND_IN = "cressie_read_mended"
"""The estimator that holds best of those that need the probability of the shown action alone."""
_STEP = 10_000
"""Events that are weighed in one step."""
Also = tuple[str, Given]
"""The name of a loop, and what its settings would have done."""
Window = tuple[int, int]
"""The first and the last event that count, from 1; the last is 0 where all do."""


@dataclass(frozen=True, slots=True, eq=False)
class LogEvaluation:
    """What came of a log.

    Attributes:
        log: which was asked.
        decisions: those of its decisions that count.
        targets: of whom; the first is who made the log.
        rows: one a target.
        truths: what the targets earn in truth, by their keys, as far as a world knows it.
        bounds: of the rewards.
        also: the name of the loop whose settings are asked about, too.
    """

    log: EvaluationLog
    decisions: Decisions
    targets: Sequence[Target]
    rows: Sequence[Row]
    truths: Mapping[str, float]
    bounds: tuple[float, float]
    also: str = ""

    @property
    def today(self) -> str | None:
        """The action that the baseline always is; None if it is now this, now that."""
        return _today(self.log)

    @property
    def tells_all(self) -> bool:
        """Whether the log tells the probability of each action, not of the shown one alone."""
        return self.decisions.probabilities is not None

    def estimator_of(self, target: str, chosen: str) -> str:
        """The estimator of a target.

        What was earned itself needs no weighing, so that is the average; and where a log does not
        tell what ours needs, the next best stands in for it.
        """
        if target == "online":
            return "naive"
        return STAND_IN if chosen == "strata" and not self.tells_all else chosen

    def beside(self, one: str, other: str) -> Interval | None:
        """How much more a target would earn than another; None where the log does not say."""
        targets = self._target(one), self._target(other)
        found, size = Difference.within(self.bounds), len(self.decisions)
        for part in (slice(start, start + _STEP) for start in range(0, size, _STEP)):
            some = self.decisions.take(part)
            found = found.add(*(within(target, part).weigh(some) for target in targets))
        return found.interval()

    def growing(self, target: str, estimator: str) -> Sequence[Stretch]:
        """What shorter logs would have told of a target."""
        made_by = _made_by(self.estimator_of(target, estimator))
        made = self.decisions, self._target(target), made_by, self.bounds
        return list(growing(*made))

    def stretches(self, target: str, estimator: str) -> Sequence[Stretch]:
        """What parts of the log tell of a target, one after the other."""
        made_by = _made_by(self.estimator_of(target, estimator))
        made = self.decisions, self._target(target), made_by, self.bounds
        return list(stretches(*made))

    def _target(self, key: str) -> Target:
        return next(target for target in self.targets if target.key == key)


def _made_by(key: str) -> type[Estimator]:
    return next(one for one in ESTIMATORS if one.key == key)


def _today(log: EvaluationLog) -> str | None:
    firsts = set(log.decisions.baseline.tolist())
    return log.decisions.actions[firsts.pop()] if len(firsts) == 1 else None


def _targets(log: EvaluationLog, rule: RuleTable | None, also: Also | None) -> list[Target]:
    """Of whom a log is asked."""
    actions = log.decisions.actions
    if log.world is not None:
        order = {item.id: place for place, item in enumerate(log.world.items)}
        actions = tuple(sorted(actions, key=lambda action: order.get(action, len(order))))
    baseline = () if _today(log) else (Baseline(),)
    rules = () if rule is None or log.world is None else (WorldRule(log.world, rule),)
    settings = None if also is None else also[1]
    learners = [one for one in (log.guess, log.service, settings) if one is not None]
    return [Online(), *learners, *rules, *baseline, Even(), *map(Fixed, actions)]


def evaluating(
    log: EvaluationLog, window: Window, rule: RuleTable | None, also: Also | None = None
) -> Steps[LogEvaluation]:
    """Ask a log about each action and each policy; in steps.

    ``BadRequest`` for a log without an event, and for a window beyond it.
    """
    whole, (first, last) = log.decisions, window
    if first > len(whole) > 0:
        refuse("BadRequest", "window", first, f"1 to {len(whole):,}", "The first event")
    part = slice(first - 1, last or None)
    decisions = replace(whole.take(part), unmatched=0) if window != (1, 0) else whole
    targets = [within(target, part) for target in _targets(log, rule, also)]
    bounds, rows = log.bounds or bounds_of(whole), list[Row]()
    parts = [slice(start, start + _STEP) for start in range(0, len(decisions), _STEP)]
    taken = [decisions.take(part) for part in parts]
    for target in targets:
        found = evaluate_part([], [target], bounds=bounds)
        for part, some in zip(parts, taken, strict=True):
            found = found.add(some, [within(target, part)])
            yield None
        rows += with_events(found).rows()
        yield None
    known = truths(log.world, decisions, targets) if log.world is not None else {}
    return LogEvaluation(
        log, decisions, targets, rows, known, bounds, "" if also is None else also[0]
    )
