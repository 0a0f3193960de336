"""Evaluation of a log: estimates for each action and each policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.errors import refuse
from engine.evaluation.estimators import ESTIMATORS, Estimator, Interval
from engine.evaluation.log_fitness import Check, Name, log_checks
from engine.evaluation.log_rules import LogRule
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.offline_evaluation import Row, bounds_of, evaluate_part, with_events
from engine.evaluation.policy_difference import Difference
from engine.evaluation.running_estimates import (
    RunningEstimate,
    prefix_estimates,
    restricted,
    segment_estimates,
)
from engine.evaluation.target_policies import (
    Baseline,
    FixedAction,
    GivenProbabilities,
    LoggedPolicy,
    Target,
    UniformTarget,
    WorldRule,
)
from engine.evaluation.world_periods import after, true_values
from engine.pausable_steps import Steps
from engine.simulation.baselines import Mood, RuleTable
from engine.worlds import World
from pages.parts.evaluate.evaluation_logs import EvaluationLog

STAND_IN = "cressie_read_mended"
"""Best estimator among those that need only the probability of the logged action."""
_STEP = 10_000
"""Events per step of work."""
_OF_PROBABILITIES: frozenset[Name] = frozenset({"probabilities", "shares", "likely", "weights"})
"""Checks whose failure means that other probabilities were used."""
Also = tuple[str, GivenProbabilities]
"""Name of a loop, and the target with the loop's settings."""
Window = tuple[int, int]
"""First and last event to evaluate, counted from 1; a last event of 0 means all."""


@dataclass(frozen=True, slots=True, eq=False)
class LogEvaluation:
    """Results of a log's evaluation.

    Attributes:
        log: the evaluated log.
        decisions: decisions within the window.
        targets: evaluated policies and actions; the first is the policy that made the log.
        rows: estimates, a row per target.
        truths: true mean rewards by target key, as far as a world knows them.
        bounds: least and largest reward.
        checks: of the fitness of the decisions for estimates.
        also: name of the loop whose settings are evaluated in addition.
    """

    log: EvaluationLog
    decisions: Decisions
    targets: Sequence[Target]
    rows: Sequence[Row]
    truths: Mapping[str, float]
    bounds: tuple[float, float]
    checks: Sequence[Check]
    also: str = ""

    @property
    def today(self) -> str | None:
        """Action that today's rules always give; None without such rules, and if they vary."""
        rules = [target.rule for target in self.targets if isinstance(target, WorldRule)]
        actions = {action for rule in rules for action in rule.table.values()}
        return actions.pop() if len(actions) == 1 else None

    @property
    def contradicts(self) -> bool:
        """True if the log does not agree with its probabilities: no estimate can be relied on."""
        failed = {check.name for check in self.checks if not check.passes}
        return bool(failed & _OF_PROBABILITIES) or any(row.is_off for row in self.rows)

    @property
    def tells_all(self) -> bool:
        """True if the log has the probability of each action, not only of the logged action."""
        return self.decisions.probabilities is not None

    @property
    def own_rule(self) -> RuleTable | None:
        """The person's rule over the columns of a log without a world; None without one."""
        return next((each.rule for each in self.targets if isinstance(each, LogRule)), None)

    def estimator_of(self, target: str, chosen: str) -> str:
        """Return the estimator used for a target.

        The logging policy, and any that chooses alike, needs no weights, so the mean is used; if
        the log lacks the probabilities that "strata" needs, `STAND_IN` replaces it.
        """
        if any(row.is_observed for row in self.rows if row.target == target):
            return "naive"
        return STAND_IN if chosen == "strata" and not self.tells_all else chosen

    def beside(self, first: str, second: str) -> Interval | None:
        """Estimate the difference of two targets' rewards; None if the log is insufficient."""
        return self._difference(first, second).interval()

    def possible_differences(self, first: str, second: str) -> tuple[float, float]:
        """Smallest and largest possible difference of two targets' rewards; zeros if unknown."""
        return self._difference(first, second).possible

    def _difference(self, first: str, second: str) -> Difference:
        targets = self._target(first), self._target(second)
        sums, size = Difference.within(self.bounds), len(self.decisions)
        for part in (slice(start, start + _STEP) for start in range(0, size, _STEP)):
            decisions = self.decisions.take(part)
            sums = sums.add(*(restricted(target, part).weigh(decisions) for target in targets))
        return sums

    def prefix_estimates(self, target: str, estimator: str) -> Sequence[RunningEstimate]:
        """Estimate a target on growing prefixes of the log."""
        estimator_class = _estimator_class(self.estimator_of(target, estimator))
        arguments = self.decisions, self._target(target), estimator_class, self.bounds
        return list(prefix_estimates(*arguments))

    def segment_estimates(self, target: str, estimator: str) -> Sequence[RunningEstimate]:
        """Estimate a target on consecutive segments of the log."""
        estimator_class = _estimator_class(self.estimator_of(target, estimator))
        arguments = self.decisions, self._target(target), estimator_class, self.bounds
        return list(segment_estimates(*arguments))

    def _target(self, key: str) -> Target:
        return next(target for target in self.targets if target.key == key)


