"""Tables of cells of all subsets of context fields, compared with rewards kept in dictionaries."""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import Array
from engine.learners.base import Group
from engine.learners.bayesian import cells as module
from engine.learners.bayesian.cells import MAX_SUBSETS, MAX_VALUES, CellIndex, Tables
from engine.learners.bayesian.likelihood import Observation
from engine.learners.bayesian.number_scales import Scales
from engine.protocol.request import RankRequest
from tests.engine.requests import Json, request_of
from tests.oracles import CellsOracle

Visit = tuple[dict[str, str], str, float]
FIELDS = "abc"
contexts = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("xyz"), max_size=3)
rewards = st.one_of(st.sampled_from((0.0, 1.0)), st.floats(-1, 1))
visits = st.lists(st.tuples(contexts, st.sampled_from("pqr"), rewards), max_size=15)
clicks = st.lists(
    st.tuples(contexts, st.sampled_from("pqr"), st.sampled_from((0.0, 1.0))), max_size=15
)


def request_for(context: dict[str, str], *names: str) -> RankRequest:
    return request_of([context], *({"id": name, "features": [{"k": 1}]} for name in names or "p"))


class Taught:
    """Tables with their cells and, for comparison, the same rewards in dictionaries."""

    def __init__(
        self,
        history: Sequence[Visit],
        fields: Sequence[str] = FIELDS,
        crosses: int = 3,
        compared: bool = True,
    ) -> None:
        self.compared = compared
        self.cells, self.tables = CellIndex(fields, Scales({}), crosses), Tables(crosses)
        self.binary = True
        self.oracle = CellsOracle(fields, crosses, module.FIXED_SHARE)
        self.densities: list[float] = []
        self.of_subsets = np.zeros(len(self.cells.subsets))
        for visit in history:
            self.learn(*visit)

    def learn(self, context: dict[str, str], action: str, reward: float) -> None:
        request = request_for(context, action)
        self.binary &= reward in (0.0, 1.0)
        place = self.cells.place(request.context, request.actions[0])
        self.densities.append(
            self.tables.learn(self.cells, *place, Observation(reward, self.binary))
        )
        if not self.compared:
            return
        densities = self.oracle.learn(context, action, reward, 1.0 if self.binary else None)
        self.of_subsets += [densities[subset] for subset in self.subsets]

    @property
    def subsets(self) -> list[tuple[str, ...]]:
        """The fields of each subset."""
        return [tuple(self.cells.fields[i] for i in one) for one in self.cells.subsets]

    def moments(self, context: dict[str, str], names: Sequence[str]) -> tuple[Array, Array]:
        """Means and variances (S, K) by each subset."""
        request = request_for(context, *names)
        rows, columns = self.cells.rows(request.context), self.cells.columns(request.actions)
        return self.tables.moments(rows, columns, np.arange(len(rows)))


# -- beliefs --------------------------------------------------------------------------


@given(visits, contexts)
def test_means_and_variances_are_those_of_the_rewards_of_each_cell(
    history: list[Visit], context: dict[str, str]
) -> None:
    """For seen and unseen actions and contexts."""
    taught, names = Taught(history), ["p", "q", "r", "new"]
    means, variances = taught.moments(context, names)
    expected = [[taught.oracle.moments(s, context, a) for a in names] for s in taught.subsets]
    actual = np.stack([np.asarray(means), np.asarray(variances)], axis=-1)
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


def test_a_cell_by_hand() -> None:
    """One reward of 1: mean 3/4, variance 5/32 of all rewards. The cell has a weight of 1/3, so the
    action's mean is (1/3 + 3/4) / (4/3) = 13/16, from 4/3 cells.

    The noise is V, because the first reward in a cell carries no information about noise, so k = 2.
    """
    taught = Taught([({"a": "x"}, "p", 1.0)], "a", 1)
    means, variances = taught.moments({"a": "x"}, "p")
    np.testing.assert_allclose(means, [[(1 + 2 * 13 / 16) / 3]] * 2)
    np.testing.assert_allclose(variances, [[5 / 32 / 3 + (2 / 3) ** 2 * 5 / 32 / 2 / (4 / 3)]] * 2)


@given(st.one_of(visits, clicks))
def test_weights_are_the_prior_times_the_densities_of_all_rewards(history: list[Visit]) -> None:
    """Except for the share that is spread evenly after each reward."""
    taught = Taught(history)
    expected = [taught.oracle.weights[subset] for subset in taught.subsets]
    np.testing.assert_allclose(taught.tables.weights(taught.cells), expected, rtol=1e-7)
    assert math.fsum(taught.densities) == pytest.approx(taught.oracle.evidence, abs=1e-8)
    prior = [1 / 4 / count for count in (1, 3, 3, 3, 3, 3, 3, 1)]
    exact = np.log(prior) + taught.of_subsets
    exact -= np.logaddexp.reduce(exact)
    few = np.array(expected) > 1e-9
    np.testing.assert_allclose(np.log(expected)[few], exact[few], atol=1e-3)


