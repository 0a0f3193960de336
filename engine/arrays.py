"""The engine's array type, and arrays with room for growth."""

from operator import ge
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
T = TypeVar("T", bound=np.generic)


def with_room(array: NDArray[T], shape: tuple[int, ...]) -> NDArray[T]:
    """Return ``array`` if it holds ``shape``, else a zero-padded copy twice as large, in the same
    memory order."""
    if all(map(ge, array.shape, shape)):
        return array
    pairs = zip(array.shape, shape, strict=True)
    size = [have if have >= need else max(2 * have, need) for have, need in pairs]
    # `zeros` takes memory that the system clears on first use; `zeros_like` writes all of it.
    grown = np.zeros(size, array.dtype, order="F" if np.isfortran(array) else "C")
    grown[tuple(slice(0, have) for have in array.shape)] = array
    return grown
