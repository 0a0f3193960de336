"""The retired service's learner: columns of pairs, and steps that never overshoot."""

import math
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings
from engine.arrays import Array
from engine.learners.base import Group, Learner
from engine.learners.classic import ClassicLearner
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.protocol.request import RankRequest, parse_rank_request
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.contribution_means import added_by_groups
from tests.engine.requests import CONTEXTS, DRINKS, Json, actions, contexts, request_of
from tests.oracles import Row, by_fields, dot, naive_columns

NUMBERS: Json = {"id": "tea", "features": [{"price": 0.2, "hot": True}]}
OUTSIDE: list[Json] = [{"temperature": 0.5}, {"weather": "rainy"}]
FEATURES = {"temperature": 0.5, "weather": 1.0, "tea": 1.0, "price": 0.2, "hot": 1.0}
"""Expected feature columns of `NUMBERS`."""


def coffee(cell: int = 0) -> RankRequest:
    return parse_rank_request(COFFEE.actions, COFFEE.features(COFFEE.contexts[cell]))


def predictions(learner: Learner, requests: Sequence[RankRequest] = ()) -> Array:
    """Predicted rewards of every drink in every context, or of the given requests."""
    chosen = requests or [request_of(context, *DRINKS) for context in CONTEXTS]
    return np.array([learner.belief(request).mean for request in chosen])


def contributions(learner: Learner, request: RankRequest, shown: int = 0) -> dict[Group, float]:
    """Of the action shown."""
    return added_by_groups(learner.contributions(request, np.eye(len(request.actions))[shown]))


# -- oracle: columns written out ------------------------------------------------------


def products_of(columns: Mapping[str, float], order: int) -> dict[tuple[str, ...], float]:
    """Products of so many different columns."""
    return {
        names: math.prod(columns[name] for name in names)
        for names in combinations(sorted(columns), order)
    }


def written_out(context: list[Json], action: Json, crosses: int) -> Row:
    """(columns of the context, of the action) -> value.

    A constant, all features and all pairs of features; from 2 and 3 crosses on, products of as many
    context features with each action feature. The id is a feature, ``#id``.
    """
    outside, inside = (
        {c: v for columns in naive_columns(objects).values() for c, v in columns.items()}
        for objects in (context, action["features"])
    )
    inside["#" + action["id"]] = 1.0
    row: dict[tuple[tuple[str, ...], str], float] = {((), ""): 1.0}
    for order in range(1, 3 if crosses else 2):
        row |= {(names, ""): v for names, v in products_of(outside, order).items()}
        row |= {((), " & ".join(names)): v for names, v in products_of(inside, order).items()}
    for order in range(1, crosses + 1):
        for names, u in products_of(outside, order).items():
            row |= {(names, column): u * v for column, v in inside.items()}
    return row


@dataclass
class WrittenOut:
    """Gradient descent over written-out columns, each step weighted and never too far."""

    crosses: int
    rate: float
    weights: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict)

    def parts(self, context: list[Json], action: Json) -> Row:
        """Contribution of each column to the prediction."""
        row = written_out(context, action, self.crosses)
        return {column: self.weights.get(column, 0.0) * value for column, value in row.items()}

    def predict(self, context: list[Json], action: Json) -> float:
        return math.fsum(self.parts(context, action).values())

    def learn(self, context: list[Json], action: Json, reward: float, weight: float) -> None:
        row = written_out(context, action, self.crosses)
        way = 1 - math.exp(-2 * self.rate * weight)
        step = way * (reward - self.predict(context, action)) / dot(row, row)
        for column, value in row.items():
            self.weights[column] = self.weights.get(column, 0.0) + step * value


@pytest.mark.parametrize(("crosses", "count"), [(0, 9), (1, 37), (2, 52), (3, 57)])
def test_coffee_has_as_many_columns_as_the_services_pairs_make(crosses: int, count: int) -> None:
    """Three features of the context, four of a drink and its id: 8, with 28 pairs and a 1.

    Beyond pairs, 3 pairs and 1 triple of the context come with each of a drink's five.
    """
    assert 1 + 8 + math.comb(8, 2) == 37
    for context in COFFEE.contexts:
        for action in COFFEE.actions:
            row = written_out(COFFEE.features(context), action, crosses)
            assert list(row.values()) == [1.0] * count


