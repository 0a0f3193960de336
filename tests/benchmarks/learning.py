"""Rewards of the default settings on the coffee table, compared with other settings.

    python tests/benchmarks/learning.py

Mean reward of segments of visitors, averaged over seeds, with the standard error of the average.
All settings meet the same visitors with the same luck, so the last column, the difference from the
defaults seed by seed, is the most precise comparison.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings, Thompson, Uniform
from engine.arrays import Array
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.learners.bayesian.row_form import RowForm, context_scales
from engine.learners.crosses import symmetric_polynomials
from engine.protocol.features import Features
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE

STRETCHES = ((1, 100), (401, 500), (901, 1_000), (1, 1_000), (4_501, 5_000))
"""First and last visitor, counted from 1."""
COMPARED = (1, 1_000)
"""The stretch of the last column."""
WORKERS = 2


def flat_scales(context: Features, form: RowForm) -> tuple[Array, float]:
    """All terms of all orders share one norm, so orders with more terms weigh more."""
    squares: dict[str, float] = {}
    for column, value in context.columns.items():
        field = context.fields[column]
        squares[field] = squares.get(field, 0.0) + value * value
    own = symmetric_polynomials(np.array(list(squares.values())), form.crosses)
    return np.full_like(own, 1.0 / np.sqrt(own.sum())), 1.0


@dataclass(frozen=True)
class Variant:
    """A loop's settings, and its weighting of the orders of crosses."""

    settings: LoopSettings
    scales: Callable[[Features, RowForm], tuple[Array, float]] = context_scales


DEFAULT = "defaults"
VARIANTS = {
    DEFAULT: Variant(LoopSettings()),
    "no change of tastes": Variant(LoopSettings(may_change=False)),
    **{f"only {h}": Variant(LoopSettings(hypotheses=(h,))) for h in HYPOTHESES},
    "crosses 2": Variant(LoopSettings(crosses=2)),
    "crosses 1": Variant(LoopSettings(crosses=1)),
    "crosses on one flat scale": Variant(LoopSettings(), flat_scales),
    "Thompson, floor 0": Variant(LoopSettings(policy=Thompson(floor=0.0))),
    "epsilon-greedy 0.2": Variant(LoopSettings(policy=EpsilonGreedy(0.2))),
    "greedy": Variant(LoopSettings(policy=Greedy())),
    "uniform": Variant(LoopSettings(policy=Uniform())),
}
TRUTH = {
    "(truth) uniform": COFFEE.uniform_value,
    "(truth) best single drink": COFFEE.single_value,
    "(truth) best drink for each": COFFEE.best_value,
}


def rewards(run: tuple[str, int, int]) -> list[float]:
    """Reward of each visitor in a run: (name of the variant, seed, visitors)."""
    name, seed, visitors = run
    variant = VARIANTS[name]
    loop = LearningLoop(variant.settings, seed=seed)
    with patch("engine.learners.bayesian.row_kernels.context_scales", variant.scales):
        for _ in crowd(loop, COFFEE, visitors):
            pass
    return [state.rewards[0] for state in loop.events.values()]


def simulate(seeds: int, visitors: int) -> dict[str, Array]:
    """Rewards of every variant: name -> (seeds, visitors)."""
    runs = list(product(VARIANTS, range(seeds), (visitors,)))
    with ProcessPoolExecutor(WORKERS) as pool:
        table = np.array(list(pool.map(rewards, runs)))
    return dict(zip(VARIANTS, table.reshape(len(VARIANTS), seeds, visitors), strict=True))


def over(stretch: tuple[int, int], table: Array) -> Array:
    """Mean reward of a stretch of visitors, seed by seed."""
    first, last = stretch
    result: Array = table[:, first - 1 : last].mean(axis=1)
    return result


def with_error(values: Array, sign: str = "") -> str:
    """Mean over seeds and its standard error."""
    if len(values) < 2:
        return f"{values.mean():{sign}.3f}"
    return f"{values.mean():{sign}.3f} ±{values.std(ddof=1) / np.sqrt(len(values)):.3f}"


def label(stretch: tuple[int, int]) -> str:
    return f"{stretch[0]:,}-{stretch[1]:,}"


def report(tables: dict[str, Array], visitors: int) -> pd.DataFrame:
    """One row for each variant and each line of the truth."""
    stretches = [stretch for stretch in STRETCHES if stretch[1] <= visitors]
    rows = []
    for name, table in tables.items():
        row = {"": name} | {label(s): with_error(over(s, table)) for s in stretches}
        if COMPARED in stretches and name != DEFAULT:
            gap = over(COMPARED, table) - over(COMPARED, tables[DEFAULT])
            row |= {f"{label(COMPARED)} less defaults": with_error(gap, "+")}
        rows.append(row)
    for name, value in TRUTH.items():
        rows.append({"": name} | {label(s): f"{value:.3f}" for s in stretches})
    return pd.DataFrame(rows).fillna("")


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0, 1, ... of each variant")
    parser.add_argument("--visitors", type=int, default=5_000, help="visitors of each run")
    options = parser.parse_args()

    tables = simulate(options.seeds, options.visitors)
    print(f"Coffee, mean reward of visitors, {options.seeds} seeds ± standard error")
    print(report(tables, options.visitors).to_string(index=False))


if __name__ == "__main__":
    main()
