"""Behaviour common to all learners."""

import pytest

from engine.learners.base import Group


@pytest.mark.parametrize(
    ("group", "order"),
    [(Group(), 0), (Group(("a",)), 1), (Group(("a", "b")), 2), (Group(every=3), 3)],
)
def test_the_order_of_a_group_is_how_many_fields_act_together(group: Group, order: int) -> None:
    assert group.order == order
