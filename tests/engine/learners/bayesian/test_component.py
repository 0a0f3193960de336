"""Components of a belief, each compared with sums over its joint moments."""

import math

import numpy as np
import pytest

from engine.learners.base import Group, WeighedOffer
from engine.learners.bayesian.component import (
    Component,
    Linear,
    OfCells,
    OfRates,
    contributions,
)
from engine.learners.bayesian.hypothesis import HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner import BayesianLearner
from tests.engine.contribution_means import added_by_groups
from tests.engine.learners.bayesian.histories import Visit, dense, readings, row, teach
from tests.engine.requests import Json, request_of
from tests.oracles import by_fields

FIELDS = "user", "weather", "hour"


def visit(rng: np.random.Generator, names: int = 3) -> tuple[list[Json], Json]:
    number = int(rng.integers(3))
    context = [{"user": f"u{rng.integers(names)}", "hour": int(rng.integers(24))}]
    return [*context, {"weather": f"w{rng.integers(2)}"}], {
        "id": f"a{number}",
        "features": [{"hot": number == 1, "price": number + 0.5}],
    }


def history(seed: int, count: int) -> list[Visit]:
    rng = np.random.default_rng(seed)
    return [(*visit(rng), float(rng.integers(2))) for _ in range(count)]


def taught(count: int, *hypotheses: Hypothesis) -> BayesianLearner:
    model = BayesianLearner(hypotheses or HYPOTHESES, may_change=False)
    teach(model, history(0, count))
    return model


def offers(count: int = 6) -> list[WeighedOffer]:
    """Known and unknown actions in distinct contexts; weights of either sign."""
    rng = np.random.default_rng(5)
    results = []
    for i in range(count):
        context, action = visit(rng)
        context.append({"i": i})
        request = request_of(context, action, {"id": f"new{i}", "features": [{"z": i}]})
        results.append((request.context, request.actions, rng.normal(size=2)))
    return results


counts = pytest.mark.parametrize("count", [0, 1, 40, 120])
kinds = {
    "id": Hypothesis(3, "id", 0.4, 0.5),
    "features": Hypothesis(2, "features", 0.3, 0.4),
    "bent": Hypothesis(2, "bent", 0.3, 0.4),
    "forgetting": Hypothesis(2, "id", 0.4, 0.5, 0.9),
    "cells": Hypothesis(4, "cells"),
    "rates": Hypothesis(2, "rates"),
}
each_kind = pytest.mark.parametrize("kind", kinds)


# -- averages -------------------------------------------------------------------------


