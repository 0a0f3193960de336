"""What a reward changed in the model."""

import pytest

from engine import LearningLoop
from engine.evaluation.explanation import ContributionChange, largest_shifts
from engine.learners.base import Column
from tests.engine.helpers import CONTEXTS, one_of

PLAIN, PAIR, TRIPLE = (Column(("a", "b", "c")[:size], "x") for size in (0, 2, 3))


@pytest.mark.parametrize(
    ("after", "count", "expected"),
    [
        ((0.1, 0.5, -0.9), 3, [TRIPLE, PAIR, PLAIN]),
        ((0.1, 0.5, -0.9), 2, [TRIPLE, PAIR]),
        ((0.1, 0.5, -0.9), 9, [TRIPLE, PAIR, PLAIN]),
        ((0.5, 0.5, 0.5), 3, [PLAIN, PAIR, TRIPLE]),
        ((0.5, -0.5, 0.5 + 1e-14), 2, [PLAIN, PAIR]),
    ],
)
def test_the_largest_shifts_come_first_and_of_equal_ones_those_with_fewer_crosses(
    after: tuple[float, float, float], count: int, expected: list[Column]
) -> None:
    columns = (TRIPLE, PLAIN, PAIR)
    values = dict(zip((PLAIN, PAIR, TRIPLE), after, strict=True))
    changes = largest_shifts(dict.fromkeys(columns, 0.0), {c: values[c] for c in columns}, count)
    assert [change.column for change in changes] == expected


def test_a_change_is_after_less_before() -> None:
    change = ContributionChange(PLAIN, before=0.25, after=-0.5)
    assert change.change == -0.75
    assert largest_shifts({PLAIN: 0.25}, {PLAIN: -0.5}) == [change]


def test_a_first_reward_moves_contributions_of_the_shown_action_its_way(loop: LearningLoop) -> None:
    ranked = loop.preview(**one_of("latte"), context_features=CONTEXTS[0])
    before = loop.contributions(ranked)
    answer = loop.rank(**one_of("latte"), context_features=CONTEXTS[0])
    loop.reward(answer.event_id, 1)
    changes = largest_shifts(before, loop.contributions(ranked), count=5)
    assert len(changes) == 5
    assert all(change.before == 0 and change.change > 0 for change in changes)
    assert changes[0].change == max(change.change for change in changes)
