"""Target policies that a loop's own events are needed for: what it would do now, and learners.

Events are those of `engine.evaluation.decisions.usable`; what is found is for exactly the log that
`decisions_from` makes of them.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.arrays import Array
from engine.evaluation.decisions import columns_of
from engine.evaluation.targets import Given
from engine.learners.base import Impression, Learner
from engine.learners.belief import Belief
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings, learner_of
from engine.policies.base import Normals, Policy
from engine.policies.greedy import Greedy
from engine.protocol.request import RankRequest
from engine.steps import Steps
from engine.streams import stream


def replaying(
    events: Sequence[EventState], settings: LoopSettings, key: str, seed: int = 0
) -> Steps[Given]:
    """What a loop of other settings would have done, had it learned from this log; a step an event.

    Progressive: it says what it would do, then learns what happened. So the mean over the log is
    that of a learner while it learns, from rewards of what was shown here.
    """
    (found,) = yield from replaying_all(events, {key: settings}, seed)
    return found


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
    found: dict[str, Array] = {}
    for settings, policies in learners:
        found |= yield from _replaying(events, learner_of(settings), policies, Normals(seed))
    return [Given(key, found[key]) for key in candidates]


def _replaying(
    events: Sequence[EventState], learner: Learner, policies: Mapping[str, Policy], normals: Normals
) -> Steps[dict[str, Array]]:
    """What each policy would have done with what one learner learned, (N, K)."""
    columns = columns_of(events)
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
    """What the loop would do now, by its own policy or another; a step a context.

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
    columns = columns_of(events)
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
    """Of the non-excluded actions."""
    allowed = belief.only(list(request.allowed))
    return policy.decide(allowed, normals, stream(normals.seed, "probabilities")).probabilities


def _allowed(request: RankRequest, columns: dict[str, int]) -> list[int]:
    return [columns[request.actions[i].id] for i in request.allowed]
