"""The fields of a line of dsjson, and the rules between them."""

import json

import pytest

from engine.errors import UnreadableError
from engine.store.exchange.dsjson_line import (
    Orders,
    chances_of,
    context_objects,
    context_of_line,
    line_of,
    shown_position,
)


def test_values_in_the_order_of_a_come_into_that_of_the_actions() -> None:
    orders = Orders()
    for _ in range(2):  # Made, then remembered.
        assert tuple(orders.placing([3, 1, 2], 3)([0.5, 0.3, 0.2])) == (0.3, 0.2, 0.5)
    assert tuple(orders.placing([1], 1)([1.0])) == (1.0,)
    for order, size in (([1, 2], 3), ([3, 1, 2], 2), ([0, 1], 2), ([], 1), (None, 2)):
        with pytest.raises(UnreadableError, match=f"a does not name the actions 1 to {size}"):
            orders.placing(order, size)


def test_what_was_shown_is_of_the_label_or_comes_first() -> None:
    assert shown_position(line_of("{}"), [2, 1]) == 1
    assert shown_position(line_of('{"_label_Action": 1}'), [2, 1]) == 0
    assert shown_position(line_of('{"_labelIndex": 1, "_label_Action": 2}'), [1, 2]) == 1
    for row, reason in (
        ({"_label_Action": 0}, "_label_Action is not a whole number from 1 to 2"),
        ({"_labelIndex": 2}, "_labelIndex is not a whole number from 0 to 1"),
        ({"_labelIndex": 1, "_label_Action": 1}, "name different actions"),
    ):
        with pytest.raises(UnreadableError, match=reason):
            shown_position(line_of(json.dumps(row)), [1, 2])


def test_wrong_types_are_reported_with_their_place() -> None:
    for row, reason in (
        ({"p": ["1"]}, r"it is no decision: Expected `float`, got `str` - at `\$\.p\[0\]`"),
        ({"_label_cost": True}, r"got `bool` - at `\$\._label_cost`"),
        ([], "Expected `object`, got `array`"),
    ):
        with pytest.raises(UnreadableError, match=reason):
            line_of(json.dumps(row))


def test_a_context_is_the_objects_of_the_call_and_one_of_all_else() -> None:
    context, offered = context_of_line(b'{"_multi": [{}], "FromUrl": [{"x": 1}], "user": {"a": 2}}')
    assert (context_objects(context), offered) == ([{"x": 1}, {"user": {"a": 2}}], [{}])
    assert context_objects({"FromUrl": {"x": 1}}) == [{"x": 1}]
    for text in (b"", b"3", b'{"_multi": []}', b'{"_multi": 3}'):
        with pytest.raises(UnreadableError, match="c is not an object with the actions in _multi"):
            context_of_line(text)


def test_probabilities_are_as_many_as_actions() -> None:
    assert chances_of(line_of('{"p": [0.5, 0.5]}'), 2) == [0.5, 0.5]
    assert chances_of(line_of("{}"), 2) is None
    with pytest.raises(UnreadableError, match="p does not have 3 values"):
        chances_of(line_of('{"p": [0.5, 0.5]}'), 3)
