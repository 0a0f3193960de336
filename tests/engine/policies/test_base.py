"""Properties of every policy, and the normal numbers shared by decisions.

Chi-square bounds are the quantile at .999. All seeds are fixed, so a test that passes keeps
passing.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, Greedy, LearningLoop, Softmax, Thompson, Uniform
from engine.learners.belief import Belief
from engine.policies.base import Normals, Policy
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.policies.beliefs import chosen_counts, decide, random_belief, textbook
from tests.statistics import CHI_SQUARE_999, chi_square

ALL: list[Policy] = [
    Thompson(draws=256),
    EpsilonGreedy(),
    Greedy(),
    Uniform(),
    Softmax(),
    Thompson(64, 1.0, 0.0),
]


every_policy = pytest.mark.parametrize("policy", ALL, ids=repr)


# -- every policy ---------------------------------------------------------------------


@every_policy
@given(st.integers(0, 1_000), st.integers(1, 8), st.integers(1, 5), st.integers(1, 3))
def test_probabilities_of_many_contexts_are_those_of_each(
    policy: Policy, seed: int, size: int, contexts: int, parts: int
) -> None:
    weights = np.random.default_rng(seed).dirichlet(np.ones(parts))
    beliefs = []
    for context in range(contexts):
        each = [random_belief(seed * 1_000 + parts * context + part, size) for part in range(parts)]
        means = np.concatenate([one.means for one in each])
        covariances = np.concatenate([one.covariances for one in each])
        beliefs.append(Belief(weights, means, covariances))
    result = policy.probabilities(Belief.together(beliefs), Normals(0))
    assert result.tolist() == [decide(policy, one).probabilities.tolist() for one in beliefs]


def test_many_contexts_with_few_or_many_that_could_be_best_are_each_as_if_alone() -> None:
    rng, policy = np.random.default_rng(3), Thompson(draws=4_096)
    certain = Belief(np.ones(1), np.array([[0.5, 0.9, 0.9, 0.1]]), np.zeros((1, 4, 4)))
    beliefs = [Belief(np.ones(1), rng.random((1, 4)), certain.covariances) for _ in range(9)]
    for spread in np.repeat([0.001, 0.05, 1.0], 9):
        covariances = spread * np.diag(rng.random(4))[None]
        beliefs.append(Belief(np.ones(1), rng.random((1, 4)), covariances))
    # Too close for single precision to distinguish.
    near = Belief(np.ones(1), np.array([[0.5, 0.5, 0.5, 0.1]]), 1e-18 * np.eye(4)[None])
    beliefs += [certain, near]
    result = policy.probabilities(Belief.together(beliefs), Normals(0))
    assert result.tolist() == [decide(policy, one).probabilities.tolist() for one in beliefs]


@every_policy
@given(st.integers(0, 1_000), st.integers(1, 8))
def test_probabilities_are_a_distribution_and_the_chosen_action_has_some(
    policy: Policy, seed: int, size: int
) -> None:
    decision = decide(policy, random_belief(seed, size), seed)
    assert decision.probabilities.shape == decision.errors.shape == (size,)
    assert np.all(decision.probabilities >= 0)
    assert decision.probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert decision.probabilities[decision.chosen] > 0


@pytest.mark.no_cover
@every_policy
def test_actions_are_chosen_as_often_as_the_stated_vector_says(policy: Policy) -> None:
    belief = random_belief(seed=3, size=4)
    stated = decide(policy, belief).probabilities
    possible = stated > 0
    counts = chosen_counts(policy, belief, 4_000)
    assert counts[~possible].sum() == 0
    if possible.sum() > 1:
        statistic = chi_square(counts[possible], stated[possible])
        assert statistic < CHI_SQUARE_999[int(possible.sum()) - 1]


@every_policy
def test_the_stated_vector_does_not_depend_on_the_decisions_own_stream(policy: Policy) -> None:
    belief = random_belief(seed=4, size=4)
    vectors = {decide(policy, belief, seed).probabilities.tobytes() for seed in range(20)}
    assert len(vectors) == 1


@every_policy
def test_one_action_alone_is_certain(policy: Policy) -> None:
    decision = decide(policy, random_belief(0, 1))
    assert (decision.chosen, decision.probabilities.tolist()) == (0, [1.0])


@every_policy
def test_an_untrained_belief_makes_all_actions_equally_likely(policy: Policy) -> None:
    size = 4
    decision = decide(policy, Belief.of_one(np.full(size, 0.5), 0.04 * np.eye(size)))
    np.testing.assert_allclose(decision.probabilities, 1 / size, rtol=1e-12)


# -- the table of normal numbers ------------------------------------------------------


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_a_row_of_the_table_depends_on_the_seed_and_its_number_alone(sizes: list[int]) -> None:
    normals, full = Normals(5), Normals(5).table(64, 12)
    for size in sizes:
        np.testing.assert_array_equal(normals.table(64, size), full[:size])


def test_other_seeds_and_other_rows_hold_other_numbers() -> None:
    rows = [Normals(seed).table(64, 3)[k] for seed in range(3) for k in range(3)]
    assert len({row.tobytes() for row in rows}) == 9


def test_the_table_holds_independent_standard_normal_numbers() -> None:
    """4 standard errors of each row's mean and of each (co)variance."""
    count = 65_536
    table = Normals(5).table(count, 4)
    assert np.all(np.abs(table.mean(1)) <= 4 / math.sqrt(count))
    assert np.all(np.abs(np.cov(table) - np.eye(4)) <= 4 * math.sqrt(2 / count))


