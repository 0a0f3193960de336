"""Who stands in front of the loop, and who comes next."""

from collections.abc import Callable
from itertools import count

from engine.simulation.crowd import Visitor, nth_visitor
from engine.worlds import Context, World

_TRIES = 100
"""Visitors who are looked at for one who is unlike the one before."""
_VISITS = count()
"""No two visitors of this process are taken for each other, whichever loop they came to."""


class Arrivals:
    """The visitors of a world's crowd of one seed as they walk up, one at a time.

    Whoever cannot come any more, since the world has changed, is not there any more either.

    Args:
        world: tells which world it is now.

    Attributes:
        turn: how often somebody walked up, or became somebody else.
        visit: the number of the visit of who stands there.
    """

    def __init__(self, world: Callable[[], World], seed: int, number: int) -> None:
        self._world, self._seed = world, seed
        self._passed = self.turn = 0
        self._context: Context = {}
        self.call_next(number)

    @property
    def context(self) -> Context:
        """Of who stands there; at first, of the visitor with the number given."""
        if not self._world().has(self._context):
            self._passed += 1
            self.call_next(-self._passed)
        return self._context

    @context.setter
    def context(self, context: Context) -> None:
        self._context = context

    def greet(self, context: Context) -> None:
        """Somebody else stands there."""
        self.context = context
        self.turn += 1
        self.visit = next(_VISITS)

    def call_next(self, number: int) -> None:
        """The visitor of the crowd with this number walks up."""
        self.greet(nth_visitor(self._world(), self._seed, number).context)

    def let_pass(self) -> None:
        """Who stands there leaves without an answer, and somebody else walks up.

        They have numbers below 0: the crowd, counted from 0, stays who it was. Where all are
        alike, or nearly, the next is like the one before.
        """
        left = self.context
        for _ in range(_TRIES):
            self._passed += 1
            self.call_next(-self._passed)
            if self.context != left:
                break

    def as_visitor(self, number: int) -> Visitor:
        """Who stands there, with the luck of the crowd's visitor of this number."""
        return Visitor(self.context, nth_visitor(self._world(), self._seed, number).uniform)

    def ask(self, field: str, value: str, visit: int) -> bool:
        """Have another value of one field in the context of a visitor, if they still stand there.

        A browser that is behind asks it of one who has left.

        Returns:
            whether they do, and there is such a value.
        """
        asked = {**self.context, field: value}
        if visit != self.visit or field not in self.context or not self._world().has(asked):
            return False
        self.context = asked
        self.turn += 1
        return True
