"""Names of a visitor's answers in a world, with their rewards."""

from dataclasses import dataclass

from engine.worlds import World
from engine.worlds.success_levels import HALF, answers_of
from pages.parts.text.format import plain

_USUAL = {1.0: "Loved it", HALF: "So-so", 0.0: "Ignored"}
_PRICED = {1.0: "Converted", HALF: "Partly", 0.0: "Ignored"}
"""Names of answers that a world does not name, by their worth, and those in a world with prices."""
_FACES = ((1.0, "😍"), (0.6, "🙂"), (0.3, "🤔"), (0.01, "😐"), (0.0, "🙄"))
"""Faces, each with the least share of a full success."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A possible answer of a visitor to an offer.

    Attributes:
        label: display name.
        reward: reward that the engine receives.
        face: emoji.
    """

    label: str
    reward: float
    face: str


def answers_to(world: World, item: int) -> tuple[Answer, ...]:
    """Return all answers to an item, given by its position in the world, the best first."""
    worth, has_prices = float(world.worth[item]), bool(world.unit) or world.worth.min() < 1
    usual = _PRICED if has_prices else _USUAL
    return tuple(
        Answer(
            level.name or usual.get(level.worth, f"Worth {level.worth:g}"),
            level.worth * worth,
            next(face for least, face in _FACES if level.worth >= least),
        )
        for level in answers_of(world.levels)
    )


def said(world: World, item: int, reward: float) -> str:
    """Return the display name of an answer to an item, as Markdown; the reward if no answer has
    it. Every answer to a worthless item has the reward 0, which is read as no success."""
    for answer in reversed(answers_to(world, item)):
        if abs(answer.reward - reward) < 1e-9:
            return plain(answer.label)
    return f"Reward {reward:g}"


def amount(worth: float) -> str:
    """Format what a success is worth, with two decimals, or more to be within half a percent."""
    close = (d for d in range(2, 9) if abs(round(worth, d) - worth) <= 0.005 * worth)
    return f"{worth:,.{next(close, 9)}f}"
