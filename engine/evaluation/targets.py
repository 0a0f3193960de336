"""Target policies: the probabilities with which each shows the actions of a log.

Some can be evaluated on any log, rules on the log of a world that is known, and learners on the
events of a loop: those of `engine.evaluation.decisions.usable`, for exactly the log that
`decisions_from` makes of them. Where a simulated world is known, so is the value of most.
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
from engine.evaluation.decisions import Decisions, action_columns, columns_in, context_of
from engine.evaluation.estimators.base import Weighed
from engine.learners.base import Impression, Learner
from engine.learners.belief import Belief
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings, learner_of
from engine.policies.base import Normals, Policy
from engine.policies.greedy import Greedy
from engine.protocol.features import flatten
from engine.protocol.request import RankRequest
from engine.simulation.baselines import RuleTable
from engine.steps import Steps
from engine.streams import stream
from engine.worlds.taste import Context
from engine.worlds.world import World

# -- on any log -----------------------------------------------------------------------


class Target(ABC):
    """A policy that is evaluated.

    Attributes:
        key: its name in results, unlike that of any other in the same evaluation.
    """

    key: str

    @abstractmethod
    def weigh(self, log: Decisions) -> Weighed:
        """The log with the importance weights of this policy."""


@dataclass(frozen=True, slots=True)
class Online(Target):
    """The loop's own policy, as logged."""

    key: str = "online"

    def weigh(self, log: Decisions) -> Weighed:
        return Weighed(log, np.ones(len(log)), log.probabilities)


class Choosing(Target):
    """A policy that is known by the probabilities of its choices."""

    @abstractmethod
    def probabilities(self, log: Decisions) -> Array:
        """Probabilities of showing each action, (N, K), 0 of actions that were not offered."""

    def weigh(self, log: Decisions) -> Weighed:
        chances = self.probabilities(log)
        shown = chances[np.arange(len(log)), log.shown]
        return Weighed(log, log.weigh(shown), chances)


@dataclass(frozen=True, slots=True)
class Baseline(Choosing):
    """The first action that is offered."""

    key: str = "baseline"

    def probabilities(self, log: Decisions) -> Array:
        return certain(log, log.baseline)


@dataclass(frozen=True, slots=True)
class Even(Choosing):
    """All offered actions, equally likely."""

    key: str = "uniform"

    def probabilities(self, log: Decisions) -> Array:
        return np.asarray(log.offered / log.offered.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Fixed(Choosing):
    """One action for everybody; the baseline where it is not offered."""

    action: str

    @property
    def key(self) -> str:  # type: ignore[override]
        return f"action {self.action}"

    def probabilities(self, log: Decisions) -> Array:
        wanted = np.full(len(log), position(log, self.action))
        return certain(log, offered_or_baseline(log, wanted))


@dataclass(frozen=True, slots=True, eq=False)
class Given(Choosing):
    """Probabilities that were computed for exactly the events of one log, (N, K)."""

    key: str
    chances: Array

    def probabilities(self, log: Decisions) -> Array:
        if self.chances.shape != log.offered.shape:
            sentence = f"The chances of {self.key} are those of other events than the log's."
            raise PersonalizerError("BadRequest", sentence, "log")
        return self.chances


def position(log: Decisions, action: str) -> int:
    """Position of an action in a log; -1 if it is none of the log's."""
    return log.actions.index(action) if action in log.actions else -1


def by_context(log: Decisions, actions: Sequence[int]) -> Array:
    """Probabilities of a policy with one action for each context of a log, -1 where it has none;
    the baseline there, and where that is not offered."""
    wanted = np.array(actions, dtype=np.intp)
    chosen = wanted[log.stratum] if len(wanted) else log.baseline
    return certain(log, offered_or_baseline(log, chosen))


def offered_or_baseline(log: Decisions, wanted: NDArray[np.intp]) -> NDArray[np.intp]:
    """Positions of actions, (N,), the baseline's in place of those that were not offered."""
    possible = (wanted >= 0) & log.offered[np.arange(len(log)), wanted]
    return np.where(possible, wanted, log.baseline)


def certain(log: Decisions, chosen: NDArray[np.intp]) -> Array:
    """Probabilities, (N, K), of always showing the actions at these positions, (N,)."""
    chances = np.zeros(log.offered.shape)
    chances[np.arange(len(log)), chosen] = 1.0
    return chances


# -- learners, on the events of a loop ------------------------------------------------


def replaying(
    events: Sequence[EventState], settings: LoopSettings, key: str, seed: int = 0
) -> Steps[Given]:
    """A loop of other settings that learns from this log; a step an event.

    Progressive: it ranks each event before it learns what happened there. So the mean over the log
    is that of a learner while it learns, from rewards of the actions that were shown here.
    """
    (target,) = yield from replaying_all(events, {key: settings}, seed)
    return target


def replaying_all(
    events: Sequence[EventState], candidates: Mapping[str, LoopSettings], seed: int = 0
) -> Steps[list[Given]]:
    """The same for several, by their keys; those that learn alike are one learner."""
    learners: list[tuple[LoopSettings, dict[str, Policy]]] = []
    for key, settings in candidates.items():
        alike = next((p for other, p in learners if other.learns_like(settings)), None)
        if alike is None:
            learners.append((settings, alike := {}))
        alike[key] = settings.policy
    chances: dict[str, Array] = {}
    for settings, policies in learners:
        chances |= yield from _replaying(events, learner_of(settings), policies, Normals(seed))
    return [Given(key, chances[key]) for key in candidates]


def _replaying(
    events: Sequence[EventState], learner: Learner, policies: Mapping[str, Policy], normals: Normals
) -> Steps[dict[str, Array]]:
    """Probabilities of several policies on the beliefs of one learner, each (N, K)."""
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
) -> Steps[Given]:
    """The present beliefs of a loop, with its own policy or another; a step a context.

    It has learned from the very events that judge it, which flatters it: `replaying` does not.
    """
    learner, normals = loop.learner.fork(), Normals(loop.seed)
    return _frozen(events, learner, policy or loop.settings.policy, normals, key)


