"""Standings of a race: a fold over the results of its runs, in any order."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.curve_points import rows_of
from engine.evaluation.mean_intervals import Band, Estimate, band, estimate
from engine.experiments.payback_forecast import PaybackForecast, forecast_of_crowds
from engine.experiments.payback_time import PaybackTime, payback_time
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import Failure, Outcome

WINDOW = 20
"""The mean reward of the latest visitors is taken over the last 1 / WINDOW of a curve's points."""
LEAST = 10
"""Minimum of points in the window with one repetition, where no other crowd smooths the curve."""
RARE, ENOUGH = 0.1, 50
"""Mean reward of the best offers below which the window is wider, up to a quarter of the points,
until so many of their rewards are in it, in all repetitions."""
NEAR = 0.05
"""Share of the best offers' mean reward within which a level counts as reached again."""


@dataclass(frozen=True, slots=True)
class Final:
    """Result of a contender over the repetitions finished by all contenders.

    Attributes:
        reward: mean reward a visitor.
        regret: sum of the distances from the best items' expected rewards.
        won: share of repetitions with the highest reward; ties are split.
        recovery: see `Standings.recovery`.
    """

    contender: str
    reward: Estimate
    regret: Estimate
    won: float
    recovery: int | None


@dataclass(frozen=True, slots=True)
class Margin:
    """Lead of the first contender over the second in mean reward, paired by crowd."""

    leader: str
    next: str
    ahead: Estimate

    @property
    def is_clear(self) -> bool:
        """True if the 95 % interval excludes 0."""
        return self.ahead.low > 0


@dataclass(frozen=True, slots=True)
class Believed:
    """The hypothesis with the highest final weight, averaged over repetitions.

    Attributes:
        hypothesis: name.
        weight: final weight.
        since: visitors after which its weight stayed the highest.
        others: number of other hypotheses.
    """

    hypothesis: str
    weight: float
    since: int
    others: int


@dataclass(frozen=True, slots=True)
class ChanceCost:
    """Loss of a contender by random offers, and its distance from the leader, a visitor."""

    lost: float
    behind: float


@dataclass(frozen=True, slots=True)
class SegmentRegret:
    """Regret a visitor of a contender in one segment."""

    contender: str
    field: str
    value: str
    visitors: float
    regret: Estimate