past = st.lists(
    st.tuples(contexts, actions, st.floats(-1, 1), st.floats(0.01, 50)), min_size=1, max_size=6
)


@given(past, contexts, actions, st.integers(0, 3), st.floats(0.001, 1))
def test_predictions_and_contributions_are_those_of_columns_written_out(
    history: list[tuple[list[Json], Json, float, float]],
    context: list[Json],
    action: Json,
    crosses: int,
    rate: float,
) -> None:
    assume(max(len(naive_columns(c)) for c in (context, *(c for c, *_ in history))) <= 12)
    learner, oracle = ClassicLearner(crosses, rate), WrittenOut(crosses, rate)
    for where, what, reward, weight in history:
        request = request_of(where, what)
        learner.step(request.context, request.actions[0], reward, weight)
        oracle.learn(where, what, reward, weight)
    row = written_out(context, action, crosses)
    tolerance = 1e-9 * max(1.0, dot(row, row))
    request = request_of(context, action)
    mean = learner.belief(request).mean.item()
    assert mean == pytest.approx(oracle.predict(context, action), abs=tolerance)
    parts = {c: v for c, v in oracle.parts(context, action).items() if c[1]}
    expected = by_fields(context, parts)
    actual = contributions(learner, request)
    assert actual.keys() <= expected.keys()
    filled = {group: actual.get(group, 0.0) for group in expected}
    assert filled == pytest.approx(expected, abs=tolerance)


def test_equal_rows_are_held_once_whatever_the_order_of_their_features() -> None:
    """So the work is bounded by how many different rows were rewarded; 600 would take 400 kB."""
    learner = ClassicLearner(2, 0.1)
    orders = [[{"a": "x"}, {"b": 0.5}], [{"b": 0.5, "a": "x"}]]
    requests = [request_of(context, NUMBERS) for context in orders] * 300
    tracemalloc.start()
    taken = []
    for request in requests:
        learner.step(request.context, request.actions[0], 1.0)
        taken.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert taken[-1] - taken[9] < 50_000


@pytest.mark.no_cover
@pytest.mark.parametrize("fields", [40, 120, 2_000])
def test_work_is_bounded_whatever_the_number_of_fields(fields: int) -> None:
    """Written out, the triples of 40 fields take 125 MB."""
    rng = np.random.default_rng(fields)
    learner = ClassicLearner(3, 0.5)
    requests = [
        request_of([{f"f{i}": int(v) for i, v in enumerate(rng.integers(0, 3, fields))}], NUMBERS)
        for _ in range(8)
    ]
    tracemalloc.start()
    for request in requests:
        learner.step(request.context, request.actions[0], float(rng.integers(2)))
    mean = learner.belief(requests[0]).mean.item()
    result = contributions(learner, requests[0])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000 + 5_000 * fields
    assert abs(mean) > 0.01
    assert len(result) <= 1 + fields + 2
    assert {group.every for group in result} == {0, 2, 3}


# -- a step ---------------------------------------------------------------------------


def test_before_any_step_every_prediction_is_zero_and_there_is_no_doubt_ever() -> None:
    learner = ClassicLearner(1, 0.5)
    request = coffee()
    assert learner.belief(request).mean.tolist() == [0.0] * 4
    learner.step(request.context, request.actions[0], 1.0)
    scores = learner.belief(request)
    assert scores.mean.min() > 0
    assert scores.covariances.tolist() == np.zeros((1, 4, 4)).tolist()