def greedy(events: Sequence[EventState], loop: LearningLoop) -> Steps[Given]:
    """The best guess of the present beliefs; see `frozen`."""
    return frozen(events, loop, "greedy", Greedy())


def _frozen(
    events: Sequence[EventState], learner: Learner, policy: Policy, normals: Normals, key: str
) -> Steps[Given]:
    columns = action_columns(events)
    chances = np.zeros((len(events), len(columns)))
    known: dict[tuple[str, str, tuple[str, ...]], Array] = {}
    for row, event in enumerate(events):
        request = event.ranked.request
        asked = request.context_text, request.actions_text, request.excluded
        if asked not in known:
            known[asked] = _chances(policy, learner.belief(request), request, normals)
            yield None
        chances[row, _allowed(request, columns)] = known[asked]
    return Given(key, chances)


def _chances(policy: Policy, belief: Belief, request: RankRequest, normals: Normals) -> Array:
    """Probabilities of the non-excluded actions."""
    allowed = belief.only(list(request.allowed))
    return policy.decide(allowed, normals, stream(normals.seed, "probabilities")).probabilities


def _allowed(request: RankRequest, columns: dict[str, int]) -> list[int]:
    return [columns[request.actions[i].id] for i in request.allowed]


# -- in a world that is known ---------------------------------------------------------


class Texts:
    """Contexts of a world by their texts in a log; values that send numbers, tags or nothing at all
    are told by what they send."""

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
        """Parse a text of a log; None if it is no context of the world's."""
        columns: dict[str, set[str]] = {name: set() for name in self._values}
        for column in filter(None, columns_in(text)):
            field = self._fields.get(column)
            if field is None:
                return None
            columns[field].add(column)
        values = {name: known.get(frozenset(columns[name])) for name, known in self._values.items()}
        context = {name: value for name, value in values.items() if value is not None}
        return context if len(context) == len(values) else None


@dataclass(frozen=True, eq=False)
class WorldRule(Choosing):
    """A rule over the fields of a world; the baseline in a context that is none of the world's, and
    where the rule's action is not offered."""

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
    def _texts(self) -> Texts:
        return Texts(self.world)


def truths(world: World, log: Decisions, targets: Iterable[Target]) -> Mapping[str, float]:
    """Mean expected reward of each target, by its key, as far as the world knows it.

    A target that chooses by the context is served to everybody who comes, as often as they come.
    One that is only known for the events of the log is served to its visitors. Nothing is known of
    a log that has other contexts or actions than the world.
    """
    cells = _cells(world, log)
    if cells is None:
        return {}
    columns = [world.position(action) for action in log.actions]
    expected = world.expected_in(cells)[log.stratum][:, columns]
    everybody, values, some = _everybody(world), dict[str, float](), world.some()
    for target in targets:
        is_of_log = isinstance(target, Online | Given)
        chances = target.weigh(log if is_of_log else everybody).probabilities
        if chances is not None:
            earned = (chances * (expected if is_of_log else some.expected)).sum(axis=1)
            weights = None if is_of_log else some.weights
            values[target.key] = float(np.average(earned, weights=weights))
    return values


def _cells(world: World, log: Decisions) -> NDArray[np.intp] | None:
    """The cell of each context of the log; None if one is none of the world's."""
    if not set(log.actions) <= {item.id for item in world.items}:
        return None
    texts = Texts(world)
    known = [context for text in log.contexts if (context := texts.context(text)) is not None]
    if len(known) < len(log.contexts):
        return None
    return np.array([world.cell(context) for context in known], dtype=np.intp)


def _everybody(world: World) -> Decisions:
    """A log of all visitors of a world, in which any action could be shown."""
    cells, stratum = np.unique(world.some().cells, return_inverse=True)
    shape = n, k = len(stratum), len(world.items)
    return Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(context_of(world.request(cell).context) for cell in cells.tolist()),
        stratum=stratum,
        shown=np.zeros(n, dtype=np.intp),
        propensity=cast(Array, np.full(n, 1 / k)),
        reward=np.zeros(n),
        offered=np.ones(shape, dtype=bool),
        baseline=np.zeros(n, dtype=np.intp),
    )
