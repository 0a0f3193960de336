"""Settings of the Play page."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from engine import LoopSettings
from engine.loop.baseline_rule import BaselineRule
from engine.loop.settings import LearningMode
from engine.policies.base import Policy
from engine.policies.registry import POLICIES
from engine.simulation.baselines import rule_of_loop
from engine.simulation.usual_reward import stated_prices, usual_reward
from engine.store import LoopLibrary, StoredLoop
from engine.worlds import World, key_of
from pages.parts.play import second_loop
from pages.parts.settings.baseline_rules import (
    ITEM,
    RULE,
    TABLE,
    baseline_of,
    fitted_rule,
    or_default_rule,
)
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.loop_library_access import loop_projections
from pages.parts.settings.policy_settings import POLICY, Tunable, loop_policies
from pages.parts.settings.setting import SWITCH, Setting
from pages.parts.settings.shared_settings import (
    CROSSES,
    MODE,
    SEED,
    SPEED,
    TRUTH,
    WORLD,
    max_visitors,
)
from pages.parts.text.glossary import meanings
from pages.parts.text.reward_scale import RewardScale


@dataclass(frozen=True, slots=True)
class PlaySetup(Tunable):
    """Settings in a link to the Play page."""

    PREFIX = "play-"
    KEEPS = frozenset({"seed"})  # The seed belongs to the loop.

    world: str = WORLD.as_field
    seed: int = SEED.as_field
    policy: str = POLICY.as_field
    crosses: int = CROSSES.as_field
    mode: LearningMode = MODE.as_field
    rule: str = RULE.as_field
    item: int = replace(ITEM, travels=True).as_field
    table: str = replace(TABLE, travels=True).as_field
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
        "Second session for comparison",
        lambda: second_loop.offered(loop_policies()),
        "menu",
        "On the stage: the same visitors and random numbers, served with other settings.\n\n"
        + meanings("crosses"),
    ).as_field

    @classmethod
    def policies(cls) -> Mapping[str, Policy]:
        """Return the policies of a loop; see `Tunable`."""
        return loop_policies()

    def of_loop(self, stored: StoredLoop) -> Self:
        """Return these settings updated from a loop, as far as the page can display them."""
        settings = stored.loop.settings
        policy = settings.policy
        knobs = {name: knob.number(policy) for name, knob in self.knobs_of(policy.key).items()}
        values = {"seed": stored.loop.seed, "policy": policy.key, "crosses": settings.crosses}
        world = self.world if stored.world is None else key_of(stored.world)
        return self.having({**knobs, **values, "world": world, "mode": settings.learning_mode})

    def new_loop(self, world: World, library: LoopLibrary | None, owner: str) -> StoredLoop:
        """Return an untrained loop in a world; without a library in memory only."""
        seed, settings = self.seed, self.settings()
        if library is not None:
            return library.begin(owner, world, seed, settings)
        return StoredLoop.create(
            None,
            owner=owner,
            world=world,
            seed=seed,
            settings=settings,
            make_projections=loop_projections,
        )

    @property
    def _rules(self) -> tuple[object, ...]:
        """Settings that determine the baseline."""
        return self.mode, self.rule, self.item, self.table

    @classmethod
    def parameters_in(cls, query: Mapping[str, str]) -> dict[str, str]:
        """Return the parameters of a query; an unknown world and its rules are left to the loop.
        See `Linked`."""
        said = super(PlaySetup, cls).parameters_in(query)
        unknown = {"world", "rule", "item", "table"}
        own = "loop" in query and not WORLD.can_be(said.get("world", WORLD.default))
        return {name: value for name, value in said.items() if not (own and name in unknown)}

    def begun(self, given: Container[str] = ()) -> Self:
        """See `Linked`; the world's usual rule is the default rule."""
        return replace(self, rule=or_default_rule(self.world, self.rule, self.table))

    def fitted(self) -> Self:
        """See `Linked`; fits today's rules to the world."""
        rule = fitted_rule(self.world, self.rule, self.item, self.table)
        return self.having(rule).begun()

    @property
    def baseline(self) -> BaselineRule | None:
        """Today's rules, which an online loop does not need."""
        if self.mode == "online":
            return None
        world, of = world_of(self.world), self.fitted()
        return rule_of_loop(world, baseline_of(world, of.rule, of.item, of.table, self.seed))

    def settings(self) -> LoopSettings:
        """Return settings of a new loop."""
        world = world_of(self.world)
        return LoopSettings(
            policy=self.tuned(self.policy),
            crosses=self.crosses,
            learning_mode=self.mode,
            max_events=max_visitors(),
            baseline=self.baseline,
            usual_reward=usual_reward(world),
            prices=stated_prices(world),
        )

    def opponent_settings(self) -> LoopSettings:
        """Return settings of the engine next to a person's choices."""
        return self.having({"mode": "online"}).settings()

    def beside_settings(self, settings: LoopSettings) -> LoopSettings:
        """Return settings of the second loop, derived from the first loop's."""
        return second_loop.changed(self.beside, self.policies(), settings)

    @property
    def story(self) -> str:
        """Description of the policy with its settings, and of what is known at the start."""
        story = self.filled({self.policy: POLICIES[self.policy].story})[self.policy]
        world = world_of(self.world)
        usual = usual_reward(world)
        if usual is None:
            return story
        scale = RewardScale.of(world).in_markdown
        story = f"{story} Known at the start: a random offer earns about {scale.mean(usual)}."
        return f"{story} The engine knows what each offer pays." if stated_prices(world) else story

    def changes(self, before: Self, loop: LoopSettings) -> dict[str, Any]:
        """Return the loop settings that changed on the page since ``before``.

        Settings that the page cannot display stay unchanged.
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
        baseline = self.baseline if self._rules != before._rules else None
        settings = {"policy": policy, **moved, "baseline": baseline or loop.baseline}
        return {field: value for field, value in settings.items() if value != getattr(loop, field)}
