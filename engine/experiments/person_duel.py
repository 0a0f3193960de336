"""A person against the engine: separate choices for the same visitors."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from engine.evaluation.learning_curve import LearningCurve
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import Visitor, nth_visitor, serve
from engine.worlds import World


def visits(world: World, seed: int, wanted: Mapping[str, str], start: int = 0) -> Iterator[Visitor]:
    """Yield the visitors of a seed from number ``start`` on whose contexts match ``wanted``."""
    for number in count(start):
        visitor = nth_visitor(world, seed, number)
        if wanted.items() <= visitor.context.items():
            yield visitor


class Duel:
    """Two loops on the same visitors: one logs a person's choices as a shown baseline, the other
    chooses by the engine.

    Attributes:
        visitors: all visitors, in order.
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
        """Number of visitors served."""
        return len(self.own.events)

    @property
    def is_over(self) -> bool:
        """True if all visitors were served."""
        return self.served == len(self.visitors)

    @property
    def visitor(self) -> Visitor | None:
        """The next visitor; None at the end."""
        return None if self.is_over else self.visitors[self.served]

    def choose(self, action_id: str, number: int | None = None) -> None:
        """Show the visitor an action; the engine serves the same visitor by itself.

        Args:
            number: of the intended visitor; without effect if the visitor has left.
        """
        visitor = self.visitor
        if visitor is None or number not in {None, self.served}:
            return
        serve(self.own, self.world, visitor, first=action_id)
        serve(self.engine, self.world, visitor)

    def choosing(self, positions: Sequence[int]) -> Steps[None]:
        """Show the next visitors the items at these positions, a visitor a step."""
        for position in positions:
            self.choose(self.world.items[position].id)
            yield None

    def undo(self) -> int | None:
        """Take back the last visitor.

        Returns:
            position of the item shown; None without a visitor.
        """
        taken = self.own.undo_event()
        if taken is None:
            return None
        self.engine.undo_event()
        return self.world.position(taken.action_id)

    @property
    def choices(self) -> tuple[int, ...]:
        """Positions of the items chosen by the person, in order."""
        return tuple(self._shown(self.own))

    @property
    def engine_choices(self) -> tuple[int, ...]:
        """Positions of the items chosen by the engine, in order."""
        return tuple(self._shown(self.engine))

    def _shown(self, loop: LearningLoop) -> Iterator[int]:
        return (self.world.position(event.ranked.action_id) for event in loop.events.values())

    def regrets(self) -> tuple[float, float]:
        """Total regret of the person and of the engine."""
        own, engine = self._followed()
        return own.regret, engine.regret

    def scores(self) -> list[tuple[float, float]]:
        """Rewards of the person and of the engine for each visitor, in order."""
        earned = (curve.rewards for curve in self._followed())
        return [(float(own), float(other)) for own, other in zip(*earned, strict=True)]

    def _followed(self) -> tuple[LearningCurve, LearningCurve]:
        """Learning curves of the person and the engine, up to now."""
        for curve, loop in zip(self._curves, (self.own, self.engine), strict=True):
            curve.follow(loop)
        return self._curves


def curve_of(loop: LearningLoop, world: World) -> LearningCurve:
    """Learning curve of a loop's whole log."""
    curve = LearningCurve(world)
    curve.follow(loop)
    return curve


def score_told(
    world: World, seed: int, visitors: list[Visitor], fields: frozenset[str], settings: LoopSettings
) -> float:
    """Total reward of an engine whose contexts have only the relevant ``fields``."""
    loop, total = LearningLoop(settings, seed=seed), 0.0
    for visitor in visitors:
        known = {name: value for name, value in visitor.context.items() if name in fields}
        answer = loop.rank(world.actions, [known])
        earned = world.answer(visitor.context, answer.reward_action_id, visitor.uniform)
        loop.reward(answer.event_id, earned)
        total += earned
    return total
