"""What can be set on the Play page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Self

from engine import LoopSettings
from engine.loop.settings import LearningMode
from engine.policies.base import Policy
from engine.policies.registry import POLICIES
from engine.policies.thompson import Thompson
from engine.store import Library, StoredLoop
from engine.worlds import World, key_of
from pages.parts.play import second
from pages.parts.settings.choices import CROSSES, MODE, SEED, SPEED, TRUTH, WORLD, max_visitors
from pages.parts.settings.knobs import Tunable
from pages.parts.settings.library import followers
from pages.parts.settings.setting import SWITCH, Setting
from pages.parts.text.glossary import meaning, meanings


@lru_cache(maxsize=8)
def _made(policies: tuple[type[Policy], ...]) -> Mapping[str, Policy]:
    """One of each, as it is until somebody sets something on it; asked for with every click.

    One draw decides, as in the textbooks: then each chance is that of the bells that stand beside
    it. Four that must agree earn more, and are a setting away.
    """
    found = {policy.key: policy() for policy in policies if policy.loggable}
    return {**found, Thompson.key: Thompson(agreement=1)}


@dataclass(frozen=True, slots=True)
class PlaySetup(Tunable):
    """All that a link to the Play page can say."""

    PREFIX = "play-"
    KEEPS = frozenset({"seed"})  # It is the loop's own.

    world: str = WORLD.as_field
    seed: int = SEED.as_field
    policy: str = Setting(
        "thompson",
        "Learning policy",
        lambda: {key: policy.label for key, policy in PlaySetup.policies().items()},
        "menu",
        f"{meaning('policy')} Changing it keeps what was learned.",
        aliases={"classic": "epsilon"},
    ).as_field
    crosses: int = CROSSES.as_field
    mode: LearningMode = MODE.as_field
    speed: int = SPEED.as_field
    next: bool = Setting(
        False, "Auto-next", SWITCH, "switch", "The next visitor comes after each reward."
    ).as_field
    truth: bool = TRUTH.as_field
    you: bool = Setting(
        False,
        "You pick the offers",
        SWITCH,
        "switch",
        "You are the policy: pick an offer for each visitor, and see what the engine picked.",
    ).as_field
    beside: str = Setting(
        "",
        "Second loop for comparison",
        lambda: second.offered(PlaySetup.policies()),
        "menu",
        ("On the stage: the same visitors and random numbers, served with other settings.\n\n")
        + meanings("crosses"),
    ).as_field

    @classmethod
    def policies(cls) -> Mapping[str, Policy]:
        """See `Tunable`: all that a loop may choose by."""
        return _made(tuple(POLICIES.values()))

    def of_loop(self, stored: StoredLoop) -> Self:
        """The same for a loop as it is; its settings as far as they can be shown here."""
        settings = stored.loop.settings
        policy = settings.policy
        knobs = {name: knob.number(policy) for name, knob in self.knobs_of(policy.key).items()}
        told = {"seed": stored.loop.seed, "policy": policy.key, "crosses": settings.crosses}
        world = self.world if stored.world is None else key_of(stored.world)
        return self.having({**knobs, **told, "world": world, "mode": settings.learning_mode})

    def new_loop(self, world: World, library: Library | None, owner: str) -> StoredLoop:
        """A loop in a world that has learned nothing; without a library in memory alone."""
        seed, settings = self.seed, self.settings()
        if library is not None:
            return library.begin(owner, world, seed, settings)
        return StoredLoop.create(
            None, owner=owner, world=world, seed=seed, settings=settings, followers=followers
        )

    @classmethod
    def parameters_in(cls, query: Mapping[str, str]) -> dict[str, str]:
        """See `Linked`; a world that nobody keeps is told by the loop that it is in."""
        said = super(PlaySetup, cls).parameters_in(query)
        own = "loop" in query and not WORLD.can_be(said.get("world", WORLD.default))
        return {name: value for name, value in said.items() if not (own and name == "world")}

    def settings(self) -> LoopSettings:
        """Settings of a new loop."""
        return LoopSettings(
            policy=self.tuned(self.policy),
            crosses=self.crosses,
            learning_mode=self.mode,
            max_events=max_visitors(),
        )

    def opponent_settings(self) -> LoopSettings:
        """Those of the engine that serves the visitors for whom a person chooses."""
        return replace(self.settings(), learning_mode="online")

    def beside_settings(self, settings: LoopSettings) -> LoopSettings:
        """Those of the second loop, out of those of the first."""
        return second.changed(self.beside, self.policies(), settings)

    @property
    def story(self) -> str:
        """How the policy chooses, with what is set on it."""
        return self.filled({self.policy: POLICIES[self.policy].story})[self.policy]

    def changes(self, before: Self, loop: LoopSettings) -> dict[str, Any]:
        """What to set on a loop because it was changed on the page since ``before``.

        All else stays as it is: a loop may have more set than a page can show.
        """
        old, new = before.values(), self.values()
        policy = loop.policy
        if self.policy not in {before.policy, policy.key}:
            policy = self.tuned(self.policy)
        for name, knob in self.knobs_of(policy.key).items():
            if new[name] != old[name]:
                policy = knob.turned(policy, new[name])
        fields = {"crosses": "crosses", "mode": "learning_mode"}
        moved = {field: new[name] for name, field in fields.items() if new[name] != old[name]}
        found = {"policy": policy, **moved}
        return {field: value for field, value in found.items() if value != getattr(loop, field)}
