"""Sentences about a world being written."""

from pages.parts.worlds.wording import earned


def test_sums_that_differ_by_rounding_only_are_said_alike() -> None:
    assert {earned(value) for value in (0.425, 0.42500000000000004)} == {"0.42"}
    assert f"{0.42500000000000004:.2f}" == "0.43"