@pytest.mark.parametrize("rate", [0.001, 0.1, 1.0])
@pytest.mark.parametrize("weight", [0.29, 1.0, 5.0])
def test_a_step_goes_the_documented_part_of_the_way_to_the_reward(
    rate: float, weight: float
) -> None:
    """1 - exp(-2 l w) of the way, over all columns in proportion to their values.

    Other drinks move in proportion to their common columns: Latte shares hot and dark with
    Cappucino, so of the 37 columns the constant, three of the context, their 3 pairs, two features,
    their pair, and 6 of context x feature: 16.
    """
    learner = ClassicLearner(1, rate)
    request = coffee()
    cappucino, latte = request.actions[0], request.actions[3]
    way = 1 - math.exp(-2 * rate * weight)
    learner.step(request.context, cappucino, 0.8, weight)
    means = learner.belief(request).mean
    assert means[0] == pytest.approx(0.8 * way)
    assert means[3] == pytest.approx(0.8 * way * 16 / 37)
    learner.step(request.context, latte, -1.0, weight)
    error = -1 - 0.8 * way * 16 / 37
    means = learner.belief(request).mean
    assert means[3] == pytest.approx(0.8 * way * 16 / 37 + error * way)
    assert means[0] == pytest.approx(0.8 * way + error * way * 16 / 37)


def test_a_step_over_numbers_is_normalised_by_the_rows_squared_length() -> None:
    """In any context, price, heat, id and their pairs move together."""
    learner = ClassicLearner(1, 0.3)
    request = request_of(OUTSIDE, NUMBERS)
    context, action = request.context, request.actions[0]
    learner.step(context, action, 1.0)
    values = [1.0, *(v for k in (1, 2) for v in products_of(FEATURES, k).values())]
    step = (1 - math.exp(-0.6)) / math.fsum(v * v for v in values)
    own = {c: FEATURES[c] for c in ("price", "hot", "tea")}
    alone = math.fsum(v * v for k in (1, 2) for v in products_of(own, k).values())
    assert contributions(learner, request)[Group()] == pytest.approx(step * alone)
    assert predictions(learner, [request]).item() == pytest.approx(1 - math.exp(-0.6))


@given(
    st.floats(1e-9, 1),
    st.lists(st.tuples(st.integers(0, 3), st.floats(-1, 1), st.floats(0, 1e6)), max_size=8),
    st.floats(-1, 1),
)
def test_a_step_never_overshoots_whatever_its_weight(
    rate: float, steps: list[tuple[int, float, float]], first: float
) -> None:
    learner = ClassicLearner(1, rate)
    request = coffee(5)
    learner.step(request.context, request.actions[0], first)
    for at, reward, weight in steps:
        before = learner.belief(request).mean[at]
        learner.step(request.context, request.actions[at], reward, weight)
        after = learner.belief(request).mean[at]
        assert min(before, reward) - 1e-9 <= after <= max(before, reward) + 1e-9


def test_other_requests_change_no_bit_of_a_prediction() -> None:
    rng = np.random.default_rng(2)
    queried, quiet = ClassicLearner(3, 0.5), ClassicLearner(3, 0.5)
    for i in range(120):
        request, reward = coffee(int(rng.integers(36))), float(rng.integers(2))
        queried.belief(request)
        for learner in (queried, quiet):
            learner.step(request.context, request.actions[i % 4], reward)
    every = [coffee(cell) for cell in range(36)]
    one_by_one = [
        [quiet.belief(replace(r, actions=(a,))).mean.item() for a in r.actions] for r in every
    ]
    assert predictions(queried, every).tolist() == one_by_one


def test_new_names_may_come_and_change_no_prediction_until_they_are_learned() -> None:
    """Each of 40 drinks adds columns, far beyond the initial capacity."""
    learner = ClassicLearner(3, 0.5)
    old = [coffee(cell) for cell in range(0, 36, 7)]
    for request in old:
        learner.step(request.context, request.actions[2], 1.0)
    known = predictions(learner, old)
    for i in range(40):
        new = request_of([{f"field{i}": "x"}], {"id": f"new{i}", "features": [{f"k{i}": 1}]})
        action = new.actions[0]
        constant = learner.belief(new).mean.item()
        assert predictions(learner, old).tolist() == known.tolist()
        learner.step(new.context, action, constant + 1.0)
        learned = learner.belief(new).mean.item()
        assert learned == pytest.approx(constant + 1 - math.exp(-1))
        known = predictions(learner, old)


