"""You pick the offers: a person's choices for the first visitors of a seed, and the engine's.

The loop on the page does not contain these choices: they have no probabilities, and in a log of the
engine they would look like the engine's choices.
"""

from threading import RLock

from engine import LoopSettings
from engine.experiments.choice_codec import MOST, encode_choices
from engine.experiments.person_duel import Duel
from engine.loop.lock import locked
from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import World

Opponent = tuple[World, int, LoopSettings]
"""World, seed, and settings of the engine for the same visitors."""


class DuelSession:
    """A person's choices in one browser session.

    Each method is one call, so a press is neither cut in half nor lost.

    Attributes:
        opponent: current opponent; None before the first.
        drawn: state that the toolbar displays.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.opponent: Opponent | None = None
        self.drawn: tuple[object, ...] = ()
        self._duel: Duel | None = None
        self._left: tuple[Duel, list[int]] | None = None  # With its redo stack.
        self._undone: list[int] = []

    @property
    def duel(self) -> Duel:
        """The person's loop and the engine's; requires an opponent."""
        assert self._duel is not None
        return self._duel

    @property
    def text(self) -> str:
        """Choices as text for a link."""
        return encode_choices(self.duel.choices)

    @locked
    def kept_for(self, opponent: Opponent) -> tuple[int, ...]:
        """Return the choices for the same visitors, even with another engine as opponent."""
        is_same = self.opponent is not None and self.opponent[:2] == opponent[:2]
        return self.duel.choices if is_same else ()

    @locked
    def is_at(self, opponent: Opponent, choices: tuple[int, ...]) -> bool:
        """Return True if opponent and choices equal the current ones."""
        return self.opponent == opponent and self.duel.choices == choices

    def going(self, opponent: Opponent, choices: tuple[int, ...]) -> Steps[None]:
        """Replay a sequence of choices, as a job."""
        world, seed, settings = opponent
        duel = Duel(world, seed, [nth_visitor(world, seed, n) for n in range(MOST)], settings)
        yield from duel.choosing(choices)
        with self.lock:
            self.opponent, self._duel, self._left = opponent, duel, None
            self._undone.clear()

    # -- what a person does -----------------------------------------------------------

    @locked
    def choose(self, position: int, number: int) -> None:
        """Offer an item, by position, to the visitor with a number; no effect after the visit."""
        if number == self.duel.served:
            self.duel.choose(self.duel.world.items[position].id, number)
            self._undone.clear()
            self._left = None

    @property
    def can_undo(self) -> bool:
        """True if a choice or a reset can be undone."""
        return self.duel.served > 0 or self._left is not None

    @locked
    def undo(self) -> None:
        """Undo the last choice; right after a reset, undo the reset."""
        taken = self.duel.undo()
        if taken is not None:
            self._undone.append(taken)
        elif self._left is not None:
            (self._duel, self._undone), self._left = self._left, None

    @property
    def can_redo(self) -> bool:
        """True if a choice can be redone."""
        return bool(self._undone)

    @locked
    def redo(self) -> None:
        """Redo the choice that was undone last."""
        if self._undone:
            self.duel.choose(self.duel.world.items[self._undone.pop()].id)

    @locked
    def reset(self) -> None:
        """Start over with the first visitor and an untrained engine."""
        if self.duel.served:
            left = self.duel
            self._duel = Duel(left.world, left.seed, left.visitors, left.settings)
            self._left, self._undone = (left, self._undone), []

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """State on display in the toolbar."""
        return self.can_undo, self.can_redo