@given(clicks)
def test_what_nothing_was_taught_expects_its_first_reward_as_when_it_is_learned(
    history: list[Visit],
) -> None:
    for _, _, reward in history:
        for binary in (True, False):
            taught = Taught([])
            place = taught.cells.place(request_for({}).context, request_for({}, "p").actions[0])
            first = Tables(3).expected_first(Observation(reward, binary))
            assert taught.tables.learn(
                taught.cells, *place, Observation(reward, binary)
            ) == pytest.approx(first)


# -- relevant fields ------------------------------------------------------------------


def test_two_of_twelve_fields_that_matter_together_are_found() -> None:
    rng = np.random.default_rng(0)
    names = [f"f{i}" for i in range(12)]
    taught = Taught([], names, 4, compared=False)
    for _ in range(400):
        said = rng.integers(3, size=12)
        context = {name: str(value) for name, value in zip(names, said, strict=True)}
        action = int(rng.integers(3))
        right = (said[2] + said[7]) % 3 == action
        taught.learn(context, str(action), float(rng.random() < (0.8 if right else 0.1)))
    weights = taught.tables.weights(taught.cells)
    assert taught.cells.group(int(weights.argmax())) == Group(("f2", "f7"))
    assert weights.max() > 0.9


def test_where_nothing_matters_hardly_any_field_is_believed_to() -> None:
    rng = np.random.default_rng(0)
    taught = Taught([], compared=False)
    for _ in range(300):
        context = dict(zip(FIELDS, rng.choice(list("xyz"), size=3).tolist(), strict=True))
        taught.learn(context, str(rng.choice(list("pq"))), float(rng.random() < 0.3))
    weights = taught.tables.weights(taught.cells)
    assert taught.cells.group(int(weights.argmax())) == Group()
    assert weights[0] > 0.9


def test_rare_clicks_ask_for_many_rewards_before_a_cell_is_believed() -> None:
    taught = Taught([], "a", 1, compared=False)
    for i in range(400):
        taught.learn({"a": "x"}, "pq"[i % 2], float(i % 100 == 0))
    (mean, *_), _ = taught.moments({"a": "y"}, "p")
    taught.learn({"a": "y"}, "p", 0.0)
    (after, *_), _ = taught.moments({"a": "y"}, "p")
    assert 0 < float(after[0]) < 2 * float(mean[0]) < 0.1


# -- unknown values and limits --------------------------------------------------------


def test_a_value_an_action_and_a_field_that_are_new_are_known_by_what_is_around_them() -> None:
    history: list[Visit] = [({"a": a}, b, 1.0) for a, b in product("xy", "pq")] * 5
    taught = Taught(history, "a", 1)
    for context, name in (({"a": "z"}, "p"), ({}, "p"), ({"a": "x", "w": "?"}, "p")):
        means, _ = taught.moments(context, [name])
        for row, subset in zip(np.asarray(means), taught.subsets, strict=True):
            known = {key: value for key, value in context.items() if key == "a"}
            assert row[0] == pytest.approx(taught.oracle.moments(subset, known, name)[0])
    means, _ = taught.moments({"a": "x"}, ["new"])
    np.testing.assert_allclose(means, taught.oracle.mean)


@pytest.mark.parametrize(("fields", "crosses"), [(5, 4), (12, 4), (60, 4), (500, 4), (8, 0)])
def test_subsets_of_one_size_take_part_all_or_none(fields: int, crosses: int) -> None:
    cells = CellIndex([f"f{i}" for i in range(fields)], Scales({}), crosses)
    counts = np.bincount([len(subset) for subset in cells.subsets])
    assert counts.tolist() == [math.comb(fields, size) for size in range(len(counts))]
    assert len(cells.subsets) <= MAX_SUBSETS
    next_size = math.comb(fields, len(counts))
    assert len(counts) == crosses + 1 or len(cells.subsets) + next_size > MAX_SUBSETS
    assert cells.prior.sum() == pytest.approx(1)


