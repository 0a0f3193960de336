"""Short histories of visits, and a model trained on them."""

import math
from collections.abc import Sequence

import numpy as np

from engine.learners.bayesian.cells import FIXED_SHARE
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.learner import FITS, BayesianLearner
from engine.learners.bayesian.rates import SHAPES
from engine.learners.bayesian.row_form import By
from tests.engine.requests import Json, request_of
from tests.oracles import (
    BentReadings,
    CellsOracle,
    DenseOracle,
    RatesOracle,
    Readings,
    Row,
    naive_common,
    naive_prices,
    naive_readings_of,
    naive_row,
    naive_told,
)

THREE = (Hypothesis(odds=2.0), Hypothesis(noise_sd=0.1), Hypothesis(crosses=1))


Visit = tuple[list[Json], Json, float]


def teach(model: BayesianLearner, history: Sequence[Visit]) -> None:
    for context, action, reward in history:
        request = request_of(context, action)
        model.learn_reward(request.context, request.actions, 0, reward)


def readings(history: Sequence[Visit], by: By) -> Readings | BentReadings:
    """Readings of numbers after a history in which a single action was offered at a time."""
    return naive_readings_of(seen_of(history), by)


def seen_of(history: Sequence[Visit]) -> list[list[Json]]:
    """The contexts and features from which the scales of numbers are fitted after a history."""
    fitted = max((count for count in FITS if count <= len(history)), default=0)
    return [objects for c, a, _ in history[:fitted] for objects in (c, a["features"])]


def row(history: Sequence[Visit], hypothesis: Hypothesis, context: list[Json], action: Json) -> Row:
    """A row after a history."""
    read = readings(history, hypothesis.form.by)
    return naive_row(context, action, hypothesis.crosses, hypothesis.form.by, read)


def dense(history: Sequence[Visit], hypothesis: Hypothesis) -> DenseOracle:
    """Dense solution of a hypothesis after a history."""
    rows = [row(history, hypothesis, context, action) for context, action, _ in history]
    actions = [action["id"] for _, action, _ in history]
    return DenseOracle.of(hypothesis, rows, [reward for *_, reward in history], actions)


def cells(history: Sequence[Visit], crosses: int, fields: Sequence[str]) -> CellsOracle:
    """Tables of cells after a history whose contexts have these fields, from the oracle."""
    result, seen = CellsOracle(fields, crosses), seen_of(history)
    for (context, action, reward), price in zip(history, prices(history), strict=True):
        result.learn(naive_told(context, seen, fields), action["id"], reward, price)
    return result


def rates(history: Sequence[Visit], crosses: int, fields: Sequence[str]) -> RatesOracle:
    """Rates after a history whose contexts have these fields, from the oracle."""
    result, seen = RatesOracle(fields, crosses, SHAPES, FIXED_SHARE), seen_of(history)
    for context, action, reward in history:
        result.learn(naive_told(context, seen, fields), action["id"], reward)
    return result


def prices(history: Sequence[Visit]) -> list[float | None]:
    """Price of each reward, see `naive_prices`."""
    return naive_prices([(action["id"], reward) for _, action, reward in history])


def evidence(history: Sequence[Visit], hypothesis: Hypothesis, fields: Sequence[str]) -> float:
    """Log of the product of the densities that a hypothesis gave each reward of a history."""
    if hypothesis.by == "cells":
        return cells(history, hypothesis.crosses, fields).evidence
    if hypothesis.by == "rates":
        rare = prices(history)[-1] is not None and not naive_common([r for *_, r in history])
        return rates(history, hypothesis.crosses, fields).evidence if rare else -math.inf
    return dense(history, hypothesis).evidence()


def small_history(seed: int, count: int = 14) -> list[Visit]:
    """Few contexts and actions, so that rows recur; rewards close to their expectation."""
    rng = np.random.default_rng(seed)
    results: list[Visit] = []
    for _ in range(count):
        user, weather, action = (int(n) for n in rng.integers(2, size=3))
        context = [{"user": f"u{user}", "weather": f"w{weather}", "age": user * 1.5}]
        features = [{"hot": bool(action), "price": 0.5 + action}]
        reward = 0.8 * (user == action) + float(rng.normal(0, 0.1))
        results.append((context, {"id": f"a{action}", "features": features}, reward))
    return results
