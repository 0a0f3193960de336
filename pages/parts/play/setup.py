"""What can be set on the Play page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from engine import EpsilonGreedy, Greedy, LoopSettings, Thompson, Uniform
from engine.loop.settings import LearningMode
from engine.policies.base import Policy
from engine.store import StoredLoop
from engine.worlds import WORLDS
from pages.parts.choices import MAX_SEED, MAX_VISITORS, MODES, POLICIES, SPEEDS, same
from pages.parts.link import SWITCH, Linked, Parser, one_of, whole


@dataclass(frozen=True, slots=True)
class PlaySetup(Linked):
    """All that a link to the Play page can say.

    Attributes:
        world: key of a world.
        seed: of every draw and every visitor.
        policy: key of `POLICIES`.
        floor: exploration floor of Thompson sampling, percent.
        epsilon: exploration of epsilon-greedy, percent.
        crosses: how many context fields are crossed with the action at most.
        mode: learning mode; the baseline is the world's first action.
        speed: visitors a second of live play.
        next: whether the next visitor comes after each reward.
        truth: whether the hidden truth is shown.
    """

    ALWAYS: ClassVar[frozenset[str]] = frozenset({"world", "seed"})
    PARSERS: ClassVar[Mapping[str, Parser]] = {
        "world": same(WORLDS),
        "seed": whole(0, MAX_SEED),
        "policy": same(POLICIES),
        "floor": whole(0, 100),
        "epsilon": whole(0, 100),
        "crosses": whole(0, 3),
        "mode": same(MODES),
        "speed": one_of({str(speed): speed for speed in SPEEDS}),
        "next": SWITCH,
        "truth": SWITCH,
    }

    world: str = "coffee"
    seed: int = 7
    policy: str = "thompson"
    floor: int = 5
    epsilon: int = 20
    crosses: int = 3
    mode: LearningMode = "online"
    speed: int = 4
    next: bool = False
    truth: bool = False

    def of_loop(self, kept: StoredLoop) -> "PlaySetup":
        """The same for a loop as it is: its world, its seed and, as far as they can be shown
        here, its settings."""
        settings = kept.loop.settings
        setup = replace(
            self,
            world=kept.world or self.world,
            seed=kept.loop.seed,
            crosses=settings.crosses,
            mode=settings.learning_mode,
        )
        match settings.policy:
            case Thompson(floor=floor):
                return replace(setup, policy="thompson", floor=round(floor * 100))
            case EpsilonGreedy(epsilon):
                return replace(setup, policy="classic", epsilon=round(epsilon * 100))
            case Greedy():
                return replace(setup, policy="greedy")
            case _:
                return replace(setup, policy="uniform")

    def settings(self) -> LoopSettings:
        """The loop's settings."""
        policies: dict[str, Policy] = {
            "thompson": Thompson(floor=self.floor / 100),
            "classic": EpsilonGreedy(self.epsilon / 100),
            "greedy": Greedy(),
            "uniform": Uniform(),
        }
        return LoopSettings(
            policy=policies[self.policy],
            crosses=self.crosses,
            learning_mode=self.mode,
            max_events=MAX_VISITORS,
        )