def test_a_table_of_another_length_and_back_is_the_same_table() -> None:
    normals = Normals(5)
    before = normals.table(64, 3).copy()
    assert normals.table(128, 2).shape == (2, 128)
    np.testing.assert_array_equal(normals.table(64, 3), before)


def test_the_table_in_single_precision_follows_it() -> None:
    normals = Normals(5)
    for draws, size in ((64, 3), (32, 2), (32, 9)):
        rounded = normals.rounded(draws, size)
        assert rounded.dtype == np.float32
        assert (rounded == normals.table(draws, size).astype(np.float32)).all()


def test_deciding_leaves_the_table_as_it_was() -> None:
    normals, rng = Normals(5), np.random.default_rng(0)
    before = normals.table(256, 24).copy()
    for size in (4, 2, 24, 3):
        for policy in ALL:
            policy.decide(random_belief(0, size), normals, rng)
    np.testing.assert_array_equal(normals.table(256, 24), before)
    np.testing.assert_array_equal(normals.rounded(256, 24), before.astype(np.float32))


def test_an_action_more_leaves_the_numbers_of_the_others_as_they_were() -> None:
    few, more = Normals(5).table(64, 4).copy(), Normals(5).table(64, 5)
    np.testing.assert_array_equal(more[:4], few)


def test_number_of_samples_does_not_affect_the_decision_stream() -> None:
    belief = random_belief(seed=14, size=4)
    after = set()
    for draws in (64, 1_024, 65_536):
        rng = np.random.default_rng(0)
        textbook(draws=draws, floor=0.0).decide(belief, Normals(0), rng)
        after.add(float(rng.random()))
    assert len(after) == 1


# -- use of logged propensities -------------------------------------------------------


@pytest.mark.slow
def test_importance_weights_average_to_1_and_estimate_other_policies_without_bias() -> None:
    """Over a log of 600 visitors, for the uniform policy and for each single action.

    Given the past, a weight p(a) / q(a) has mean 1 and variance sum p^2 / q - 1, known
    exactly for each visitor: the sum over visitors is a martingale, and 4 of its standard
    errors are allowed. For rewards from 0 to 1 the same variance bounds the estimate's.
    """
    loop = LearningLoop(seed=3, clock=ManualClock())
    rows = list(crowd(loop, COFFEE, 600))
    logged = [state.ranked for state in loop.events.values()]
    q = np.array([ranked.probabilities for ranked in logged])
    shown = q[np.arange(len(q)), [ranked.chosen for ranked in logged]]
    rewards = np.array([row["reward"] for row in rows], dtype=float)
    chosen = np.array([ranked.chosen for ranked in logged])
    targets = [np.full(4, 0.25), *np.eye(4)]
    cells = np.array([COFFEE.cell({f.name: row[f.name] for f in COFFEE.fields}) for row in rows])  # type: ignore[misc]
    for p in targets:
        weights = p[chosen] / shown
        second = np.sum(p**2 / q, axis=1)
        error = math.sqrt(np.sum(second - 1)) / len(q)
        assert abs(weights.mean() - 1) <= 4 * error
        truth = COFFEE.expected[cells] @ p
        estimate_error = math.sqrt(np.sum(second)) / len(q)
        assert abs(np.mean(weights * rewards - truth)) <= 4 * estimate_error
