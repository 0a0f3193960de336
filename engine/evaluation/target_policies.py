"""Target policies: the probabilities with which each shows the actions of a log.

There are three kinds:

- policies that need only a log: baseline, uniform, one action for everybody, the logged policy;
- rules over the fields of a world (`WorldRule`), for logs of that world;
- learners, replayed on the events of a loop. Pass the `usable` events, and evaluate on the
  `decisions_from` them: rows are matched by position.

`truths` returns the true values in a simulated world.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import PersonalizerError
from engine.evaluation.estimators.base import WeightedDecisions
from engine.evaluation.logged_decisions import Decisions, action_columns, columns_in, context_of
from engine.learners.base import Impression, Learner
from engine.learners.belief import Belief
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings, learner_of
from engine.pausable_steps import Steps
from engine.policies.base import Normals, Policy
from engine.policies.greedy import Greedy
from engine.protocol.features import flatten
from engine.protocol.request import RankRequest
from engine.simulation.baselines import RuleTable
from engine.streams import stream
from engine.worlds.taste import Context
from engine.worlds.world import World

# -- on any log -----------------------------------------------------------------------


class Target(ABC):
    """A policy to evaluate.

    Attributes:
        key: its name in results, unique within an evaluation.
    """

    key: str

    @abstractmethod
    def weigh(self, log: Decisions) -> WeightedDecisions:
        """Weigh a log by the importance weights of this policy."""


@dataclass(frozen=True, slots=True)
class LoggedPolicy(Target):
    """The loop's own policy, as logged."""

    key: str = "online"

    def weigh(self, log: Decisions) -> WeightedDecisions:
        return WeightedDecisions(log, np.ones(len(log)), log.probabilities)


class ProbabilityTarget(Target):
    """Policy given by its probabilities."""

    @abstractmethod
    def probabilities(self, log: Decisions) -> Array:
        """Probabilities of each action, (N, K), 0 for actions not offered."""

    def weigh(self, log: Decisions) -> WeightedDecisions:
        chances = self.probabilities(log)
        of_shown = chances[np.arange(len(log)), log.shown]
        return WeightedDecisions(log, log.weigh(of_shown), chances)


@dataclass(frozen=True, slots=True)
class Baseline(ProbabilityTarget):
    """The first action offered."""

    key: str = "baseline"

    def probabilities(self, log: Decisions) -> Array:
        return certain(log, log.baseline)


