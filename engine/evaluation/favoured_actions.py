"""The favoured action in every context of a world."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from engine.loop.learning_loop import LearningLoop
from engine.worlds.world import World

_CHUNK = 64
"""Contexts computed in one call, to bound the memory used for a large world."""
_ROUNDING = 1e-9
"""Tolerance for equality with the uniform probability."""


def favoured_actions(
    loop: LearningLoop,
    world: World,
    contexts: Sequence[int] | None = None,
    untried: Collection[str] = (),
) -> list[dict[str, object]]:
    """Most probable action in each context of a world, without logging a Rank call.

    Args:
        contexts: contexts by their cells; by default all of a tabulated world. For a large world
            pass a slice, see `World.through`.
        untried: actions by their ids that were never shown, which are no favourites.

    Returns:
        one row per context: its fields, ``action`` (the most probable), its ``probability``,
        its ``strength`` (among the others, 0 at a uniform choice, 1 at certainty), the probability
        of each ``untried`` action, the expected rewards of all
        actions (``means``), and the hidden truth: ``best``
        (the action with the highest expected reward; among ties the favoured one) and ``right``
        (True if the favoured action is best and more probable than under a uniform choice).
    """
    rows: list[dict[str, object]] = []
    tried = np.array([item.id not in untried for item in world.items])
    uniform = 1 / max(int(tried.sum()), 1)
    room = 1 - uniform or 1.0
    if contexts is None:
        contexts = np.arange(len(world.frequencies)).tolist()
    requests = [world.request(context) for context in contexts]
    starts = range(0, len(requests), _CHUNK)
    chunks = [loop.outlook(requests[start : start + _CHUNK]) for start in starts]
    probabilities, means = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    among = probabilities * tried
    among /= np.maximum(among.sum(axis=1, keepdims=True), _ROUNDING)
    favoured, expected = among.argmax(axis=1), world.expected_in(np.array(contexts))
    is_best = expected[np.arange(len(favoured)), favoured] == expected.max(axis=1)
    best = np.where(is_best, favoured, expected.argmax(axis=1))
    lists = probabilities, among.max(axis=1), means, best
    columns = favoured.tolist(), *(values.tolist() for values in lists)
    for context, action, chances, leads, mean, best_action in zip(contexts, *columns, strict=True):
        rows.append(
            {
                **world.contexts[context],
                "action": world.items[action].id,
                "probability": chances[action],
                "strength": max(0.0, (leads - uniform) / room),
                "untried": {
                    item.id: chance
                    for item, chance in zip(world.items, chances, strict=True)
                    if item.id in untried
                },
                "means": mean,
                "best": world.items[best_action].id,
                "right": best_action == action and leads > uniform + _ROUNDING,
            }
        )
    return rows


def share_of_visits(world: World, rows: Sequence[Mapping[str, Any]], action: str) -> float:
    """Probability of an untried action for a visitor in one of the contexts of `favoured_actions`,
    by their frequencies; in a large world all contexts count alike."""
    chances = [row["untried"][action] for row in rows]
    cells = [world.cell(row) for row in rows]
    weights = world.frequencies[cells] if world.is_tabulated else None
    return float(np.average(chances, weights=weights))