def _estimator_class(key: str) -> type[Estimator]:
    return next(estimator for estimator in ESTIMATORS if estimator.key == key)


def _targets(log: EvaluationLog, rule: RuleTable | Mood | None, also: Also | None) -> list[Target]:
    """Return the targets to evaluate on a log."""
    actions = log.decisions.actions
    order = log.places
    actions = tuple(sorted(actions, key=lambda action: order.get(action, len(order))))
    baseline = (Baseline(),) if len(set(log.decisions.baseline.tolist())) != 1 else ()
    rules = () if rule is None else (_rule_target(log.world, rule),)
    settings = None if also is None else also[1]
    learners = [learner for learner in (log.guess, log.service, settings) if learner is not None]
    return [
        LoggedPolicy(),
        *learners,
        *rules,
        *baseline,
        UniformTarget(),
        *map(FixedAction, actions),
    ]


def _rule_target(world: World | None, rule: RuleTable | Mood) -> Target:
    """Return a rule over the fields of a world, or over columns of a log without one, as a
    target."""
    key = "rules"
    if isinstance(rule, Mood):
        return UniformTarget(key)
    return LogRule(rule, key) if world is None else WorldRule(world, rule, key)


def evaluating(
    log: EvaluationLog, window: Window, rule: RuleTable | Mood | None, also: Also | None = None
) -> Steps[LogEvaluation]:
    """Evaluate a log for each action and each policy, in steps.

    ``BadRequest`` for a log without events, and for a window beyond its end.
    """
    whole, (first, last) = log.decisions, window
    if first > len(whole) > 0:
        refuse("BadRequest", "window", first, f"1 to {len(whole):,}", "The first event")
    part = slice(first - 1, last or None)
    decisions = replace(whole.take(part), unmatched=0) if window != (1, 0) else whole
    targets = [restricted(target, part) for target in _targets(log, rule, also)]
    bounds, rows = log.bounds or bounds_of(whole), list[Row]()
    parts = [slice(start, start + _STEP) for start in range(0, len(decisions), _STEP)]
    taken = [decisions.take(part) for part in parts]
    for target in targets:
        estimates = evaluate_part([], [target], bounds=bounds)
        for part, batch in zip(parts, taken, strict=True):
            estimates = estimates.add(batch, [restricted(target, part)])
            yield None
        rows += with_events(estimates).rows()
        yield None
    worlds = log.worlds and after(log.worlds, part.start)
    known = true_values(worlds, decisions, targets) if worlds is not None else {}
    checks = log_checks(decisions)
    name = "" if also is None else also[0]
    return LogEvaluation(log, decisions, targets, rows, known, bounds, checks, name)
