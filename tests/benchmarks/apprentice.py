"""Apprentice mode on the coffee table: the retired service's four stories, and ours beside it.

    python tests/benchmarks/apprentice.py [--visitors 10000] [--seeds 2]

Block 1 reproduces the reference's table (Vowpal Wabbit 9.11.9 at the service's settings,
10,000 events, last 1,000) with our own classic learner, and shows our two-head
apprentice on the same visitors. Block 2: what going online after 200 visitors is like,
beside a cold start, with standard errors over 20 seeds.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine import LearningLoop, LoopSettings
from engine.evaluation.matching import LATEST, MatchingRecord
from engine.experiments.comparison import Comparison
from engine.simulation.baselines import Baseline, always, best_rule, mood
from engine.simulation.crowd import nth_visitor, serve
from engine.streams import stream
from engine.worlds.coffee import COFFEE

RULES: Mapping[str, Baseline] = {
    "constant": always(COFFEE, "Cappucino"),
    "weather": best_rule(COFFEE, ["weather"]),
    "name+weather": best_rule(COFFEE, ["name", "weather"]),
    "random": mood(COFFEE),
}
LEARNERS: Mapping[str, Callable[[], LoopSettings]] = {
    "classic, l=.001": lambda: LoopSettings.classic(learning_mode="apprentice"),
    "classic, l=.05": lambda: LoopSettings.classic(learning_mode="apprentice", learning_rate=0.05),
    "classic, l=.05, triple": lambda: LoopSettings.classic(
        learning_mode="apprentice", learning_rate=0.05, crosses=2
    ),
    "two heads, single fields": lambda: LoopSettings(learning_mode="apprentice", crosses=1),
    "two heads (default)": lambda: LoopSettings(learning_mode="apprentice"),
}
REFERENCE: Mapping[tuple[str, str], tuple[float, float | None]] = {
    ("constant", "classic, l=.001"): (0.85, 0.86),
    ("constant", "classic, l=.05"): (0.85, 0.86),
    ("weather", "classic, l=.001"): (0.85, 0.85),
    ("weather", "classic, l=.05"): (0.85, 0.85),
    ("name+weather", "classic, l=.001"): (0.44, 0.50),
    ("name+weather", "classic, l=.05"): (0.51, 0.58),
    ("name+weather", "classic, l=.05, triple"): (0.85, None),
    ("random", "classic, l=.001"): (0.25, 0.215),
    ("random", "classic, l=.05"): (0.25, 0.215),
}
"""(match, ratio) of the reference; a random baseline's ratio is given there as .18 to .25."""


def watch(rule: Baseline, settings: LoopSettings, visitors: int, seed: int) -> MatchingRecord:
    """An apprentice beside a baseline."""
    loop, record = LearningLoop(settings, seed=seed), MatchingRecord()
    for number in range(visitors):
        visitor = nth_visitor(COFFEE, seed, number)
        first = rule.choose(visitor.context, stream(seed, "baseline", number))
        serve(loop, COFFEE, visitor, first)
    record.follow(loop)
    return record


def stories(visitors: int, seeds: int) -> list[dict[str, object]]:
    """Block 1: one row for each rule and learner."""
    rows: list[dict[str, object]] = []
    for rule_name, rule in RULES.items():
        for learner, settings in LEARNERS.items():
            start = time.perf_counter()
            records = [watch(rule, settings(), visitors, seed) for seed in range(seeds)]
            took = (time.perf_counter() - start) / seeds / visitors
            last = [record.performance(LATEST) for record in records]
            match = float(np.mean([part.match_rate for part in last]))
            ratio = float(np.mean([part.reward_achievement_ratio for part in last]))
            known = REFERENCE.get((rule_name, learner))
            earned = np.mean([record.performance().baseline_average_reward for record in records])
            rows.append(
                {
                    "baseline": rule_name,
                    "learner": learner,
                    "baseline earns": f"{earned:.3f}",
                    "match": f"{match:.3f}",
                    "ratio": f"{ratio:.3f}",
                    "ceiling": f"{last[0].highest_match_rate:.3f}",
                    "reference": "" if known is None else " ".join(map(_two, known)),
                    "within .05": "" if known is None else _agrees(match, ratio, *known),
                    "us a visitor": f"{1e6 * took:.0f}",
                }
            )
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _agrees(match: float, ratio: float, known: float, known_ratio: float | None) -> str:
    near = abs(match - known) <= 0.05 and (known_ratio is None or abs(ratio - known_ratio) <= 0.05)
    return "yes" if near else "NO"


def switch(seeds: int) -> list[dict[str, object]]:
    """Block 2: rewards gained on the baseline a visitor, after 200 watched and from cold."""
    windows = {"0-50": (0, 50), "50-100": (50, 100), "100-200": (100, 200), "200-300": (200, 300)}
    gains: dict[tuple[str, str], list[float]] = {}
    for seed in range(seeds):
        comparison = Comparison(COFFEE, RULES["weather"], seed=seed)
        for number in range(500):
            if number == 200:
                comparison.go_online()
            comparison.step()
        rewards = comparison.rewards()
        for arm, start in (("apprentice", 200), ("online", 0)):
            more = (rewards[arm] - rewards["baseline"])[start:]
            for name, (low, high) in windows.items():
                gains.setdefault((arm, name), []).append(float(more[low:high].mean()))
    return [
        {
            "visitors after going online": name,
            **{
                label: f"{np.mean(gains[arm, name]):+.3f} +- {_error(gains[arm, name]):.3f}"
                for arm, label in (("apprentice", "after 200 watched"), ("online", "cold"))
            },
        }
        for name in windows
    ]


def _error(values: list[float]) -> float:
    return float(np.std(values, ddof=1) / len(values) ** 0.5)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    print(f"1. Last {LATEST} of {options.visitors} visitors, {options.seeds} seeds")
    print(pd.DataFrame(stories(options.visitors, options.seeds)).to_string(index=False))
    print("\n2. Reward gained on the weather rule a visitor, 20 seeds")
    print(pd.DataFrame(switch(20)).to_string(index=False))


if __name__ == "__main__":
    main()
