"""The reward model in the span of what it learned, against dense weight-space solves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import model as model_module
from engine.actions import parse_rank_request
from engine.model import RewardModel
from engine.policies import Normals, Thompson
from engine.scores import Scores
from tests.engine.helpers import (
    Array,
    DenseOracle,
    Json,
    Row,
    actions,
    all_columns,
    contexts,
    dense,
    naive_row,
    request_of,
)

PRIOR_SD, NOISE_SD = 0.7, 0.35
"""None of the defaults."""

Visit = tuple[list[Json], Json, float]
rewards = st.floats(-1, 1)
visits = st.lists(st.tuples(contexts, actions, rewards), max_size=8)
offers = st.lists(actions, min_size=1, max_size=4)
crosses = st.integers(0, 3)


def learned(history: list[Visit], order: int = 3) -> RewardModel:
    model = RewardModel(order, PRIOR_SD, NOISE_SD)
    for context, action, reward in history:
        learn(model, context, action, reward)
    return model


def learn(model: RewardModel, context: list[Json], action: Json, reward: float) -> None:
    request = request_of(context, action)
    model.learn(request.context, request.actions[0], reward)


def scores(model: RewardModel, context: list[Json], offered: list[Json]) -> Scores:
    request = request_of(context, *offered)
    return model.scores(request.context, request.actions)


def oracle(history: list[Visit], order: int = 3) -> DenseOracle:
    rows = [naive_row(context, action, order) for context, action, _ in history]
    return DenseOracle(PRIOR_SD, NOISE_SD, rows, [reward for *_, reward in history])


def assert_moments(found: Scores, mean: Array, covariance: Array, tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(found.mean, mean, rtol=0, atol=tolerance)
    np.testing.assert_allclose(found.covariance, covariance, rtol=0, atol=tolerance)


def table_visit(rng: np.random.Generator, names: int = 4) -> tuple[list[Json], Json]:
    """Someone of a table with pairs and triples in it, and one of six things."""
    context: list[Json] = [
        {"user": {"name": f"u{rng.integers(names)}", "age": int(rng.integers(3)) * 20}},
        {"weather": str(rng.integers(3)), "taste": [float(rng.integers(2)), 0.5]},
    ]
    number = int(rng.integers(6))
    action: Json = {"id": f"a{number}", "features": [{"hot": number % 2 == 0, "size": number % 3}]}
    return context, action


def table_history(seed: int, count: int) -> list[Visit]:
    rng = np.random.default_rng(seed)
    return [(*table_visit(rng), float(rng.integers(2))) for _ in range(count)]


# -- the belief equals a dense solve over all columns ---------------------------------


# The examples' rows are equal, or apart by far more than the 1e-4 (1e-8, squared) below
# which the model takes a row's part outside the span for rounding. The precision matrix
# of eight rewards has condition 33, so 1e-7 leaves room for 1e-8 and nothing else.
HYPOTHESIS_TOLERANCE = 1e-7


@given(visits, contexts, offers, crosses)
def test_mean_and_covariance_equal_those_of_all_weights_solved_at_once(
    history: list[Visit], context: list[Json], offered: list[Json], order: int
) -> None:
    rows = [naive_row(context, action, order) for action in offered]
    found = scores(learned(history, order), context, offered)
    assert_moments(found, *oracle(history, order).moments(rows), HYPOTHESIS_TOLERANCE)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_a_long_history_equals_all_weights_solved_at_once(order: int) -> None:
    history = table_history(seed=order, count=150)
    model = learned(history, order)
    exact = oracle(history, order)
    rng = np.random.default_rng(99)
    for _ in range(5):
        context, _ = table_visit(rng, names=6)  # two names were never seen
        offered = [table_visit(rng)[1] for _ in range(5)]
        rows = [naive_row(context, action, order) for action in offered]
        assert_moments(scores(model, context, offered), *exact.moments(rows))


def test_rows_that_were_never_seen_keep_the_priors_spread() -> None:
    model = learned([([{"w": "x"}], {"id": "a", "features": [{"k": 1}]}, 1.0)], 1)
    stranger = [{"id": "b", "features": [{"other": 1}]}, {"id": "c", "features": [{"third": 1}]}]
    found = scores(model, [{"w": "y"}], stranger)
    assert_moments(found, np.full(2, 11 / 21), PRIOR_SD**2 * np.eye(2), 1e-15)


def test_before_any_reward_every_action_is_believed_to_earn_a_half() -> None:
    offered = [{"id": name, "features": [{"k": name}]} for name in "abc"]
    found = scores(RewardModel(3, PRIOR_SD, NOISE_SD), [{"w": "x"}], offered)
    assert found.mean.tolist() == [0.5] * 3
    np.testing.assert_allclose(found.sd, PRIOR_SD, rtol=1e-15)


@pytest.mark.parametrize("count", [1, 10, 40, 150])
def test_only_independent_rows_take_room(count: int) -> None:
    history = table_history(seed=6, count=count)
    rows = [naive_row(context, action, 3) for context, action, _ in history]
    rank = int(np.linalg.matrix_rank(dense(rows, all_columns(rows))))
    assert learned(history).dimensions == rank
    assert count < 150 or rank < count


def test_learning_the_same_row_again_takes_no_room() -> None:
    visit = ([{"w": "x"}], {"id": "a", "features": [{"k": 1}]})
    model = learned([(*visit, 1.0)] * 5)
    assert model.dimensions == 1


# -- growth ---------------------------------------------------------------------------


def test_new_context_values_and_new_actions_on_the_way_are_the_same_as_known_from_the_start() -> (
    None
):
    early: list[Visit] = [
        ([{"w": "x"}], {"id": "a", "features": [{"k": 1}]}, 1.0),
        ([{"w": "y"}], {"id": "a", "features": [{"k": 1}]}, 0.0),
    ] * 10
    late: list[Visit] = [
        ([{"w": "z", "new": 0.5}], {"id": "a", "features": [{"k": 1}]}, 0.5),
        ([{"w": "x"}], {"id": "b", "features": [{"k": 1, "l": "new"}]}, 1.0),
        ([{"other": {"tags": [1, 1]}}], {"id": "c", "features": [{"m": True}]}, -1.0),
    ] * 10
    offered = [action for _, action, _ in early[:1] + late[:3]]
    model = learned(early + late)
    for context, _, _ in early[:2] + late[:3]:
        rows = [naive_row(context, action, 3) for action in offered]
        found = scores(model, context, offered)
        assert_moments(found, *oracle(early + late).moments(rows))
        again = scores(learned(late + early), context, offered)
        assert_moments(found, again.mean, again.covariance)


@given(st.permutations(table_history(seed=5, count=20)))
def test_rewards_may_come_in_any_order(shuffled: list[Visit]) -> None:
    history = table_history(seed=5, count=20)
    context, _ = table_visit(np.random.default_rng(1))
    offered = [action for _, action, _ in history[:5]]
    expected = scores(learned(history), context, offered)
    found = scores(learned(shuffled), context, offered)
    assert_moments(found, expected.mean, expected.covariance)


# -- corrections ----------------------------------------------------------------------


@given(visits.filter(bool), rewards)
def test_a_corrected_reward_is_as_if_learned_so_at_once(
    history: list[Visit], difference: float
) -> None:
    context, action, reward = history[0]
    corrected = learned(history)
    request = request_of(context, action)
    corrected.correct(request.context, request.actions[0], difference)
    at_once = learned([(context, action, reward + difference), *history[1:]])
    one, other = (scores(m, context, [action]) for m in (corrected, at_once))
    assert_moments(one, other.mean, other.covariance)


def test_a_corrected_reward_of_a_nearly_known_row_is_as_if_learned_so_at_once() -> None:
    """The row's unseen part is shorter than what counts as rounding, but not 0."""
    kind = [{"id": "a", "features": [{"k": 1, "l": value}]} for value in (1, 1 + 3e-7)]
    first: Visit = ([], kind[0], 1.0)

    def model(reward: float) -> RewardModel:
        result = RewardModel(0, 10.0, 0.001)
        for context, action, value in (first, ([], kind[1], reward)):
            learn(result, context, action, value)
        return result

    corrected = model(0.25)
    request = request_of([], kind[1])
    corrected.correct(request.context, request.actions[0], 0.5)
    assert corrected.dimensions == 1
    found, expected = (scores(m, [], kind) for m in (corrected, model(0.75)))
    assert_moments(found, expected.mean, expected.covariance)


