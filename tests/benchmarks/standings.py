"""Results of runs: a table of regret, ranks, and a comparison of our engine with the best peers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.ours import FLOOR_0, FLOOR_05, OURS
from tests.benchmarks.peers import CROSSED, DEFAULT, TUNED


@dataclass(frozen=True)
class Row:
    """One learner in one environment for one seed: a line of a file of rows.

    Attributes:
        curve: cumulative regret at each tenth of the visitors; empty after a failure.
        ms: processor time per visitor.
        failure: reason of a failure.
    """

    environment: str
    learner: str
    seed: int
    visitors: int
    curve: tuple[float, ...] = ()
    ms: float = 0.0
    failure: str = ""

    @property
    def key(self) -> tuple[str, str, int, int]:
        """Unique key of a row."""
        return self.environment, self.learner, self.seed, self.visitors

    @property
    def regret(self) -> float:
        return self.curve[-1] if self.curve else np.nan


def read(paths: Iterable[Path]) -> dict[tuple[str, str, int, int], Row]:
    """Rows of existing files; a later row replaces an earlier one with the same key."""
    rows: dict[tuple[str, str, int, int], Row] = {}
    for path in paths:
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                values = json.loads(line)
                row = Row(**values | {"curve": tuple(values["curve"])})
                rows[row.key] = row
    return rows


def append(path: Path, row: Row) -> None:
    """Append a row to a file in one write, so that several processes can append."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(row)) + "\n")


def mean_text(values: Iterable[float]) -> str:
    """Mean and its standard error; without an error for a single seed."""
    result = np.array([*values])
    if np.isnan(result).any():
        return "cannot"
    if len(result) == 1:
        return f"{result[0]:,.0f}"
    return f"{result.mean():,.0f} ± {result.std(ddof=1) / np.sqrt(len(result)):.0f}"


def by_seed(rows: Iterable[Row]) -> Mapping[str, Mapping[str, Mapping[int, float]]]:
    """Regret by environment, learner and seed."""
    results: dict[str, dict[str, dict[int, float]]] = {}
    for row in rows:
        place = f"{row.environment}, {row.visitors:,}"
        results.setdefault(place, {}).setdefault(row.learner, {})[row.seed] = row.regret
    return results


def _means(learners: Mapping[str, Mapping[int, float]]) -> dict[str, float]:
    """Mean regret of each learner over the seeds of ours, if ours ran; failures left out."""
    seeds = learners.get(FLOOR_0, {}).keys()
    means = {}
    for name, regret in learners.items():
        shared = [regret[seed] for seed in regret if not seeds or seed in seeds]
        if shared and not np.isnan(shared).any():
            means[name] = float(np.mean(shared))
    return means


def _best(means: Mapping[str, float], names: Iterable[str]) -> str | None:
    there = [name for name in names if name in means]
    return min(there, key=means.__getitem__) if there else None


def _handed(means: Mapping[str, float]) -> list[str]:
    """The tuned peers with the right crosses, or plain in environments without crosses."""
    tuned = [f"{name}, tuned" for name in TUNED]
    return [name + CROSSED if name + CROSSED in means else name for name in tuned]


def regret_table(rows: Iterable[Row]) -> pd.DataFrame:
    """Environment x learner: regret, mean ± standard error; empty for missing runs."""
    result = by_seed(rows)
    learners = [*dict.fromkeys(name for place in result.values() for name in place)]
    cells = {
        learner: {
            place: mean_text(ran[learner].values())
            for place, ran in result.items()
            if learner in ran
        }
        for learner in learners
    }
    return pd.DataFrame(cells, index=[*result]).fillna("")


def kind(learner: str) -> str:
    """Group of comparable learners: same tuning, same features."""
    setting = "tuned" if ", tuned" in learner else "at their defaults"
    return f"{setting}, {'with the right crosses' if learner.endswith(CROSSED) else 'plain'}"


def ratio_table(rows: Iterable[Row]) -> pd.DataFrame:
    """Our engine against the best peer with defaults, plain, and the best tuned peer
    with crosses.
    """
    lines = {}
    for place, learners in by_seed(rows).items():
        means = _means(learners)
        line: dict[str, str] = {}
        for what, best in (
            ("default, plain", _best(means, DEFAULT)),
            ("tuned, crosses", _best(means, _handed(means))),
        ):
            if best is None:
                continue
            line[f"best {what}"] = f"{best.removesuffix(CROSSED)} {means[best]:,.0f}"
            for ours in (FLOOR_0, FLOOR_05):
                if ours in means:
                    ratio = means[ours] / means[best] if means[best] > 0 else np.inf
                    line[f"{ours} / best {what}"] = f"{ratio:.2f}"
        lines[place] = line
    return pd.DataFrame.from_dict(lines, orient="index").fillna("")


def rank_table(rows: Iterable[Row]) -> pd.DataFrame:
    """Mean rank of each learner on plain features, over the supported environments.

    Our configurations are ranked among the peers one at a time, so that they do not affect each
    other; the peers are ranked among each other and ours with the floor at 0.
    """
    ranks: dict[str, list[int]] = {}
    for learners in by_seed(rows).values():
        means = {n: m for n, m in _means(learners).items() if not n.endswith(CROSSED)}
        for name, mean in means.items():
            others = (
                means[n] for n in means if n not in OURS or (n == FLOOR_0 and name not in OURS)
            )
            ranks.setdefault(name, []).append(1 + sum(other < mean for other in others))
    table = pd.DataFrame(
        {
            "mean rank": {name: float(np.mean(result)) for name, result in ranks.items()},
            "environments": {name: len(result) for name, result in ranks.items()},
        }
    )
    return table.sort_values("mean rank").round(1)


def summary(ratios: pd.DataFrame) -> pd.DataFrame:
    """For each ratio over the environments: geometric mean, maximum, number above 1.5."""
    columns = [name for name in map(str, ratios.columns) if " / best " in name]
    lines = {}
    for name in columns:
        result = pd.to_numeric(ratios[name]).dropna()
        lines[name] = {
            "geometric mean": f"{np.exp(np.log(result).mean()):.2f}",
            "largest": f"{result.max():.2f} ({result.idxmax()})",
            "above 1.5": f"{(result > 1.5).sum()} of {len(result)}",
        }
    return pd.DataFrame.from_dict(lines, orient="index")


def report(rows: Iterable[Row]) -> str:
    """All non-empty tables as text."""
    kept = [*rows]
    kinds: dict[str, list[Row]] = {}
    for row in kept:
        kinds.setdefault(kind(row.learner), []).append(row)
    ratios = ratio_table(kept)
    tables = {f"Regret, {name}": regret_table(of) for name, of in kinds.items()}
    tables |= {"Ours beside the best": ratios, "All environments": summary(ratios)}
    tables |= {"Mean rank, plain": rank_table(kept)}
    told_of = ((title, table) for title, table in tables.items() if not table.empty)
    return "\n\n".join(f"{title}\n{table.to_string()}" for title, table in told_of)
