"""Who stands in front of the loop, and who comes next."""

from collections.abc import Callable

from engine.simulation.crowd import Visitor, nth_visitor
from engine.worlds import Context, World

LAG = 0.5
"""Seconds in which a browser may still send what stood there before."""


class Arrivals:
    """The visitors of a world's crowd of one seed as they walk up, one at a time.

    Whoever cannot come any more, since the world has changed, is not there any more either.

    Args:
        world: tells which world it is now.

    Attributes:
        turn: how often somebody walked up.
        now: a clock in seconds that only goes forward.
    """

    def __init__(
        self, world: Callable[[], World], seed: int, now: Callable[[], float], number: int
    ) -> None:
        self._world, self._seed, self.now = world, seed, now
        self._passed = self.turn = 0
        self._asked: dict[str, str] = {}
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
        self._before = self._context
        self.context = context
        self.turn += 1
        self._greeted = self.now()

    def call_next(self, number: int) -> None:
        """The visitor of the crowd with this number walks up."""
        self.greet(nth_visitor(self._world(), self._seed, number).context)

    def let_pass(self) -> None:
        """Who stands there leaves without an answer, and somebody else walks up.

        They have numbers below 0: the crowd, counted from 0, stays who it was.
        """
        left = self.context
        while self.context == left:
            self._passed += 1
            self.call_next(-self._passed)

    def as_visitor(self, number: int) -> Visitor:
        """Who stands there, with the luck of the crowd's visitor of this number."""
        return Visitor(self.context, nth_visitor(self._world(), self._seed, number).uniform)

    def ask(self, field: str, value: str) -> None:
        """Ask for another value of one field of the visitor's context."""
        self._asked[field] = value

    def settle(self) -> bool:
        """Change the context as it was asked for.

        A browser that is behind still sends the visitor before; nobody is as fast.

        Returns:
            whether a person asked and was not heard: for what was not so of the visitor before.
        """
        asked, self._asked = self._asked, {}
        known = {name: value for name, value in asked.items() if name in self.context}
        if known and self.now() - self._greeted > LAG:
            self.context = {**self.context, **known}
            self.turn += 1
            return False
        return any(
            value not in (self.context[n], self._before.get(n)) for n, value in known.items()
        )