@pytest.mark.combinations
@pytest.mark.no_cover
@each_kind
@counts
def test_the_mean_of_an_average_is_the_weighted_sum_of_means(kind: str, count: int) -> None:
    for part in taught(count, kinds[kind]).components:
        expected = sum(float(w @ part.moments(c, a)[0]) for c, a, w in offers())
        assert part.average(offers())[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.combinations
@pytest.mark.no_cover
@each_kind
@counts
def test_the_variance_of_an_average_of_one_offer_is_that_of_its_moments(
    kind: str, count: int
) -> None:
    for part in taught(count, kinds[kind]).components:
        for context, actions, w in offers():
            _, covariance = part.moments(context, actions)
            _, variance = part.average([(context, actions, w)])
            assert variance == pytest.approx(float(w @ covariance @ w), abs=1e-9)


def test_cells_that_are_asked_twice_vary_together_and_others_do_not() -> None:
    """The variance of a sum over contexts, cell by cell."""
    rng = np.random.default_rng(1)
    requests = [request_of(*visit(rng)) for _ in range(30)]
    weighed = [(r.context, r.actions, np.array([float(rng.normal())])) for r in requests]
    parts = taught(120, kinds["cells"]).components
    assert len(parts) > 1
    for part in parts:
        assert isinstance(part, OfCells)
        names = [part.cells.fields[i] for i in part.cells.subsets[part.subset]]
        shares: dict[object, float] = {}
        variances: dict[object, float] = {}
        for (context, actions, w), request in zip(weighed, requests, strict=True):
            row = int(part.cells.rows(request.context)[part.subset])
            cell = (row or id(request.context), actions[0].id)
            shares[cell] = shares.get(cell, 0.0) + float(w[0])
            variances[cell] = float(part.moments(context, actions)[1][0, 0])
        expected = sum(shares[cell] ** 2 * variances[cell] for cell in shares)
        assert part.average(weighed)[1] == pytest.approx(expected, rel=1e-9)
        assert set(names) <= set(FIELDS)


# -- several contexts at once ---------------------------------------------------------


@each_kind
def test_moments_in_several_contexts_are_those_in_each(kind: str) -> None:
    where = tuple(context for context, *_ in offers())
    actions = offers()[0][1]
    for part in taught(60, kinds[kind]).components:
        means, covariances = part.moments(where, actions)
        for i, context in enumerate(where):
            mean, covariance = part.moments(context, actions)
            np.testing.assert_allclose(means[i], mean, atol=1e-9)
            np.testing.assert_allclose(covariances[i], covariance, atol=1e-9)


# -- contributions --------------------------------------------------------------------


def centre(part: Component) -> float:
    """The overall mean according to one component."""
    if isinstance(part, Linear):
        return part.learner.centre
    if isinstance(part, OfRates):
        return part.rewards.mean
    assert isinstance(part, OfCells)
    return part.tables.rewards.mean


@pytest.mark.combinations
@pytest.mark.no_cover
@counts
@pytest.mark.parametrize("kind", [*kinds, None])
def test_contributions_sum_to_the_mean_above_that_of_everything(
    count: int, kind: str | None
) -> None:
    parts = taught(count, *([kinds[kind]] if kind else HYPOTHESES)).components
    for context, actions, _ in offers():
        means = [part.moments(context, actions[:1])[0][0] for part in parts]
        expected = sum(
            part.weight * (float(mean) - centre(part))
            for part, mean in zip(parts, means, strict=True)
        )
        actual = added_by_groups(contributions(parts, context, actions[:1], np.ones(1)))
        assert math.fsum(actual.values()) == pytest.approx(expected, abs=1e-9)


def test_cells_contribute_to_whoever_comes_and_to_their_fields() -> None:
    (part, *_) = taught(120, kinds["cells"]).components
    assert isinstance(part, OfCells)
    for subset in range(len(part.cells.subsets)):
        one = OfCells(1.0, 0, part.tables, part.cells, subset, part.unit)
        context, actions, _ = offers()[0]
        result = added_by_groups(contributions([one], context, actions[:1], np.ones(1)))
        names = sorted(part.cells.fields[i] for i in part.cells.subsets[subset])
        assert result.keys() == {Group(), Group(tuple(names))}
        columns = part.cells.columns(actions[:1])
        everywhere = float(part.tables.means(np.array([subset]), columns)[0][0, 0])
        if names:
            assert result[Group()] == pytest.approx(everywhere - part.tables.rewards.mean)


@pytest.mark.parametrize("kind", ["id", "features", "bent"])
def test_doubt_about_a_group_is_that_of_its_columns_solved_at_once(kind: str) -> None:
    """For the gap between two actions, from the joint posterior of all weights."""
    hypothesis, visits = kinds[kind], history(0, 25)
    assert hypothesis.by not in ("cells", "rates")
    (part,) = taught(25, hypothesis).components
    assert isinstance(part, Linear)
    oracle = dense(visits, hypothesis)
    (context, first, _), (_, second, _) = visits[1], visits[4]
    request = request_of(context, first, second)
    result = contributions([part], request.context, request.actions, np.array([1.0, -1.0]))
    one, other = (row(visits, hypothesis, context, action) for action in (first, second))
    apart = {name: one.get(name, 0.0) - other.get(name, 0.0) for name in {**one, **other}}
    read = readings(visits, hypothesis.form.by)
    for group in by_fields(context, apart, read):
        of_group = {
            name: value
            for name, value in apart.items()
            if group in by_fields(context, {name: value}, read)
        }
        variance = part.unit * oracle.doubt(of_group)
        assert result[group].sd == pytest.approx(math.sqrt(variance), rel=1e-6)


def test_doubt_about_cells_and_about_their_actions_make_up_that_of_their_rewards() -> None:
    """theta = m + (theta - m), where errors in m are compensated by n / (n + k)."""
    for part in taught(120, kinds["cells"]).components:
        assert isinstance(part, OfCells)
        context, actions, _ = offers()[0]
        subset, columns = np.array([part.subset]), part.cells.columns(actions)
        cells = part.cells.rows(context)[subset], columns, subset
        means, variances = part.tables.moments(*cells)
        away, doubts = part.tables.deviations(*cells)
        base, of_base = part.tables.means(subset, columns)[0], part.tables.doubts(subset, columns)
        np.testing.assert_allclose(base + away, means, atol=1e-12)
        known, noise = part.tables._known(*cells[:2])[0], part.tables._noise(subset)[:, None]
        made_up_for = known / (known + 2 * noise / part.tables.rewards.variance)
        together = doubts + of_base * (1 - 2 * made_up_for)
        np.testing.assert_allclose(together, variances, atol=1e-12)
