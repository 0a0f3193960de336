"""What a loop in some state answers, and why: belief, chances, choice. Nothing changes here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import TypeVar

import numpy as np

from engine.arrays import Array
from engine.learners.base import Group, Learner
from engine.learners.belief import Belief
from engine.loop.entries import Ranked
from engine.loop.state import LoopState
from engine.policies.base import Decision, Normals
from engine.protocol.request import RankRequest
from engine.streams import digest, stream

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a loop answers; `LearningLoop` has each public method under the same name.

    Attributes:
        seed: of its choices.
        normals: draws that all its decisions share.
        state: the fold of its log; read only.
    """

    seed: int
    normals: Normals
    state: LoopState

    def probabilities(self, request: RankRequest) -> Array:
        """How likely each non-excluded action is to be chosen, (K,)."""
        return self._choose(request, stream(self.seed, "probabilities"))[1].probabilities

    def probabilities_online(self, request: RankRequest, learner: Learner | None = None) -> Array:
        """The same as if the loop were online now, with its own learner or another."""
        belief = (learner or self.state.learner).belief(request)
        return self._decide_by(belief, request, stream(self.seed, "probabilities")).probabilities

    def contributions(self, ranked: Ranked) -> Mapping[Group, float]:
        """What each group of context fields adds to the mean reward of the shown action."""
        return self.state.learner.contributions(ranked.impression, self._is_online)

    def decide(self, request: RankRequest, now: datetime) -> Ranked:
        """What is shown and why, with the request's event id or the next free one."""
        event_id = request.event_id or self._next_event_id()
        allowed, size = list(request.allowed), len(request.actions)
        scores, decision = self._choose(request, stream(self.seed, "decision", event_id))
        draw = decision.draw
        shown, propensity = self._show(event_id, decision)
        return Ranked(
            event_id=event_id,
            time=now,
            request=replace(request, event_id=event_id),
            probabilities=_placed(decision.probabilities, allowed, [0.0] * size),
            errors=_placed(decision.errors, allowed, [0.0] * size),
            means=tuple(scores.mean.tolist()),
            sds=tuple(scores.sd.tolist()),
            hypothesis=None if decision.part is None else scores.sources[decision.part],
            draw=None if draw is None else _placed(draw, allowed, [None] * size),
            chosen=allowed[decision.chosen],
            cause=decision.cause,
            mode=self.state.settings.learning_mode,
            shown=allowed[shown],
            propensity=propensity,
        )

    def _show(self, event_id: str, decision: Decision) -> tuple[int, float]:
        """Which of the non-excluded actions is shown, and with which probability."""
        if self.state.settings.learning_mode == "online":
            return decision.chosen, float(decision.probabilities[decision.chosen])
        size, share = len(decision.probabilities), 0.0
        shown = 0
        if self.state.settings.learning_mode == "apprentice" and size > 1:
            share = self.state.settings.apprentice_exploration
            rng = stream(self.seed, "apprentice", event_id)
            if rng.random() < share:
                shown = int(rng.integers(size))
        return shown, share / size + (1 - share) * (shown == 0)

    def _choose(self, request: RankRequest, rng: np.random.Generator) -> tuple[Belief, Decision]:
        """The belief about all actions, and what is chosen among the non-excluded ones."""
        belief, mode = self.belief(request), self.state.settings.learning_mode
        if mode == "logging_only":
            certain = np.eye(len(request.allowed))[0]
            return belief, Decision(certain, np.zeros(len(certain)), 0, "baseline")
        likeness = self.state.learner.likeness(request) if mode == "apprentice" else None
        if likeness is not None:
            decision = self._decide_by(likeness, request, rng)
            return belief, replace(decision, draw=None, part=None)
        return belief, self._decide_by(belief, request, rng)

    def belief(self, request: RankRequest) -> Belief:
        """The belief in this mode; by rewards alone, unless online."""
        return self.state.learner.belief(request, self._is_online)

    @property
    def _is_online(self) -> bool:
        return self.state.settings.learning_mode == "online"

    def _decide_by(
        self, scores: Belief, request: RankRequest, rng: np.random.Generator
    ) -> Decision:
        """What the policy chooses among the non-excluded actions."""
        allowed = list(request.allowed)
        if len(allowed) < len(request.actions):
            scores = scores.only(allowed)
        return self.state.settings.policy.decide(scores, self.normals, rng)

    def _next_event_id(self) -> str:
        """An id that depends on the seed and the number of events alone, unused so far."""
        ids = (event_id_of(self.seed, number) for number in count(len(self.state.events)))
        return next(event_id for event_id in ids if event_id not in self.state.events)


def event_id_of(seed: int, number: int) -> str:
    """The id of a loop's event ``number``, counted from 0, if its caller gives none."""
    return digest(seed, "id", number).hex()[:16]


def _placed(values: Array, at: Sequence[int], whole: list[T]) -> tuple[T | float, ...]:
    """``whole`` with the values put where they belong."""
    placed: list[T | float] = [*whole]
    for position, value in zip(at, values.tolist(), strict=True):
        placed[position] = value
    return tuple(placed)
