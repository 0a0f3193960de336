"""Blocks of the span of the rewarded rows."""

import numpy as np
import pytest

from engine.learners.bayesian import basis as span_module
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
    rows_of,
    table_history,
)
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
