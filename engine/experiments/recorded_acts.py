"""The acts played with a loop, as a value that replays them on any seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.errors import refuse
from engine.loop.entries import (
    Configured,
    ModelImported,
    ModelReset,
    Ranked,
    ServiceConfigured,
    WorldChanged,
)
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import SETTING_NAMES, LoopSettings
from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import crowd_steps, nth_visitor
from engine.worlds import Context, World


@dataclass(frozen=True, slots=True)
class Crowd:
    """Visitors drawn by the world, with the world's rewards."""

    visitors: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor with a context or a reward chosen by a person; the reward is None without one."""

    context: Context
    reward: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of settings."""

    settings: LoopSettings


Act = Crowd | Visit | Change


@dataclass(frozen=True, slots=True)
class Playthrough:
    """A history of a loop in a world.

    Attributes:
        settings: at the start.
        acts: in order.
    """

    world: World
    settings: LoopSettings
    acts: tuple[Act, ...] = ()

    @property
    def visitors(self) -> int:
        """Number of visitors."""
        return sum(visitors_of(act) for act in self.acts)

    @property
    def by_hand(self) -> int:
        """Number of visitors placed or answered by a person."""
        return sum(isinstance(act, Visit) for act in self.acts)

    def again(self, seed: int) -> Steps[LearningLoop]:
        """Replay all acts on a new loop, a visitor a step.

        The crowd is the seed's own. A person's contexts and rewards are repeated, whatever the new
        loop offers.
        """
        loop = LearningLoop(self.settings, seed=seed)
        for act in self.acts:
            match act:
                case Crowd(visitors):
                    yield from crowd_steps(loop, self.world, visitors)
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
    """Apply settings; the learning mode in a separate call, as a loop requires."""
    old = loop.settings
    changed = {n: getattr(settings, n) for n in SETTING_NAMES}
    changed = {n: value for n, value in changed.items() if value != getattr(old, n)}
    mode = {n: changed.pop(n) for n in ("learning_mode",) if n in changed}
    for part in (changed, mode):
        if part:
            loop.configure(**part)


def visitors_of(act: Act) -> int:
    """Number of visitors in an act."""
    return act.visitors if isinstance(act, Crowd) else int(isinstance(act, Visit))


def playthrough_of(loop: LearningLoop, world: World) -> Playthrough:
    """Extract the acts of a loop; replayed on its own seed they give an equal loop.

    Undone entries are left out. Settings changed before the first visitor become the settings at
    the start.

    Raises:
        PersonalizerError: ``BadRequest`` if a request is none of the world's, if the world was
            changed, or the model was reset, imported, or updated at intervals.
    """
    acts: list[Act] = []
    for is_crowd, run in groupby(_acts(loop, world), lambda act: isinstance(act, Crowd)):
        same = list(run)
        acts += [Crowd(len(same))] if is_crowd else _without_idle(same)
    begun, *later = acts
    assert isinstance(begun, Change), "a log begins with settings"
    return Playthrough(world, begun.settings, tuple(later))


def _without_idle(acts: Sequence[Act]) -> Iterator[Act]:
    """Drop each change of settings directly followed by another."""
    for act, following in zip(acts, [*acts[1:], None], strict=True):
        if not (isinstance(act, Change) and isinstance(following, Change)):
            yield act


def _acts(loop: LearningLoop, world: World) -> Iterator[Act]:
    """Yield one act for each entry of settings or Rank."""
    number = 0
    for entry in loop.log:
        if isinstance(entry, Configured):
            yield Change(entry.settings)
        elif isinstance(entry, Ranked):
            yield _visit(loop, world, entry, number)
            number += 1
        elif isinstance(entry, WorldChanged):
            refuse("BadRequest", "world", entry.world.title, "the same from the first visitor on")
        elif isinstance(entry, ModelReset | ModelImported):
            refuse("BadRequest", "model", type(entry).__name__, "learned from the first visitor on")
        elif isinstance(entry, ServiceConfigured) and entry.settings.update_frequency:
            seconds = entry.settings.update_frequency
            refuse("BadRequest", "modelExportFrequency", seconds, "0 from the first visitor on")


def _visit(loop: LearningLoop, world: World, ranked: Ranked, number: int) -> Act:
    """Classify one visitor: part of the crowd if context and reward are the seed's own."""
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
