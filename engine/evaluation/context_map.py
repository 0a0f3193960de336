"""The favoured action in every context of a world."""

from engine.loop.learning_loop import LearningLoop
from engine.worlds.world import World


def favourites(loop: LearningLoop, world: World) -> list[dict[str, object]]:
    """What the loop would show in every context of the world, with nothing logged.

    Returns:
        one row a cell: the context's fields, the most probable action, its probability, its
        strength (0 at a uniform choice, 1 at certainty), and the hidden truth: the best action.
    """
    rows: list[dict[str, object]] = []
    fair = 1 / len(world.items)
    room = 1 - fair or 1.0
    for context, expected in zip(world.contexts, world.expected, strict=True):
        chances = loop.probabilities(world.request(world.cell(context)))
        top = int(chances.argmax())
        rows.append(
            {
                **context,
                "action": world.items[top].id,
                "probability": float(chances[top]),
                "strength": max(0.0, (float(chances[top]) - fair) / room),
                "best": world.items[int(expected.argmax())].id,
            }
        )
    return rows
