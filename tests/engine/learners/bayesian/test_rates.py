"""Rates of successes, compared with factors kept in dictionaries."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.learners.bayesian import rates as module
from engine.learners.bayesian.cells import FIXED_SHARE, CellIndex
from engine.learners.bayesian.component import OfRates
from engine.learners.bayesian.hypothesis import HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.likelihood import Observation
from engine.learners.bayesian.number_scales import Scales
from engine.learners.bayesian.rates import SHAPES, USUAL_VARIANCE, SuccessRates, rates_of
from tests.engine.requests import Json, request_of
from tests.oracles import RatesOracle

Visit = tuple[dict[str, str], str, float]
FIELDS = "abc"
contexts = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("xyz"), max_size=3)
visits = st.lists(
    st.tuples(contexts, st.sampled_from("pqr"), st.sampled_from((0.0, 0.0, 0.4))), max_size=15
)
RARE = tuple(HYPOTHESES.index(h) for h in HYPOTHESES if h.by == "rates")


class Taught:
    """SuccessRates with their cells and, for comparison, the same rewards in dictionaries."""

    def __init__(
        self,
        history: Sequence[Visit],
        crosses: int = 2,
        relative: Mapping[str, float] = MappingProxyType({}),
        trust: float = 0.5,
    ) -> None:
        self.cells, self.rates = CellIndex(FIELDS, Scales({}), crosses), SuccessRates(crosses)
        self.oracle = RatesOracle(FIELDS, crosses, SHAPES, FIXED_SHARE, relative, trust)
        self.evidence = 0.0
        for context, action, reward in history:
            request = request_of([context], {"id": action, "features": [{"k": 1}]})
            place = self.cells.place(request.context, request.actions[0])
            usual = relative.get(action, 1.0)
            seen = Observation(reward, True, 1.0, 0.4, relative=usual, trust=trust)
            self.evidence += self.rates.learn(self.cells, *place, seen)
            self.oracle.learn(context, action, reward)


@given(
    visits,
    contexts,
    st.dictionaries(st.sampled_from(["p", "q", "new"]), st.floats(0.1, 1.5)),
    st.sampled_from([0.5, 5.0]),
)
def test_factors_are_successes_by_exposures_of_each_cell(
    history: list[Visit], context: dict[str, str], relative: dict[str, float], trust: float
) -> None:
    """For seen and unseen actions and contexts, and any usual rates."""
    taught, names = Taught(history, 2, relative, trust), ["p", "q", "new"]
    usual = np.array([relative.get(name, 1.0) for name in names])
    request = request_of([context], *({"id": name, "features": [{"k": 1}]} for name in names))
    rows, columns = taught.cells.rows(request.context), taught.cells.columns(request.actions)
    factors, doubts = taught.rates.factors(taught.cells, rows, columns, usual)
    subsets = [tuple(FIELDS[i] for i in subset) for subset in taught.cells.subsets]
    for m, model in enumerate(taught.oracle.weights):
        for k, name in enumerate(names):
            expected = taught.oracle.factors(model, context, name)
            for s, term in enumerate(subsets):
                factor, doubt = expected.get(term, (1.0, 0.0))
                assert factors[s, k, m] == pytest.approx(factor, rel=1e-9)
                assert doubts[s, k, m] == pytest.approx(doubt, rel=1e-9, abs=1e-100)
            rate = float(rates_of(factors[:, k, m])[0])
            assert rate == pytest.approx(taught.oracle.rate(model, context, name), rel=1e-9)


@given(visits, st.dictionaries(st.sampled_from("pq"), st.floats(0.1, 1.5)))
def test_weights_are_the_prior_times_the_chances_of_all_rewards(
    history: list[Visit], relative: dict[str, float]
) -> None:
    taught = Taught(history, 2, relative)
    actual = taught.rates.weights(taught.cells)
    np.testing.assert_allclose(actual, list(taught.oracle.weights.values()), rtol=1e-7)
    assert taught.evidence == pytest.approx(taught.oracle.evidence, abs=1e-9)


def test_before_any_reward_all_rates_are_a_half_and_equally_unsure() -> None:
    taught = Taught([])
    request = request_of([{}], *({"id": name, "features": [{"k": 1}]} for name in "pq"))
    rows, columns = taught.cells.rows(request.context), taught.cells.columns(request.actions)
    factors, doubts = taught.rates.factors(taught.cells, rows, columns, np.ones(len(columns)))
    assert np.all(rates_of(factors)[0] == 0.5)
    assert np.all(doubts[0] == USUAL_VARIANCE)
    assert np.all(doubts[1:] == 0.0), "open once an action is known"


def test_without_successes_the_level_falls_as_rewards_come() -> None:
    """After n failures of one action the rate is about 1 / 2n, and as unsure as it is high."""
    history: list[Visit] = [({}, "p", 0.0)] * 300
    taught = Taught(history)
    assert taught.rates.level < 0.01


def test_actions_are_believed_to_differ_where_successes_come_as_expected() -> None:
    """By a variance of .3 at least, the doubt about a new action; also after 20 of 2,000."""
    history: list[Visit] = [({}, "pq"[i % 2], 0.4 * (i % 100 < 2)) for i in range(2_000)]
    taught = Taught(history)
    request = request_of([{}], {"id": "new", "features": [{"k": 1}]})
    rows, columns = taught.cells.rows(request.context), taught.cells.columns(request.actions)
    _, doubts = taught.rates.factors(taught.cells, rows, columns, np.ones(1))
    assert np.all(doubts[0] == pytest.approx(0.3))


def test_a_frequent_action_does_not_decide_the_level() -> None:
    history: list[Visit] = [({}, "p", 0.0)] * 900
    history += [({}, "qr"[i % 2], 0.4 * (i % 10 == 0)) for i in range(200)]
    taught = Taught(history)
    total = 20 / 1_100
    assert 1.5 * total < taught.rates.level < 0.1


def test_further_cells_are_never_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CELLS", 10)
    history: list[Visit] = [({"a": f"x{i}"}, "p", 0.0) for i in range(100)]
    cells, rates = CellIndex(FIELDS, Scales({}), 2), SuccessRates(2)
    for context, action, reward in history:
        request = request_of([context], {"id": action, "features": [{"k": 1}]})
        place = cells.place(request.context, request.actions[0])
        rates.learn(cells, *place, Observation(reward, True))
    assert rates.table.shape[0] <= 32
    assert not rates.table[0].any()


# -- in the mixture -------------------------------------------------------------------


def priced(seed: int, count: int) -> list[tuple[list[Json], Json, float]]:
    """Rewards of rare successes at prices of 1, .5 and .2, which depend on one of two fields."""
    rng = np.random.default_rng(seed)
    results: list[tuple[list[Json], Json, float]] = []
    for _ in range(count):
        a, b, action = (int(n) for n in rng.integers(3, size=3))
        rate, price = 0.02 * (4.0 if a == action else 1.0), (1.0, 0.5, 0.2)[action]
        reward = price * float(rng.random() < rate)
        features = [{"name": f"i{action}"}]
        results.append(
            ([{"a": f"a{a}", "b": f"b{b}"}], {"id": f"i{action}", "features": features}, reward)
        )
    return results


def taught_priced(count: int, *hypotheses: Hypothesis) -> BayesianLearner:
    model = BayesianLearner(hypotheses or HYPOTHESES, may_change=False)
    for context, action, reward in priced(0, count):
        request = request_of(context, action)
        model.learn_reward(request.context, request.actions, 0, reward)
    return model


def test_where_successes_are_rare_and_priced_rates_have_the_evidence() -> None:
    model = taught_priced(1_500)
    assert sum(model.weights[i] for i in RARE) > 0.5
    means = []
    for a in ("a0", "a1"):
        features = [{"name": "i1"}]
        request = request_of([{"a": a, "b": "b0"}], {"id": "i1", "features": features})
        belief = model.belief(request)
        means.append(float(belief.mean[0]))
        assert 0.002 < float(belief.sd[0]) < 0.02
    assert 0.005 < means[0] < means[1] < 0.05


def test_other_models_make_the_belief_while_successes_are_not_surely_rare() -> None:
    """Rates may have nearly all of the evidence then: a visitor's Rank call failed without any part
    of a belief (12 successes of 103)."""
    model = BayesianLearner(HYPOTHESES)
    request = request_of([{"a": "x"}], {"id": "p", "features": [{"k": 1}]})
    for visit in range(1, 104):
        success = float(visit % 8 == 0 and visit <= 96)
        model.learn_reward(request.context, request.actions, 0, success)
    (bank, *_), rewards = model.evidence.banks, model.evidence.rewards
    assert not rewards.rare
    assert not rewards.common
    weights = np.full(len(HYPOTHESES), 1e-4)
    weights[list(RARE)] = 1.0
    bank.weights = (weights / weights.sum()).tolist()
    assert not any(isinstance(component, OfRates) for component in model.components)
    belief = model.belief(request)
    assert belief.weights.sum() == pytest.approx(1.0)
    assert 0.05 < belief.mean[0] < 0.3
    assert belief.sd[0] > 0.0


def test_rates_make_the_belief_where_no_other_model_is_left() -> None:
    """Though successes are not surely rare after five failures."""
    model = BayesianLearner(HYPOTHESES)
    request = request_of([{"a": "x"}], {"id": "p", "features": [{"k": 1}]})
    for _ in range(5):
        model.learn_reward(request.context, request.actions, 0, 0.0)
    assert not model.evidence.rewards.rare
    for bank in model.evidence.banks:
        bank.drop([i for i in bank.learners if i not in RARE], HYPOTHESES, 0.5)
    del model.evidence.banks[1:]  # Challengers have no rates.
    assert all(isinstance(component, OfRates) for component in model.components)
    assert 0.0 < model.belief(request).mean[0] < 0.5


def test_a_belief_remains_where_no_table_of_cells_is_likelier_than_another() -> None:
    """Of 300 fields that always hold the same word, by which rewards come: each field's table has
    less than `LEAST` of the weight."""
    model = BayesianLearner([Hypothesis(crosses, "cells") for crosses in (1, 2, 3, 4)])
    for word in "ab" * 10:
        context = {f"f{i}": word for i in range(300)}
        request = request_of([context], {"id": "p", "features": [{"k": 1}]})
        model.learn_reward(request.context, request.actions, 0, float(word == "a"))
    assert model.belief(request).weights.sum() == pytest.approx(1.0)
    assert model.belief(request).mean[0] < 0.3


def test_rewards_of_more_values_wake_the_other_models() -> None:
    """SuccessRates had pruned them, but do not describe such rewards."""
    model = taught_priced(1_500)
    rng = np.random.default_rng(1)
    for context, action, _ in priced(1, 100):
        request = request_of(context, action)
        model.learn_reward(request.context, request.actions, 0, float(rng.uniform(0.4, 0.6)))
    assert sum(model.weights[i] for i in RARE) < 0.01
    assert all(np.isfinite(model.weights))


def test_rewards_that_were_no_prices_are_learned_again_as_amounts() -> None:
    """The second success of an action pays more than the first."""
    request = request_of([{"a": "x"}], {"id": "p", "features": [{"k": 1}]})
    model, amounts = (BayesianLearner(HYPOTHESES) for _ in range(2))
    amounts.evidence.rewards.priced = False
    for learner in (model, amounts):
        for reward in (0.0, 0.4, 0.0, 0.4, 0.9):
            learner.learn_reward(request.context, request.actions, 0, reward)
    assert not model.evidence.rewards.priced
    assert model.weights == pytest.approx(amounts.weights)
    belief, expected = model.belief(request), amounts.belief(request)
    np.testing.assert_allclose(belief.mean, expected.mean)


def test_contributions_of_rates_add_up_to_means_and_an_average_is_as_unsure_as_its_action() -> None:
    """For each action alone, and over two contexts."""
    model = taught_priced(300, Hypothesis(2, "rates"))
    drinks = [{"id": f"i{k}", "features": [{"name": f"i{k}"}]} for k in range(4)]
    requests = [request_of([{"a": f"a{k}", "b": "b0"}], *drinks) for k in range(2)]
    first, second = requests
    belief = model.belief(first)
    for k, alone in enumerate(np.eye(4)):
        parts = model.contributions(first, alone)
        assert sum(part.mean for part in parts.values()) == pytest.approx(belief.mean[k])
        offers = [(first.context, first.actions, alone)]
        assert model.sd_of_average(offers) == pytest.approx(belief.sd[k])
    both = model.beliefs(requests)
    np.testing.assert_allclose(both.mean[0], belief.mean)
    half = np.full(4, 0.125)
    offers = [(request.context, request.actions, half) for request in (first, second)]
    assert 0 < model.sd_of_average(offers) < both.sd.max()


@pytest.mark.parametrize("visitors", [30, 150])
def test_the_doubt_about_one_action_is_the_width_of_its_bell(visitors: int) -> None:
    """With every hypothesis; rare rewards bound the doubt of linear ones and of tables."""
    model = taught_priced(visitors, *HYPOTHESES)
    drinks = [{"id": f"i{k}", "features": [{"name": f"i{k}"}]} for k in range(4)]
    request = request_of([{"a": "a0", "b": "b0"}], *drinks)
    assert model.evidence.rewards.rare
    for k, sd in enumerate(model.belief(request).sd.tolist()):
        offers = [(request.context, request.actions, np.eye(4)[k])]
        assert model.sd_of_average(offers) == pytest.approx(sd)
