"""`BentKernel`: compared with rows written out, and in a world with bent means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import Array
from engine.learners.bayesian.hypothesis import HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.number_scales import Scales
from engine.learners.bayesian.row_form import RowForm
from engine.learners.bayesian.row_kernels import BEND, BentKernel, RowKernel, kernel_of
from engine.protocol.request import RankRequest
from tests.engine.requests import Json, actions, contexts, request_of
from tests.oracles import BentReadings, Row, by_fields, dot, naive_readings_of, naive_row

Seen = list[tuple[list[Json], Json]]
seen = st.lists(st.tuples(contexts, actions), max_size=4)
offers = st.lists(actions, min_size=1, max_size=3)
orders = st.integers(0, 3)

RNG = np.random.default_rng(4)
PRICED: Seen = [
    (
        [{"hour": float(hour), "user": f"u{user}"}],
        {"id": f"d{drink}", "features": [{"price": 3.0 * price, "hot": drink > 1}]},
    )
    for hour, user, drink, price in RNG.integers((24, 3, 4, 20), size=(40, 4)).tolist()
]
"""Contexts and actions with a number of many values each."""


def bent_kernel(remembered: Seen, crosses: int = 3, fitted: Seen | None = None) -> BentKernel:
    requests = [request_of(context, action) for context, action in fitted or []]
    scales = Scales.fitted((one.context, one.actions) for one in requests)
    kernel = kernel_of(RowForm(crosses, "bent"), scales)
    assert isinstance(kernel, BentKernel)
    for context, action in remembered:
        request = request_of(context, action)
        kernel.remember(request.context, request.actions[0])
    return kernel


def written_out(visits: Seen, crosses: int = 3, fitted: Seen | None = None) -> list[Row]:
    read = naive_readings_of([part for c, a in fitted or [] for part in (c, a["features"])], "bent")
    return [naive_row(context, action, crosses, "bent", read) for context, action in visits]


def products(rows: list[Row], others: list[Row]) -> Array:
    results = [[dot(one, other) for other in others] for one in rows]
    return np.array(results).reshape(len(rows), len(others))


def test_only_rows_that_may_bend_have_two_parts() -> None:
    for by in ("id", "features"):
        assert isinstance(kernel_of(RowForm(2, by), Scales({})), RowKernel)


@given(seen, contexts, offers, orders)
def test_inner_products_are_those_of_lines_and_a_share_of_those_by_nearness(
    remembered: Seen, context: list[Json], offered: list[Json], crosses: int
) -> None:
    request = request_of(context, *offered)
    actual = bent_kernel(remembered, crosses).between(request.context, request.actions)
    now = written_out([(context, action) for action in offered], crosses)
    for one, expected in zip(
        actual, (products(now, written_out(remembered, crosses)), products(now, now)), strict=True
    ):
        np.testing.assert_allclose(one, expected, rtol=1e-9, atol=1e-9)


def several_requests() -> tuple[list[RankRequest], list[Json]]:
    """Requests in several contexts, with the same actions."""
    offered = [action for _, action in PRICED[:3]]
    return [request_of(context, *offered) for context, _ in PRICED[30:38]], offered


def test_numbers_are_read_along_lines_in_one_part_and_by_nearness_in_the_other() -> None:
    """In several contexts at once, each by itself, and in a weighted sum."""
    requests, offered = several_requests()
    kernel = bent_kernel(PRICED[:20], 3, PRICED)
    past = written_out(PRICED[:20], 3, PRICED)
    where = tuple(request.context for request in requests)
    inside, own = kernel.between_all(where, requests[0].actions)
    rows: list[Row] = []
    for i, (context, _) in enumerate(PRICED[30:38]):
        now = written_out([(context, action) for action in offered], 3, PRICED)
        np.testing.assert_allclose(inside[i], products(now, past), atol=1e-9)
        np.testing.assert_allclose(own[i], products(now, now), atol=1e-9)
        rows += now
    weights = np.random.default_rng(0).normal(size=(len(where), 3))
    square = weights.ravel() @ products(rows, rows) @ weights.ravel()
    assert kernel.length(where, requests[0].actions, weights) == pytest.approx(square)


def test_each_group_of_fields_has_its_part_of_the_lines_and_of_what_bends() -> None:
    requests, offered = several_requests()
    kernel, past = bent_kernel(PRICED[:20], 3, PRICED), written_out(PRICED[:20], 3, PRICED)
    weights = np.array([0.5, -1.0, 2.0])
    groups, inside, lengths = kernel.grouped(requests[0].context, requests[0].actions, weights)
    read = naive_readings_of([part for c, a in PRICED for part in (c, a["features"])], "bent")
    assert isinstance(read, BentReadings)
    context = PRICED[30][0]
    total: dict[tuple[tuple[str, ...], str], float] = {}
    now = written_out([(context, action) for action in offered], 3, PRICED)
    for row, weight in zip(now, weights.tolist(), strict=True):
        for column, value in row.items():
            total[column] = total.get(column, 0.0) + weight * value
    for i, group in enumerate(groups):
        part = {c: v for c, v in total.items() if group in by_fields(context, {c: v}, read)}
        assert lengths[i] == pytest.approx(dot(part, part))
        np.testing.assert_allclose(inside[i], products([part], past)[0], atol=1e-9)
    assert len(groups) == len(set(groups)) == len(by_fields(context, total, read))


def test_before_any_reward_actions_are_alike_as_far_as_both_parts_say() -> None:
    offered = [
        {"id": "a", "features": [{"k": "x"}]},
        {"id": "b", "features": [{"k": "x"}]},
        {"id": "c", "features": [{"k": "y"}]},
    ]
    result = bent_kernel([]).alike(request_of([], *offered).actions)
    same, apart = 1 + BEND, 1 + BEND / 2
    np.testing.assert_allclose(result, [[same, apart, 0], [apart, same, 0], [0, 0, same]])


def bells(hypotheses: tuple[Hypothesis, ...], seed: int) -> float:
    """Coverage of 95 % intervals if the reward is a squashed number, after 500 rewards of three
    actions shown at random.
    """
    rng = np.random.default_rng(seed)
    model, steep = BayesianLearner(hypotheses, may_change=False), rng.uniform(-4, 4, 3)

    def truth(number: float) -> Array:
        return np.asarray(0.2 * np.tanh(steep * number))

    drinks = [{"id": f"d{i}", "features": [{"drink": f"d{i}"}]} for i in range(3)]
    for _ in range(500):
        number, shown = float(rng.normal()), int(rng.integers(3))
        request = request_of([{"number": number}], *drinks)
        reward = float(truth(number)[shown] + rng.normal(0, 0.1))
        model.learn_reward(request.context, request.actions, shown, reward)
    covered: list[bool] = []
    for number in rng.normal(size=200).tolist():
        belief = model.belief(request_of([{"number": number}], *drinks))
        covered += (np.abs(belief.mean - truth(number)) <= 1.96 * belief.sd).tolist()
    return float(np.mean(covered))


@pytest.mark.nightly
def test_where_means_bend_bells_hold_the_truth_which_those_of_lines_alone_do_not() -> None:
    (bent,) = (one for one in HYPOTHESES if one.by == "bent")
    lines = Hypothesis(1, "features", bent.noise_sd, bent.prior_sd)
    for seed in range(2):
        assert bells((lines,), seed) < 0.6
        assert bells((bent,), seed) > 0.9
        assert bells(HYPOTHESES, seed) > 0.9
