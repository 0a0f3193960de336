"""What can be set on the Race page."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from engine import PersonalizerError
from engine.experiments.race.contenders import Contender, line_up, rivals
from engine.experiments.race.plan import Plan
from engine.policies.base import Policy
from engine.simulation.baselines import RuleTable
from engine.worlds import WORLDS
from engine.worlds.place import Drift
from pages.parts.race.record import EXAMPLE, YOU, Record
from pages.parts.settings.choices import CROSSES, SEED, WORLD
from pages.parts.settings.knobs import Tunable
from pages.parts.settings.known_worlds import drift_of, world_of
from pages.parts.settings.rules import (
    TABLE,
    field_in_link,
    fields_of,
    has_room_for,
    table_in_link,
    table_of,
    tables_of,
)
from pages.parts.settings.setting import Setting, numbers
from pages.parts.text.format import in_a_sentence

MAX_STEPS = 5_000_000
"""Choices that one race on the page may take: visitors x crowds x contenders."""


def everybody() -> tuple[str, ...]:
    """Keys of all contenders who can race anywhere, in the order in which they are shown."""
    return tuple(line_up(WORLDS["coffee"]))


def ordered(keys: Iterable[str] | None) -> str:
    """Contenders as they stand in a link; a widget that has just left the page may tell None."""
    chosen = set(keys or ())
    return ",".join(key for key in (*everybody(), YOU) if key in chosen)


def _known(text: str) -> str:
    keys = text.split(",")
    if not set(keys) <= {*everybody(), YOU}:
        raise ValueError
    return ordered(keys)


def _record(text: str) -> str:
    """A record as it was written; raises what is wrong with it."""
    return Record.read(text).text


DRIFT: Setting[Drift] = Setting(
    "none",
    "Tastes change",
    {"none": "Never", "halfway": "Halfway", "slow": "Slowly"},
    help="Halfway: each kind of visitor likes, from the middle on, another action than before. "
    "Slowly: one kind of visitor after the other changes its mind.",
)


def _fields() -> str:
    names = dict.fromkeys(field.name for world in WORLDS.values() for field in world.fields)
    return f"one of {', '.join(names)}, or another field of a world"


@dataclass(frozen=True, slots=True)
class RaceSetup(Tunable):
    """All that a link to the Race page can say."""

    PREFIX = "race-"

    world: str = WORLD.as_field
    seed: int = SEED.as_field
    who: str = Setting(
        "ours,epsilon,ab,classic",
        "Contenders",
        kind="",
        always=True,
        check=_known,
        words=lambda: f"some of {', '.join((*everybody(), YOU))}, with commas between",
    ).as_field
    visitors: int = Setting(
        1_000,
        "Visitors in a crowd",
        numbers(200, 500, 1_000, 2_000, 5_000, 10_000, 20_000),
        "slider",
    ).as_field
    crowds: int = Setting(
        10,
        "Crowds",
        numbers(1, 2, 5, 10, 20, 50, 100, 200, 500),
        "slider",
        "How often the race is run, each time with new visitors. One crowd is luck, many are a "
        "result.",
    ).as_field
    drift: Drift = DRIFT.as_field
    delay: int = Setting(
        0,
        "Rewards come late, by so many visitors",
        numbers(0, 10, 50, 100, 200, 500, 1_000),
        "slider",
        "A purchase is known days after the click. Meanwhile others are served.",
    ).as_field
    refresh: int = Setting(
        1,
        "The model is refreshed after so many visitors",
        numbers(1, 10, 20, 50, 100, 200, 500),
        "slider",
        "The retired service trained all the time, but chose by a copy that it renewed every few "
        "minutes. 1 is at once.",
    ).as_field
    crosses: int = replace(
        CROSSES, default=2, label="Ours with one hypothesis: crosses of context fields", help=None
    ).as_field
    trial: int = Setting(
        200, "A/B tests: rewards in the trial", numbers(50, 100, 200, 500, 1_000, 2_000), "slider"
    ).as_field
    field: str = Setting(
        "name",
        "A/B test by segment: a winner for each",
        lambda: {field.name: field.label for world in WORLDS.values() for field in world.fields},
        "menu",
        check=field_in_link,
        words=_fields,
    ).as_field

    rule: str = Setting(
        "",
        "Today's rules",
        lambda: (
            {"": "The usual one"}
            | {rule: it for world in WORLDS.values() for rule, it in tables_of(world).items()}
        ),
        "menu",
        "Its table can be written on Evaluate, and sent here.",
        check=table_in_link,
        words="one or two fields of a world",
    ).as_field
    table: str = TABLE.as_field
    record: str = Setting("", "You", kind="", check=_record, words=EXAMPLE).as_field

    @classmethod
    def policies(cls) -> Mapping[str, Policy]:
        """See `Tunable`."""
        return rivals()

    def query(self) -> dict[str, str]:
        """See `Linked`; whether tastes change, too, where that is not as the world begins."""
        told = super(RaceSetup, self).query()
        return told if self.drift == drift_of(self.world) else told | {"drift": self.drift}

    def begun(self, given: Container[str] = ()) -> Self:
        """See `Linked`: tastes change as they are meant to in its world."""
        return self if "drift" in given else replace(self, drift=drift_of(self.world))

    def fitted(self) -> Self:
        """See `Linked`: a field, a rule and its table."""
        names, world = self.fields, world_of(self.world)
        field = self.field if self.field in names else next(iter(names))
        rule = self.rule if self.rule in tables_of(world) else ""
        has_room = has_room_for(world, fields_of(self.world, rule), self.table)
        return replace(self, field=field, rule=rule, table=self.table if has_room else "")

    @property
    def keys(self) -> list[str]:
        """Contenders, in the order in which they are shown; you where you have met this crowd."""
        return [key for key in self.who.split(",") if key != YOU or self.can_have_you]

    @property
    def yours(self) -> Record | None:
        """What you chose, wherever that was, as long as its world is there."""
        try:
            return Record.read(self.record) if self.record else None
        except PersonalizerError:
            return None

    @property
    def can_have_you(self) -> bool:
        """Whether you have chosen for the visitors of this world and seed."""
        yours = self.yours
        return yours is not None and (yours.world, yours.seed) == (self.world, self.seed)

    @property
    def one_run(self) -> Record | None:
        """What you chose, where you race: it is your one run then."""
        return self.yours if YOU in self.keys else None

    @property
    def size(self) -> tuple[int, int]:
        """How many visitors are in a crowd, and how many crowds there are, as it is raced."""
        one_run = self.one_run
        return (len(one_run.choices), 1) if one_run else (self.visitors, self.crowds)

    @property
    def steps(self) -> int:
        """Choices that the race takes."""
        visitors, crowds = self.size
        return visitors * crowds * len(self.keys)

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the world's context, with what they are called."""
        return {field.name: field.label for field in world_of(self.world).fields}

    @property
    def contenders(self) -> dict[str, Contender]:
        """Those who race, by key."""
        known: dict[str, Contender] = line_up(
            world_of(self.world),
            *map(self.tuned, self.policies()),
            crosses=self.crosses,
            trial=self.trial,
            field=self.field,
            rule=self._present(),
        )
        if one_run := self.one_run:
            known[YOU] = one_run.contender()
        return {key: known[key] for key in self.keys}

    def _present(self) -> RuleTable | None:
        """The rule of today; None for the usual one."""
        if not self.rule:
            return None
        return table_of(world_of(self.world), fields_of(self.world, self.rule), self.table)

    @property
    def names(self) -> dict[str, str]:
        """What those who race are called, by key."""
        return self.filled({key: one.label for key, one in self.contenders.items()})

    @property
    def stories(self) -> dict[str, str]:
        """How each of those who race chooses, by key: a sentence or two."""
        return self.filled({key: one.story for key, one in self.contenders.items()})

    def plan(self) -> Plan:
        """What is raced; with you in it, your visitors once, as you have met them."""
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
        """See `Tunable`; the field as this world calls it."""
        return super(RaceSetup, self).said() | {"field": in_a_sentence(self.fields[self.field])}