# -- weights --------------------------------------------------------------------------


@given(visits, contexts, actions, crosses)
def test_contributions_equal_weights_solved_at_once_times_the_row(
    history: list[Visit], context: list[Json], action: Json, order: int
) -> None:
    request = request_of(context, action)
    found = learned(history, order).contributions(request.context, request.actions[0])
    row = naive_row(context, action, order)
    weights = oracle(history, order).weights(row)
    as_naive = {
        (c.context, f"#{c.action}" if c.of_id else c.action): value for c, value in found.items()
    }
    expected = {column: weight * row[column] for column, weight in weights.items()}
    shown = {column: as_naive.get(column, math.nan) for column in expected}
    assert shown == pytest.approx(expected, abs=HYPOTHESIS_TOLERANCE)


def test_contributions_add_up_to_the_belief_above_the_centre() -> None:
    history = table_history(seed=7, count=100)
    model = learned(history)
    for context, action, _ in history[:10]:
        request = request_of(context, action)
        total = math.fsum(model.contributions(request.context, request.actions[0]).values())
        mean = scores(model, context, [action]).mean[0]
        assert model.posterior.statistics.centre + total == pytest.approx(mean, abs=1e-12)


def test_where_nothing_was_learned_nothing_contributes() -> None:
    request = request_of([{"w": "x"}], {"id": "a", "features": [{"k": 1}]})
    model = RewardModel(1, PRIOR_SD, NOISE_SD)
    contributions = model.contributions(request.context, request.actions[0])
    assert set(contributions.values()) == {0.0}
    assert len(contributions) == 4


# -- beyond the most dimensions -------------------------------------------------------


