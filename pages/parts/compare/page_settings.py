"""Settings of the Compare page."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Self

from engine import LoopSettings
from engine.experiments.apprentice_comparison import AutoSwitch
from engine.simulation.baselines import Baseline
from engine.simulation.usual_reward import stated_prices, usual_reward
from pages.parts.settings.baseline_rules import (
    ITEM,
    RULE,
    TABLE,
    baseline_of,
    fields_of,
    fitted_rule,
)
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.page_settings_base import Linked
from pages.parts.settings.setting import Setting
from pages.parts.settings.shared_settings import CROSSES, SEED, SPEED, TRUTH, WORLD
from pages.parts.text.glossary import meanings

END = 100_000
"""Most visitors of a comparison."""
_TODAYS_RULES = ("rule", "item", "table")
"""Settings that make up today's rules."""


@dataclass(frozen=True, slots=True)
class CompareSetup(Linked):
    """Settings of the Compare page, as carried by its link."""

    PREFIX = "compare-"

    world: str = WORLD.as_field
    seed: int = SEED.as_field
    rule: str = replace(
        RULE,
        default="weather",
        help=f"{meanings('baseline')} Changing it starts over.",
        always=True,
    ).as_field
    item: int = replace(ITEM, travels=True).as_field
    table: str = replace(TABLE, travels=True).as_field
    kind: str = Setting(
        "ours",
        "Apprentice",
        {"ours": "This engine", "service": "Azure Personalizer"},
        help="This engine learns two things from every visitor: the choices of today's "
        "rules, and the rewards. Azure Personalizer, now retired, learned only the "
        "choices, slowly, and only from the action it had chosen itself. If it is "
        "selected, all three systems use it.",
    ).as_field
    crosses: int = CROSSES.as_field
    rate: str = Setting(
        "0.001",
        "Learning rate of Azure Personalizer",
        {rate: rate for rate in ("0.001", "0.01", "0.05")},
        "slider",
    ).as_field
    """The first value was the service's default."""
    explore: int = Setting(
        0,
        "Exploration during the apprenticeship",
        range(51),
        "slider",
        "Share of visitors who get a random action instead of today's choice. It "
        "affects users, and turns the band of a switch into an estimate.",
        unit="%",
    ).as_field
    auto: int = Setting(
        0,
        "Go online automatically at this share of the best possible agreement",
        range(101),
        "slider",
        "Once the agreement over the latest 100 visitors reaches it; 0 leaves it to you.",
        unit="%",
    ).as_field
    speed: int = replace(SPEED, default=20).as_field
    truth: bool = TRUTH.as_field

    def fitted(self) -> Self:
        """See `Linked`; fits rule, action and table to the world."""
        return self.having(fitted_rule(self.world, self.rule, self.item, self.table))

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the rule; empty for a rule without fields."""
        return fields_of(self.world, self.rule)

    @property
    def essence(self) -> Self:
        """Setup without the settings that do not affect the three loops: automatic switch, speed,
        truth."""
        return replace(self, auto=0, speed=1, truth=False)

    @property
    def place(self) -> tuple[str, int]:
        """Key under which a session stores its comparison: world and seed."""
        return self.world, self.seed

    @property
    def todays_rules(self) -> dict[str, str]:
        """Parameters of a link to another page for the same visitors with the same rules."""
        shared = {"world": self.world, "seed": str(self.seed)}
        own = {name: text for name, text in self.query().items() if name in _TODAYS_RULES}
        return shared | own

    def baseline(self) -> Baseline:
        """Return today's rules."""
        return baseline_of(world_of(self.world), self.rule, self.item, self.table, self.seed)

    def settings(self) -> LoopSettings:
        """Return the settings of the three loops."""
        classic = partial(LoopSettings.classic, learning_rate=float(self.rate))
        make = classic if self.kind == "service" else LoopSettings
        world = world_of(self.world)
        return make(
            crosses=self.crosses,
            apprentice_exploration=self.explore / 100,
            usual_reward=usual_reward(world),
            prices=stated_prices(world),
        )

    def auto_switch(self) -> AutoSwitch | None:
        """Return the rule that goes online automatically; None if switched off."""
        return AutoSwitch(self.auto / 100) if self.auto else None
