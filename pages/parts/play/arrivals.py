"""Arrivals of visitors: the waiting visitor and the next ones."""

from collections.abc import Callable
from itertools import count

from engine.simulation.simulated_visitors import Visitor, nth_visitor
from engine.worlds import Context, World

_TRIES = 100
"""Visitors tried to find a context that differs from the previous visitor's."""
_VISITS = count()
"""Visit numbers, unique in this process across loops."""


class Arrivals:
    """Visitors of a world's seeded crowd, arriving one at a time.

    A waiting visitor who does not exist in the world after a change is replaced.

    Args:
        world: returns the current world.

    Attributes:
        turn: number of arrivals and of context changes.
        visit: visit number of the waiting visitor.
    """

    def __init__(self, world: Callable[[], World], seed: int, number: int) -> None:
        self._world, self._seed = world, seed
        self._passed = self.turn = 0
        self._context: Context = {}
        self.call_next(number)

    @property
    def context(self) -> Context:
        """Context of the waiting visitor; at first, of the visitor with the given number."""
        if not self._world().has(self._context):
            self._passed += 1
            self.call_next(-self._passed)
        return self._context

    @context.setter
    def context(self, context: Context) -> None:
        self._context = context

    def greet(self, context: Context) -> None:
        """Replace the waiting visitor."""
        self.context = context
        self.turn += 1
        self.visit = next(_VISITS)

    def call_next(self, number: int) -> None:
        """Let the crowd's visitor with a number arrive, at the first slot of the page."""
        world = self._world()
        self.greet(world.in_slot(nth_visitor(world, self._seed, number).context, 0))

    def let_pass(self) -> None:
        """Let the waiting visitor leave without an answer, and another visitor arrive.

        Replacements have numbers below 0, so the crowd, counted from 0, keeps its visitors. In a
        world with few contexts the next visitor may equal the previous one.
        """
        left = self._world().in_slot(self.context, 0)
        for _ in range(_TRIES):
            self._passed += 1
            self.call_next(-self._passed)
            if self.context != left:
                break

    def as_visitor(self, number: int) -> Visitor:
        """Return the waiting visitor, with the random number of the crowd's visitor of a number."""
        return Visitor(self.context, nth_visitor(self._world(), self._seed, number).uniform)

    def ask(self, field: str, value: str, visit: int) -> bool:
        """Change a field of the waiting visitor's context, unless the visitor has left.

        A browser that lags behind may name a visit that is over.

        Returns:
            True if the context was changed; False after the visit, or for an unknown value.
        """
        context = {**self.context, field: value}
        if visit != self.visit or field not in self.context or not self._world().has(context):
            return False
        self.context = context
        self.turn += 1
        return True
