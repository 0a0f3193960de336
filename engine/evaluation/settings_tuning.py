"""Tuning: try candidate settings on a loop's log, choose one, and judge it on other events.

Each candidate learns the log progressively, see `engine.evaluation.target_policies`. The earlier
half of the events chooses; luck in the choice does not repeat in the later half, which judges. Both
figures are reported, as their difference is the winner's curse. Settings may be applied if they
beat the loop's own record by their mean and by their lower bound, the retired service's rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import PersonalizerError
from engine.evaluation.estimators import Bounds, Interval, Naive, Stratified
from engine.evaluation.logged_decisions import Decisions, decisions_from, usable
from engine.evaluation.offline_evaluation import bounds_of
from engine.evaluation.target_policies import GivenProbabilities, LoggedPolicy, replaying_all
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.policies.thompson import Thompson

FEWEST = 60
"""Events required: 30 to choose, 30 to judge."""
_CROSSES = range(5)
_FLOORS = (0.02, 0.05, 0.1, 0.2)
_AGREEMENTS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Alternative settings.

    Attributes:
        changes: arguments of `LearningLoop.configure` that give a loop these settings.
    """

    key: str
    settings: LoopSettings
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """A candidate's mean reward by the half that chooses, and by the half that judges."""

    candidate: Candidate
    chosen: Interval
    judged: Interval


@dataclass(frozen=True, slots=True)
class Optimisation:
    """Result of a tuning.

    Attributes:
        online: the loop's own record in the half that judges: the mean of the observed rewards.
        tried: candidates in descending order of their estimate in the half that chooses.
    """

    online: Interval
    tried: tuple[CandidateResult, ...]

    @property
    def best(self) -> CandidateResult:
        """The chosen candidate."""
        return self.tried[0]

    @property
    def may_apply(self) -> bool:
        """True if the chosen candidate's mean and lower bound both beat the loop's own."""
        judged = self.best.judged
        return judged.estimate > self.online.estimate and judged.low > self.online.low


def candidates_for(settings: LoopSettings) -> Sequence[Candidate]:
    """Candidates around some settings: fewer or more crosses, other floors and agreements."""
    policy = settings.policy if isinstance(settings.policy, Thompson) else Thompson()
    engine: dict[str, Any] = {"learner": "bayesian", "policy": policy}
    policies = [(f"floor {floor:g}", replace(policy, floor=floor)) for floor in _FLOORS]
    policies += [(f"agreement {draws}", replace(policy, agreement=draws)) for draws in _AGREEMENTS]
    options = [
        *((f"crosses {crosses}", {**engine, "crosses": crosses}) for crosses in _CROSSES),
        *((key, {**engine, "policy": turned}) for key, turned in policies),
    ]
    made = (Candidate(key, replace(settings, **changes), changes) for key, changes in options)
    return [candidate for candidate in made if candidate.settings != settings]


def optimising(
    loop: LearningLoop, candidates: Sequence[Candidate] | None = None
) -> Steps[Optimisation]:
    """Try candidates on a loop's log as it is now; an event of each learner is a step.

    ``BadRequest`` for fewer than `FEWEST` answered events.
    """
    events = usable(loop)
    if len(events) < FEWEST:
        sentence = f"There are {len(events)} answered events, but {FEWEST} are needed."
        raise PersonalizerError("BadRequest", sentence, "log")
    trials = candidates_for(loop.settings) if candidates is None else candidates
    return _optimising(events, trials, loop.seed)


def _optimising(
    events: Sequence[EventState], candidates: Sequence[Candidate], seed: int
) -> Steps[Optimisation]:
    log = decisions_from(events)
    bounds, half = bounds_of(log), len(log) // 2
    earlier_log, later_log = log.take(slice(half)), log.take(slice(half, None))
    settings = {candidate.key: candidate.settings for candidate in candidates}
    targets = yield from replaying_all(events, settings, seed)
    tried = []
    for candidate, target in zip(candidates, targets, strict=True):
        earlier = GivenProbabilities(target.key, target.chances[:half])
        later = GivenProbabilities(target.key, target.chances[half:])
        chosen = _interval(earlier_log, earlier, bounds)
        tried.append(CandidateResult(candidate, chosen, _interval(later_log, later, bounds)))
        yield None
    tried.sort(key=lambda trial: -trial.chosen.estimate)
    online = Naive(bounds).add(LoggedPolicy().weigh(later_log)).interval()
    assert online is not None
    return Optimisation(online, tuple(tried))


def _interval(log: Decisions, target: GivenProbabilities, bounds: Bounds) -> Interval:
    interval = Stratified(bounds).add(target.weigh(log)).interval()
    assert interval is not None
    return interval