def capped_oracle(history: list[Visit], most: int, offered: list[Row]) -> tuple[Array, Array]:
    """The exact reduction: only the span of the first ``most`` independent rows is learned.

    A row's part outside it is noise of the prior's variance, a reward with n times the
    noise counts 1/n, and an offered row's part outside is known by its prior alone.
    """
    rows = [naive_row(context, action, 3) for context, action, _ in history]
    names = all_columns([*rows, *offered])
    x, new = dense(rows, names), dense(offered, names)
    basis = np.zeros((0, len(names)))
    for row in x:
        rest = row - (row @ basis.T) @ basis
        rest -= (rest @ basis.T) @ basis
        if len(basis) < most and rest @ rest > 1e-8:
            basis = np.vstack([basis, rest / np.linalg.norm(rest)])
    inside, inside_new = x @ basis.T, new @ basis.T
    noise = NOISE_SD**2 + PRIOR_SD**2 * (1 - np.sum(inside**2, axis=1))
    values = np.array([reward for *_, reward in history])
    counts = NOISE_SD**2 / noise
    centre = (counts @ values + 10) / (counts.sum() + 20)
    precision = np.eye(len(basis)) / PRIOR_SD**2 + inside.T @ (inside / noise[:, None])
    covariance = np.linalg.inv(precision)
    mean = covariance @ inside.T @ ((values - centre) / noise)
    outside = new @ new.T - inside_new @ inside_new.T
    return centre + inside_new @ mean, inside_new @ covariance @ inside_new.T + (
        PRIOR_SD**2 * outside
    )


@pytest.mark.parametrize("most", [1, 5, 30])
def test_beyond_the_most_dimensions_the_unseen_part_of_a_row_is_noise(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_module, "MAX_DIMENSIONS", most)
    history = table_history(seed=11, count=120)
    model = learned(history)
    assert model.dimensions == most
    rng = np.random.default_rng(1)
    for _ in range(5):
        context, _ = table_visit(rng, names=6)
        offered = [table_visit(rng)[1] for _ in range(4)]
        rows = [naive_row(context, action, 3) for action in offered]
        assert_moments(scores(model, context, offered), *capped_oracle(history, most, rows))


def test_beyond_the_most_dimensions_a_belief_stays_finite_positive_and_within_the_prior(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_module, "MAX_DIMENSIONS", 4)
    model = RewardModel(3, PRIOR_SD, NOISE_SD)
    rng = np.random.default_rng(2)
    offered = [{"id": name, "features": [{"k": name, "n": 0.5}]} for name in "abcde"]
    for _ in range(300):
        context = [{"x": float(rng.random()), "y": str(rng.integers(100))}]
        found = scores(model, context, offered)
        assert np.all(np.isfinite(found.mean))
        assert np.all(found.sd > 0)
        assert np.all(found.sd <= PRIOR_SD * (1 + 1e-12))
        learn(model, context, offered[int(rng.integers(5))], float(rng.integers(2)))
    assert model.dimensions == 4


def test_beyond_the_most_dimensions_a_correction_is_as_if_learned_so_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_module, "MAX_DIMENSIONS", 3)
    history = table_history(seed=12, count=20)
    context, action, reward = history[-1]
    corrected = learned(history)
    request = request_of(context, action)
    corrected.correct(request.context, request.actions[0], 0.5)
    at_once = learned([*history[:-1], (context, action, reward + 0.5)])
    found, expected = (scores(m, context, [action]) for m in (corrected, at_once))
    assert_moments(found, expected.mean, expected.covariance)


# -- all allowed settings, all kinds of actions ---------------------------------------


@pytest.mark.parametrize("prior_sd", [0.001, 0.25, 10])
@pytest.mark.parametrize("noise_sd", [0.001, 0.2, 10])
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("equal", id="equal actions"),
        pytest.param("nearly equal", id="nearly equal actions"),
        pytest.param("embedded", id="nearly equal embeddings"),
    ],
)
def test_a_policy_can_decide_after_any_history_under_any_allowed_settings(
    prior_sd: float, noise_sd: float, kind: str
) -> None:
    rng = np.random.default_rng(0)
    model, normals, policy = RewardModel(3, prior_sd, noise_sd), Normals(0), Thompson(draws=64)
    for _ in range(250):
        context: list[Json] = [{"u": float(rng.random()), "v": 1.0}]
        match kind:
            case "equal":
                offered = [{"id": "a", "features": [{"k": 1}]} for _ in range(8)]
            case "nearly equal":
                features = [{"k": 1, "l": 1 + i * 1e-4} for i in range(8)]
                offered = [{"id": "a", "features": [f]} for f in features]
            case _:
                spread = 1 + 1e-3 * rng.random((8, 4))
                offered = [{"id": "a", "features": [{"e": e}]} for e in spread.tolist()]
        request = parse_rank_request(offered, context)
        found = model.scores(request.context, request.actions)
        assert np.all(np.isfinite(found.mean))
        assert np.all(found.sd <= prior_sd * (1 + 1e-9))
        decision = policy.decide(found, normals, rng)
        assert decision.probabilities.sum() == pytest.approx(1, abs=1e-12)
        model.learn(request.context, request.actions[decision.chosen], float(rng.integers(2)))
