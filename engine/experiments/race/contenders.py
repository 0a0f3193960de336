"""Contenders of a race: methods of choosing, with their settings."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

from engine.errors import check_number, refuse
from engine.experiments.power import ERROR, trial_size
from engine.experiments.race.contender_players import (
    ABTestPlayer,
    LoopPlayer,
    Player,
    RulePlayer,
    UniformPlayer,
)
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.loop.settings import LoopSettings
from engine.policies.base import Policy
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.registry import POLICIES
from engine.policies.thompson import Thompson
from engine.policies.uniform import Uniform
from engine.simulation.baselines import Baseline, best_rule, usual_fields
from engine.simulation.usual_reward import stated_prices, usual_reward
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class Contender(ABC):
    """A method of choosing: a frozen value that can be sent to another process.

    Attributes:
        key: name in results.
        label: name on screens; ``{name}`` is replaced by the setting of that name.
        story: description in one or two sentences, formatted as the label.
    """

    key: str
    label: str = field(default="", kw_only=True)
    story: str = field(default="", kw_only=True)

    @abstractmethod
    def enter(self, world: World, seed: int) -> Player:
        """Create a player without knowledge for the crowd of a seed."""


@dataclass(frozen=True, slots=True)
class LoopContender(Contender):
    """A loop: learns from every reward, and chooses by a policy on its beliefs.

    Attributes:
        settings: of learning, and by default of choosing.
        policy: another policy on the same beliefs.
    """

    settings: LoopSettings
    policy: Policy | None = None

    def enter(self, world: World, seed: int) -> Player:
        return LoopPlayer(world, seed, self.settings, self.policy or self.settings.policy)


@dataclass(frozen=True, slots=True)
class Blind(Contender):
    """Uniform choice without learning."""

    def enter(self, world: World, seed: int) -> Player:
        return UniformPlayer(world, seed)


@dataclass(frozen=True, slots=True)
class ABTest(Contender):
    """A uniform trial, then the item with the highest mean reward for good; or, with an error
    probability, all items that are not significantly worse than it.

    ``BadRequest`` for a trial without a reward, and from `enter` for an unknown field.

    Attributes:
        trial: number of rewards in the trial.
        field: context field with one winner for each of its values; None for one winner overall.
        error: probability of a winner where all items are equal; None for a winner in any case.
    """

    trial: int
    field: str | None = None
    error: float | None = None

    def __post_init__(self) -> None:
        check_number("BadRequest", "trial", self.trial, 1, 1_000_000, whole=True)

    def enter(self, world: World, seed: int) -> Player:
        names = [field.name for field in world.fields]
        if self.field is not None and self.field not in names:
            refuse("BadRequest", "field", self.field, f"one of {', '.join(names)}")
        return ABTestPlayer(world, seed, self.trial, self.field, self.error)


@dataclass(frozen=True, slots=True)
class Present(Contender):
    """A fixed rule, without learning.

    Attributes:
        rule: None for the world's usual one, see `usual_fields`.
    """

    rule: Baseline | None = None

    def enter(self, world: World, seed: int) -> Player:
        return RulePlayer(world, seed, self.rule or best_rule(world, usual_fields(world)))


OURS = LoopSettings()
"""This engine as it comes; `rivals` choose on its beliefs."""
TRIAL = 200
"""Rewards that an A/B test waits for."""
_BY_TRIAL = "Makes random offers until {trial} rewards are in"
_FIRST = "Makes random offers first"
_BY_POWER = (
    " A power analysis sets the number of random offers, at most half of the race. Without a "
    "significant winner, the best offers share the visitors."
)
_USUAL = " It knows roughly what a random offer earns, as rewards are rare."
_PRICES = f"{_USUAL} The engine knows what each offer pays."
EPSILON = 0.1
"""Share of visitors whom epsilon-greedy shows any action."""


def rivals() -> dict[str, Policy]:
    """Registered policies besides the app's own and the uniform policy, by key."""
    apart = OURS.policy.key, Uniform.key
    known = {key: policy() for key, policy in POLICIES.items() if key not in apart}
    return known | {EpsilonGreedy.key: EpsilonGreedy(EPSILON)}


