"""Settings of the Race page."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from engine import PersonalizerError
from engine.experiments.race.contenders import OURS, Contender, line_up, rivals
from engine.experiments.race.plan import Plan
from engine.policies.base import Policy
from engine.policies.thompson import Thompson
from engine.simulation.baselines import Baseline
from engine.worlds import WORLDS
from engine.worlds.world_contents import Drift
from pages.parts.race.person_choices import EXAMPLE, YOU, ChoiceRecord
from pages.parts.settings.baseline_rules import (
    ITEM,
    RULE,
    TABLE,
    baseline_of,
    field_in_link,
    fitted_rule,
    is_example,
    or_default_rule,
)
from pages.parts.settings.known_worlds import drift_of, world_of
from pages.parts.settings.policy_settings import Tunable, loop_policies
from pages.parts.settings.setting import Setting, numbers
from pages.parts.settings.shared_settings import CROSSES, SEED, WORLD
from pages.parts.text.format import counted, in_a_sentence

MAX_STEPS = 5_000_000
"""Most choices of a race on the page: visitors x crowds x contenders."""
_EXAMPLE = (
    "An example rule: shows each group of visitors what sold best to it before, and learns "
    "nothing. Enter your own rule on Compare."
)
"""Story of today's rules until a person has typed them."""
_OURS = (
    "Shows an offer whose sample is the highest in {here} tries in a row. A session on "
    "Play begins with {play}. {more}"
)
"""Story of this engine, which begins with another number of tries on Play."""


def everybody() -> tuple[str, ...]:
    """Keys of the contenders available in every world, in display order."""
    return tuple(line_up(WORLDS["coffee"]))


def ordered(keys: Iterable[str] | None) -> str:
    """Join keys in display order for a link; accepts None, as a removed widget may return it."""
    chosen = set(keys or ())
    return ",".join(key for key in (*everybody(), YOU) if key in chosen)


def _known(text: str) -> str:
    keys = text.split(",")
    if not set(keys) <= {*everybody(), YOU}:
        raise ValueError
    return ordered(keys)


_VISITORS = numbers(200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)


