"""What all learners share."""

from engine.learners.base import Column


def test_a_column_is_a_value_that_tells_an_id_from_a_feature() -> None:
    assert Column(("a",), "b") == Column(("a",), "b", of_id=False)
    assert len({Column(("a",), "b"), Column(("a",), "b", True), Column(("a",), "b")}) == 2
