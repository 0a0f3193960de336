"""What a reward changed in the model."""

import pytest

from engine import LearningLoop
from engine.evaluation.explanation import ContributionChange, largest_changes
from engine.learners.base import Group
from tests.engine.requests import CONTEXTS, one_of

PLAIN, PAIR, EVERY = Group(), Group(("a", "b")), Group(every=3)


@pytest.mark.parametrize(
    ("after", "count", "expected"),
    [
        ((0.1, 0.5, -0.9), 3, [EVERY, PAIR, None]),
        ((0.1, 0.5, -0.9), 2, [EVERY, PAIR]),
        ((0.1, 0.5, -0.9), 9, [EVERY, PAIR, None, PLAIN]),
        ((0.5, 0.5, 0.5), 3, [PLAIN, PAIR, EVERY]),
        ((0.5, -0.5, 0.5 + 1e-14), 2, [PLAIN, PAIR]),
    ],
)
def test_the_largest_changes_come_first_and_of_equal_ones_those_with_fewer_fields(
    after: tuple[float, float, float], count: int, expected: list[Group | None]
) -> None:
    groups = (EVERY, PLAIN, PAIR)
    values = dict(zip((PLAIN, PAIR, EVERY), after, strict=True))
    means = (0.5, 0.5 + sum(after) + 0.2)
    changes = largest_changes(
        dict.fromkeys(groups, 0.0), {group: values[group] for group in groups}, means, count
    )
    assert [change.group for change in changes] == expected


def test_a_change_is_after_less_before() -> None:
    change = ContributionChange(PLAIN, before=0.25, after=-0.5)
    assert change.change == -0.75
    assert largest_changes({PLAIN: 0.25}, {PLAIN: -0.5}, (0.25, -0.5), count=1) == [change]


def test_what_no_group_adds_is_the_mean_of_everything() -> None:
    changes = largest_changes({PLAIN: 0.25}, {PLAIN: 0.25}, (0.75, 0.875), count=1)
    assert changes == [ContributionChange(None, before=0.5, after=0.625)]


def test_a_group_that_nothing_was_learned_of_adds_nothing() -> None:
    changes = largest_changes({PLAIN: 0.5}, {PAIR: 0.25}, (0.5, 0.25), count=2)
    assert changes == [ContributionChange(PLAIN, 0.5, 0.0), ContributionChange(PAIR, 0.0, 0.25)]


def test_a_first_reward_moves_contributions_of_the_shown_action_its_way(loop: LearningLoop) -> None:
    """All of them, and the mean of everything: together they are the whole move."""
    ranked = loop.preview(**one_of("latte"), context_features=CONTEXTS[0])
    before = loop.contributions(ranked)
    answer = loop.rank(**one_of("latte"), context_features=CONTEXTS[0])
    loop.reward(answer.event_id, 1)
    after = loop.preview(**one_of("latte"), context_features=CONTEXTS[0])
    means = ranked.means[ranked.shown], after.means[ranked.shown]
    changes = largest_changes(before, loop.contributions(ranked), means, count=9)
    assert {change.group for change in changes} == {
        None,
        Group(),
        Group(("user.name",)),
        Group(("weather",)),
        Group(("user.name", "weather")),
    }
    assert all(change.change > 0 for change in changes)
    assert sum(change.change for change in changes) == pytest.approx(means[1] - means[0])
