"""Where a race stands: a fold over what came of its runs so far, in any order."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.intervals import Band, Estimate, band, estimate
from engine.evaluation.windows import rows_of
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import Failure, Outcome

WINDOW = 20
"""The mean reward of the latest visitors is over a window of 1 / so many of them all."""
LEAST = 10
"""Points in that window at least before one crowd alone, which no other evens out."""
NEAR = 0.05
"""Reward within which a level counts as reached again."""


@dataclass(frozen=True, slots=True)
class Final:
    """How a contender stands, over the repetitions that all have finished.

    Attributes:
        reward: mean reward a visitor.
        regret: sum of what the best items' expected rewards exceed the shown ones' by.
        won: share of the repetitions in which nobody earned more; a tie is shared.
        recovery: see `Standings.recovery`.
    """

    contender: str
    reward: Estimate
    regret: Estimate
    won: float
    recovery: int | None


@dataclass(frozen=True, slots=True)
class Margin:
    """By how much the leader is ahead of the next, in mean reward, crowd by crowd."""

    leader: str
    next: str
    ahead: Estimate

    @property
    def is_clear(self) -> bool:
        """Whether the 95 % interval leaves out that there is no difference."""
        return self.ahead.low > 0


@dataclass(frozen=True, slots=True)
class Believed:
    """The hypothesis that is believed most in the end, mean over the repetitions.

    Attributes:
        hypothesis: its name.
        weight: how far it is believed in the end.
        since: visitors after which it was believed most ever since.
        others: how many others there were.
    """

    hypothesis: str
    weight: float
    since: int
    others: int


@dataclass(frozen=True, slots=True)
class ChanceCost:
    """What offers by chance lost a contender, and how far it is behind the leader, a visitor."""

    lost: float
    behind: float


@dataclass(frozen=True, slots=True)
class SegmentRegret:
    """Regret of a contender a visitor, among those with one value of a field."""

    contender: str
    field: str
    value: str
    visitors: float
    regret: Estimate


class Standings:
    """What is known of a race.

    While it runs, or when runs have failed, some contenders have met more crowds than others;
    all figures are over the crowds that everybody has met, but for who failed in each, or over
    all there is until there is one. ``len`` is how many runs have ended, well or not.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._found: dict[str, dict[int, Outcome]] = {c.key: {} for c in plan.contenders}
        self._failed: dict[tuple[int, str], Failure] = {}

    def add(self, result: Outcome | Failure) -> None:
        """Fold in what came of a run."""
        if isinstance(result, Failure):
            self._failed[result.repetition, result.contender] = result
        else:
            self._found[result.contender][result.repetition] = result

    def __len__(self) -> int:
        return sum(map(len, self._found.values())) + len(self._failed)

    @property
    def failures(self) -> list[Failure]:
        """The runs that failed, by repetition."""
        return [self._failed[at] for at in sorted(self._failed)]

    @property
    def keys(self) -> list[str]:
        """Contenders with anything to show, in the order of the plan."""
        return [key for key in self._found if self.outcomes(key)]

    @property
    def shared(self) -> list[int]:
        """Repetitions that every contender has finished, but for those who only failed so far."""
        failed = {failure.contender for failure in self._failed.values()}
        racing = [set(found) for key, found in self._found.items() if found or key not in failed]
        return sorted(set.intersection(*racing)) if racing else []

    def outcomes(self, contender: str) -> list[Outcome]:
        """The outcomes of a contender that figures are over."""
        found = self._found[contender]
        wanted = self.shared or sorted(found)
        return [found[repetition] for repetition in wanted if repetition in found]

    # -- over the visitors ------------------------------------------------------------

    @property
    def window(self) -> int:
        """Points in the window of the latest visitors."""
        points = len(self.plan.points)
        least = min(LEAST, points) if self.plan.repetitions == 1 else 1
        return max(points // WINDOW, least)

    @property
    def latest_visitors(self) -> int:
        """About how many visitors that is."""
        return self.window * self.plan.visitors // len(self.plan.points)

    def recent(self, contender: str) -> Band:
        """Mean reward of the latest visitors."""
        return band(self._latest(np.array([o.rewards for o in self.outcomes(contender)])))

    def latest(self, contender: str) -> Estimate:
        """Mean reward of the last visitors, at the end of `recent`."""
        curves = self._latest(np.array([o.rewards for o in self.outcomes(contender)]))
        return estimate(curves[:, -1], 0, 1)

    def regret(self, contender: str) -> Band:
        """Sum of the regret so far."""
        return band(np.array([outcome.regret for outcome in self.outcomes(contender)]))

    def weights(self, contender: str) -> Mapping[str, Array]:
        """Mean weight of each hypothesis; nothing for contenders that have none."""
        outcomes = self.outcomes(contender)
        names = outcomes[0].weights if outcomes else ()
        return {name: np.mean([o.weights[name] for o in outcomes], axis=0) for name in names}

    def believed(self, contender: str) -> Believed | None:
        """The hypothesis that it believes most; None for contenders that have none."""
        weights = self.weights(contender)
        if not weights:
            return None
        table = np.array(list(weights.values()))
        best = int(table[:, -1].argmax())
        behind = np.flatnonzero(table.argmax(axis=0) != best)
        since = int(self.plan.points[behind[-1]]) if len(behind) else 0
        return Believed([*weights][best], float(table[best, -1]), since, len(table) - 1)

    def _latest(self, sums: Array) -> Array:
        """Means over the window up to each point, of sums (repetitions, P)."""
        at = np.concatenate([[0], self.plan.points])
        padded = np.concatenate([np.zeros((len(sums), 1)), sums], axis=1)
        first = np.maximum(np.arange(1, len(at)) - self.window, 0)
        means: Array = (sums - padded[:, first]) / (at[1:] - at[first])
        return means

    def recovery(self, contender: str) -> int | None:
        """Visitors from a reshuffle of all tastes until the contender is back, on average.

        Back means that what it shows from there on is expected to earn, over a window, at
        most `NEAR` less than in the window before the reshuffle. 0 if it never fell; None if it
        is not back, or if there was no reshuffle.
        """
        outcomes, points = self.outcomes(contender), self.plan.points
        if self.plan.drift != "halfway" or not outcomes or self.plan.visitors < 2:
            return None
        means = self._latest(np.array([o.expected for o in outcomes])).mean(axis=0)
        change = int(np.searchsorted(points, self.plan.visitors // 2))
        # A window that starts at point i ends at point i + window.
        later = means[change + self.window :]
        back = np.flatnonzero(later >= means[change] - NEAR)
        return int(points[change + back[0]] - points[change]) if len(back) else None

    # -- in the end -------------------------------------------------------------------

    def finals(self) -> list[Final]:
        """How each contender stands, the one who earns most first."""
        found, won = [], self._won()
        for key in self.keys:
            reward, share = estimate(self._means(key), 0, 1), won.get(key, math.nan)
            losses = np.array([outcome.regret[-1] for outcome in self.outcomes(key)])
            regret = estimate(losses, 0, self.plan.visitors)
            found.append(Final(key, reward, regret, share, self.recovery(key)))
        return sorted(found, key=lambda final: -final.reward.mean)

    def margin(self) -> Margin | None:
        """Who is ahead of whom, once two have met the same crowds."""
        finals = self.finals()
        if len(finals) < 2 or not self.shared:
            return None
        leader, second = finals[0].contender, finals[1].contender
        return Margin(leader, second, estimate(self._means(leader) - self._means(second)))

    def cost_of_chance(self, contender: str) -> ChanceCost | None:
        """What its offers by chance lost it, if they may have lost it the race: without that loss
        the leader would not be clearly ahead, crowd by crowd. None else."""
        finals = self.finals()
        leader = finals[0].contender if finals and self.shared else contender
        if contender == leader or contender not in self.keys:
            return None
        lost = np.array([o.chance for o in self.outcomes(contender)]) / self.plan.visitors
        behind = self._means(leader) - self._means(contender)
        if not lost.any() or estimate(behind - lost).low > 0:
            return None
        return ChanceCost(float(lost.mean()), float(behind.mean()))

    def segments(self) -> list[SegmentRegret]:
        """Regret a visitor of each contender in each segment that anybody came from."""
        found = []
        for key in self.keys:
            visitors = np.array([outcome.visitors for outcome in self.outcomes(key)])
            losses = np.array([outcome.losses for outcome in self.outcomes(key)])
            for place, (field, value) in enumerate(self.plan.world.segments()):
                came = visitors[:, place] > 0
                if came.any():
                    regret = estimate(losses[came, place] / visitors[came, place], 0, 1)
                    mean = float(visitors[:, place].mean())
                    found.append(SegmentRegret(key, field.name, value.name, mean, regret))
        return found

    def _means(self, contender: str) -> Array:
        """Mean reward of each repetition."""
        return np.array([o.rewards[-1] / self.plan.visitors for o in self.outcomes(contender)])

    def _won(self) -> dict[str, float]:
        """Share of the shared repetitions that each contender has won."""
        if not self.shared:
            return {}
        table = np.array([self._means(key) for key in self.keys])
        best = table >= table.max(axis=0) - 1e-12
        shares = (best / best.sum(axis=0)).mean(axis=1)
        return dict(zip(self.keys, shares.tolist(), strict=True))

    # -- to take away -----------------------------------------------------------------

    def curve_rows(self) -> Iterator[Mapping[str, object]]:
        """Every curve, long: contender, measure, hypothesis, visitor, mean, error, low, high."""
        numbers = self.plan.points.tolist()
        for key in self.keys:
            bands = {"recent_reward": self.recent(key), "cumulative_regret": self.regret(key)}
            for measure, found in bands.items():
                head = {"contender": key, "measure": measure}
                for visitor, row in zip(numbers, rows_of(asdict(found)), strict=True):
                    yield {**head, "visitor": visitor, **row}
            for name, weights in self.weights(key).items():
                head = {"contender": key, "measure": "weight", "hypothesis": name}
                for visitor, weight in zip(numbers, weights.tolist(), strict=True):
                    yield {**head, "visitor": visitor, "mean": weight}

    def run_rows(self) -> Iterator[Mapping[str, object]]:
        """Every run: contender, repetition, seed, mean reward, regret, and by segment."""
        segments = self.plan.world.segments()
        names = [f"regret {field.name}={value.name}" for field, value in segments]
        for key, found in self._found.items():
            for repetition, outcome in sorted(found.items()):
                yield {
                    "contender": key,
                    "repetition": repetition + 1,
                    "seed": outcome.seed,
                    "visitors": self.plan.visitors,
                    "mean_reward": float(outcome.rewards[-1]) / self.plan.visitors,
                    "regret": float(outcome.regret[-1]),
                    **dict(zip(names, outcome.losses.tolist(), strict=True)),
                }
