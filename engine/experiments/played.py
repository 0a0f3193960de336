"""What was played with a loop, in few steps, which play it again on another day or another seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.errors import refuse
from engine.experiments.untried import crowding
from engine.loop.entries import Configured, Ranked, WorldChanged
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import SETTING_NAMES, LoopSettings
from engine.simulation.crowd import nth_visitor
from engine.steps import Steps
from engine.worlds import Context, World


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many visitors who came by themselves, and answered as the world has them."""

    visitors: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody whom a person put there, or for whom they answered; None is no answer."""

    context: Context
    reward: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """Other settings from here on."""

    settings: LoopSettings


Act = Crowd | Visit | Change


@dataclass(frozen=True, slots=True)
class Played:
    """How a loop has come to where it is.

    Attributes:
        settings: those it began with.
        acts: what came then.
    """

    world: World
    settings: LoopSettings
    acts: tuple[Act, ...] = ()

    @property
    def visitors(self) -> int:
        """How many have been."""
        return sum(visitors_of(act) for act in self.acts)

    @property
    def by_hand(self) -> int:
        """How many a person put there, or answered for."""
        return sum(isinstance(act, Visit) for act in self.acts)

    def again(self, seed: int) -> Steps[LearningLoop]:
        """Play it once more, a visitor a step: the crowd is that of the seed; what a person did is
        done again, and met with that loop's own offers."""
        loop = LearningLoop(self.settings, seed=seed)
        for act in self.acts:
            match act:
                case Crowd(visitors):
                    yield from crowding(loop, self.world, visitors)
                case Visit(context, reward):
                    answer = loop.rank(self.world.actions, self.world.features(context))
                    if reward is None:
                        loop.expire(answer.event_id)
                    else:
                        loop.reward(answer.event_id, reward)
                    yield None
                case Change(settings):
                    _configure(loop, settings)
                    yield None
        return loop


def _configure(loop: LearningLoop, settings: LoopSettings) -> None:
    """Have other settings in force; the learning mode in a call of its own, as a loop wants it."""
    old = loop.settings
    changed = {n: getattr(settings, n) for n in SETTING_NAMES}
    changed = {n: value for n, value in changed.items() if value != getattr(old, n)}
    mode = {n: changed.pop(n) for n in ("learning_mode",) if n in changed}
    for part in (changed, mode):
        if part:
            loop.configure(**part)


def visitors_of(act: Act) -> int:
    """How many visitors come in an act."""
    return act.visitors if isinstance(act, Crowd) else int(isinstance(act, Visit))


def played(loop: LearningLoop, world: World) -> Played:
    """What was played with a loop in a world: on its own seed, `Played.again` gives its like.

    What was taken back is no part of it. Settings that were changed before anybody came are those
    it began with. ``BadRequest`` where it was asked what no visitor of that world asks, or
    the world was changed.
    """
    acts: list[Act] = []
    for is_crowd, run in groupby(_acts(loop, world), lambda act: isinstance(act, Crowd)):
        same = list(run)
        acts += [Crowd(len(same))] if is_crowd else _without_idle(same)
    begun, *later = acts
    assert isinstance(begun, Change), "a log begins with settings"
    return Played(world, begun.settings, tuple(later))


def _without_idle(acts: Sequence[Act]) -> Iterator[Act]:
    """Of changes in a row the last alone."""
    for act, following in zip(acts, [*acts[1:], None], strict=True):
        if not (isinstance(act, Change) and isinstance(following, Change)):
            yield act


def _acts(loop: LearningLoop, world: World) -> Iterator[Act]:
    """One act for each entry that is one."""
    number = 0
    for entry in loop.log:
        if isinstance(entry, Configured):
            yield Change(entry.settings)
        elif isinstance(entry, Ranked):
            yield _visit(loop, world, entry, number)
            number += 1
        elif isinstance(entry, WorldChanged):
            refuse("BadRequest", "world", entry.world.title, "the same from the first visitor on")


def _visit(loop: LearningLoop, world: World, ranked: Ranked, number: int) -> Act:
    """What one visitor was: of the crowd, if it is the crowd's own and answered as the world has
    them."""
    state, request = loop.events[ranked.event_id], ranked.request
    try:
        context = world.context_of(request)
    except KeyError:
        refuse("BadRequest", f"visitor {number + 1}", request.context_text, "one of the world's")
    if request.excluded or request.actions_text != world.request(world.cell(context)).actions_text:
        allowed = "all actions of the world, as it has them"
        refuse(
            "BadRequest", f"what visitor {number + 1} was offered", request.actions_text, allowed
        )
    own = nth_visitor(world, loop.seed, number)
    answered = world.answer(context, ranked.action_id, own.uniform)
    if state.open and context == own.context and state.rewards == [answered]:
        return Crowd(1)
    return Visit(context, state.rewards[0] if state.open and state.rewards else None)
