"""Blocks of the span of the rewarded rows."""

import numpy as np
import pytest

from engine.arrays import Array
from engine.learners.bayesian import basis as span_module
from engine.learners.bayesian.basis import diagonal, positions
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.row_form import By
from tests.engine.learners.bayesian.posteriors import (
    BRIDGE,
    KINDS,
    PosteriorInBasis,
    assert_believes,
    assert_moments,
    bridged,
    hypothesis,
    oracle,
    plain,
    rows_of,
    table_history,
)
from tests.engine.requests import Json, request_of
from tests.oracles import all_columns, augmented

# -- the belief equals a dense solve --------------------------------------------------


@pytest.mark.parametrize("by", ["id", "features", "bent"])
@pytest.mark.parametrize("kind", KINDS)
def test_actions_that_share_no_column_have_blocks_of_their_own(kind: str, by: By) -> None:
    learner = PosteriorInBasis(hypothesis(by=by), table_history(kind, count=60))
    assert len(learner.span.blocks) == KINDS[kind]
    assert sum(block.size for block in learner.span.blocks) == learner.span.size


@pytest.mark.no_cover
@pytest.mark.parametrize("by", ["id", "features", "bent"])
@pytest.mark.parametrize("memory", [1.0, 0.8])
def test_an_action_that_belongs_to_several_families_makes_one_block_of_theirs(
    memory: float, by: By
) -> None:
    """The belief equals the dense solution after every reward, before, at and after the merge."""
    history, of = bridged(), hypothesis(2, by, memory)
    learner = PosteriorInBasis(of)
    offered = list({str(a): a for _, a, _ in history}.values())
    blocks = []
    for i, visit in enumerate(history):
        learner.learn(*visit)
        blocks.append(len(learner.span.blocks))
        if i >= 17:
            exact = oracle(of, history[: i + 1])
            for context in (BRIDGE, history[0][0]):
                assert_believes(learner, exact, context, offered)
    assert blocks == [1] * 9 + [2] * 3 + [3] * 6 + [1] * 13


def test_a_bridge_that_was_learned_first_is_the_same_as_one_that_came_late() -> None:
    history, of = bridged(), hypothesis(2)
    late, first = PosteriorInBasis(of, history), PosteriorInBasis(of, history[::-1])
    offered = list({str(a): a for _, a, _ in history}.values())
    assert_moments(late.moments(BRIDGE, offered), first.moments(BRIDGE, offered))


# -- order, growth, correction --------------------------------------------------------


@pytest.mark.parametrize("by", ["id", "features", "bent"])
@pytest.mark.parametrize("count", [1, 10, 40, 150])
def test_only_independent_rows_take_room(count: int, by: By) -> None:
    of = hypothesis(2, by)
    history = table_history("one family", count)
    rows = rows_of(of, history)
    rank = int(np.linalg.matrix_rank(augmented(rows, all_columns(rows))[:, 1:]))
    assert PosteriorInBasis(of, history).span.size == rank
    assert count < 150 or rank < count


# -- beyond the most basis vectors ----------------------------------------------------


def test_each_block_has_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(span_module, "MAX_BLOCK", 4)
    learner = PosteriorInBasis(hypothesis(), table_history("ids alone", 120))
    assert [block.size for block in learner.span.blocks] == [4] * 6


# -- small blocks together, compared with single blocks -------------------------------


CONTEXTS: list[list[Json]] = [
    [{"weather": "1"}],
    [{"user": {"name": "u1", "age": 2}}, {"weather": "0", "taste": [1.0, 0.5]}],
]


@pytest.mark.parametrize("memory", [1.0, 0.8])
def test_small_blocks_together_are_believed_as_each_by_itself(
    monkeypatch: pytest.MonkeyPatch, memory: float
) -> None:
    """Blocks of several sizes, a block above the limit, a block without rewards since another
    learner began, and an action never offered before; in a single context and in several.
    """
    history = [*table_history("ids alone", 40), *[(c, plain("a7"), 1.0) for c in CONTEXTS[:1]]]
    learner = PosteriorInBasis(hypothesis(2, memory=memory), history)
    sizes = sorted(block.size for block in learner.span.blocks)
    assert sizes[0] == 1
    assert sizes[1] < sizes[-1]
    later = Posterior(learner.hypothesis)
    offered = [plain(f"a{i}") for i in range(9)]
    requests = [request_of(context, *offered) for context in CONTEXTS]
    where, actions = tuple(request.context for request in requests), requests[0].actions

    def believed(small: int) -> list[tuple[Array, Array]]:
        monkeypatch.setattr(span_module, "SMALL", small)
        for kept in ("_offers", "_apart"):
            learner.span.__dict__.pop(kept, None)
        offers = [learner.span.offer(place, actions) for place in (where[0], where)]
        assert {offer.alone is not None for offer in offers} == {small > 0}
        return [m.moments(o) for m in (learner.posterior, later) for o in offers]

    apart = believed(0)
    for small in (sizes[-2], sizes[-1]):
        for one, other in zip(believed(small), apart, strict=True):
            assert_moments(one, other, 1e-12)


def test_blocks_that_share_an_action_are_no_actions_alone() -> None:
    learner = PosteriorInBasis(hypothesis(2), bridged()[:18])
    first = [{"id": f"{f}0", "features": [{f: "yes", f"{f}n": 0}]} for f in "xyz"]
    bridge = {"id": "bridge", "features": [{"x": "yes", "y": "yes"}]}
    for offered, alone in ((first, [0, 1, 2]), ([*first, bridge], None), (first[:1], None)):
        request = request_of(CONTEXTS[0], *offered)
        result = learner.span.offer(request.context, request.actions).alone
        at = None if result is None else np.arange(len(offered))[result.at].tolist()
        assert at == alone


def test_sums_of_coordinates_are_those_of_each_row() -> None:
    learner = PosteriorInBasis(hypothesis(2), table_history("ids alone", 30))
    offered = [plain(f"a{i}") for i in range(6)]
    requests = [request_of(context, *offered) for context in CONTEXTS]
    where = tuple(request.context for request in requests)
    weights = np.arange(12.0).reshape(2, 6)
    sums = dict(learner.span.offer(where, requests[0].actions).sums(weights))
    for number, action in enumerate(offered):
        rows = []
        for context in CONTEXTS:
            request = request_of(context, action)
            (part,) = learner.span.offer(request.context, request.actions).parts
            rows.append(part.coordinates[0])
        expected = weights[0, number] * rows[0] + weights[1, number] * rows[1]
        np.testing.assert_allclose(sums[part.block], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rows", [[1, 2, 3], [0, 2, 3], [2]])
def test_diagonals_are_changed_in_place_at_positions_next_to_each_other_or_not(
    rows: list[int],
) -> None:
    matrices = np.zeros((2, 4, 4))
    diagonal(matrices)[..., positions(rows)] += np.arange(1.0, len(rows) + 1)
    expected = np.zeros((4, 4))
    expected[rows, rows] = range(1, len(rows) + 1)
    assert (matrices == expected).all()
