"""Off-policy estimates of a menu, with logged probabilities and without."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import streamlit as st

from engine.evaluation.simulated_log import SimulatedLog, simulate_log
from engine.evaluation.target_policies import WorldRule
from engine.experiments.estimates_with_truth import (
    RuleEstimate,
    RuleSearch,
    ask,
    errors,
    offered_by,
    search,
)
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.simulation.baselines import rule_table
from pages.parts.charts.lesson_bars import Said
from pages.parts.charts.lesson_maps import Cell, cells_rows, cells_spec
from pages.parts.lessons import lesson
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.other_worlds import first_field
from pages.parts.lessons.pictures import awaited, bars, drawn, look
from pages.parts.text.format import percent, plain
from pages.parts.text.theme import is_dark, theme

_DRINK = 165
"""Pixels of what a drink is chosen from."""


@dataclass(kw_only=True, eq=False)
class RuleFromLogLab(lesson.Lab):
    """Logs of fresh loops: a menu is evaluated on the first, and the best of many random menus is
    selected on each.

    Attributes:
        visitors: in each log.
        logs: how many there are.
        by: context field of the menu; the first if empty.
        menu: action offered to each value of the field; the actions in turn if empty.
    """

    visitors: int
    logs: int
    by: str = ""
    menu: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        world = self.world
        self.field = next((f for f in world.fields if f.name == self.by), first_field(world))
        ids = [item.id for item in world.items]
        usual = {value.name: ids[at % len(ids)] for at, value in enumerate(self.field.values)}
        self.menu = {**(self.menu or usual)}
        self.log: SimulatedLog | None = None
        self.searches: list[RuleSearch] = []
        self.has_asked = self.has_forgotten = False

    def work(self) -> Steps[None]:
        for seed in range(self.seed, self.seed + self.logs):
            new_log = yield from simulate_log(self.world, LoopSettings(), self.visitors, seed)
            self.log = self.log or new_log
            self.searches.append(search(self.world, new_log, seed))
            yield None

    @property
    def progress(self) -> float:
        return len(self.searches) / self.logs

    def ask(self) -> None:
        """Display the estimate."""
        self.has_asked = True

    def forget(self) -> None:
        """Display the estimate that ignores the logged probabilities."""
        self.has_forgotten = True

    @property
    def is_done(self) -> bool:
        return self.has_asked and self.has_forgotten

    def skip(self) -> None:
        self.has_asked = self.has_forgotten = True

    @property
    def estimate(self) -> RuleEstimate:
        """Estimates for the current menu."""
        assert self.log is not None
        table: dict[tuple[str, ...], str] = {(v,): item for v, item in self.menu.items()}
        rule = rule_table(self.world, [self.field.name], table)
        return ask(self.world, self.log, WorldRule(self.world, rule))

    @property
    def truth(self) -> float:
        return self.estimate.truth

    @property
    def numbers(self) -> Mapping[str, str]:
        estimate, first = self.estimate, self.searches[0]
        chosen, judged = errors(self.searches)
        return {
            "true": percent(estimate.truth),
            "estimate": percent(estimate.interval.estimate),
            "low": percent(estimate.interval.low),
            "high": percent(estimate.interval.high),
            "forgotten": percent(estimate.forgotten),
            "chosen": percent(first.chosen),
            "judged": percent(first.judged),
            "best": percent(first.truth),
            "logs": str(self.logs),
            "error_chosen": f"{100 * chosen:.0f}",
            "error_judged": f"{100 * judged:.0f}",
        }

    @property
    def answer(self) -> str:
        chosen, judged = errors(self.searches)
        return "chosen" if chosen < judged else "judged"

    @property
    def holds(self) -> bool:
        """True if ignoring the probabilities is farther from the truth."""
        estimate = self.estimate
        kept = abs(estimate.interval.estimate - estimate.truth)
        return abs(estimate.forgotten - estimate.truth) > kept

    @property
    def query(self) -> Mapping[str, str]:
        return {"rule": self.field.name}

    def opening(self) -> None:
        if look().on_stage:  # On the stage the map fills the screen.
            self._draw_log()
            return
        self._read_menu()
        with st.container(key="lesson-pictures"):
            self._draw_log()
        tell(self.say("opening"))
        self._write_menu()

    def _draw_log(self) -> None:
        # In a separate container: the stage hides text beside a chart.
        with st.container(key="lesson-cells"):
            remark(self.say("offered"))
        if self.log is None:
            awaited("", cells_spec(is_dark(), len(self.field.values)))
            tell(self.say("waits"))
        else:
            self._draw_map(self.log)

    def _read_menu(self) -> None:
        """Take the choices from the select boxes below the chart, which shows them."""
        ids = {item.id for item in self.world.items}
        for value in self.field.values:
            if (item := st.session_state.get(_menu_key(value.name))) in ids:
                self.menu[value.name] = item

    def _write_menu(self) -> None:
        """Draw a select box per value of the field, in a row if there is room."""
        names = {item.id: item.label for item in self.world.items}
        with st.container(horizontal=True, gap="small", key="lesson-written"):
            for value in self.field.values:
                self.menu[value.name] = st.selectbox(
                    plain(value.label),
                    list(names),
                    index=list(names).index(self.menu[value.name]),
                    format_func=names.__getitem__,
                    key=_menu_key(value.name),
                    width=_DRINK,
                )

    def _draw_map(self, log: SimulatedLog) -> None:
        """Map: times offered and mean reward by value and action; a diamond marks the menu."""
        world, offers = self.world, offered_by(self.world, log, self.field.name)
        menu = [world.position(self.menu[value.name]) for value in self.field.values]
        inks, most = theme(is_dark()).actions, int(offers.times.max())
        # Cells are low on the stage during a count of hands.
        apart = " · " if look().on_stage else "\n"
        cells, fits = [], 0
        for row, times in enumerate(offers.times.tolist()):
            for item, count in enumerate(times):
                is_on = menu[row] == item
                fits += count * is_on
                parts = [f"{'◆ ' if is_on else ''}{count}"]
                parts += [percent(offers.means[row, item])] if count else []
                cells.append(Cell(inks[item], apart.join(parts), " · ".join(parts), count / most))
        rows, columns = [v.label for v in self.field.values], [item.label for item in world.items]
        pairs = zip(product(rows, columns), cells, strict=True)
        description = "; ".join(f"{row} {column} {cell.told}" for (row, column), cell in pairs)
        drawn(
            cells_rows(rows, columns, cells),
            cells_spec(is_dark(), len(rows)),
            key="chart-log",
            alt=f"{self.say('offered')}: {description}",
        )
        tell(self.say("fits", fits=fits, all=len(log.cells)))

    def doing(self) -> None:
        tell(self.say("do"))
        with st.container(horizontal=True, gap="small", key="lesson-asking"):
            st.button(
                self.say("ask"), key="lesson-ask", on_click=self.ask, disabled=self.log is None
            )
            st.button(
                self.say("forget"),
                key="lesson-forget",
                on_click=self.forget,
                disabled=not self.has_asked,
            )
        if self.has_asked:
            self._draw_answer(self.has_forgotten, is_revealed=False)

    def _draw_answer(self, is_forgotten: bool, is_revealed: bool) -> None:
        """Bars: estimates for the menu, with logged probabilities and without."""
        estimate, by, truth = self.estimate, self.say("says"), self.say("truth")
        values = [Said.within(self.say("log"), by, estimate.interval)]
        if is_forgotten:
            values.append(Said(self.say("forgotten"), by, estimate.forgotten))
        bars(
            by,
            values,
            (by,),
            "chart-asked",
            truths=[(entry.of, estimate.truth) for entry in values] if is_revealed else [],
            truth=truth,
            form="{of} {says}",
            more=[f"{truth} {percent(estimate.truth)}"] if is_revealed else [],
            most=max(entry.value for entry in values),
        )

    def revealing(self) -> None:
        self._draw_answer(is_forgotten=True, is_revealed=True)


def _menu_key(value: str) -> str:
    """Return the key of the select box of a value."""
    return f"lesson-menu-{value}"
