"""Intervals from logs whose propensities were rounded when written.

    python -m tests.benchmarks.rounded --logs 40

Logs are CSV files, read like any user's file, with the propensity of the shown action to one to
four digits. Probabilities are equal for all actions, differ by action, or by action and context;
rewards are rare or frequent; targets are a random action, two single actions, a rule, and separate
probabilities for each context. The constants of `engine.evaluation.files.rounded_probabilities` and
`rounding_doubt` were chosen on three contexts, rates of .02 and .5, and seeds 1 and 2. One line per
setting: number of intervals, number refused as off, and for each estimator the coverage, and the
mean width relative to the same logs with exact propensities.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.estimators import Betting, CressieRead, CressieReadMended, Ips, Snips
from engine.evaluation.files.batch_concatenation import concatenated
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.offline_evaluation import Row, evaluate
from engine.evaluation.target_policies import FixedAction, GivenProbabilities, Target, UniformTarget

ESTIMATORS = (Ips, Snips, CressieRead, CressieReadMended, Betting)
COLUMNS = Columns("action", "reward", "propensity", ("x",))
LEAST = 0.06
"""Minimum probability of an action: a smaller probability rounds to 0, and the log is refused."""
Kind = Literal["uniform", "constant", "context"]
KINDS: Sequence[Kind] = ("uniform", "constant", "context")


@dataclass(frozen=True, eq=False)
class Made:
    """Events of a logging policy.

    Attributes:
        shares, rates: with which actions are shown, and earn, (contexts, K).
        context, shown, reward: of each event, (N,).
    """

    shares: Array
    rates: Array
    context: NDArray[np.intp]
    shown: NDArray[np.intp]
    reward: NDArray[np.bool_]

    def csv(self, digits: int | None) -> bytes:
        """Return a file with propensities of so many digits; with all digits for None."""
        exact = self.shares[self.context, self.shown]
        written = exact if digits is None else exact.round(digits)
        rows = zip(self.context, self.shown, self.reward, written.tolist(), strict=True)
        lines = (f"{x},a{action},{earned:d},{q!r}" for x, action, earned, q in rows)
        return "\n".join(["x,action,reward,propensity", *lines]).encode()

    def targets(self, rng: np.random.Generator) -> Iterator[tuple[Target, float]]:
        """Yield targets and their true values."""
        contexts, actions = self.shares.shape
        picks = rng.integers(actions, size=(contexts,))
        rule = np.eye(actions)[picks]
        mixed = rng.dirichlet(np.full(actions, 2.0), contexts)
        yield UniformTarget(), float(self.rates.mean())
        for action in (0, actions - 1):
            yield FixedAction(f"a{action}"), float(self.rates[:, action].mean())
        yield (
            GivenProbabilities("rule", rule[self.context]),
            float((rule * self.rates).sum(axis=1).mean()),
        )
        yield (
            GivenProbabilities("mixed", mixed[self.context]),
            float((mixed * self.rates).sum(axis=1).mean()),
        )


def made(
    kind: Kind, actions: int, contexts: int, events: int, rate: float, rng: np.random.Generator
) -> Made:
    """Make events at random."""
    shares = np.full((contexts, actions), 1 / actions)
    if kind != "uniform":
        drawn = rng.dirichlet(np.full(actions, 2.5), contexts if kind == "context" else 1)
        shares = LEAST + (1 - LEAST * actions) * np.broadcast_to(drawn, shares.shape)
    rates = np.clip(rate * rng.uniform(0.3, 1.7, shares.shape), 0.0, 0.98)
    context = rng.integers(contexts, size=events)
    beyond = rng.random((events, 1)) > shares[context].cumsum(axis=1)
    shown = beyond.sum(axis=1).clip(max=actions - 1)
    reward = rng.random(events) < rates[context, shown]
    return Made(shares, rates, context, shown, reward)


def rows_of(of: Made, digits: int | None, seed: Sequence[int]) -> list[tuple[Row, float]]:
    """Estimates for each target, and the truth."""
    targets, truths = zip(*of.targets(np.random.default_rng(seed)), strict=True)
    log = concatenated(open_log(of.csv(digits), "log.csv", COLUMNS).batches())
    return list(zip(evaluate([log], targets, ESTIMATORS).rows(), truths, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=int, default=40)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--contexts", type=int, default=5)
    parser.add_argument("--actions", type=int, nargs="+", default=[2, 3, 6, 7])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.05, 0.35])
    parser.add_argument("--seed", type=int, default=400)
    options = parser.parse_args()
    for kind in KINDS:
        for actions in options.actions:
            for rate in options.rates:
                exact = dict[str, float]()
                for digits in (None, 4, 3, 2, 1):
                    intervals, covering, widths, off = (
                        0,
                        Counter[str](),
                        defaultdict[str, float](float),
                        0,
                    )
                    for log in range(options.logs):
                        seed = options.seed, log, actions, round(rate * 100)
                        rng = np.random.default_rng(seed)
                        of = made(kind, actions, options.contexts, options.events, rate, rng)
                        for row, truth in rows_of(of, digits, seed):
                            off += row.is_off
                            intervals += not row.is_off
                            for key, one in row.intervals.items():
                                if one is not None:
                                    covering[key] += one.holds(truth)
                                    widths[key] += one.width
                    if digits is None:
                        exact = {key: width / intervals for key, width in widths.items()}
                    said = (
                        f"{one.key} {covering[one.key] / intervals:.3f} "
                        f"x{widths[one.key] / intervals / exact[one.key]:.2f}"
                        for one in ESTIMATORS
                    )
                    name = f"{kind}, {actions} actions, {rate:g}, {digits or 'all'} digits"
                    print(
                        f"{name}: {intervals + off} intervals, {off} off; {', '.join(said)}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
