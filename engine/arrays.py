"""Arrays that grow: the type of all of the engine's arrays, and room for one more row."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def with_room(array: Array, shape: tuple[int, ...]) -> Array:
    """``array`` itself if it holds ``shape``, else a zero-padded copy twice as large."""
    if all(have >= need for have, need in zip(array.shape, shape, strict=True)):
        return array
    size = tuple(
        have if have >= need else max(2 * have, need)
        for have, need in zip(array.shape, shape, strict=True)
    )
    grown = np.zeros(size)
    grown[tuple(slice(0, have) for have in array.shape)] = array
    return grown
