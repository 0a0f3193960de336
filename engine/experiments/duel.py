"""A person against the engine: the same visitors with the same luck, and each chooses alone."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from engine.evaluation.learning_curve import LearningCurve
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.simulation.crowd import Visitor, nth_visitor, serve
from engine.steps import Steps
from engine.worlds import World


def visits(world: World, seed: int, wanted: Mapping[str, str], start: int = 0) -> Iterator[Visitor]:
    """The visitors of a seed, from number ``start`` on, whose context has all that is wanted."""
    for number in count(start):
        visitor = nth_visitor(world, seed, number)
        if wanted.items() <= visitor.context.items():
            yield visitor


class Duel:
    """Two loops before the same visitors: what the person chooses is logged in one, as the baseline
    that is shown, what the engine chooses in the other.

    Attributes:
        visitors: all who come, in order.
        settings: of the engine.
        own, engine: the loops.
    """

    def __init__(
        self, world: World, seed: int, visitors: list[Visitor], settings: LoopSettings
    ) -> None:
        self.world, self.seed, self.visitors, self.settings = world, seed, visitors, settings
        self.own = LearningLoop(LoopSettings(learning_mode="logging_only"), seed=seed)
        self.engine = LearningLoop(settings, seed=seed)
        for loop in (self.own, self.engine):
            loop.folding.keeps = True  # So that little is folded again after an undo.
        self._curves = LearningCurve(world), LearningCurve(world)

    @property
    def served(self) -> int:
        """How many visitors have been."""
        return len(self.own.events)

    @property
    def is_over(self) -> bool:
        """Whether all have been."""
        return self.served == len(self.visitors)

    @property
    def visitor(self) -> Visitor | None:
        """Who stands there; None when all have been."""
        return None if self.is_over else self.visitors[self.served]

    def choose(self, action_id: str, number: int | None = None) -> None:
        """Show the visitor an action; the engine, too, serves them, and nobody sees the other's.

        Args:
            number: of the visitor who is meant; nothing happens if they have left.
        """
        visitor = self.visitor
        if visitor is None or number not in {None, self.served}:
            return
        serve(self.own, self.world, visitor, first=action_id)
        serve(self.engine, self.world, visitor)

    def choosing(self, positions: Sequence[int]) -> Steps[None]:
        """Show the visitors who come next the items at these positions, a visitor a step."""
        for position in positions:
            self.choose(self.world.items[position].id)
            yield None

    def undo(self) -> int | None:
        """The last visitor stands there again, as if they had never been served.

        Returns:
            the position of what they were shown; None if nobody has been.
        """
        taken = self.own.undo_event()
        if taken is None:
            return None
        self.engine.undo_event()
        return self.world.position(taken.action_id)

    @property
    def choices(self) -> tuple[int, ...]:
        """Positions of the items that the person has chosen, in order."""
        return tuple(self._shown(self.own))

    @property
    def engine_choices(self) -> tuple[int, ...]:
        """The same of what the engine has chosen."""
        return tuple(self._shown(self.engine))

    def _shown(self, loop: LearningLoop) -> Iterator[int]:
        return (self.world.position(event.ranked.action_id) for event in loop.events.values())

    def regrets(self) -> tuple[float, float]:
        """What the person and the engine have lost in all against the best choices."""
        own, engine = self._followed()
        return own.regret, engine.regret

    def scores(self) -> list[tuple[float, float]]:
        """What each visitor gave the person, and what they gave the engine, in order."""
        earned = (curve.rewards for curve in self._followed())
        return [(float(own), float(other)) for own, other in zip(*earned, strict=True)]

    def _followed(self) -> tuple[LearningCurve, LearningCurve]:
        """The curves of both, up to now."""
        for curve, loop in zip(self._curves, (self.own, self.engine), strict=True):
            curve.follow(loop)
        return self._curves


def curve_of(loop: LearningLoop, world: World) -> LearningCurve:
    """The learning curve of all that a loop has logged."""
    curve = LearningCurve(world)
    curve.follow(loop)
    return curve


def score_told(
    world: World, seed: int, visitors: list[Visitor], fields: frozenset[str], settings: LoopSettings
) -> float:
    """What the engine earns of visitors in all, if it is told these fields of the context alone, as
    somebody who knows that nothing else matters."""
    loop, total = LearningLoop(settings, seed=seed), 0.0
    for visitor in visitors:
        told = {name: value for name, value in visitor.context.items() if name in fields}
        answer = loop.rank(world.actions, [told])
        earned = world.answer(visitor.context, answer.reward_action_id, visitor.uniform)
        loop.reward(answer.event_id, earned)
        total += earned
    return total
