"""Three loops on one crowd: today's baseline, an apprentice, and online from the start.

Visitor number n has the same context and uniform variate in all three loops, and the baseline's
item comes first (common random numbers): differences are due to the loops.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any, Self

import numpy as np

from engine.arrays import Array
from engine.errors import check_number
from engine.evaluation.apprentice_agreement import RECENT_EVENTS, Matching, MatchingRecord
from engine.evaluation.curve_points import rolling_mean, rows_of, thinned
from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.mean_intervals import (
    Estimate,
    estimate_of_differences,
    estimate_of_rewards,
)
from engine.evaluation.switch_value import SwitchValue, switch_value_steps
from engine.experiments.baseline_loop import LazyBaselineLoop
from engine.loop.clock import Clock, utc_now
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LearningMode, LoopSettings
from engine.pausable_steps import Steps, at_once
from engine.protocol.request import RankRequest, parse_rank_request
from engine.simulation.baselines import Baseline
from engine.simulation.simulated_visitors import answer, nth_visitor
from engine.streams import stream
from engine.worlds.world import World

SAMPLED = 200
"""Visitors of a large world for whom the value of going online is estimated."""

ARMS: Mapping[str, LearningMode] = {
    "baseline": "logging_only",
    "apprentice": "apprentice",
    "online": "online",
}
"""The loops, with the mode in which each starts."""


@dataclass(frozen=True, slots=True)
class AutoSwitch:
    """Rule for switching the apprentice online automatically; ``BadRequest`` outside its bounds.

    Attributes:
        share: required match rate as a share of its ceiling, 0 to 1.
        events: number of latest events considered, 10 to 1,000.
    """

    share: float = 0.9
    events: int = 100

    def __post_init__(self) -> None:
        check_number("BadRequest", "share", self.share, 0, 1)
        check_number("BadRequest", "events", self.events, 10, 1_000, whole=True)

    def says(self, record: MatchingRecord) -> bool:
        """Return True to switch, by the events since the last change of the mode."""
        since = record.switches[-1][0] if record.switches else 0
        latest = record.performance(self.events, after=since)
        reached = latest.match_rate >= self.share * latest.highest_match_rate
        return latest.events == self.events and reached


@dataclass(frozen=True, slots=True)
class ComparisonWindow:
    """Visitors between two changes of the apprentice's mode.

    Attributes:
        mode: of the apprentice.
        start, end: numbers of visitors before the first and up to the last.
        matching: performance of the apprentice.
        rewards: of each arm, (visitors,).
    """

    mode: LearningMode
    start: int
    end: int
    matching: Matching
    rewards: Mapping[str, Array]

    def mean(self, arm: str) -> float:
        """Mean reward of an arm; NaN without a visitor."""
        return float(self.rewards[arm].mean()) if self.end > self.start else float("nan")

    def earned(self, arm: str) -> Estimate | None:
        """Mean reward of an arm with its interval; None for fewer than two visitors."""
        return estimate_of_rewards(self.rewards[arm]) if self.end > self.start + 1 else None

    def uplift(self, arm: str) -> Estimate | None:
        """Mean difference from the baseline arm's rewards, paired by visitor; None for fewer than
        two.

        A learning arm improves over time, so the interval is for the mean over these visitors, and
        somewhat too wide.
        """
        more = self.rewards[arm] - self.rewards["baseline"]
        return estimate_of_differences(more) if len(more) > 1 else None

    def worse(self, arm: str) -> int:
        """Number of visitors with a lower reward than in the baseline arm."""
        return int((self.rewards[arm] < self.rewards["baseline"]).sum())

    def better(self, arm: str) -> int:
        """Number of visitors with a higher reward than in the baseline arm."""
        return int((self.rewards[arm] > self.rewards["baseline"]).sum())


class Comparison:
    """A crowd served by three loops at once.

    Attributes:
        foreseen: estimate from the log right before the latest switch to online.

    Args:
        world: of the crowd.
        baseline: today's rule.
        settings: of all three loops, except the learning mode; the baseline learns lazily
            (`LazyBaselineLoop`).
        seed: of the crowd, the loops, and the mood of a baseline.
        auto: rule for switching the apprentice online; None to leave it to a person.
        clock: see `LearningLoop`.
    """

    def __init__(
        self,
        world: World,
        baseline: Baseline,
        settings: LoopSettings | None = None,
        *,
        seed: int = 0,
        auto: AutoSwitch | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.world, self.baseline, self.seed, self.auto = world, baseline, seed, auto
        chosen = settings or LoopSettings()
        self.loops = {
            arm: LazyBaselineLoop(chosen, seed=seed, clock=clock)
            if mode == "logging_only"
            else LearningLoop(replace(chosen, learning_mode=mode), seed=seed, clock=clock)
            for arm, mode in ARMS.items()
        }
        self.foreseen: SwitchValue | None = None
        self._record = MatchingRecord()
        self._curves = {arm: LearningCurve(world) for arm in ARMS}

    @property
    def apprentice(self) -> LearningLoop:
        """The apprentice's loop."""
        return self.loops["apprentice"]

    @property
    def record(self) -> MatchingRecord:
        """The apprentice's choices beside the baseline's, up to the last visitor."""
        self._record.follow(self.apprentice)
        return self._record

    def __len__(self) -> int:
        return len(self.apprentice.events)

    @property
    def is_apprentice(self) -> bool:
        """True if the apprentice is still in apprentice mode."""
        return self.apprentice.settings.learning_mode == "apprentice"

    def stepping(self) -> Steps[None]:
        """Serve one visitor in steps, then switch the apprentice online if due."""
        visitor = nth_visitor(self.world, self.seed, len(self))
        first, *others = self.baseline.possible(visitor.context)
        if others:
            rng = stream(self.seed, "baseline", len(self))
            first = self.baseline.choose(visitor.context, rng)
        request = self.world.request(self.world.cell(visitor.context), first)
        for loop in self.loops.values():
            answer(loop, request, self.world, visitor)
        if self.auto is not None and self.is_apprentice and self.auto.says(self.record):
            yield from self.going_online()

    step = at_once(stepping)
    """The same at once."""

    def rewards(self) -> dict[str, Array]:
        """Rewards of all visitors so far in each arm, (visitors,)."""
        return {arm: self._curve(arm).rewards for arm in ARMS}

    def expected(self, arm: str) -> Array:
        """Expected rewards of the offers to all visitors so far in an arm, (visitors,)."""
        return self._curve(arm).expected

    def _curve(self, arm: str) -> LearningCurve:
        self._curves[arm].follow(self.loops[arm])
        return self._curves[arm]

    @property
    def switches(self) -> list[tuple[int, LearningMode]]:
        """(visitors before, mode) of each change of the apprentice's mode after the first."""
        return self.record.switches[1:]

    def rows(self, points: int = 300, window: int = RECENT_EVENTS) -> Iterator[Mapping[str, float]]:
        """Thinned curves, with the first and the last visitor.

        Yields:
            visitor (from 1) and, for each arm: ``<arm>`` (mean reward of the last ``window``
                visitors), ``<arm>_mean`` (of all so far), ``<arm>_gain`` (sum of rewards less the
                baseline arm's) and ``<arm>_worse`` (visitors with a lower reward than in the
                baseline arm).
        """
        at = thinned(1, len(self), points)
        columns: dict[str, Array] = {"visitor": at.astype(float)}
        rewards = self.rewards()
        for arm, earned in rewards.items():
            more = earned - rewards["baseline"]
            columns[arm] = rolling_mean(earned, at, window)
            columns[f"{arm}_mean"] = rolling_mean(earned, at, len(self))
            columns[f"{arm}_gain"] = np.cumsum(more)[at - 1]
            columns[f"{arm}_worse"] = np.cumsum(more < 0)[at - 1].astype(float)
        return rows_of(columns)

    def table(self) -> list[dict[str, object]]:
        """One row a visitor: context, the baseline's item, and for each arm the shown item and its
        reward; for the apprentice also its own choice and its mode."""
        rows: list[dict[str, object]] = []
        states = zip(*(loop.events.values() for loop in self.loops.values()), strict=True)
        for number, events in enumerate(states, 1):
            arms = dict(zip(self.loops, events, strict=True))
            own = arms["apprentice"].ranked
            rows.append(
                {
                    "visitor": number,
                    "context": ", ".join(own.request.context.columns),
                    "mode": own.mode,
                    "apprentice_choice": own.request.actions[own.chosen].id,
                    "agreement": own.probabilities[own.baseline],
                    **{f"{arm}_shown": state.ranked.action_id for arm, state in arms.items()},
                    **{f"{arm}_reward": state.earned for arm, state in arms.items()},
                }
            )
        return rows

    def stretches(self) -> list[ComparisonWindow]:
        """Windows between changes of the apprentice's mode."""
        rewards, ends = self.rewards(), [*(start for start, _ in self.switches), len(self)]
        known = zip(self.record.switches, ends, self.record.segments(), strict=True)
        return [
            ComparisonWindow(
                mode, start, end, matching, {arm: r[start:end] for arm, r in rewards.items()}
            )
            for (start, mode), end, matching in known
        ]

    def value_online(self) -> float:
        """True expected reward of the apprentice's own choices from now on; for a large world the
        mean over a sample of visitors."""
        world, total = self.world, 0.0
        requests_by_actions: dict[str, list[tuple[RankRequest, float, Array]]] = defaultdict(list)
        for cell, weight, earned in zip(*world.some(SAMPLED), strict=True):
            context = world.contexts[cell]
            firsts = self.baseline.possible(context)
            for first in firsts:
                request = parse_rank_request(world.actions_from(first), world.features(context))
                places = [world.position(action.id) for action in request.actions]
                share = float(weight) / len(firsts)
                requests_by_actions[request.actions_text].append((request, share, earned[places]))
        for alike in requests_by_actions.values():
            requests, weights, rewards = zip(*alike, strict=True)
            chances = self.apprentice.probabilities_online(requests)
            total += float(np.array(weights) @ (chances * np.array(rewards)).sum(axis=1))
        return total

    def going_online(self, foreseen: SwitchValue | None = None) -> Steps[None]:
        """Switch the apprentice online.

        Args:
            foreseen: estimate from the log, if it is known; otherwise it is computed in steps,
                between which no visitor may come.
        """
        if self.is_apprentice:
            self.foreseen = foreseen or (yield from switch_value_steps(self.apprentice))
            self.apprentice.configure(learning_mode="online")

    go_online = at_once(going_online)
    """The same at once."""

    def go_back(self) -> None:
        """Switch the apprentice back to apprentice mode."""
        self.apprentice.configure(learning_mode="apprentice")

    def copy(self) -> Self:
        """Copy the comparison for independent use; it must not change meanwhile."""
        shared = [self.world, *(entry for loop in self.loops.values() for entry in loop.log)]
        known: dict[int, Any] = {id(value): value for value in shared}
        known |= {id(loop.lock): RLock() for loop in self.loops.values()}
        return deepcopy(self, known)
