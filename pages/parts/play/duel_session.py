"""You choose: what a person chose for the first visitors of a seed, with the engine beside them.

None of it is in the loop on the page: what a person chooses has no chances, and in a log of the
engine's own choices it would pass for one of them.
"""

from threading import RLock

from engine import LoopSettings
from engine.experiments.choice_codec import MOST, encode_choices
from engine.experiments.duel import Duel
from engine.loop.lock import locked
from engine.simulation.crowd import nth_visitor
from engine.steps import Steps
from engine.worlds import World

Opponent = tuple[World, int, LoopSettings]
"""A world, a seed, and the settings of the engine that serves the same visitors."""


class Contest:
    """A person's choices in one browser session.

    Each verb is one call, so that a press can neither be cut in half nor lost.

    Attributes:
        opponent: whom the person has met; None before anybody was asked for.
        drawn: what the toolbar shows of it.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.opponent: Opponent | None = None
        self.drawn: tuple[object, ...] = ()
        self._duel: Duel | None = None
        self._left: tuple[Duel, list[int]] | None = None  # With what had been taken back there.
        self._undone: list[int] = []

    @property
    def duel(self) -> Duel:
        """The person's loop and the engine's, once there is an opponent."""
        assert self._duel is not None
        return self._duel

    @property
    def text(self) -> str:
        """The choices as they stand in a link."""
        return encode_choices(self.duel.choices)

    @locked
    def kept_for(self, opponent: Opponent) -> tuple[int, ...]:
        """The choices for the same visitors, whoever served them, too."""
        is_same = self.opponent is not None and self.opponent[:2] == opponent[:2]
        return self.duel.choices if is_same else ()

    @locked
    def is_at(self, opponent: Opponent, choices: tuple[int, ...]) -> bool:
        """Whether these are the choices so far, beside this opponent."""
        return self.opponent == opponent and self.duel.choices == choices

    def going(self, opponent: Opponent, choices: tuple[int, ...]) -> Steps[None]:
        """Repeat the choices of all visitors, a job."""
        world, seed, settings = opponent
        duel = Duel(world, seed, [nth_visitor(world, seed, n) for n in range(MOST)], settings)
        yield from duel.choosing(choices)
        with self.lock:
            self.opponent, self._duel, self._left = opponent, duel, None
            self._undone.clear()

    # -- what a person does -----------------------------------------------------------

    @locked
    def choose(self, position: int, number: int) -> None:
        """Show the visitor with this number the item at a position; nothing if they have left."""
        if number == self.duel.served:
            self.duel.choose(self.duel.world.items[position].id, number)
            self._undone.clear()
            self._left = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a choice, or a reset, to take back."""
        return self.duel.served > 0 or self._left is not None

    @locked
    def undo(self) -> None:
        """The last visitor stands there again; after a reset, all is as it was before it."""
        taken = self.duel.undo()
        if taken is not None:
            self._undone.append(taken)
        elif self._left is not None:
            (self._duel, self._undone), self._left = self._left, None

    @property
    def can_redo(self) -> bool:
        """Whether a choice was taken back last."""
        return bool(self._undone)

    @locked
    def redo(self) -> None:
        """Choose once more what was taken back last."""
        if self._undone:
            self.duel.choose(self.duel.world.items[self._undone.pop()].id)

    @locked
    def reset(self) -> None:
        """The first visitor stands there, and nobody knows anything."""
        if self.duel.served:
            left = self.duel
            self._duel = Duel(left.world, left.seed, left.visitors, left.settings)
            self._left, self._undone = (left, self._undone), []

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """All that the toolbar shows of it."""
        return self.can_undo, self.can_redo