# -- explaining -----------------------------------------------------------------------


@pytest.mark.parametrize("crosses", [0, 1, 3])
def test_contributions_of_two_actions_differ_as_their_predictions_do(crosses: int) -> None:
    """Columns of the context alone are equal for all actions and therefore left out."""
    learner = ClassicLearner(crosses, 0.5)
    rng = np.random.default_rng(3)
    for i in range(60):
        request = coffee(int(rng.integers(36)))
        learner.step(request.context, request.actions[i % 4], float(rng.integers(2)))
    for cell in (0, 11, 35):
        request = coffee(cell)
        results = [contributions(learner, request, shown) for shown in range(4)]
        means = learner.belief(request).mean
        sums = np.array([sum(each.values()) for each in results])
        np.testing.assert_allclose(sums - sums[0], means - means[0], rtol=0, atol=1e-12)
        assert np.ptp(means) > 0.01


def test_unlearned_columns_contribute_nothing() -> None:
    request = coffee()
    result = contributions(ClassicLearner(1, 0.1), request)
    assert result == {Group(): 0.0}


def test_a_loop_explains_with_its_classic_learner() -> None:
    loop = LearningLoop(LoopSettings.classic(learning_rate=0.5), seed=1, clock=ManualClock())
    loop.reward(loop.rank(DRINKS, CONTEXTS[0]).event_id, 1.0)
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    result = added_by_groups(loop.contributions(ranked))
    assert result == contributions(loop.learner, ranked.request, ranked.shown)
    assert min(result.values()) > 0


# -- in a loop ------------------------------------------------------------------------


def test_the_classic_settings_are_what_the_service_ran() -> None:
    settings = LoopSettings.classic()
    assert (settings.learner, settings.crosses, settings.learning_rate) == ("classic", 1, 0.001)
    assert settings.policy == EpsilonGreedy(0.2)
    assert (settings.learning_mode, settings.apprentice_exploration) == ("online", 0)
    changed = LoopSettings.classic(crosses=3, policy=Greedy(), learning_mode="apprentice")
    assert (changed.learner, changed.crosses) == ("classic", 3)
    assert (changed.policy, changed.learning_mode) == (Greedy(), "apprentice")


def lesson(ranked: Ranked, reward: float) -> float:
    """The target of an event: its reward or, for an apprentice, 1 if the choices match, else 0."""
    return float(ranked.chosen == ranked.baseline) if ranked.mode == "apprentice" else reward


@pytest.mark.parametrize("mode", ["online", "apprentice", "logging_only"])
@pytest.mark.parametrize("exploration", [0.0, 0.5])
def test_every_step_is_weighted_by_one_over_propensity_times_actions(
    mode: LearningMode, exploration: float
) -> None:
    """For the chosen action among the allowed ones: .2 / K or .8 + .2 / K."""
    loop = LearningLoop(
        LoopSettings.classic(
            learning_rate=0.2, learning_mode=mode, apprentice_exploration=exploration
        ),
        seed=3,
        clock=ManualClock(),
    )
    by_hand = ClassicLearner(1, 0.2)
    weights = set()
    for i in range(80):
        excluded = ["latte"] if i % 4 == 0 else []
        answer = loop.rank(DRINKS, CONTEXTS[i % 4], excluded)
        reward = float(i % 3 == 0)
        loop.reward(answer.event_id, reward)
        ranked = loop.events[answer.event_id].ranked
        size = len(DRINKS) - len(excluded)
        weight = 1 / (ranked.probabilities[ranked.chosen] * size)
        weights.add(round(weight, 9))
        chosen = ranked.request.actions[ranked.chosen]
        by_hand.step(ranked.request.context, chosen, lesson(ranked, reward), weight)
    np.testing.assert_allclose(predictions(loop.learner), predictions(by_hand), rtol=0, atol=1e-12)
    explored = {5.0, round(1 / (0.8 * 2 + 0.2), 9), round(1 / (0.8 * 3 + 0.2), 9)}
    certain = {0.5, round(1 / 3, 9)}
    assert weights >= (certain if mode == "logging_only" else explored)
