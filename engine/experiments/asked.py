"""What can be asked of any loop in any world, and what is true, as the engine computes it.

A person guesses, the loop is played again, and what came of it is looked at on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.experiments.played import Played
from engine.experiments.repeated_offer import RepeatedOffer
from engine.experiments.untried import crowding
from engine.loop.learning_loop import LearningLoop
from engine.loop.moments import as_of
from engine.steps import Steps
from engine.worlds import Context, World

Kind = Literal["rewarded", "offered", "favourite", "single", "moves", "where", "rises"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Marks = frozenset[int]
Truth = float | str | Marks
"""A number; the id of an action; one of `WAYS`; or cells of a map, by their places in it."""
WAYS = ("up", "same", "down")
HARDLY = 0.01
"""A chance that moves by less stays the same."""
QUARTERS = 4
AVERAGED = 100
"""Visitors after whom it is looked what each action has earned where it was shown."""


DRAWN = 20
"""Offers that are drawn of a loop as it was left."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked of a loop as it was left; `NEEDS` says what belongs to which kind.

    - ``rewarded``: how many of the next visitors are rewarded;
    - ``offered``: how often an action is offered in a context after so many more visitors;
    - ``favourite``: which one is offered there most;
    - ``single``: what the best single action would earn, offered to everybody;
    - ``moves``: which way the chance of an action in a context moves by one reward for it, given
      in the context where it was ``seen``;
    - ``where``: in which cells of a map an action is what is offered most, after so many more
      visitors;
    - ``rises``: in which cells of a map the chance of an action goes up by one reward for it, given
      in the context where it was ``seen``.

    A map has a row for each value of a field, and a column for each value of another; all other
    fields are as in the context, or as where the reward was given.
    """

    kind: Kind
    visitors: int = 0
    context: Context | None = None
    action: str = ""
    seen: Context | None = None
    reward: float = 1.0
    rows: str = ""
    columns: str = ""

    def contexts(self, world: World) -> Sequence[Context]:
        """Those that are asked about: of a map all of its cells, one row after the other."""
        who = self.context or self.seen
        if not self.rows:
            return () if self.context is None else (self.context,)
        assert who is not None
        rows, columns = (
            [value.name for field in world.fields if field.name == name for value in field.values]
            for name in (self.rows, self.columns)
        )
        names = product(rows, columns)
        return tuple({**who, self.rows: row, self.columns: column} for row, column in names)

    @property
    def looks(self) -> tuple[int, ...]:
        """After how many more visitors it is looked: none, and each quarter of all."""
        most = AVERAGED if self.kind == "single" else self.visitors
        return tuple(sorted({most * quarter // QUARTERS for quarter in range(QUARTERS + 1)}))


NEEDS: Mapping[Kind, tuple[str, ...]] = {
    "rewarded": ("visitors",),
    "offered": ("context", "action", "visitors"),
    "favourite": ("context", "visitors"),
    "single": (),
    "moves": ("context", "action", "seen", "reward"),
    "where": ("action", "rows", "columns", "context", "visitors"),
    "rises": ("action", "rows", "columns", "seen", "reward"),
}
"""What belongs to each kind."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A loop after some more visitors.

    Attributes:
        visitors: how many more.
        rewarded: how many of them gave any reward above 0.
        chances: how likely each of K actions is to be shown, by cell of those contexts that are
            asked about.
        averages: mean reward of each action where it was shown since the loop began, (K,), NaN
            where it never was.
    """

    visitors: int
    rewarded: int
    chances: Mapping[int, Array]
    averages: Array


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """The chances of all actions before and after one reward, in a context or in the C cells of a
    map: (K,), or (C, K)."""

    before: Array
    after: Array


class Asking:
    """A loop that is played again and goes on, and the truth about all that is asked of it.

    Attributes:
        looks: what was seen on the way, by how many more visitors had been.
        moved: by the place of what is ``asked``, where that is which way chances move.
        drawn: by the place of what is asked of the loop as it was left, how often each action was
            shown in some offers to whom it is asked about, (K,).
    """

    def __init__(self, played: Played, seed: int, asked: Sequence[Asked]) -> None:
        self.world, self.asked, self._played, self._seed = played.world, asked, played, seed
        self.looks: dict[int, Look] = {}
        self.moved: dict[int, Moved] = {}
        self.drawn: dict[int, Array] = {}
        self._at = sorted({look for one in asked for look in one.looks})
        self._steps, self._done = played.visitors + self._at[-1] + 1, 0

    @property
    def progress(self) -> float:
        """How much of it was done."""
        return self._done / self._steps

    def work(self) -> Steps[None]:
        """Play it, look, and let more visitors in until all is known."""
        again = self._played.again(self._seed)
        while True:
            try:
                yield next(again)
            except StopIteration as end:
                loop: LearningLoop = end.value
                break
            self._done = min(self._done + 1, self._played.visitors)
        for place, one in enumerate(self.asked):
            if one.seen is not None:
                self.moved[place] = yield from self._moving(loop, one)
            elif one.context is not None and not one.visitors and not one.rows:
                offer = RepeatedOffer(loop, self.world, one.context)
                offer.draw(DRAWN)
                self.drawn[place] = offer.shares
                yield None
        if any(one.kind == "single" for one in self.asked):
            yield from self.world.finding_ceilings()  # They are kept there.
        begun = len(loop.events)
        for at in self._at:
            for step in crowding(loop, self.world, at - (len(loop.events) - begun)):
                yield step
                self._done = self._played.visitors + len(loop.events) - begun
            self.looks[at] = yield from self._look(loop, begun)
            yield None
        self._done = self._steps

    def truth(self, place: int) -> Truth:
        """The truth about what stands at a place of what is asked, once all work is done."""
        one = self.asked[place]
        if one.rows:
            return self._so(place)
        match one.kind:
            case "single":
                return self.world.single_value
            case "rewarded":
                return float(self.looks[one.visitors].rewarded)
            case "moves":
                position, moved = self.world.position(one.action), self.moved[place]
                by = float(moved.after[position] - moved.before[position])
                return "same" if abs(by) < HARDLY else "up" if by > 0 else "down"
        chances = self.chances(one, one.visitors)
        if one.kind == "favourite":
            return self.world.items[int(chances.argmax())].id
        return float(chances[self.world.position(one.action)])

    def chances(self, one: Asked, visitors: int) -> Array:
        """How likely each action is to be shown in the context that is asked about, (K,)."""
        assert one.context is not None
        return self.looks[visitors].chances[self.world.cell(one.context)]

    def _so(self, place: int) -> Marks:
        """Cells of a map in which it is so."""
        one = self.asked[place]
        if one.kind == "rises":
            moved = self.moved[place]
            by = (moved.after - moved.before)[:, self.world.position(one.action)]
            return frozenset(np.flatnonzero(by >= HARDLY).tolist())
        found = self.favourites(one, one.visitors)
        return frozenset(at for at, item in enumerate(found) if item == one.action)

    def favourites(self, one: Asked, visitors: int) -> Sequence[str]:
        """What is offered most in each cell of a map, by its id."""
        chances, cells = (
            self.looks[visitors].chances,
            map(self.world.cell, one.contexts(self.world)),
        )
        return [self.world.items[int(chances[cell].argmax())].id for cell in cells]

    def _moving(self, loop: LearningLoop, one: Asked) -> Steps[Moved]:
        """Give one reward to a loop like this one, and look what it changed."""
        assert one.seen is not None
        loop = yield from as_of(loop, len(loop.log))
        before = yield from self._chances(loop, one)
        others = [item.id for item in self.world.items if item.id != one.action]
        answer = loop.rank(self.world.actions, self.world.features(one.seen), others)
        loop.reward(answer.event_id, one.reward)
        return Moved(before, (yield from self._chances(loop, one)))

    def _chances(self, loop: LearningLoop, one: Asked) -> Steps[Array]:
        """How likely each action is to be shown now where it is asked, a context a step."""
        found = []
        for context in one.contexts(self.world):
            found.append(shown_chances(loop, self.world, context))
            yield None
        return np.array(found) if one.rows else found[0]

    def _look(self, loop: LearningLoop, begun: int) -> Steps[Look]:
        world = self.world
        asked = [one for one in self.asked if one.seen is None]
        contexts = [context for one in asked for context in one.contexts(world)]
        chances = dict[int, Array]()
        for cell, context in {world.cell(context): context for context in contexts}.items():
            chances[cell] = shown_chances(loop, world, context)
            yield None
        new = list(loop.events.values())[begun:]
        rewarded = sum(one.earned is not None and one.earned > 0 for one in new)
        return Look(len(loop.events) - begun, rewarded, chances, averages(loop, world))


def shown_chances(loop: LearningLoop, world: World, context: Context) -> Array:
    """How likely each action is to be shown in a context now, (K,)."""
    ranked = loop.preview(world.actions, world.features(context))
    return np.array(ranked.shown_probabilities())


def averages(loop: LearningLoop, world: World) -> Array:
    """Mean reward of each action where it was shown, (K,); NaN where it never was."""
    events = [state for state in loop.events.values() if state.earned is not None]
    shown: NDArray[np.int_] = np.array([one.ranked.shown for one in events], dtype=int)
    earned = np.array([one.earned for one in events], dtype=float)
    most = len(world.items)
    times = np.bincount(shown, minlength=most)
    sums = np.bincount(shown, weights=earned, minlength=most)
    return np.asarray(np.divide(sums, times, out=np.full(most, np.nan), where=times > 0))
