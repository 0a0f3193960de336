"""The favoured action in every context of a world."""

from collections.abc import Sequence

import numpy as np

from engine.loop.learning_loop import LearningLoop
from engine.worlds.world import World

_CHUNK = 64
"""Contexts computed in one call, to bound the memory used for a large world."""
_ROUNDING = 1e-9
"""Tolerance for equality with the uniform probability."""


def favourites(
    loop: LearningLoop, world: World, cells: Sequence[int] | None = None
) -> list[dict[str, object]]:
    """Most probable action in each context of a world, without logging a Rank call.

    Args:
        cells: cells of the contexts; by default every cell of a tabulated world. For a large world
            pass a slice, see `World.through`.

    Returns:
        one row per cell: the context's fields, ``action`` (the most probable), its ``probability``,
        its ``strength`` (0 at a uniform choice, 1 at certainty), and the hidden truth: ``best``
        (the action with the highest expected reward; among ties the favoured one) and ``right``
        (True if the favoured action is best and more probable than under a uniform choice).
    """
    rows: list[dict[str, object]] = []
    uniform = 1 / len(world.items)
    room = 1 - uniform or 1.0
    if cells is None:
        cells = np.arange(len(world.frequencies)).tolist()
    requests = [world.request(cell) for cell in cells]
    starts = range(0, len(requests), _CHUNK)
    chances = np.concatenate([loop.probabilities(requests[at : at + _CHUNK]) for at in starts])
    tops, expected = chances.argmax(axis=1), world.expected_in(np.array(cells))
    is_best = expected[np.arange(len(tops)), tops] == expected.max(axis=1)
    bests = np.where(is_best, tops, expected.argmax(axis=1))
    favoured = zip(cells, tops.tolist(), chances.max(axis=1).tolist(), bests.tolist(), strict=True)
    for cell, top, chance, best in favoured:
        rows.append(
            {
                **world.contexts[cell],
                "action": world.items[top].id,
                "probability": chance,
                "strength": max(0.0, (chance - uniform) / room),
                "best": world.items[best].id,
                "right": best == top and chance > uniform + _ROUNDING,
            }
        )
    return rows
