"""The belief of a single hypothesis, in blocks, compared with dense solves over all columns.

The oracle writes every row out, adds a constant column for the overall mean, and solves for all
weights at once, without spans, blocks or Schur complements.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import Array
from engine.learners.bayesian import basis as span_module
from engine.learners.bayesian.basis import Block
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import Observation
from engine.learners.bayesian.posterior import LATER, BlockPosterior, Posterior, StackedPosteriors
from engine.learners.bayesian.row_form import By
from tests.engine.learners.bayesian.posteriors import (
    BRIDGE,
    KINDS,
    NOISE_SD,
    PRIOR_SD,
    PosteriorInBasis,
    Visit,
    assert_believes,
    assert_moments,
    bridged,
    hypothesis,
    oracle,
    plain,
    rows_of,
    table_history,
    table_visit,
)
from tests.engine.requests import Json, actions, contexts, request_of
from tests.oracles import Row, all_columns, augmented, naive_row, naive_student

both = st.sampled_from(["id", "features", "bent"])


orders = st.integers(0, 3)


rewards = st.floats(-1, 1)


visits = st.lists(st.tuples(contexts, actions, rewards), max_size=8)


offers = st.lists(actions, min_size=1, max_size=4)


# -- before any reward ----------------------------------------------------------------


def test_before_any_reward_everything_may_be_a_half_give_or_take_the_prior() -> None:
    """Variance: prior_sd^2 of a row of length 1, and 1/4 of the mean of everything."""
    learner = PosteriorInBasis(hypothesis())
    mean, covariance = learner.moments([{"w": "x"}], [plain(name) for name in "abc"])
    assert mean.tolist() == [0.5] * 3
    expected = 0.25 + PRIOR_SD**2 * np.eye(3)
    np.testing.assert_allclose(covariance, expected, rtol=0, atol=1e-15)


def test_one_number_by_hand() -> None:
    """Prior variances 1/4 and 4 of the mean and the weight, noise 1, one reward of 1.

    The row's variance is 17/4, so of the surprise 1/2 the mean takes (1/4) / (21/4), 1/21,
    and the weight 4 / (21/4), 16/21.
    """
    learner = PosteriorInBasis(Hypothesis(crosses=0, noise_sd=1.0, prior_sd=2.0))
    density = learner.learn([], plain("a"), 1.0)
    assert density == pytest.approx(naive_student(1 / 2, 21 / 4, freedom=10))
    assert learner.posterior.centre == pytest.approx(0.5 + 0.5 / 21)
    mean, covariance = learner.moments([], [plain("a"), plain("b")])
    assert mean == pytest.approx([0.5 + 0.5 * 17 / 21, 0.5 + 0.5 / 21])
    known, centre = 17 / 21, 1 / 4 - 1 / 84
    shared = 1 / 4 * (1 - 17 / 21)
    assert covariance == pytest.approx(np.array([[known, shared], [shared, centre + 4]]))


# -- the belief equals a dense solve --------------------------------------------------


# The examples' rows are equal, or apart by far more than the 1e-4 (1e-8, squared) below
# which a row's part outside the span is taken for rounding.
@pytest.mark.no_cover
@given(visits, contexts, offers, orders, both)
def test_mean_and_covariance_equal_those_of_all_weights_solved_at_once(
    history: list[Visit], context: list[Json], offered: list[Json], order: int, by: By
) -> None:
    of = hypothesis(order, by)
    assert_believes(PosteriorInBasis(of, history), oracle(of, history), context, offered)


@pytest.mark.combinations
@pytest.mark.slow
@pytest.mark.parametrize("by", ["id", "features", "bent"])
@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("memory", [1.0, 0.9])
def test_a_long_history_equals_all_weights_solved_at_once(
    memory: float, kind: str, order: int, by: By
) -> None:
    """For a memory below 1: as if forgotten and learned reward by reward over all columns."""
    history = table_history(kind, count=100 if memory == 1 else 40)
    of = hypothesis(order, by, memory)
    learner, exact = PosteriorInBasis(of, history), oracle(of, history)
    assert learner.posterior.centre == pytest.approx(exact.centre, abs=1e-9)
    rng = np.random.default_rng(99)
    for _ in range(2):
        context, _ = table_visit(rng, kind)
        offered = [table_visit(rng, kind)[1] for _ in range(5)]
        rows = [naive_row(context, action, order, by) for action in [*offered, plain("new")]]
        actual = learner.moments(context, [*offered, plain("new")])
        assert_moments(actual, exact.moments(rows), 1e-8)


def test_a_learner_that_began_after_a_merge_knows_only_what_it_was_taught() -> None:
    """One span, two posteriors: the second learns only from rewards after the bridge."""
    history, of = bridged(), hypothesis(2)
    early, late = PosteriorInBasis(of, history[:19]), Posterior(of)
    for context, action, reward in history[19:]:
        request = request_of(context, action)
        place, merges = early.span.place(request.context, request.actions, 0)
        assert merges == ()
        late.learn(place, Observation(reward))
    early.posterior = late
    exact = oracle(of, history[19:])
    assert_believes(early, exact, BRIDGE, [action for _, action, _ in history])


def test_a_learner_that_has_met_nothing_knows_the_prior_whatever_the_span_holds() -> None:
    history, of = bridged(), hypothesis(2)
    learner = PosteriorInBasis(of, history)
    learner.posterior = Posterior(of)
    offered = [action for _, action, _ in history[:12]]
    assert_believes(learner, oracle(of, []), history[0][0], offered)


def test_a_learner_that_met_one_of_the_blocks_only_takes_part_in_the_merge() -> None:
    """Taught from the second or from the third family on, each has blocks of its own."""
    history, of = bridged(), hypothesis(2)
    for begin in (9, 12, 15):
        learner = PosteriorInBasis(of, history[:begin])
        learner.posterior = Posterior(of)
        for visit in history[begin:]:
            learner.learn(*visit)
        exact = oracle(of, history[begin:])
        assert_believes(learner, exact, BRIDGE, [action for _, action, _ in history])


# -- order, growth, correction --------------------------------------------------------


@pytest.mark.slow
@given(st.permutations(table_history("two families", 20, seed=5) + bridged()[-13:]))
def test_without_forgetting_rewards_may_come_in_any_order(shuffled: list[Visit]) -> None:
    history = table_history("two families", 20, seed=5) + bridged()[-13:]
    offered = list({str(a): a for _, a, _ in history}.values())
    one, other = (PosteriorInBasis(hypothesis(), h) for h in (history, shuffled))
    assert_moments(
        one.moments(history[0][0], offered), other.moments(history[0][0], offered), 1e-10
    )


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
    for by in ("id", "features"):
        of = Hypothesis(3, by, NOISE_SD, PRIOR_SD)
        learner = PosteriorInBasis(of, early + late)
        for context, _, _ in early[:2] + late[:3]:
            assert_believes(learner, oracle(of, early + late), context, [a for _, a, _ in late[:3]])


# -- forgetting -----------------------------------------------------------------------


@given(visits, contexts, offers, st.sampled_from([0.1, 0.5, 0.9, 0.99]), orders)
def test_forgetting_equals_directional_forgetting_over_all_columns(
    history: list[Visit], context: list[Json], offered: list[Json], memory: float, order: int
) -> None:
    of = hypothesis(order, "id", memory)
    assert_believes(PosteriorInBasis(of, history), oracle(of, history), context, offered)


@pytest.mark.no_cover
@pytest.mark.parametrize("memory", [0.5, 0.9, 0.99])
def test_the_variance_of_a_row_met_again_and_again_falls_to_its_floor_and_no_further(
    memory: float,
) -> None:
    """(1 - memory) / memory of the noise; each reward goes 1 - memory of the way, or more."""
    learner = PosteriorInBasis(hypothesis(memory=memory))
    floor = (1 - memory) / memory * NOISE_SD**2
    context, action = table_visit(np.random.default_rng(0), "one family")
    variances = []
    for _ in range(math.ceil(20 / (1 - memory))):
        learner.learn(context, action, 1.0)
        variances.append(float(learner.moments(context, [action])[1][0, 0]))
    assert np.all(np.array(variances) >= floor * (1 - 1e-9))
    assert np.all(np.diff(variances) <= 1e-15)
    assert variances[-1] == pytest.approx(floor, rel=1e-6)


def test_unvisited_columns_are_not_forgotten() -> None:
    """Two users without common columns: a thousand rewards of one do not affect the other."""
    learner = PosteriorInBasis(Hypothesis(0, "id", NOISE_SD, PRIOR_SD, 0.9))
    for reward in (1.0, 1.0, 0.0, 1.0):
        learner.learn([], plain("seldom"), reward)
    offer = [plain("seldom")]
    _, before = learner.moments([], offer)
    for _ in range(1_000):
        learner.learn([], plain("often"), 0.0)
    _, after = learner.moments([], offer)
    assert float(after[0, 0]) <= float(before[0, 0]) * 1.01


def test_forgetting_follows_a_taste_that_turns_and_a_perfect_memory_does_not() -> None:
    context, action = table_visit(np.random.default_rng(0), "one family")
    turned = [1.0] * 100 + [0.0] * 20
    means = []
    for memory in (1.0, 0.9):
        learner = PosteriorInBasis(
            hypothesis(memory=memory), [(context, action, r) for r in turned]
        )
        means.append(float(learner.moments(context, [action])[0][0]))
    assert means[0] > 0.8
    assert means[1] < 0.2


# -- densities ------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["id", "features", "bent"])
@pytest.mark.parametrize("memory", [1.0, 0.8])
def test_each_reward_comes_with_the_density_that_the_belief_gave_it(memory: float, by: By) -> None:
    """Student's t, with the mean squared innovation as scale, including ten expected
    ones as prior.
    """
    learner, squares = PosteriorInBasis(hypothesis(2, by, memory)), 10.0
    for before, (context, action, reward) in enumerate(bridged()):
        mean, covariance = learner.moments(context, [action])
        variance, away = float(covariance[0, 0]) + NOISE_SD**2, reward - float(mean[0])
        density = naive_student(away, variance * squares / (10 + before), 10 + before)
        assert learner.learn(context, action, reward) == pytest.approx(density, abs=1e-9)
        squares += away * away / variance


@pytest.mark.parametrize("by", ["id", "features", "bent"])
def test_innovations_larger_than_expected_widen_what_a_mixture_believes(by: By) -> None:
    """By the quadratic form of all rewards, equal to the sum of their squared innovations in units
    of their variances, with ten expected ones as prior (equation 20).
    """
    usual = table_history("one family", count=40)
    wild = [(context, action, 3 * reward - 1) for context, action, reward in usual]
    inflations = []
    for history in (usual, wild):
        of = hypothesis(2, by)
        rows = augmented(rows := rows_of(of, history), all_columns(rows))
        prior = np.diag([1 / 4, *[PRIOR_SD**2] * (rows.shape[1] - 1)])
        spread = rows @ prior @ rows.T + NOISE_SD**2 * np.eye(len(rows))
        away = np.array([reward for *_, reward in history]) - 0.5
        squares = float(away @ np.linalg.solve(spread, away))
        expected = max((10 + squares) / (10 + len(history)), 1.0)
        learner = PosteriorInBasis(of, history)
        assert learner.posterior.inflation == pytest.approx(expected, rel=1e-9)
        inflations.append(expected)
    assert inflations[1] > inflations[0] >= 1


@pytest.mark.no_cover
@given(visits)
def test_clicks_say_by_their_mean_how_they_vary(history: list[Visit]) -> None:
    learner = PosteriorInBasis(hypothesis())
    for context, action, reward in history:
        learner.learn(context, action, float(reward > 0), binary=True)
    assert learner.posterior.inflation == 1


# -- beyond the most basis vectors ----------------------------------------------------


def capped_oracle(
    history: list[Visit], most: int, offered: list[Row], by: By
) -> tuple[Array, Array]:
    """The exact reduction: only the span of the first ``most`` independent rows is learned.

    The part of a row outside of the span is noise with the prior's variance; for an offered row,
    the part outside has its prior only.
    """
    rows = rows_of(hypothesis(3, by), history)
    names = all_columns([*rows, *offered])
    x, new = augmented(rows, names)[:, 1:], augmented(offered, names)[:, 1:]
    basis = np.zeros((0, len(names)))
    for row in x:
        rest = row - (row @ basis.T) @ basis
        rest -= (rest @ basis.T) @ basis
        if len(basis) < most and rest @ rest > 1e-8:
            basis = np.vstack([basis, rest / np.linalg.norm(rest)])
    inside, inside_new = x @ basis.T, new @ basis.T
    noise = NOISE_SD**2 + PRIOR_SD**2 * (np.sum(x**2, axis=1) - np.sum(inside**2, axis=1))
    z, z_new = (np.column_stack([np.ones(len(m)), m]) for m in (inside, inside_new))
    prior = np.diag([4.0, *[1 / PRIOR_SD**2] * len(basis)])
    covariance = np.linalg.inv(prior + z.T @ (z / noise[:, None]))
    values = np.array([reward for *_, reward in history])
    mean = covariance @ (z.T @ (values / noise) + prior @ np.eye(1 + len(basis))[0] * 0.5)
    outside = new @ new.T - inside_new @ inside_new.T
    return z_new @ mean, z_new @ covariance @ z_new.T + PRIOR_SD**2 * outside


@pytest.mark.combinations
@pytest.mark.no_cover
@pytest.mark.parametrize("by", ["id", "features", "bent"])
@pytest.mark.parametrize("limit", ["MAX_BLOCK", "MAX_BASIS"])
@pytest.mark.parametrize("most", [1, 5, 30])
def test_beyond_the_most_basis_vectors_the_unseen_part_of_a_row_is_noise(
    most: int, limit: str, by: By, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(span_module, limit, most)
    history = table_history("one family", 120)
    learner = PosteriorInBasis(hypothesis(by=by), history)
    assert learner.span.size == most
    rng = np.random.default_rng(1)
    for _ in range(3):
        context, _ = table_visit(rng, "one family")
        offered = [table_visit(rng, "one family")[1] for _ in range(4)]
        rows = [naive_row(context, action, 3, by) for action in offered]
        result = learner.moments(context, offered)
        assert_moments(result, capped_oracle(history, most, rows, by))


# -- valid under all allowed settings -------------------------------------------------


@given(
    st.lists(st.sampled_from(range(10)), max_size=40),
    st.floats(0.001, 10),
    st.floats(0.01, 10),
    st.sampled_from([1.0, 0.9, 0.1]),
)
def test_a_belief_is_never_negative_and_without_forgetting_never_wider(
    order: list[int], prior_sd: float, noise_sd: float, memory: float
) -> None:
    history = table_history("one family", 10)
    learner = PosteriorInBasis(Hypothesis(3, "id", noise_sd, prior_sd, memory))
    before = np.full(len(history), 0.25 + prior_sd**2)
    for i in order:
        learner.learn(*history[i])
        now = np.array([learner.moments(c, [a])[1][0, 0] for c, a, _ in history])
        assert np.all(now > 0)
        if memory == 1:
            assert np.all(now <= before + 1e-13 * (0.25 + prior_sd**2))
        before = now


# -- single blocks, and stacked ones --------------------------------------------------


PRIOR = 0.49


def row(seed: int, size: int) -> Array:
    return np.random.default_rng(seed).normal(size=size)


def taught(size: int, rewards: int) -> BlockPosterior:
    share = BlockPosterior(PRIOR)
    share.grow(size)
    for number in range(rewards):
        share.lessen(share.times_sigma(row(number, size)), 0.01)
    return share


def test_later_rewards_say_the_same_applied_or_not() -> None:
    x, early, late = row(9, 3), taught(3, LATER - 1), taught(3, LATER)
    assert (early.latest, late.latest) == (LATER - 1, 0)
    early.lessen(early.times_sigma(row(LATER - 1, 3)), 0.01)
    assert early.times_sigma(x).tolist() == late.times_sigma(x).tolist()
    taken = PRIOR * np.eye(3)
    for number in range(LATER):
        gain = taken @ row(number, 3)
        taken -= 0.01 * np.outer(gain, gain)
    assert np.allclose(late.settled, taken, rtol=0, atol=1e-12)


def test_blocks_beside_each_other_follow_the_one_that_learned() -> None:
    blocks = Block(size=2), Block(size=3), Block(size=3)
    shares = {blocks[0]: taught(2, 5), blocks[1]: taught(3, LATER + 2)}
    beside = StackedPosteriors(blocks, 3, PRIOR)
    for _ in range(LATER + 1):
        beside.follow(shares)
        new = StackedPosteriors(blocks, 3, PRIOR)
        new.follow(shares)
        for name in ("settled", "vectors", "trusts"):
            assert getattr(beside, name).tolist() == getattr(new, name).tolist()
        shares[blocks[0]].lessen(shares[blocks[0]].times_sigma(row(7, 2)), 0.02)
        beside.changed.add(blocks[0])
    assert beside.settled[2].tolist() == (PRIOR * np.eye(3)).tolist()
    assert beside.is_of(blocks, 3)
    assert not beside.is_of(blocks, 4)
    assert not beside.is_of(blocks[:2], 3)
