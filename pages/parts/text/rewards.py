"""What a reward is called in a world, and what it brings there."""

from dataclasses import dataclass

from engine.worlds import World
from engine.worlds.levels import HALF, Level, answers_of
from pages.parts.text.format import plain

_WHOLE, _HALF, _NONE = "Loved it", "Hesitated", "Ignored"
_FACES = ((1.0, "😍"), (0.6, "🙂"), (0.3, "🤔"), (0.01, "😐"), (0.0, "🙄"))
"""From which part of a whole success on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that a visitor may give to an offer.

    Attributes:
        label: what it is called.
        reward: what the engine is told.
        face: its picture.
        brings: what that is in the world's unit; empty where it has none.
    """

    label: str
    reward: float
    face: str
    brings: str


def answers_to(world: World, item: int) -> tuple[Answer, ...]:
    """All answers to an item of a world, by its place, the best first."""
    worth, unit = float(world.worth[item]), world.unit
    return tuple(
        Answer(
            _called(level),
            level.worth * worth,
            next(face for least, face in _FACES if level.worth >= least),
            f"{world.in_unit(level.worth * worth, 1):,.2f}\u00a0{unit}" if unit else "",
        )
        for level in answers_of(world.levels)
    )


def said(world: World, item: int, reward: float) -> str:
    """What an answer to an item is called, as Markdown; or the reward, where none is worth that."""
    for answer in answers_to(world, item):
        if abs(answer.reward - reward) < 1e-9:
            return plain(answer.label)
    return f"Reward {reward:g}"


def _called(level: Level) -> str:
    usual = {1.0: _WHOLE, HALF: _HALF, 0.0: _NONE}
    return level.name or usual.get(level.worth, f"Worth {level.worth:g}")
