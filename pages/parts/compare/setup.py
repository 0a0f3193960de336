"""What can be set on the Compare page."""

from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Self

from engine import LoopSettings
from engine.experiments.comparison import AutoSwitch
from engine.protocol.request import MAX_ACTIONS
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
from pages.parts.choices import CROSSES, SEED, SPEED, TRUTH, WORLD
from pages.parts.link import Linked
from pages.parts.setting import Setting

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


@dataclass(frozen=True, slots=True)
class CompareSetup(Linked):
    """All that a link to the Compare page can say."""

    PREFIX = "compare-"

    world: str = WORLD.as_field
    seed: int = SEED.as_field
    rule: str = Setting(
        "weather",
        "Shown today",
        lambda: {rule: name for world in WORLDS.values() for rule, name in rules_of(world).items()},
        "menu",
        "What visitors get at present: the baseline. Changing it starts over.",
        always=True,
        words="always, mood, bestseller, or one or two fields of a world",
    ).as_field
    item: int = Setting(0, "Action", range(MAX_ACTIONS), "menu").as_field
    table: str = Setting(
        "",
        "Table",
        {"": "the best rule"},
        kind="",
        check=_table,
        words="positions of items with commas between",
    ).as_field
    kind: str = Setting(
        "ours",
        "Apprentice",
        {"ours": "Ours: two heads", "service": "The service's own"},
        help="Ours learns two things from every visitor: what today's rule would choose, and "
        "what the reward tells. The retired service's learned the first alone, slowly, and "
        "only from the one action it had chosen itself; all three loops then use its learner.",
    ).as_field
    crosses: int = CROSSES.as_field
    rate: str = Setting(
        "0.001",
        "Learning rate of the service's own",
        {rate: rate for rate in ("0.001", "0.01", "0.05")},
        "slider",
    ).as_field
    """The first was the service's default."""
    explore: int = Setting(
        0,
        "Exploration during the apprenticeship",
        range(51),
        "slider",
        "Share of visitors who get any action instead of today's. It changes what they see, and "
        "turns the band of what a switch would bring into an estimate.",
        unit="%",
    ).as_field
    auto: int = Setting(
        0,
        "Go online by itself at this share of the ceiling",
        range(101),
        "slider",
        "Once the match rate of the latest 100 visitors reaches it; 0 leaves it to you.",
        unit="%",
    ).as_field
    speed: int = replace(SPEED, default=20).as_field
    truth: bool = TRUTH.as_field

    def fitted(self) -> Self:
        """See `Linked`: a rule, an item and a table."""
        world = WORLDS[self.world]
        rule = self.rule if self.rule in rules_of(world) else world.fields[:2][-1].name
        item = self.item if self.item < len(world.items) else 0
        table = self.table if rule == self.rule and self._has_room_for_table() else ""
        return replace(self, rule=rule, item=item, table=table)

    def _has_room_for_table(self) -> bool:
        """Whether the rule has a row for each position in the table, and the world its item."""
        world, positions = WORLDS[self.world], [int(p) for p in self.table.split(",") if p]
        if not (self.fields and positions):
            return False
        rows = len(best_rule(world, self.fields).table)
        return len(positions) == rows and max(positions) < len(world.items)

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the rule; none if it looks at nothing."""
        known = {field.name for field in WORLDS[self.world].fields}
        return tuple(name for name in self.rule.split(",") if name in known)

    def baseline(self) -> Baseline:
        """What is shown today."""
        world = WORLDS[self.world]
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
        classic = partial(LoopSettings.classic, learning_rate=float(self.rate))
        make = classic if self.kind == "service" else LoopSettings
        return make(crosses=self.crosses, apprentice_exploration=self.explore / 100)

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
