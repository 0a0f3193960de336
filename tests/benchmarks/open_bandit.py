"""The estimators on the Open Bandit sample that PyPI's obp 0.5.7 ships, beside obp's own figures.

    python -m tests.benchmarks.open_bandit [--folder obp-0.5.7]

Downloads obp (1.3 MB, Apache License 2.0; Saito et al., arXiv:2008.07146) and reads its log of
10,000 uniformly random choices among 80 items, 38 of which were clicked. Evaluated are the
campaign's Thompson sampling by its published priors, of which obp's quickstart reports IPS, and a
softmax of twice the affinities. What doubly robust believes is q(item, position) = (clicks + 100 x
mean) / (shown + 100) of the same log. Ends with 1 if any figure differs in its last digit.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from engine.arrays import Array
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import DoublyRobust, Ips, Snips
from engine.evaluation.offline import evaluate
from engine.evaluation.sources.columns import Columns
from engine.evaluation.sources.joined import joined
from engine.evaluation.sources.logs import open_log
from engine.evaluation.targets import Given, Target

OBP = "obp==0.5.7"
ITEMS, POSITIONS = 80, 3
DRAWS, SEED = 100_000, 12_345
"""Of Thompson sampling, as obp's quickstart has them."""
_PRIORS = re.compile(r"^all:\n  alpha:\n((?: *- .*\n)+)  beta:\n((?: *- .*\n)+)", re.M)
PUBLISHED: Mapping[str, Mapping[str, float]] = {
    "Thompson sampling": {"ips": 0.004553, "snips": 0.004776, "dr": 0.004702},
    "softmax of affinity": {"ips": 0.003744, "snips": 0.003742, "dr": 0.003721},
}
"""By obp 0.5.7 itself, with NumPy 1.26.4; to six digits."""


def download(folder: Path) -> Path:
    """Fetch obp without what it needs to run; where it lies."""
    asked = ["pip", "download", "--quiet", "--no-deps", "--ignore-requires-python", OBP]
    subprocess.run([sys.executable, "-m", *asked, "--dest", str(folder)], check=True)
    (packed,) = folder.glob("obp-*")
    shutil.unpack_archive(packed, folder, "zip" if packed.suffix == ".whl" else "gztar")
    return next(folder.rglob("obp/dataset")).parents[1]


def read(root: Path) -> tuple[Decisions, pd.DataFrame]:
    """The log with its positions as contexts, and the whole table."""
    path = root / "obp/dataset/obd/random/all/all.csv"
    items = tuple(map(str, range(ITEMS)))
    names = Columns("item_id", "click", "propensity_score", ("position",), actions=items)
    log = joined(open_log(path, columns=names).batches())
    return replace(log, means=_smoothed(log)), pd.read_csv(path, index_col=0)


def _smoothed(log: Decisions) -> Array:
    """What each item earned at each position, with a hundred events of the mean, (N, K)."""
    shape = len(log.contexts), len(log.actions)
    place = np.ravel_multi_index((log.stratum, log.shown), shape)
    clicks = np.bincount(place, log.reward, minlength=np.prod(shape)).reshape(shape)
    shown = np.bincount(place, minlength=np.prod(shape)).reshape(shape)
    means: Array = (clicks + 100 * log.reward.mean()) / (shown + 100)
    return means[log.stratum]


def targets(root: Path, log: Decisions, table: pd.DataFrame) -> Sequence[Target]:
    """The policies that are evaluated."""
    position = np.array([int(context.removeprefix("position=")) for context in log.contexts])
    chances = _thompson(root)[:, position[log.stratum] - 1].T
    affinity = table[[f"user-item_affinity_{item}" for item in range(ITEMS)]].to_numpy()
    likely = np.exp(2 * affinity)
    softmax = likely / likely.sum(axis=1, keepdims=True)
    return Given("Thompson sampling", chances), Given("softmax of affinity", softmax)


def _thompson(root: Path) -> Array:
    """How often each item came to each position, (K, positions)."""
    priors = _PRIORS.search((root / "obp/policy/conf/prior_bts.yaml").read_text())
    assert priors is not None
    alpha, beta = (np.array(numbers.split()[1::2], dtype=float) for numbers in priors.groups())
    draws = np.random.RandomState(SEED).beta(alpha, beta, size=(DRAWS, ITEMS))
    order = np.argsort(draws, axis=1)[:, ::-1][:, :POSITIONS]
    counts = (np.bincount(order[:, at], minlength=ITEMS) for at in range(POSITIONS))
    return np.column_stack(list(counts)) / DRAWS


def compare(root: Path) -> pd.DataFrame:
    """One row a policy and estimator."""
    log, table = read(root)
    asked = targets(root, log, table)
    rows = []
    for row in evaluate([log], asked, (Ips, Snips, DoublyRobust)).rows():
        for key, published in PUBLISHED[row.target].items():
            interval = row.intervals[key]
            assert interval is not None
            found = interval.estimate
            same = abs(found - published) <= 5.1e-7
            rows.append((row.target, key, published, round(found, 8), same))
    return pd.DataFrame(rows, columns=["policy", "estimator", "obp", "ours", "same"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where obp lies unpacked, not to fetch it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(asked.folder or download(Path(folder)))
    print(found.to_string(index=False))
    sys.exit(0 if found["same"].all() else 1)


if __name__ == "__main__":
    main()
