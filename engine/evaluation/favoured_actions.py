"""The favoured action in every context of a world."""

from collections.abc import Sequence

import numpy as np

from engine.loop.learning_loop import LearningLoop
from engine.worlds.world import World

_CHUNK = 64
"""Contexts computed in one call, to bound the memory used for a large world."""
_ROUNDING = 1e-9
"""Tolerance for equality with the uniform probability."""


def favoured_actions(
    loop: LearningLoop, world: World, contexts: Sequence[int] | None = None
) -> list[dict[str, object]]:
    """Most probable action in each context of a world, without logging a Rank call.

    Args:
        contexts: contexts by their cells; by default all of a tabulated world. For a large world
            pass a slice, see `World.through`.

    Returns:
        one row per context: its fields, ``action`` (the most probable), its ``probability``,
        its ``strength`` (0 at a uniform choice, 1 at certainty), the expected rewards of all
        actions (``means``), and the hidden truth: ``best``
        (the action with the highest expected reward; among ties the favoured one) and ``right``
        (True if the favoured action is best and more probable than under a uniform choice).
    """
    rows: list[dict[str, object]] = []
    uniform = 1 / len(world.items)
    room = 1 - uniform or 1.0
    if contexts is None:
        contexts = np.arange(len(world.frequencies)).tolist()
    requests = [world.request(context) for context in contexts]
    starts = range(0, len(requests), _CHUNK)
    chunks = [loop.outlook(requests[start : start + _CHUNK]) for start in starts]
    probabilities, means = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    favoured, expected = probabilities.argmax(axis=1), world.expected_in(np.array(contexts))
    is_best = expected[np.arange(len(favoured)), favoured] == expected.max(axis=1)
    best = np.where(is_best, favoured, expected.argmax(axis=1))
    columns = favoured.tolist(), probabilities.max(axis=1).tolist(), means.tolist(), best.tolist()
    for context, action, probability, mean, best_action in zip(contexts, *columns, strict=True):
        rows.append(
            {
                **world.contexts[context],
                "action": world.items[action].id,
                "probability": probability,
                "strength": max(0.0, (probability - uniform) / room),
                "means": mean,
                "best": world.items[best_action].id,
                "right": best_action == action and probability > uniform + _ROUNDING,
            }
        )
    return rows