def _visitors(text: str) -> int:
    """Parse a number of visitors, also between those of the slider; ValueError if out of range."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not min(_VISITORS) <= number <= max(_VISITORS):
        raise ValueError
    return number


def _record(text: str) -> str:
    """Normalise the text of a record; raises if it is malformed."""
    return ChoiceRecord.read(text).text


DRIFT: Setting[Drift] = Setting(
    "none",
    "Tastes change",
    {"none": "Never", "halfway": "Halfway", "slow": "Slowly"},
    help="Halfway: from the middle on, each kind of visitor prefers another action. "
    "Slowly: one kind of visitor after the other changes.",
)


def _fields() -> str:
    names = dict.fromkeys(field.name for world in WORLDS.values() for field in world.fields)
    return f"one of {', '.join(names)}, or another field of a world"


@dataclass(frozen=True, slots=True)
class RaceSetup(Tunable):
    """Settings of the Race page, as carried by its link."""

    PREFIX = "race-"

    world: str = WORLD.as_field
    seed: int = SEED.as_field
    who: str = Setting(
        "ours,epsilon,ab,classic",
        "Methods",
        kind="",
        always=True,
        check=_known,
        words=lambda: f"some of {', '.join((*everybody(), YOU))}, with commas between",
    ).as_field
    visitors: int = Setting(
        1_000,
        "Visitors per repetition",
        _VISITORS,
        "slider",
        check=_visitors,
        words=f"a whole number from {min(_VISITORS)} to {max(_VISITORS):,}",
    ).as_field
    crowds: int = Setting(
        10,
        "Repetitions",
        numbers(1, 2, 5, 10, 20, 50, 100, 200, 500),
        "slider",
        "How often the race is repeated with new visitors. One is luck; many are evidence.",
    ).as_field
    drift: Drift = DRIFT.as_field
    delay: int = Setting(
        0,
        "Delay of rewards, in visitors",
        numbers(0, 10, 50, 100, 200, 500, 1_000),
        "slider",
        "A purchase is known days after the click. Other visitors are served meanwhile.",
    ).as_field
    refresh: int = Setting(
        1,
        "Visitors between model updates",
        numbers(1, 10, 20, 50, 100, 200, 500),
        "slider",
        "Azure Personalizer trained continuously, but chose with a copy that was "
        "renewed every few minutes. 1 means at once.",
    ).as_field
    crosses: int = replace(
        CROSSES, default=2, label="Single-model method: fields combined", help=None
    ).as_field
    trial: int = Setting(
        0,
        "A/B tests: visitors in the trial",
        lambda: {
            0: "By power analysis",
            **{number: f"{number:,}" for number in (50, 100, 200, 500, 1_000, 2_000)},
        },
        "slider",
        "A power analysis asks for enough visitors to find an action that earns half as much again "
        "as random offers. Its test takes at most half of the race, and has a winner only if the "
        "difference is significant.",
    ).as_field
    field: str = Setting(
        "name",
        "A/B test by segment: a winner for each",
        lambda: {field.name: field.label for world in WORLDS.values() for field in world.fields},
        "menu",
        check=field_in_link,
        words=_fields,
    ).as_field

    rule: str = RULE.as_field
    item: int = replace(ITEM, travels=True).as_field
    table: str = replace(TABLE, travels=True).as_field
    record: str = Setting("", "You", kind="", check=_record, words=EXAMPLE).as_field

    @classmethod
    def policies(cls) -> Mapping[str, Policy]:
        """See `Tunable`."""
        return rivals()

    def query(self) -> dict[str, str]:
        """See `Linked`; includes the drift if it differs from the world's own."""
        query = super(RaceSetup, self).query()
        return query if self.drift == drift_of(self.world) else query | {"drift": self.drift}

    def begun(self, given: Container[str] = ()) -> Self:
        """See `Linked`: tastes change as they are meant to in its world."""
        begun = replace(self, rule=or_default_rule(self.world, self.rule, self.table))
        return begun if "drift" in given else replace(begun, drift=drift_of(self.world))

    def fitted(self) -> Self:
        """See `Linked`; fits field, rule, action and table to the world."""
        names = self.fields
        field = self.field if self.field in names else next(iter(names))
        rule = fitted_rule(self.world, self.rule, self.item, self.table)
        rule["rule"] = or_default_rule(self.world, rule["rule"], rule["table"])
        return self.having(rule | {"field": field})

    @property
    def keys(self) -> list[str]:
        """Keys of the contenders in display order; the person only with a record for this world
        and seed."""
        return [key for key in self.who.split(",") if key != YOU or self.can_have_you]

    @property
    def yours(self) -> ChoiceRecord | None:
        """The person's record of any world that still exists, or None."""
        try:
            return ChoiceRecord.read(self.record) if self.record else None
        except PersonalizerError:
            return None

    @property
    def can_have_you(self) -> bool:
        """Return whether the person's record is of this world and seed."""
        yours = self.yours
        return yours is not None and (yours.world, yours.seed) == (self.world, self.seed)

    @property
    def one_run(self) -> ChoiceRecord | None:
        """The person's record if the person races: the race then has a single run."""
        return self.yours if YOU in self.keys else None

    @property
    def size(self) -> tuple[int, int]:
        """Visitors per crowd, and number of crowds."""
        one_run = self.one_run
        return (len(one_run.choices), 1) if one_run else (self.visitors, self.crowds)

    @property
    def steps(self) -> int:
        """Number of choices in the race."""
        visitors, crowds = self.size
        return visitors * crowds * len(self.keys)

    @property
    def fields(self) -> dict[str, str]:
        """Labels of the world's context fields, by name."""
        return {field.name: field.label for field in world_of(self.world).fields}

    @property
    def contenders(self) -> dict[str, Contender]:
        """Selected contenders by key."""
        known: dict[str, Contender] = line_up(
            world_of(self.world),
            *map(self.tuned, self.policies()),
            crosses=self.crosses,
            trial=self.trial or None,
            visitors=self.size[0],
            field=self.field,
            rule=self.todays_rules,
        )
        if one_run := self.one_run:
            known[YOU] = one_run.contender()
        return {key: known[key] for key in self.keys}

    @property
    def todays_rules(self) -> Baseline:
        """Today's rules, by default an example."""
        world = world_of(self.world)
        return baseline_of(world, self.rule, self.item, self.table, self.seed)

    @property
    def names(self) -> dict[str, str]:
        """Display names of the selected contenders, by key."""
        return self.filled({key: contender.label for key, contender in self.contenders.items()})

    @property
    def stories(self) -> dict[str, str]:
        """Descriptions of the selected contenders' methods, by key: a sentence or two."""
        stories = {key: contender.story for key, contender in self.contenders.items()}
        if "present" in stories and is_example(self.world, self.rule, self.table):
            stories["present"] = _EXAMPLE
        if "ours" in stories:
            here, play = OURS.policy, loop_policies()[Thompson.key]
            assert isinstance(here, Thompson)
            assert isinstance(play, Thompson)
            more = stories["ours"].partition(". ")[2]
            stories["ours"] = _OURS.format(
                here=here.agreement, play=counted(play.agreement, "try", "tries"), more=more
            )
        return self.filled(stories)

    def plan(self) -> Plan:
        """Return the race as a plan; with the person, a single run of the recorded visitors
        without drift or delay."""
        visitors, crowds = self.size
        plan = Plan(
            world=world_of(self.world),
            contenders=tuple(self.contenders.values()),
            visitors=visitors,
            repetitions=crowds,
            seed=self.seed,
        )
        if self.one_run:
            return plan
        return replace(plan, drift=self.drift, delay=self.delay, refresh=self.refresh)

    def said(self) -> dict[str, str]:
        """See `Tunable`; the field by its label in this world."""
        return super(RaceSetup, self).said() | {"field": in_a_sentence(self.fields[self.field])}
