"""Stated prices: beliefs before the first successes, and actions that earn nothing."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import ActionPrice, LearningLoop, LoopSettings, RankRequest
from engine.learners.base import Impression, Learner
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.likelihood import CONFIRMED, TRUST, RewardHistory
from engine.learners.bayesian.rates import LEAST_VARIANCE, USUAL_VARIANCE, SuccessRates
from engine.loop.settings import learner_of
from engine.protocol.request import parse_rank_request

PRICES = {"card": 0.4, "savings": 0.4 / 3, "loan": 1.0, "insurance": 0.2, "nothing": 0.0}
STATED = tuple(ActionPrice(*price) for price in PRICES.items())
USUAL = 0.006
"""Of a bank: 1,800 euros per 1,000 visitors, where 1 is 300 euros."""
ACTIONS = [{"id": name, "features": [{"kind": name}]} for name in PRICES]
NAMES = [*PRICES]
NOTHING = NAMES.index("nothing")
FLOOR = 0.05 / 2 / len(NAMES)
"""Share of an action that is not the first one by the exploration floor alone."""
shown = st.lists(st.tuples(st.sampled_from(range(5)), st.booleans()), max_size=30)


def settings(prices: tuple[ActionPrice, ...] | None = STATED) -> LoopSettings:
    return LoopSettings(usual_reward=USUAL, prices=prices)


def request_of(age: str = "young", channel: str = "app") -> RankRequest:
    return parse_rank_request(ACTIONS, [{"age": age, "channel": channel}], None, None, None)


def teach(learner: Learner, action: str, reward: float) -> None:
    position = NAMES.index(action)
    learner.learn(Impression(request_of(), position, position, 0.2), reward)


def taught(
    rewards: Sequence[tuple[str, float]], prices: tuple[ActionPrice, ...] | None = STATED
) -> Learner:
    learner = learner_of(settings(prices))
    for action, reward in rewards:
        teach(learner, action, reward)
    return learner


def believed(learner: Learner) -> dict[str, float]:
    """Expected reward of each action where all were taught."""
    return dict(zip(NAMES, learner.belief(request_of()).mean.tolist(), strict=True))


def _rates(learner: Learner) -> list[SuccessRates]:
    """Rates of the current bank."""
    assert isinstance(learner, BayesianLearner)
    learners = learner.evidence.banks[0].learners.values()
    return [rates for rates in learners if isinstance(rates, SuccessRates)]


# -- before the first successes -------------------------------------------------------


@given(
    st.lists(st.floats(0.1, 1.0), min_size=2, max_size=12),
    st.integers(0, 3),
    st.sampled_from([0.001, 0.006, 0.02]),
)
@example([1.0, 0.5, 0.13], 0, 0.08)
def test_before_any_reward_actions_of_all_prices_are_believed_to_earn_the_same(
    positive: list[float], free: int, usual: float
) -> None:
    """And have exactly the same chance, but for those of price 0."""
    prices = [*positive, *[0.0] * free]
    stated = tuple(ActionPrice(f"a{k}", price) for k, price in enumerate(prices))
    actions = [{"id": known.action, "features": [{"k": known.action}]} for known in stated]
    loop = LearningLoop(LoopSettings(usual_reward=usual, prices=stated), seed=3)
    request = parse_rank_request(actions, [{"age": "young"}], None, None, None)
    belief = loop.state.learner.belief(request)
    earned = usual * len(prices) / len(positive)
    np.testing.assert_allclose(belief.mean, [*[earned] * len(positive), *[0.0] * free])
    first, *others = loop.probabilities(request).tolist()
    assert len(set(others[: len(positive) - 1])) == 1
    if free:
        assert others[-free:] == pytest.approx([0.05 / 2 / len(prices)] * free)
        assert first == pytest.approx(others[0] + 0.025), "the baseline's half of the floor"
    else:
        assert first == others[0]


def test_the_price_of_an_action_is_known_before_its_first_success() -> None:
    history = RewardHistory(usual=USUAL, stated=PRICES)
    for action, price in PRICES.items():
        assert history.price(action) == price
        assert history.observe(price, action).price == price
    prices, unsure = history.prices_of([*NAMES, "new"])
    np.testing.assert_array_equal(prices[:-1], [*PRICES.values()])
    np.testing.assert_array_equal(unsure[:-1], 0.0)
    positive = np.array([*PRICES.values()][:-1])
    assert unsure[-1] == pytest.approx(positive.var() / positive.mean() ** 2)
    assert prices[-1] == pytest.approx((positive.sum() + 1.0) / 5), "1 is the largest reward"


def test_usual_rates_fall_with_the_price_only_where_the_usual_reward_is_rare() -> None:
    rare, common = RewardHistory(usual=USUAL, stated=PRICES), RewardHistory(stated=PRICES)
    earned = USUAL * rare.relative_rates(NAMES) * [*PRICES.values()]
    assert earned.mean() == pytest.approx(USUAL)
    np.testing.assert_allclose(earned[:NOTHING], USUAL * 5 / 4)
    np.testing.assert_array_equal(common.relative_rates(NAMES), 1.0)


@pytest.mark.parametrize("action", ["card", "savings", "loan", "insurance"])
def test_one_success_raises_a_belief_by_what_one_success_can_say(action: str) -> None:
    """In the very same context; without prices the belief is more than three times as high."""
    before, after = believed(taught([])), believed(taught([(action, PRICES[action])]))
    without = believed(taught([(action, PRICES[action])], prices=None))
    assert 1.5 * before[action] < after[action] < 2.5 * before[action]
    assert without[action] > 3 * after[action]
    for other in {*NAMES[:NOTHING]} - {action}:
        assert before[other] < after[other] < 1.25 * before[other]


def test_a_success_of_40_euros_is_believed_to_be_at_most_5_000_euros_in_a_thousand() -> None:
    assert 2_250 < 300_000 * believed(taught([("savings", PRICES["savings"])]))["savings"] < 5_000


@given(st.integers(1, CONFIRMED - 1))
def test_until_ten_successes_rates_alone_make_the_belief(successes: int) -> None:
    rewards = [("card", 0.0)] * 60 + [("card", PRICES["card"])] * successes
    sources = {component.source for component in taught(rewards).components}  # type: ignore[attr-defined]
    assert len(sources) == 1


@given(st.integers(0, 40), st.integers(0, 9))
def test_the_level_of_rates_counts_as_five_successes(failures: int, successes: int) -> None:
    history = [("loan", 0.0)] * failures + [("loan", 1.0)] * successes
    learner = taught(history)
    (rates,) = _rates(learner)
    relative = 1.25
    level, variance = USUAL, USUAL_VARIANCE
    for i in range(1, len(history) + 1):
        s = max(0, i - failures)
        share = 1 / (1 + variance * relative * i * level)
        level = (s * share + TRUST) / (relative * i * share + TRUST / USUAL)
        e = relative * i * level
        excess = TRUST * USUAL_VARIANCE + ((s - e) ** 2 - e) / (1 + e) ** 2
        variance = max(excess / (TRUST + (e / (1 + e)) ** 2), LEAST_VARIANCE)
    assert rates.level == pytest.approx(level)


def test_usual_rates_of_all_actions_are_kept_as_more_come() -> None:
    prices = {f"a{k}": 1 / (1 + k) for k in range(12)}
    stated = tuple(ActionPrice(*price) for price in prices.items())
    learner = learner_of(settings(prices=stated))
    actions = [{"id": name, "features": [{"kind": name}]} for name in prices]
    request = parse_rank_request(actions, [{"age": "young"}], None, None, None)
    for k in range(len(prices)):
        learner.learn(Impression(request, k, k, 0.1), 0.0)
    (rates,) = _rates(learner)
    np.testing.assert_allclose(rates.relative[1:13], [1 + k for k in range(12)])


# -- actions that earn nothing --------------------------------------------------------


@given(shown)
def test_an_action_of_price_0_earns_0_without_doubt_and_has_the_share_of_the_floor(
    visits: list[tuple[int, bool]],
) -> None:
    loop = LearningLoop(settings(), seed=5)
    for position, succeeds in visits:
        teach(loop.state.learner, NAMES[position], succeeds * PRICES[NAMES[position]])
    belief = loop.state.learner.belief(request_of())
    assert (belief.mean[NOTHING], belief.sd[NOTHING], belief.widths[NOTHING]) == (0.0, 0.0, 0.0)
    assert (belief.widths[:NOTHING] > 0).all()
    assert loop.probabilities(request_of())[NOTHING] == pytest.approx(FLOOR)
    learner = loop.state.learner
    alone = np.eye(5)[NOTHING]
    offers = [(request_of().context, request_of().actions, alone)]
    assert learner.sd_of_average(offers) == 0.0
    assert all(part.mean == 0.0 for part in learner.contributions(request_of(), alone).values())


@given(shown)
@example([])
@example([(NOTHING, False)])
def test_visits_of_an_action_of_price_0_say_nothing_about_others(
    visits: list[tuple[int, bool]],
) -> None:
    """Factors of other actions stay unchanged, and each reward is counted."""
    earned = [(NAMES[k], succeeds * PRICES[NAMES[k]]) for k, succeeds in visits]
    mixed, alone = taught(earned), taught([each for each in earned if each[0] != "nothing"])
    assert mixed.learned == len(earned)
    for first, second in zip(_rates(mixed), _rates(alone), strict=True):
        learned, expected = (np.sort(rates.table[..., 0].ravel()) for rates in (first, second))
        np.testing.assert_array_equal(learned, expected)


def test_an_action_of_price_0_that_pays_is_learned() -> None:
    rewards = [("nothing", 0.0)] * 20 + [("nothing", 0.5)]
    learner = taught(rewards)
    assert believed(learner)["nothing"] > USUAL
    assert learner.belief(request_of()).nothing == ()


def test_if_all_actions_earn_nothing_they_have_the_same_chance() -> None:
    free = tuple(ActionPrice(name, 0.0) for name in NAMES)
    loop = LearningLoop(settings(prices=free), seed=5)
    first, *others = loop.probabilities(request_of()).tolist()
    assert [first, *others] == pytest.approx([1 / 5] * 5)


# -- prices that are not as stated ----------------------------------------------------


def test_a_first_success_at_another_price_than_stated_is_that_price() -> None:
    learner = taught([("card", 0.0)] * 30 + [("card", 0.7)])
    history = learner.evidence.rewards  # type: ignore[attr-defined]
    assert history.binary
    assert (history.price("card"), history.repriced) == (0.7, 0)
    assert history.price("savings") == PRICES["savings"]


def test_a_price_that_changes_in_mid_run_is_learned() -> None:
    rng = np.random.default_rng(2)
    rewards = [("card", PRICES["card"] * float(rng.random() < 0.05)) for _ in range(400)]
    successes = math.fsum(reward > 0 for _, reward in rewards)
    assert successes >= CONFIRMED
    learner = taught(rewards)
    before = believed(learner)["card"]
    for _ in range(3):
        for reward in [0.0] * 19 + [0.8]:
            teach(learner, "card", reward)
    history = learner.evidence.rewards  # type: ignore[attr-defined]
    assert history.binary
    assert (history.price("card"), history.repriced) == (0.8, 1)
    assert 1.5 * before < believed(learner)["card"] < 3 * before


def test_amounts_that_differ_each_time_disprove_stated_prices() -> None:
    """Beliefs equal the beliefs of a learner without stated prices."""
    rewards = [("card", 0.0), ("nothing", 0.0), ("card", 0.4), ("card", 0.9), ("nothing", 0.3)]
    known, unknown = taught(rewards), taught(rewards, prices=None)
    np.testing.assert_allclose(
        known.belief(request_of()).mean, unknown.belief(request_of()).mean, rtol=1e-9
    )
    assert known.belief(request_of()).nothing == ()
