"""What can be set on the Compare page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar, Self

from engine import LoopSettings
from engine.experiments.comparison import AutoSwitch
from engine.simulation.baselines import (
    Baseline,
    RuleTable,
    always,
    best_rule,
    bestseller,
    mood,
    rule_table,
)
from engine.worlds import WORLDS, World
from pages.parts.choices import MAX_SEED, SPEEDS, same, world_of
from pages.parts.link import SWITCH, Linked, Parser, one_of, whole

KINDS = {"ours": "Ours: two heads", "service": "The service's own"}
RATES = {"0.001": 0.001, "0.01": 0.01, "0.05": 0.05}
"""Learning rates of the service's own learner; the first was its default."""
END = 5_000
"""Visitors who come at most."""
_MAX_TABLE = 200
"""Characters of a table in a link."""


def rules_of(world: World) -> dict[str, str]:
    """Rules that a place may have today: key -> how it is called."""
    labels = {field.name: field.label.lower() for field in world.fields}
    tables = {
        ",".join(names): "By " + " and ".join(labels[name] for name in names)
        for order in (1, 2)
        for names in combinations(labels, order)
    }
    return {
        "always": "Always one action",
        **tables,
        "mood": "An editor's mood",
        "bestseller": "Last month's bestseller",
    }


def _table(text: str) -> str:
    """Positions of items, with commas between."""
    if len(text) > _MAX_TABLE or not all(p.isascii() and p.isdigit() for p in text.split(",")):
        raise ValueError
    return text


_RULES = {key: key for world in WORLDS.values() for key in rules_of(world)}


@dataclass(frozen=True, slots=True)
class CompareSetup(Linked):
    """All that a link to the Compare page can say.

    Attributes:
        world: key of a world.
        seed: of every draw and every visitor.
        rule: key of `rules_of`: what is shown today.
        item: position of the item that is always shown.
        table: positions of the items that a rule over fields shows, in the order of the
            fields' values; empty for the rule that earns most.
        kind: key of `KINDS`: who the apprentice is.
        crosses: how many context fields are crossed with the action at most.
        rate: key of `RATES`.
        explore: share of the apprentice's visitors who get a random action, percent.
        auto: match rate, in percent of the ceiling over the latest 100 visitors, at which
            it goes online by itself; 0 leaves it to the person.
        speed: visitors a second of live play.
        truth: whether the hidden truth is shown.
    """

    PREFIX: ClassVar[str] = "compare-"
    ALWAYS: ClassVar[frozenset[str]] = frozenset({"world", "seed", "rule"})
    PARSERS: ClassVar[Mapping[str, Parser]] = {
        "world": same(WORLDS),
        "seed": whole(0, MAX_SEED),
        "rule": (_RULES.__getitem__, "always, mood, bestseller, or one or two fields of a world"),
        "item": whole(0, 49),
        "table": (_table, "positions of items with commas between"),
        "kind": same(KINDS),
        "crosses": whole(0, 3),
        "rate": same(RATES),
        "explore": whole(0, 50),
        "auto": whole(0, 100),
        "speed": one_of({str(speed): speed for speed in SPEEDS}),
        "truth": SWITCH,
    }

    world: str = "coffee"
    seed: int = 7
    rule: str = "weather"
    item: int = 0
    table: str = ""
    kind: str = "ours"
    crosses: int = 3
    rate: str = "0.001"
    explore: int = 0
    auto: int = 0
    speed: int = 20
    truth: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Self, list[str]]:
        """The set-up that a link asks for; see `Linked`.

        A link made before the world was chosen may name what that world does not have.
        """
        setup, refused = super(CompareSetup, cls).from_query(query)
        fitting = setup.fitted()
        refused += [
            f"{name} in the link is {query[name][:40]!r}, but must be one that the world "
            f"{setup.world} has; {getattr(fitting, name) or 'the best rule'} is used instead."
            for name in ("rule", "item", "table")
            if name in query and getattr(fitting, name) != getattr(setup, name)
        ]
        return fitting, refused

    def fitted(self) -> Self:
        """The same with a rule, an item and a table that the world has."""
        world = world_of(self.world)
        rule = self.rule if self.rule in rules_of(world) else world.fields[1].name
        item = self.item if self.item < len(world.items) else 0
        table = self.table if rule == self.rule and _fits(world, rule, self.table) else ""
        return replace(self, rule=rule, item=item, table=table)

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the rule; none if it looks at nothing."""
        known = {field.name for field in world_of(self.world).fields}
        return tuple(name for name in self.rule.split(",") if name in known)

    def baseline(self) -> Baseline:
        """What is shown today."""
        world = world_of(self.world)
        match self.rule:
            case "always":
                return always(world, world.items[self.item].id)
            case "mood":
                return mood(world)
            case "bestseller":
                return bestseller(world, self.seed)
            case _:
                return table_of(world, self.fields, self.table)

    def settings(self) -> LoopSettings:
        """Settings of the three loops."""
        if self.kind == "service":
            return LoopSettings.classic(
                crosses=self.crosses,
                learning_rate=RATES[self.rate],
                apprentice_exploration=self.explore / 100,
            )
        return LoopSettings(crosses=self.crosses, apprentice_exploration=self.explore / 100)

    def auto_switch(self) -> AutoSwitch | None:
        """The rule that presses the button."""
        return AutoSwitch(self.auto / 100) if self.auto else None


def table_of(world: World, fields: tuple[str, ...], text: str) -> RuleTable:
    """The rule over some fields that a text of positions says; the best one for no text."""
    best = best_rule(world, fields)
    if not text:
        return best
    items = [world.items[int(position)].id for position in text.split(",")]
    return rule_table(world, fields, dict(zip(best.table, items, strict=True)))


def _fits(world: World, rule: str, text: str) -> bool:
    if not text:
        return True
    fields = rule.split(",")
    if not set(fields) <= {field.name for field in world.fields}:
        return False
    positions = [int(position) for position in text.split(",")]
    groups = len(best_rule(world, fields).table)
    return len(positions) == groups and max(positions) < len(world.items)
