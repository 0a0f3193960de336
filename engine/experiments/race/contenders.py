"""Who races: ways to choose, each with what it needs to know.

A contender is a frozen value, so that it can travel to another process; `enter` makes of it
a player, who meets one crowd.
"""

from dataclasses import dataclass
from typing import Protocol

from engine.errors import check_number, refuse
from engine.experiments.race.players import ABTestPlayer, LoopPlayer, Player, UniformPlayer
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.loop.settings import LoopSettings
from engine.policies.base import Policy
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.greedy import Greedy
from engine.policies.softmax import Softmax
from engine.policies.ucb import UpperBound
from engine.worlds.world import World


class Contender(Protocol):
    """A way to choose, ready to enter a race."""

    @property
    def key(self) -> str:
        """Its name in results."""
        ...

    def enter(self, world: World, seed: int) -> Player:
        """The player for the crowd of this seed, who has learned nothing yet."""
        ...


@dataclass(frozen=True, slots=True)
class Learner:
    """A loop: learns from every reward, and chooses by a policy on what it believes.

    Attributes:
        settings: what and how it learns, and by default how it chooses.
        policy: another way to choose on the same beliefs.
    """

    key: str
    settings: LoopSettings
    policy: Policy | None = None

    def enter(self, world: World, seed: int) -> Player:
        """See `Contender`."""
        return LoopPlayer(world, seed, self.settings, self.policy or self.settings.policy)


@dataclass(frozen=True, slots=True)
class Blind:
    """Learns nothing and chooses uniformly."""

    key: str

    def enter(self, world: World, seed: int) -> Player:
        """See `Contender`."""
        return UniformPlayer(world, seed)


@dataclass(frozen=True, slots=True)
class ABTest:
    """A uniform trial first; once its rewards are in, the item that earned most, for good.

    Attributes:
        trial: rewards that the trial waits for; until then all visitors are shown any item.
        field: of the context; each of its values gets a winner of its own. None for one
            winner for all.

    Raises:
        PersonalizerError: ``BadRequest`` for a trial without a reward.
    """

    key: str
    trial: int
    field: str | None = None

    def __post_init__(self) -> None:
        check_number("BadRequest", "trial", self.trial, 1, 1_000_000, whole=True)

    def enter(self, world: World, seed: int) -> Player:
        """See `Contender`.

        Raises:
            PersonalizerError: ``BadRequest`` for a field that the world does not have.
        """
        names = [field.name for field in world.fields]
        if self.field is not None and self.field not in names:
            refuse("BadRequest", "field", self.field, f"one of {', '.join(names)}")
        groups = [context[self.field] if self.field else "" for context in world.contexts]
        return ABTestPlayer(world, seed, self.trial, groups)


def line_up(
    world: World,
    *,
    epsilon: float = 0.1,
    crosses: int = 2,
    temperature: float = 0.1,
    width: float = 1.0,
    trial: int = 200,
    field: str | None = None,
) -> dict[str, Contender]:
    """All ways to choose that are worth comparing, by key.

    Args:
        epsilon: share of random choices of epsilon-greedy.
        crosses: of context fields with the action, the one hypothesis of ``single``.
        temperature: see `Softmax`.
        width: see `UpperBound`.
        trial: rewards that the A/B tests wait for.
        field: whose values get a winner each; the world's first by default.
    """
    ours = LoopSettings()
    known: tuple[Contender, ...] = (
        Learner("ours", ours),
        Learner("single", LoopSettings(hypotheses=(Hypothesis(crosses=crosses),))),
        Learner("epsilon", ours, EpsilonGreedy(epsilon)),
        Learner("greedy", ours, Greedy()),
        Learner("softmax", ours, Softmax(temperature)),
        Learner("ucb", ours, UpperBound(width)),
        ABTest("ab", trial),
        ABTest("segments", trial, field or world.fields[0].name),
        Learner("classic", LoopSettings.classic()),
        Blind("uniform"),
    )
    return {contender.key: contender for contender in known}
