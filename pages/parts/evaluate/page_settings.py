"""Settings of the Evaluate page."""

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Literal, Self

from engine.evaluation.estimators import ESTIMATORS
from engine.evaluation.interval_coverage import Flaw
from engine.simulation.baselines import Baseline
from engine.worlds.limits import MAX_UNIT
from pages.parts.evaluate.estimator_names import TITLES, USUAL
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
from pages.parts.settings.setting import SWITCH, Setting, numbers
from pages.parts.settings.shared_settings import SEED, TRUTH, WORLD
from pages.parts.text.glossary import meaning

Source = Literal["play", "ready", "file"]
Tab = Literal["if", "better", "reliable", "settings"]
TAB: Setting[Tab] = Setting(
    "if",
    "Question",
    {"if": "What if", "better": "Better?", "reliable": "Reliable?", "settings": "Settings"},
)
LOG: Setting[Source] = Setting(
    "play",
    "Log",
    {"play": "The session on Play", "ready": "A ready-made log", "file": "A file"},
    help="A ready-made log comes from a new session that served simulated visitors.",
)


FLAW: Setting[Flaw] = Setting(
    "none",
    "Break it on purpose",
    {
        "none": "No",
        "no_floor": "No exploration",
        "forgotten": "Probabilities not logged",
        "few": "Too few visitors",
        "picked": "Best of 200 rules",
    },
    "menu",
)


def _key(text: str) -> str:
    """Accept a text of up to 300 characters; ValueError otherwise."""
    if len(text) > 300:
        raise ValueError
    return text


def _unit(text: str) -> str:
    """Accept a unit of a few printable characters, or none; ValueError otherwise."""
    if len(text) > MAX_UNIT or not text.isprintable():
        raise ValueError
    return text


UNIT: Setting[str] = Setting(
    "",
    "Unit of the rewards",
    {"": "none"},
    kind="menu",
    help="Such as EUR: what the log's rewards are counted in. Then figures are per 1,000 visitors.",
    check=_unit,
    words=f"at most {MAX_UNIT} characters",
)


UNPAID: Setting[str] = Setting(
    "",
    "Actions that always pay 0",
    {"": "none"},
    kind="menu",
    help="Names as in the log, with a semicolon between. Such an action earns exactly 0; otherwise "
    "it might still pay what it has not paid so far.",
    check=_key,
    words="names of actions with ; between",
)


def _window(text: str) -> str:
    """Parse two whole numbers in ascending order; ValueError otherwise."""
    first, last = (
        int(part) if part.isascii() and part.isdigit() else 0 for part in text.split("-")
    )
    if not 1 <= first <= last < 10_000_000:
        raise ValueError
    return f"{first}-{last}"


@dataclass(frozen=True, slots=True)
class EvaluateSetup(Linked):
    """Settings in a link to the Evaluate page."""

    COPIES = frozenset({"rule", "item", "table"})  # A rule on trial starts as today's rules.
    PREFIX = "evaluate-"

    world: str = WORLD.as_field
    tab: Tab = TAB.as_field
    seed: int = SEED.as_field
    log: Source = LOG.as_field
    unit: str = UNIT.as_field
    unpaid: str = UNPAID.as_field
    visitors: int = Setting(
        1_000, "Visitors of a ready-made log", numbers(300, 1_000, 3_000)
    ).as_field
    estimator: str = Setting(
        USUAL,
        "Estimator",
        lambda: {
            estimator.key: TITLES.get(estimator.key, estimator.key)
            for estimator in ESTIMATORS
            if estimator.key != "naive"
        },
        "menu",
        meaning("estimator"),
    ).as_field
    rule: str = replace(
        RULE,
        default="weather",
        label="Your rule",
        help="It starts as today's rules on Compare and Race. Changes here are a trial: the links "
        "below send the rule to these pages.",
        travels=False,
    ).as_field
    item: int = ITEM.as_field
    table: str = TABLE.as_field
    window: str = Setting(
        "",
        "Included events",
        {"": "all of them"},
        kind="",
        check=_window,
        words="the first and the last event with - between",
    ).as_field
    about: str = Setting(
        "",
        "Summary of",
        {"": "Summary: biggest gap"},
        "menu",
        check=_key,
        words="a policy, as the CSV names it",
    ).as_field
    settings: str = Setting(
        "",
        "Also evaluate the settings of a session",
        {"": "None"},
        "menu",
        "What a session with these settings would have done: it learns from this log "
        "event by event.",
        check=_key,
        words="the name under which a session may be viewed",
    ).as_field
    flaw: Flaw = FLAW.as_field
    times: int = Setting(60, "Experiments", numbers(20, 60, 200, 500), "menu").as_field
    guess: bool = Setting(False, "Guess first", SWITCH, "switch").as_field
    truth: bool = TRUTH.as_field

    def query(self) -> dict[str, str]:
        """See `Linked`; the tab is always named, as links from before the tabs name none."""
        return Linked.query(self) | {"tab": self.tab}

    def begun(self, given: Container[str] = ()) -> Self:
        """See `Linked`; a visit without a link guesses first, and a link from before the tabs
        opens on what it shows."""
        return replace(
            self,
            tab="reliable" if "flaw" in given and "tab" not in given else self.tab,
            guess=self.guess or not any(name in given for name in self.declared()),
        )

    def fitted(self) -> Self:
        """See `Linked`; fits rule, action and table to the world."""
        return self.having(fitted_rule(self.world, self.rule, self.item, self.table))

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that the rule depends on."""
        return fields_of(self.world, self.rule)

    def baseline(self) -> Baseline:
        """Return the rule."""
        return baseline_of(world_of(self.world), self.rule, self.item, self.table, self.seed)

    @property
    def unpaid_actions(self) -> tuple[str, ...]:
        """Actions of a file that always pay 0, as stated."""
        return tuple(name for part in self.unpaid.split(";") if (name := part.strip()))

    @property
    def span(self) -> tuple[int, int]:
        """First and last event to evaluate, counted from 1; a last event of 0 means all."""
        first, _, last = self.window.partition("-")
        return int(first or 1), int(last or 0)
