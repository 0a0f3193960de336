"""A posterior in its basis, the equivalent dense solve, and histories to train both."""

import math

import numpy as np

from engine.arrays import Array
from engine.learners.bayesian.basis import Basis
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import Observation
from engine.learners.bayesian.number_scales import Scales
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.row_form import By
from tests.engine.requests import Json, request_of
from tests.oracles import DenseOracle, Row, naive_row

PRIOR_SD, NOISE_SD = 0.7, 0.35
"""None of the defaults."""
Visit = tuple[list[Json], Json, float]


def hypothesis(crosses: int = 3, by: By = "id", memory: float = 1.0) -> Hypothesis:
    return Hypothesis(crosses, by, NOISE_SD, PRIOR_SD, memory)


class PosteriorInBasis:
    """A posterior together with the basis of its inputs."""

    def __init__(self, of: Hypothesis, history: list[Visit] | None = None) -> None:
        self.hypothesis = of
        self.span = Basis(of.form, Scales({}))
        self.posterior = Posterior(of)
        for visit in history or []:
            self.learn(*visit)

    def learn(
        self, context: list[Json], action: Json, reward: float, binary: bool = False
    ) -> float:
        request = request_of(context, action)
        place, merges = self.span.place(request.context, request.actions, 0)
        for merge in merges:
            self.posterior.merge(merge)
        return self.posterior.learn(place, Observation(reward, binary))

    def moments(self, context: list[Json], offered: list[Json]) -> tuple[Array, Array]:
        request = request_of(context, *offered)
        offer = self.span.offer(request.context, request.actions)
        return self.posterior.moments(offer)


def rows_of(of: Hypothesis, history: list[Visit]) -> list[Row]:
    return [naive_row(context, action, of.crosses, of.form.by) for context, action, _ in history]


def oracle(of: Hypothesis, history: list[Visit]) -> DenseOracle:
    return DenseOracle.of(of, rows_of(of, history), [reward for *_, reward in history])


def assert_moments(
    actual: tuple[Array, Array], expected: tuple[Array, Array], tolerance: float = 1e-9
) -> None:
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


def assert_believes(
    learner: PosteriorInBasis, expected: DenseOracle, context: list[Json], offered: list[Json]
) -> None:
    """Means and covariances equal the oracle's, up to rounding of numbers of the rows' size."""
    of = learner.hypothesis
    rows = [naive_row(context, action, of.crosses, of.form.by) for action in offered]
    largest = max(1.0, *(math.fsum(v * v for v in row.values()) for row in rows))
    assert_moments(learner.moments(context, offered), expected.moments(rows), 1e-7 * largest)


def plain(name: str) -> Json:
    """An action with only its id as a distinction: its single feature has the value 0."""
    return {"id": name, "features": [{"nothing": 0}]}


def table_visit(rng: np.random.Generator, kind: str) -> tuple[list[Json], Json]:
    """A visitor of a table with pairs and triples, and one of six actions."""
    context: list[Json] = [
        {"user": {"name": f"u{rng.integers(4)}", "age": int(rng.integers(3))}},
        {"weather": str(rng.integers(3)), "taste": [float(rng.integers(2)), 0.5]},
    ]
    number = int(rng.integers(6))
    if kind == "ids alone":
        return context, plain(f"a{number}")
    if kind == "two families":
        family = "hot" if number < 3 else "cold"
        return context, {"id": f"a{number}", "features": [{family: True, f"{family}er": number}]}
    return context, {"id": f"a{number}", "features": [{"hot": number % 2 == 0, "n": number % 3}]}


KINDS = {"ids alone": 6, "two families": 2, "one family": 1}
"""Kinds of actions, and the number of their blocks."""


def table_history(kind: str, count: int, seed: int = 0) -> list[Visit]:
    rng = np.random.default_rng(seed)
    return [(*table_visit(rng, kind), float(rng.integers(2))) for _ in range(count)]


BRIDGE: list[Json] = [{"weather": "1"}]


def bridged(seed: int = 1) -> list[Visit]:
    """Three families learn separately, with unequal counts; then an action belongs to all three.

    Afterwards the families continue. Contexts are few, so that rows recur.
    """
    rng = np.random.default_rng(seed)
    families: list[list[Json]] = [
        [{"id": f"{f}{i}", "features": [{f: "yes", f"{f}n": i}]} for i in range(2)] for f in "xyz"
    ]
    bridge: Json = {"id": "bridge", "features": [{"x": "yes", "y": "yes", "z": "yes"}]}

    def visit(family: int) -> Visit:
        context: list[Json] = [{"weather": str(rng.integers(3))}, {"user": str(rng.integers(2))}]
        return context, families[family][int(rng.integers(2))], float(rng.integers(2))

    apart = [visit(family) for family in [0] * 9 + [1] * 3 + [2] * 6]
    return [*apart, (BRIDGE, bridge, 1.0), *(visit(i % 3) for i in range(12))]
