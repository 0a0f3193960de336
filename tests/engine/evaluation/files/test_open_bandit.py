"""A slice of a published log, against the estimators' formulas written down row by row."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.evaluation.files.column_roles import Columns, guess
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.files.table_file import head
from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.target_policies import GivenProbabilities, UniformTarget

PATH = Path(__file__).parents[1] / "data" / "open_bandit" / "men.csv"
ITEMS = 34


def test_its_columns_are_guessed() -> None:
    features = tuple(f"user_feature_{at}" for at in range(4))
    assert guess(head(LogFile(PATH.name, PATH))) == Columns(
        "item_id", "click", "propensity_score", ("position", *features), time="timestamp"
    )


def test_ips_snips_and_doubly_robust_are_their_formulas() -> None:
    with PATH.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    shown = np.array([int(row["item_id"]) for row in rows])
    reward = np.array([float(row["click"]) for row in rows])
    propensity = np.array([float(row["propensity_score"]) for row in rows])
    position = np.array([int(row["position"]) for row in rows])
    items = np.arange(ITEMS)
    liked = np.exp(np.cos(items + position[:, None]))
    policies = {
        "uniform": np.full((300, ITEMS), 1 / ITEMS),
        "by position": liked / liked.sum(axis=1, keepdims=True),
    }
    means = 0.02 + 0.001 * items * position[:, None]

    actions = tuple(map(str, items))
    names = Columns("item_id", "click", "propensity_score", ("position",), actions=actions)
    (log,) = open_log(PATH, columns=names).batches()
    targets = [UniformTarget(), GivenProbabilities("by position", policies["by position"])]
    result = evaluate([replace(log, means=means)], targets).rows()

    events = np.arange(300)
    for row in result:
        policy = policies[row.target]
        weight = policy[events, shown] / propensity
        surprise = weight * (reward - means[events, shown])
        wanted = {
            "ips": (weight * reward).mean(),
            "snips": (weight * reward).sum() / weight.sum(),
            "dr": ((policy * means).sum(axis=1) + surprise).mean(),
        }
        for key, value in wanted.items():
            interval = row.intervals[key]
            assert interval is not None
            assert interval.estimate == pytest.approx(value, rel=1e-12)
        assert row.largest == pytest.approx(weight.max(), rel=1e-12)
        assert row.effective == pytest.approx(weight.sum() ** 2 / (weight**2).sum(), rel=1e-12)
