"""What can be set on the Race page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.simulation.drift import Drift
from engine.worlds import WORLDS
from pages.parts.choices import MAX_SEED, same, world_of
from pages.parts.link import Linked, Parser, one_of, whole

KEYS = tuple(line_up(WORLDS["coffee"]))
"""Contenders, in the order in which they are shown."""
MAX_STEPS = 5_000_000
"""Choices that one race on the page may take: visitors x crowds x contenders."""
DRIFTS: Mapping[Drift, str] = {"none": "Never", "halfway": "Halfway", "slow": "Slowly"}
VISITORS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
REPETITIONS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
DELAYS = (0, 10, 50, 100, 200, 500, 1_000)
REFRESHES = (1, 10, 20, 50, 100, 200, 500)
TRIALS = (50, 100, 200, 500, 1_000, 2_000)
TEMPERATURES = (2, 5, 10, 20, 50)
"""Of softmax, in hundredths of a reward."""
WIDTHS = (0, 25, 50, 100, 150, 200, 300)
"""Of the upper bound, in hundredths of a standard deviation."""


def _numbers(options: tuple[int, ...]) -> Parser:
    return one_of({str(number): number for number in options})


def ordered(keys: list[str]) -> str:
    """Contenders as they stand in a link."""
    return ",".join(key for key in KEYS if key in keys)


def _known(text: str) -> str:
    keys = text.split(",")
    if not set(keys) <= set(KEYS):
        raise ValueError
    return ordered(keys)


@dataclass(frozen=True, slots=True)
class RaceSetup(Linked):
    """All that a link to the Race page can say.

    Attributes:
        world: key of a world.
        seed: of every crowd and every choice.
        who: keys of the contenders, with commas between.
        visitors: of each crowd.
        crowds: how many each contender meets.
        drift: key of `DRIFTS`.
        delay: visitors who come before a reward arrives.
        refresh: visitors from one refresh of the model to the next.
        epsilon: exploration of epsilon-greedy, percent.
        crosses: of our learner with one hypothesis.
        temperature: one of `TEMPERATURES`.
        width: one of `WIDTHS`.
        trial: rewards that the A/B tests wait for.
        field: of the context, whose values get a winner each.
    """

    PREFIX: ClassVar[str] = "race-"
    ALWAYS: ClassVar[frozenset[str]] = frozenset({"world", "seed", "who"})
    PARSERS: ClassVar[Mapping[str, Parser]] = {
        "world": same(WORLDS),
        "seed": whole(0, MAX_SEED),
        "who": (_known, f"some of {', '.join(KEYS)}, with commas between"),
        "visitors": _numbers(VISITORS),
        "crowds": _numbers(REPETITIONS),
        "drift": same(DRIFTS),
        "delay": _numbers(DELAYS),
        "refresh": _numbers(REFRESHES),
        "epsilon": whole(0, 100),
        "crosses": whole(0, 3),
        "temperature": _numbers(TEMPERATURES),
        "width": _numbers(WIDTHS),
        "trial": _numbers(TRIALS),
        "field": same(field.name for world in WORLDS.values() for field in world.fields),
    }

    world: str = "coffee"
    seed: int = 7
    who: str = "ours,epsilon,ab,classic"
    visitors: int = 1_000
    crowds: int = 10
    drift: Drift = "none"
    delay: int = 0
    refresh: int = 1
    epsilon: int = 10
    crosses: int = 2
    temperature: int = 10
    width: int = 100
    trial: int = 200
    field: str = "name"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Self, list[str]]:
        """The set-up that a link asks for; see `Linked`."""
        setup, refused = super(RaceSetup, cls).from_query(query)
        fitting = setup.fitted()
        if "field" in query and fitting.field != setup.field:
            refused.append(
                f"field in the link is {query['field'][:40]!r}, but must be one that the world "
                f"{setup.world} has; {fitting.field} is used instead."
            )
        return fitting, refused

    def fitted(self) -> Self:
        """The same with a field that the world has."""
        names = [field.name for field in world_of(self.world).fields]
        return self if self.field in names else replace(self, field=names[0])

    @property
    def keys(self) -> list[str]:
        """Contenders, in the order in which they are shown."""
        return self.who.split(",")

    @property
    def steps(self) -> int:
        """Choices that the race takes."""
        return self.visitors * self.crowds * len(self.keys)

    def plan(self) -> Plan:
        """What is raced."""
        world = world_of(self.world)
        known = line_up(
            world,
            epsilon=self.epsilon / 100,
            crosses=self.crosses,
            temperature=self.temperature / 100,
            width=self.width / 100,
            trial=self.trial,
            field=self.field,
        )
        return Plan(
            world=world,
            contenders=tuple(known[key] for key in self.keys),
            visitors=self.visitors,
            repetitions=self.crowds,
            drift=self.drift,
            delay=self.delay,
            refresh=self.refresh,
            seed=self.seed,
        )