class Standings:
    """State of a race.

    During a race, or after failures, contenders have met different numbers of crowds. All figures
    are over the crowds met by every contender, ignoring failed runs, or over all crowds while there
    is no common one. ``len`` is the number of ended runs, failures included.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._outcomes: dict[str, dict[int, Outcome]] = {c.key: {} for c in plan.contenders}
        self._failed: dict[tuple[int, str], Failure] = {}

    def add(self, result: Outcome | Failure) -> None:
        """Add the result of a run."""
        if isinstance(result, Failure):
            self._failed[result.repetition, result.contender] = result
        else:
            self._outcomes[result.contender][result.repetition] = result

    def __len__(self) -> int:
        return sum(map(len, self._outcomes.values())) + len(self._failed)

    @property
    def failures(self) -> list[Failure]:
        """Failed runs, by repetition."""
        return [self._failed[at] for at in sorted(self._failed)]

    @property
    def keys(self) -> list[str]:
        """Contenders with results, in the order of the plan."""
        return [key for key in self._outcomes if self.outcomes(key)]

    @property
    def shared(self) -> list[int]:
        """Repetitions finished by every contender, without contenders with failures only."""
        failed = {failure.contender for failure in self._failed.values()}
        racing = [set(done) for key, done in self._outcomes.items() if done or key not in failed]
        return sorted(set.intersection(*racing)) if racing else []

    def outcomes(self, contender: str) -> list[Outcome]:
        """Outcomes of a contender in the repetitions that count."""
        outcomes = self._outcomes[contender]
        wanted = self.shared or sorted(outcomes)
        return [outcomes[repetition] for repetition in wanted if repetition in outcomes]

    # -- over the visitors ------------------------------------------------------------

    @property
    def window(self) -> int:
        """Points in the window of the latest visitors."""
        points = len(self.plan.points)
        least = min(LEAST, points) if self.plan.repetitions == 1 else 1
        size = self.plan.world.reward_size
        if size >= RARE:
            return max(points // WINDOW, least)
        visitors = ENOUGH / max(size * self.plan.repetitions, 1e-9)
        enough = math.ceil(visitors * points / self.plan.visitors)
        return max(points // WINDOW, least, min(points // 4, enough))

    @property
    def latest_visitors(self) -> int:
        """Approximate number of visitors in the window."""
        return self.window * self.plan.visitors // len(self.plan.points)

    def recent(self, contender: str) -> Band:
        """Mean reward over a moving window of visitors."""
        return band(self._latest(np.array([o.rewards for o in self.outcomes(contender)])))

    def latest(self, contender: str) -> Estimate:
        """Mean reward of the last visitors, at the end of `recent`."""
        curves = self._latest(np.array([o.rewards for o in self.outcomes(contender)]))
        return estimate(curves[:, -1], 0, 1)

    def regret(self, contender: str) -> Band:
        """Sum of the regret so far."""
        return band(np.array([outcome.regret for outcome in self.outcomes(contender)]))

    def weights(self, contender: str) -> Mapping[str, Array]:
        """Mean weight of each hypothesis; empty for contenders without hypotheses."""
        outcomes = self.outcomes(contender)
        names = outcomes[0].weights if outcomes else ()
        return {name: np.mean([o.weights[name] for o in outcomes], axis=0) for name in names}

    def believed(self, contender: str) -> Believed | None:
        """Hypothesis with the highest final weight; None for contenders without hypotheses."""
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
        """Mean number of visitors from a reshuffle of all tastes to recovery.

        A contender has recovered when the expected reward of its offers over a window is at most
        `NEAR` of the best offers' mean reward below that of the window before the reshuffle, from
        then on. 0 without a drop; None without recovery or without a reshuffle.
        """
        outcomes, points = self.outcomes(contender), self.plan.points
        if self.plan.drift != "halfway" or not outcomes or self.plan.visitors < 2:
            return None
        means = self._latest(np.array([o.expected for o in outcomes])).mean(axis=0)
        change = int(np.searchsorted(points, self.plan.visitors // 2))
        # A window that starts at point i ends at point i + window.
        later = means[change + self.window :]
        back = np.flatnonzero(later >= means[change] - NEAR * self.plan.world.reward_size)
        return int(points[change + back[0]] - points[change]) if len(back) else None

    # -- in the end -------------------------------------------------------------------

    def finals(self) -> list[Final]:
        """Results of all contenders, highest mean reward first."""
        rows, won = [], self._won()
        for key in self.keys:
            means, share = self._means(key), won.get(key, math.nan)
            reward = estimate(means, 0, max(self._best(key), float(means.mean())))
            losses = np.array([outcome.regret[-1] for outcome in self.outcomes(key)])
            regret = estimate(losses, 0, self.plan.visitors)
            rows.append(Final(key, reward, regret, share, self.recovery(key)))
        return sorted(rows, key=lambda final: -final.reward.mean)

    def margin(self) -> Margin | None:
        """Lead of the first contender; None until two contenders have met the same crowds."""
        finals = self.finals()
        if len(finals) < 2 or not self.shared:
            return None
        leader, second = finals[0].contender, finals[1].contender
        return Margin(leader, second, estimate(self._means(leader) - self._means(second)))

    def payback(self, contender: str, baseline: str) -> PaybackTime | None:
        """Visitors until a contender has earned at least what a baseline has; None without common
        crowds."""
        if not self.shared or not {contender, baseline} <= {*self.keys}:
            return None
        return payback_time(self._leads(contender, baseline), self.plan.points)

    def payback_forecast(self, contender: str, baseline: str) -> PaybackForecast | None:
        """Forecast of `payback` beyond the race; None where the race ends without a deficit, and
        if tastes change."""
        is_fair = self.plan.drift == "none" and len(self.shared) > 1 and self.plan.visitors > 3
        if not is_fair or not {contender, baseline} <= {*self.keys}:
            return None
        return forecast_of_crowds(self._leads(contender, baseline), self.plan.points)

    def _leads(self, contender: str, baseline: str) -> Array:
        """Sums of expected rewards over those of a baseline, (R, P), R common crowds."""
        pairs = zip(self.outcomes(contender), self.outcomes(baseline), strict=True)
        return np.array([ours.expected - theirs.expected for ours, theirs in pairs])

    def cost_of_chance(self, contender: str) -> ChanceCost | None:
        """Reward a visitor that a contender lost by random offers, and its gap to the leader.

        None if the leader's paired 95 % interval would exclude 0 even with this loss returned.
        """
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
        """Regret a visitor of each contender in each segment with visitors."""
        rows = []
        for key in self.keys:
            visitors = np.array([outcome.visitors for outcome in self.outcomes(key)])
            losses = np.array([outcome.losses for outcome in self.outcomes(key)])
            for place, (field, value) in enumerate(self.plan.world.segments()):
                came = visitors[:, place] > 0
                if came.any():
                    regret = estimate(losses[came, place] / visitors[came, place], 0, 1)
                    mean = float(visitors[:, place].mean())
                    rows.append(SegmentRegret(key, field.name, value.name, mean, regret))
        return rows

    def _means(self, contender: str) -> Array:
        """Mean reward of each repetition."""
        return np.array([o.rewards[-1] / self.plan.visitors for o in self.outcomes(contender)])

    def _best(self, contender: str) -> float:
        """Mean expected reward of the best offers, which no method exceeds but by luck."""
        sums = [outcome.expected[-1] + outcome.regret[-1] for outcome in self.outcomes(contender)]
        return float(np.mean(sums)) / self.plan.visitors

    def _won(self) -> dict[str, float]:
        """Share of the shared repetitions won by each contender."""
        if not self.shared:
            return {}
        table = np.array([self._means(key) for key in self.keys])
        best = table >= table.max(axis=0) - 1e-12
        shares = (best / best.sum(axis=0)).mean(axis=1)
        return dict(zip(self.keys, shares.tolist(), strict=True))

    # -- to take away -----------------------------------------------------------------

    def curve_rows(self) -> Iterator[Mapping[str, object]]:
        """Rows of all curves: contender, measure, hypothesis, visitor, mean, error, low, high."""
        numbers = self.plan.points.tolist()
        for key in self.keys:
            bands = {"recent_reward": self.recent(key), "cumulative_regret": self.regret(key)}
            for measure, curve in bands.items():
                head = {"contender": key, "measure": measure}
                for visitor, row in zip(numbers, rows_of(asdict(curve)), strict=True):
                    yield {**head, "visitor": visitor, **row}
            for name, weights in self.weights(key).items():
                head = {"contender": key, "measure": "weight", "hypothesis": name}
                for visitor, weight in zip(numbers, weights.tolist(), strict=True):
                    yield {**head, "visitor": visitor, "mean": weight}

    def run_rows(self) -> Iterator[Mapping[str, object]]:
        """Rows of all runs: contender, repetition, seed, mean reward, regret, and by segment."""
        segments = self.plan.world.segments()
        names = [f"regret {field.name}={value.name}" for field, value in segments]
        for key, outcomes in self._outcomes.items():
            for repetition, outcome in sorted(outcomes.items()):
                yield {
                    "contender": key,
                    "repetition": repetition + 1,
                    "seed": outcome.seed,
                    "visitors": self.plan.visitors,
                    "mean_reward": float(outcome.rewards[-1]) / self.plan.visitors,
                    "regret": float(outcome.regret[-1]),
                    **dict(zip(names, outcome.losses.tolist(), strict=True)),
                }