def line_up(
    world: World,
    *policies: Policy,
    crosses: int = 2,
    trial: int | None = TRIAL,
    visitors: int | None = None,
    field: str | None = None,
    rule: Baseline | None = None,
) -> dict[str, Contender]:
    """All contenders worth comparing, by key.

    Args:
        policies: in place of those of `rivals`.
        crosses: highest order of crosses of the single hypothesis of ``single``.
        trial: number of rewards in the trials of A/B tests, which always have a winner; None for
            the number of a power analysis, and for winners that are significant.
        visitors: of the race; a planned trial has half of them at most.
        field: with one winner for each value; the world's first by default.
        rule: of today; the world's usual one by default.
    """
    chosen = rivals() | {policy.key: policy for policy in policies}
    size, error = (trial, None) if trial else (_planned(world, visitors), ERROR)
    usual, prices = usual_reward(world), stated_prices(world)
    ours = replace(OURS, usual_reward=usual, prices=prices)
    known_first = _PRICES if prices else _USUAL if usual else ""
    until, rest = (_FIRST, _BY_POWER) if error else (_BY_TRIAL, "")
    known: tuple[Contender, ...] = (
        LoopContender(
            "ours",
            ours,
            label="This engine",
            story="Takes four samples of each offer's reward, and shows the offer that is highest "
            "in all four; otherwise it samples again. Several models learn side by side, and "
            "those that predict best decide most. 5\xa0% of offers are random, so that the "
            f"log can show what other methods would have earned.{known_first}",
        ),
        LoopContender(
            "nofloor",
            ours,
            Thompson(floor=0.0),
            label="This engine, no exploration floor",
            story="The same engine without random offers: its log says nothing about what "
            "it never shows.",
        ),
        LoopContender(
            "textbook",
            ours,
            Thompson(floor=0.0, agreement=1),
            label="Textbook Thompson",
            story="The same beliefs, and each action as often as it wins one sample; no "
            "random offers.",
        ),
        LoopContender(
            "single",
            replace(ours, hypotheses=(Hypothesis(crosses=crosses),)),
            label="This engine, crosses: {crosses}",
            story="The same engine with one model only: noisy rewards, constant tastes, and "
            "a fixed order of crosses.",
        ),
        *(_rival(policy, ours) for policy in chosen.values()),
        ABTest(
            "ab",
            size,
            error=error,
            label="A/B test",
            story=f"{until}, then offers the winner to everybody.{rest}",
        ),
        ABTest(
            "segments",
            size,
            field or world.fields[0].name,
            error,
            label="A/B test by {field}",
            story=f"{until}, then offers each group of visitors its own winner.{rest}",
        ),
        LoopContender(
            "classic",
            LoopSettings.classic(),
            label="Azure Personalizer",
            story="The learner of Azure's retired service. It is slow, considers the visitor's "
            "fields one at a time, and makes 20 % of its offers at random.",
        ),
        Present(
            "present",
            rule,
            label="Today's rules",
            story="Shows each group of visitors the action that years of experience found "
            "best for it, by one field, and learns nothing."
            if rule is None
            else "Shows what the rules of today's service say, and learns nothing.",
        ),
        Blind(
            Uniform.key,
            label="Uniform",
            story="Shows every action equally often and learns nothing.",
        ),
    )
    return {contender.key: contender for contender in known}


def _planned(world: World, visitors: int | None) -> int:
    """Visitors of a planned trial."""
    size = trial_size(world).visitors
    return size if visitors is None else max(1, min(size, visitors // 2))


def _rival(policy: Policy, ours: LoopSettings) -> LoopContender:
    """Contender of a policy on the beliefs of ``ours``; its label shows the policy's settings."""
    shares = [f"{{{knob.field}}}" for knob in policy.knobs if knob.unit == "percent"]
    label = " ".join([policy.label, *shares])
    return LoopContender(policy.key, ours, policy, label=label, story=policy.story)
