"""The favoured action in every context of a world."""

from collections.abc import Sequence

import numpy as np

from engine.loop.learning_loop import LearningLoop
from engine.worlds.world import World

_TOGETHER = 64
"""Contexts that are computed at once, so that the largest world takes little memory."""
_ROUNDING = 1e-9
"""By which a chance may differ from a fair share and still be one."""


def favourites(
    loop: LearningLoop, world: World, cells: Sequence[int] | None = None
) -> list[dict[str, object]]:
    """What the loop would show in contexts of the world, with nothing logged.

    Args:
        cells: which; all of a tabulated world by default. Of a large one give a slice, see
            `World.through`.

    Returns:
        one row a cell: the context's fields, the most probable action, its probability, its
        strength (0 at a uniform choice, 1 at certainty), and the hidden truth: the best action,
        which is the favoured one if several are, and whether that one is right: best, and more
        probable than by chance.
    """
    rows: list[dict[str, object]] = []
    fair = 1 / len(world.items)
    room = 1 - fair or 1.0
    if cells is None:
        cells = np.arange(len(world.frequencies)).tolist()
    requests = [world.request(cell) for cell in cells]
    starts = range(0, len(requests), _TOGETHER)
    chances = np.concatenate([loop.probabilities(requests[at : at + _TOGETHER]) for at in starts])
    tops, expected = chances.argmax(axis=1), world.expected_in(np.array(cells))
    is_best = expected[np.arange(len(tops)), tops] == expected.max(axis=1)
    bests = np.where(is_best, tops, expected.argmax(axis=1))
    each = zip(cells, tops.tolist(), chances.max(axis=1).tolist(), bests.tolist(), strict=True)
    for cell, top, chance, best in each:
        rows.append(
            {
                **world.contexts[cell],
                "action": world.items[top].id,
                "probability": chance,
                "strength": max(0.0, (chance - fair) / room),
                "best": world.items[best].id,
                "right": best == top and chance > fair + _ROUNDING,
            }
        )
    return rows
