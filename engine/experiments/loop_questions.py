"""Questions about the future of any loop in any world, and their true answers.

A playthrough is replayed and continued; answers are read from the loop on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.experiments.exploration_measures import RepeatedOffer
from engine.experiments.recorded_acts import Playthrough
from engine.loop.learning_loop import LearningLoop
from engine.loop.time_travel import as_of
from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import crowd_steps
from engine.worlds import Context, World

QuestionKind = Literal["rewarded", "offered", "favourite", "single", "moves", "where", "rises"]
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
Marks = frozenset[int]
Truth = float | str | Marks
"""A number, an action id, one of `WAYS`, or the positions of cells in a map."""
WAYS = ("up", "same", "down")
HARDLY = 0.01
"""Smallest change of a probability that counts as a change."""
QUARTERS = 4
AVERAGED = 100
"""Further visitors observed for a question of kind ``single``."""

DRAWN = 20
"""Offers drawn from a loop at the end of its playthrough."""


@dataclass(frozen=True, slots=True)
class LoopQuestion:
    """A question about a loop at the end of its playthrough; `NEEDS` lists the fields by kind.

    - ``rewarded``: the number of rewarded visitors among the next ``visitors``;
    - ``offered``: the probability of an action in a context after ``visitors`` more visitors;
    - ``favourite``: the most probable action in a context after ``visitors`` more visitors;
    - ``single``: the mean reward of the best single action, offered to everybody;
    - ``moves``: the direction in which one reward for an action, given in the context ``seen``,
      moves the action's probability in another context;
    - ``where``: the cells of a map in which an action is the most probable one after ``visitors``
      more visitors;
    - ``rises``: the cells of a map in which one reward for an action, given in the context
      ``seen``, raises the action's probability.

    A map has a row for each value of one field and a column for each value of another; the other
    fields are taken from ``context`` or ``seen``.
    """

    kind: QuestionKind
    visitors: int = 0
    context: Context | None = None
    action: str = ""
    seen: Context | None = None
    reward: float = 1.0
    rows: str = ""
    columns: str = ""

    def contexts(self, world: World) -> Sequence[Context]:
        """Contexts in question; of a map all cells, row by row."""
        visitor = self.context or self.seen
        if not self.rows:
            return () if self.context is None else (self.context,)
        assert visitor is not None
        rows, columns = (
            [value.name for field in world.fields if field.name == name for value in field.values]
            for name in (self.rows, self.columns)
        )
        names = product(rows, columns)
        return tuple({**visitor, self.rows: row, self.columns: column} for row, column in names)

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of further visitors at which the loop is read: 0 and each quarter of all."""
        most = AVERAGED if self.kind == "single" else self.visitors
        return tuple(sorted({most * quarter // QUARTERS for quarter in range(QUARTERS + 1)}))


NEEDS: Mapping[QuestionKind, tuple[str, ...]] = {
    "rewarded": ("visitors",),
    "offered": ("context", "action", "visitors"),
    "favourite": ("context", "visitors"),
    "single": (),
    "moves": ("context", "action", "seen", "reward"),
    "where": ("action", "rows", "columns", "context", "visitors"),
    "rises": ("action", "rows", "columns", "seen", "reward"),
}
"""Fields used by each kind of question."""


@dataclass(frozen=True, slots=True, eq=False)
class LoopReading:
    """A loop after some further visitors.

    Attributes:
        visitors: number of further visitors.
        rewarded: number of further visitors with a reward above 0.
        chances: selection probabilities of K actions, (K,), by the cell of each context in
            question.
        averages: mean reward of each action since the loop began, (K,), NaN for an action never
            shown.
    """

    visitors: int
    rewarded: int
    chances: Mapping[int, Array]
    averages: Array


@dataclass(frozen=True, slots=True, eq=False)
class ChanceShift:
    """Selection probabilities before and after one reward: (K,) in a context, (C, K) in a map."""

    before: Array
    after: Array


class LoopInquiry:
    """A replayed and continued loop, and the true answers to a list of questions.

    Attributes:
        looks: readings of the loop, by the number of further visitors.
        moved: changes of probabilities, by the position of a question of kind ``moves`` or
            ``rises``.
        drawn: share of each action among `DRAWN` offers, (K,), by the position of a question about
            a context and no further visitors.
    """

    def __init__(self, played: Playthrough, seed: int, questions: Sequence[LoopQuestion]) -> None:
        self.world, self.questions, self._played, self._seed = played.world, questions, played, seed
        self.looks: dict[int, LoopReading] = {}
        self.moved: dict[int, ChanceShift] = {}
        self.drawn: dict[int, Array] = {}
        self._at = sorted({look for question in questions for look in question.looks})
        self._steps, self._done = played.visitors + self._at[-1] + 1, 0

    @property
    def progress(self) -> float:
        """Share of the work done."""
        return self._done / self._steps

    def work(self) -> Steps[None]:
        """Replay the loop and continue it until all questions are answered."""
        again = self._played.again(self._seed)
        while True:
            try:
                yield next(again)
            except StopIteration as end:
                loop: LearningLoop = end.value
                break
            self._done = min(self._done + 1, self._played.visitors)
        for place, question in enumerate(self.questions):
            if question.seen is not None:
                self.moved[place] = yield from self._moving(loop, question)
            elif question.context is not None and not question.visitors and not question.rows:
                offer = RepeatedOffer(loop, self.world, question.context)
                offer.draw(DRAWN)
                self.drawn[place] = offer.shares
                yield None
        if any(question.kind == "single" for question in self.questions):
            yield from self.world.finding_ceilings()  # Cached in the world.
        begun = len(loop.events)
        for at in self._at:
            for step in crowd_steps(loop, self.world, at - (len(loop.events) - begun)):
                yield step
                self._done = self._played.visitors + len(loop.events) - begun
            self.looks[at] = yield from self._look(loop, begun)
            yield None
        self._done = self._steps

    def truth(self, place: int) -> Truth:
        """True answer to the question at a position, after all work is done."""
        question = self.questions[place]
        if question.rows:
            return self._so(place)
        match question.kind:
            case "single":
                return self.world.single_value
            case "rewarded":
                return float(self.looks[question.visitors].rewarded)
            case "moves":
                position, moved = self.world.position(question.action), self.moved[place]
                by = float(moved.after[position] - moved.before[position])
                return "same" if abs(by) < HARDLY else "up" if by > 0 else "down"
        chances = self.chances(question, question.visitors)
        if question.kind == "favourite":
            return self.world.items[int(chances.argmax())].id
        return float(chances[self.world.position(question.action)])

    def chances(self, question: LoopQuestion, visitors: int) -> Array:
        """Selection probabilities in the context of a question, (K,)."""
        assert question.context is not None
        return self.looks[visitors].chances[self.world.cell(question.context)]

    def _so(self, place: int) -> Marks:
        """Cells of a map for which the answer is yes."""
        question = self.questions[place]
        if question.kind == "rises":
            moved = self.moved[place]
            by = (moved.after - moved.before)[:, self.world.position(question.action)]
            return frozenset(np.flatnonzero(by >= HARDLY).tolist())
        results = self.favourites(question, question.visitors)
        return frozenset(at for at, item in enumerate(results) if item == question.action)

    def favourites(self, question: LoopQuestion, visitors: int) -> Sequence[str]:
        """Id of the most probable action in each cell of a map."""
        chances, cells = (
            self.looks[visitors].chances,
            map(self.world.cell, question.contexts(self.world)),
        )
        return [self.world.items[int(chances[cell].argmax())].id for cell in cells]

    def _moving(self, loop: LearningLoop, question: LoopQuestion) -> Steps[ChanceShift]:
        """Give one reward to a copy of the loop, and read the probabilities before and after."""
        assert question.seen is not None
        loop = yield from as_of(loop, len(loop.log))
        before = yield from self._chances(loop, question)
        others = [item.id for item in self.world.items if item.id != question.action]
        answer = loop.rank(self.world.actions, self.world.features(question.seen), others)
        loop.reward(answer.event_id, question.reward)
        return ChanceShift(before, (yield from self._chances(loop, question)))

    def _chances(self, loop: LearningLoop, question: LoopQuestion) -> Steps[Array]:
        """Selection probabilities in the contexts of a question, a context a step."""
        results = []
        for context in question.contexts(self.world):
            results.append(shown_chances(loop, self.world, context))
            yield None
        return np.array(results) if question.rows else results[0]

    def _look(self, loop: LearningLoop, begun: int) -> Steps[LoopReading]:
        world = self.world
        questions = [question for question in self.questions if question.seen is None]
        contexts = [context for question in questions for context in question.contexts(world)]
        chances = dict[int, Array]()
        for cell, context in {world.cell(context): context for context in contexts}.items():
            chances[cell] = shown_chances(loop, world, context)
            yield None
        new = list(loop.events.values())[begun:]
        rewarded = sum(event.earned is not None and event.earned > 0 for event in new)
        return LoopReading(len(loop.events) - begun, rewarded, chances, averages(loop, world))


def shown_chances(loop: LearningLoop, world: World, context: Context) -> Array:
    """Selection probabilities in a context now, (K,)."""
    ranked = loop.preview(world.actions, world.features(context))
    return np.array(ranked.shown_probabilities())


def averages(loop: LearningLoop, world: World) -> Array:
    """Mean reward of each action, (K,); NaN for an action never shown."""
    events = [state for state in loop.events.values() if state.earned is not None]
    shown: NDArray[np.int_] = np.array([event.ranked.shown for event in events], dtype=int)
    earned = np.array([event.earned for event in events], dtype=float)
    most = len(world.items)
    times = np.bincount(shown, minlength=most)
    sums = np.bincount(shown, weights=earned, minlength=most)
    return np.asarray(np.divide(sums, times, out=np.full(most, np.nan), where=times > 0))