@dataclass(frozen=True, slots=True)
class UniformTarget(ProbabilityTarget):
    """Uniform choice among the actions offered."""

    key: str = "uniform"

    def probabilities(self, log: Decisions) -> Array:
        return np.asarray(log.offered / log.offered.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class FixedAction(ProbabilityTarget):
    """One action for every visitor; the baseline if it is not offered."""

    action: str

    @property
    def key(self) -> str:  # type: ignore[override]
        return f"action {self.action}"

    def probabilities(self, log: Decisions) -> Array:
        wanted = np.full(len(log), position(log, self.action))
        return certain(log, offered_or_baseline(log, wanted))


@dataclass(frozen=True, slots=True, eq=False)
class GivenProbabilities(ProbabilityTarget):
    """Probabilities computed for exactly the events of one log, (N, K)."""

    key: str
    chances: Array

    def probabilities(self, log: Decisions) -> Array:
        if self.chances.shape != log.offered.shape:
            sentence = f"The probabilities of {self.key} are not those of the log's events."
            raise PersonalizerError("BadRequest", sentence, "log")
        return self.chances


def position(log: Decisions, action: str) -> int:
    """Position of an action in a log; -1 if absent."""
    return log.actions.index(action) if action in log.actions else -1


def by_context(log: Decisions, actions: Sequence[int]) -> Array:
    """Probabilities of a policy with one action per context of a log: the position of the action,
    -1 for the baseline, which also replaces actions not offered."""
    positions = np.array(actions, dtype=np.intp)
    chosen = positions[log.context_index] if len(positions) else log.baseline
    return certain(log, offered_or_baseline(log, chosen))


def offered_or_baseline(log: Decisions, wanted: NDArray[np.intp]) -> NDArray[np.intp]:
    """Positions of actions, (N,), with the baseline in place of actions not offered."""
    possible = (wanted >= 0) & log.offered[np.arange(len(log)), wanted]
    return np.where(possible, wanted, log.baseline)


def certain(log: Decisions, chosen: NDArray[np.intp]) -> Array:
    """Probabilities, (N, K), of a policy that always shows the actions at these positions, (N,)."""
    chances = np.zeros(log.offered.shape)
    chances[np.arange(len(log)), chosen] = 1.0
    return chances


# -- learners, on the events of a loop ------------------------------------------------


def replaying(
    events: Sequence[EventState], settings: LoopSettings, key: str, seed: int = 0
) -> Steps[GivenProbabilities]:
    """Policy of a loop with other settings that learns from this log; an event is a step.

    Progressive: each event is ranked before it is learned. So the mean over the log is that of a
    learner while it learns, from rewards of the actions shown in this log.
    """
    (target,) = yield from replaying_all(events, {key: settings}, seed)
    return target


def replaying_all(
    events: Sequence[EventState], candidates: Mapping[str, LoopSettings], seed: int = 0
) -> Steps[list[GivenProbabilities]]:
    """Replay several settings by their keys, see `replaying`; equal learners are shared."""
    learners: list[tuple[LoopSettings, dict[str, Policy]]] = []
    for key, settings in candidates.items():
        alike = next((p for other, p in learners if other.learns_like(settings)), None)
        if alike is None:
            learners.append((settings, alike := {}))
        alike[key] = settings.policy
    chances: dict[str, Array] = {}
    for settings, policies in learners:
        chances |= yield from _replaying(events, learner_of(settings), policies, Normals(seed))
    return [GivenProbabilities(key, chances[key]) for key in candidates]


def _replaying(
    events: Sequence[EventState], learner: Learner, policies: Mapping[str, Policy], normals: Normals
) -> Steps[dict[str, Array]]:
    """Probabilities of several policies on the beliefs of one learner, (N, K) each."""
    columns = action_columns(events)
    chances = {key: np.zeros((len(events), len(columns))) for key in policies}
    for row, event in enumerate(events):
        ranked, request = event.ranked, event.ranked.request
        belief = learner.belief(request)
        for key, policy in policies.items():
            chosen = _chances(policy, belief, request, normals)
            chances[key][row, _allowed(request, columns)] = chosen
        impression = Impression(request, ranked.shown, ranked.shown, ranked.propensity)
        yield from learner.learning(impression, event.earned or 0.0)
        yield None
    return chances


def frozen(
    events: Sequence[EventState], loop: LearningLoop, key: str, policy: Policy | None = None
) -> Steps[GivenProbabilities]:
    """Present beliefs of a loop, with its own policy or another; a context is a step.

    The loop has learned from the same events, which biases the estimate upwards; see `replaying`.
    """
    learner, normals = loop.learner.fork(), Normals(loop.seed)
    return _frozen(events, learner, policy or loop.settings.policy, normals, key)


def greedy(events: Sequence[EventState], loop: LearningLoop) -> Steps[GivenProbabilities]:
    """Action with the highest present mean; see `frozen`."""
    return frozen(events, loop, "greedy", Greedy())


def _frozen(
    events: Sequence[EventState], learner: Learner, policy: Policy, normals: Normals, key: str
) -> Steps[GivenProbabilities]:
    columns = action_columns(events)
    chances = np.zeros((len(events), len(columns)))
    known: dict[tuple[str, str, tuple[str, ...]], Array] = {}
    for row, event in enumerate(events):
        request = event.ranked.request
        identity = request.context_text, request.actions_text, request.excluded
        if identity not in known:
            known[identity] = _chances(policy, learner.belief(request), request, normals)
            yield None
        chances[row, _allowed(request, columns)] = known[identity]
    return GivenProbabilities(key, chances)


def _chances(policy: Policy, belief: Belief, request: RankRequest, normals: Normals) -> Array:
    """Probabilities of the allowed actions."""
    allowed = belief.only(list(request.allowed))
    return policy.decide(allowed, normals, stream(normals.seed, "probabilities")).probabilities


def _allowed(request: RankRequest, columns: dict[str, int]) -> list[int]:
    return [columns[request.actions[i].id] for i in request.allowed]


# -- in a known world -----------------------------------------------------------------


class ContextTexts:
    """Parser of context texts in a log of a world; values are identified by the columns that they
    send, which may be numbers, tags or none."""

    def __init__(self, world: World) -> None:
        self._values: dict[str, dict[frozenset[str], str]] = {}
        self._fields: dict[str, str] = {}
        for field in world.fields:
            of_field = self._values[field.name] = {}
            for value in field.values:
                sent = flatten(world.features({field.name: value.name}), "context")
                columns = frozenset(filter(None, columns_in(context_of(sent))))
                of_field[columns] = value.name
                self._fields |= dict.fromkeys(columns, field.name)

    def context(self, text: str) -> Context | None:
        """Parse a text of a log; None if it is not a context of the world."""
        columns: dict[str, set[str]] = {name: set() for name in self._values}
        for column in filter(None, columns_in(text)):
            field = self._fields.get(column)
            if field is None:
                return None
            columns[field].add(column)
        values = {
            name: value_of.get(frozenset(columns[name])) for name, value_of in self._values.items()
        }
        context = {name: value for name, value in values.items() if value is not None}
        return context if len(context) == len(values) else None


@dataclass(frozen=True, eq=False)
class WorldRule(ProbabilityTarget):
    """Rule over the fields of a world; the baseline in contexts outside the world, and if the
    rule's action is not offered."""

    world: World
    rule: RuleTable
    key: str = "rules"

    def probabilities(self, log: Decisions) -> Array:
        return by_context(log, [self._action(log, text) for text in log.contexts])

    def _action(self, log: Decisions, text: str) -> int:
        context = self._texts.context(text)
        if context is None:
            return -1
        return position(log, self.rule.table[tuple(context[field] for field in self.rule.fields)])

    @cached_property
    def _texts(self) -> ContextTexts:
        return ContextTexts(self.world)


def truths(world: World, log: Decisions, targets: Iterable[Target]) -> Mapping[str, float]:
    """Mean expected reward of each target, by its key, as far as the world knows it.

    A target that chooses by context is averaged over the world's visitors by frequency; a target
    known only for the events of the log, over those events. Empty for a log with contexts or
    offers outside the world.
    """
    cells = _cells(world, log)
    if cells is None:
        return {}
    known = {item.id for item in world.items}
    columns = [at for at, action in enumerate(log.actions) if action in known]
    places = [world.position(log.actions[at]) for at in columns]
    expected = np.zeros(log.offered.shape)
    expected[:, columns] = world.expected_in(cells)[log.context_index][:, places]
    everybody, values, some = _everybody(world), dict[str, float](), world.some()
    for target in targets:
        is_of_log = isinstance(target, LoggedPolicy | GivenProbabilities)
        chances = target.weigh(log if is_of_log else everybody).probabilities
        if chances is not None:
            earned = (chances * (expected if is_of_log else some.expected)).sum(axis=1)
            weights = None if is_of_log else some.weights
            values[target.key] = float(np.average(earned, weights=weights))
    return values


def _cells(world: World, log: Decisions) -> NDArray[np.intp] | None:
    """Cell of each context of the log; None if any is outside the world."""
    offered = {log.actions[at] for at in np.flatnonzero(log.offered.any(axis=0))}
    if not offered <= {item.id for item in world.items}:
        return None
    texts = ContextTexts(world)
    contexts = [context for text in log.contexts if (context := texts.context(text)) is not None]
    if len(contexts) < len(log.contexts):
        return None
    return np.array([world.cell(context) for context in contexts], dtype=np.intp)


def _everybody(world: World) -> Decisions:
    """Log of a world's visitors in which any action could be shown."""
    cells, context_index = np.unique(world.some().cells, return_inverse=True)
    shape = n, k = len(context_index), len(world.items)
    return Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(context_of(world.request(cell).context) for cell in cells.tolist()),
        context_index=context_index,
        shown=np.zeros(n, dtype=np.intp),
        propensity=cast(Array, np.full(n, 1 / k)),
        reward=np.zeros(n),
        offered=np.ones(shape, dtype=bool),
        baseline=np.zeros(n, dtype=np.intp),
    )
