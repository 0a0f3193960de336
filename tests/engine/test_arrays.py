"""Arrays with growing capacity."""

import numpy as np

from engine.arrays import with_room


def test_an_array_with_room_is_itself() -> None:
    array = np.ones((3, 2))
    assert with_room(array, (3, 2)) is array
    assert with_room(array, (1, 2)) is array


def test_an_array_that_is_too_small_is_copied_with_zeros_around_and_room_to_grow() -> None:
    array = np.ones((3, 2))
    grown = with_room(array, (4, 9))
    assert grown.shape == (6, 9)
    assert grown[:3, :2].tolist() == array.tolist()
    assert grown.sum() == array.sum()


def test_an_array_keeps_its_order_in_memory_as_it_grows() -> None:
    assert with_room(np.zeros((2, 3), order="F"), (3, 3)).flags.f_contiguous
    assert with_room(np.zeros((2, 3)), (3, 3)).flags.c_contiguous