def test_cells_of_any_values_of_any_fields_are_different_ones() -> None:
    """Also for the last values that a field may have."""
    fields, words = "abcd", ("first", "middle", "last")
    cells = CellIndex(fields, Scales({}), 4)
    for known in cells._values:
        known |= {f"{name}": i + 2 for i, name in enumerate(map(str, range(MAX_VALUES - 2)))}
    action = request_for({}, "p").actions[0]
    results: dict[int, tuple[object, ...]] = {}
    for values in product((None, *words[:2]), repeat=4):
        known_values = {f: v for f, v in zip(fields, values, strict=True) if v is not None}
        rows, _ = cells.place(request_for(known_values).context, action)
        for row, subset in zip(rows.tolist(), cells.subsets, strict=True):
            cell = (subset, *(values[i] for i in subset))
            assert row > 0
            assert results.setdefault(row, cell) == cell
    assert len(set(results.values())) == len(results)


def test_further_values_of_a_field_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_VALUES", 3)
    cells = CellIndex("a", Scales({}), 1)
    action = request_for({}, "p").actions[0]
    rows = [tuple(cells.place(request_for({"a": str(v)}).context, action)[0]) for v in range(6)]
    assert len(set(rows)) == 4
    assert rows[3] == rows[4] == rows[5]


def test_further_actions_are_as_unknown_as_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ACTIONS", 2)
    history: list[Visit] = [({"a": "x"}, name, 1.0) for name in "ppqq"]
    taught, few = (Taught(history, "a", 1) for _ in range(2))
    assert taught.cells.columns(request_for({}, "p", "q", "r").actions).tolist() == [1, 2, 0]
    before = few.tables._noise(np.arange(2))
    for _ in range(5):
        taught.learn({"a": "x"}, "r", 1.0)
    means, variances = taught.moments({"a": "x"}, ["r", "new"])
    np.testing.assert_allclose(np.asarray(means)[:, 0], np.asarray(means)[:, 1])
    np.testing.assert_allclose(np.asarray(variances)[:, 0], np.asarray(variances)[:, 1])
    assert np.all(taught.tables.unexplained == few.tables.unexplained)
    assert np.all(before > 0)


def test_tables_may_begin_with_an_action_beyond_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of a challenger begin empty beside full cells; learning used to stop there."""
    monkeypatch.setattr(module, "MAX_ACTIONS", 2)
    full = Taught([({"a": "x"}, name, 1.0) for name in "pq"], "a", 1)
    rows, column = full.cells.place(
        request_for({"a": "x"}, "r").context, request_for({}, "r").actions[0]
    )
    fresh = Tables(1)
    for _ in range(2):
        fresh.learn(full.cells, rows, column, Observation(1.0, True))
    assert (column, fresh.count) == (0, 2)
    means, _ = fresh.moments(rows, np.array([0, 1]), np.arange(2))
    np.testing.assert_allclose(means, fresh.rewards.mean)


@pytest.mark.parametrize("many", range(1, 20))
def test_what_other_tables_alone_have_learned_is_new(many: int) -> None:
    """Tables of two banks share rows and columns; those of one may end before the others'."""
    taught = Taught([({"a": f"x{i}"}, f"p{i}", float(i % 3 == 0)) for i in range(many)], "a", 1)
    last = f"x{many - 1}", f"p{many - 1}"
    offers = (({"a": "new"}, last[1]), ({"a": last[0]}, "new"), ({"a": "new"}, "new"))
    before = [taught.moments(context, [action]) for context, action in offers]
    taught.cells.place(request_for({"a": "new"}).context, request_for({}, "new").actions[0])
    after = [taught.moments(context, [action]) for context, action in offers]
    np.testing.assert_array_equal(after, before)


def test_further_cells_are_never_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """With any number of contexts the tables keep their size; known contexts are still learned."""
    monkeypatch.setattr(module, "MAX_ROWS", 20)
    taught = Taught([({"a": "x"}, "p", 1.0)])
    for i in range(100):
        taught.learn({"a": f"a{i}", "b": f"b{i}", "c": f"c{i}"}, "p", 0.0)
    assert taught.tables.cells.shape[1] <= 64
    request = request_for({"a": "x"}, "p")
    row = int(taught.cells.rows(request.context)[1])
    assert taught.tables.cells[:, row, 1].tolist() == [1, 1]
    taught.learn({"a": "x"}, "p", 1.0)
    assert taught.tables.cells[:, row, 1].tolist() == [2, 2]


def test_lists_of_numbers_say_that_they_are_there() -> None:
    cells = CellIndex(["taste", "who"], Scales({}), 1)
    objects: list[list[Json]] = [[{"taste": [0.1, 0.2]}], [{"taste": [0.3, 0.4]}], [{"who": "x"}]]
    action = request_for({}, "p").actions[0]
    one, two, other = (
        cells.place(request_of(o, {"id": "p", "features": [{"k": 1}]}).context, action)[0].tolist()
        for o in objects
    )
    assert one == two
    assert one[0] == other[0]
    assert not set(one[1:]) & set(other[1:])
