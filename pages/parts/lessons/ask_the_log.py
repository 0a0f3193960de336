"""Lesson 9: what a menu would have earned that never ran, and two ways to be wrong about it."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import streamlit as st

from engine.evaluation.experiment import Told, experiment
from engine.evaluation.in_world import WorldRule
from engine.experiments.asking import Answer, Search, ask, errors, offered_by, search
from engine.loop.settings import LoopSettings
from engine.simulation.baselines import rule_table
from engine.steps import Steps
from engine.worlds import World, key_of
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.charts.lesson_maps import Cell, cells_rows, cells_spec
from pages.parts.lessons.elsewhere import first_field
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import drawn, look
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.text.format import percent, plain
from pages.parts.text.theme import is_dark, theme

VISITORS, LOGS = 500, 4
FIELD = "weather"
MENU = {"Sunny": "Iced mocha", "Rainy": "Latte", "Snowy": "Cappucino"}
"""What is on the menu at first."""
_DRINK = 165
"""Pixels of what a drink is chosen from."""


class Lab:
    """Logs of fresh loops, which come in the background: a menu is asked of the first; in each the
    best of many random menus is searched for.

    Attributes:
        menu: what is offered to each value of the field.
    """

    def __init__(self, world: World, seed: int, field: str, menu: Mapping[str, str]) -> None:
        self.world, self.seed, self.field = world, seed, field
        self.menu = dict(menu)
        self.log: Told | None = None
        self.searches: list[Search] = []
        self.has_asked = self.has_forgotten = False

    def work(self) -> Steps[None]:
        for seed in range(self.seed, self.seed + LOGS):
            told = yield from experiment(self.world, LoopSettings(), VISITORS, seed)
            self.log = self.log or told
            self.searches.append(search(self.world, told, seed))
            yield None

    @property
    def progress(self) -> float:
        """Logs that were searched, of all."""
        return len(self.searches) / LOGS

    def ask(self) -> None:
        """Show what the log says."""
        self.has_asked = True

    def forget(self) -> None:
        """Show what it says without its probabilities."""
        self.has_forgotten = True

    @property
    def is_done(self) -> bool:
        return self.has_asked and self.has_forgotten

    def skip(self) -> None:
        """Ask both."""
        self.has_asked = self.has_forgotten = True

    @property
    def answer(self) -> Answer:
        """What the log says of the menu as it is."""
        assert self.log is not None
        table: dict[tuple[str, ...], str] = {(v,): item for v, item in self.menu.items()}
        rule = rule_table(self.world, [self.field], table)
        return ask(self.world, self.log, WorldRule(self.world, rule))


def _opening(lab: Lab, words: Words) -> None:
    if look().on_stage:  # There the map has all the room.
        _log(lab, words)
        return
    above = st.container()  # Drawn last: it shows the menu that is read below it.
    tell(words, words.say("opening"))
    _write_menu(lab)
    with above:
        _log(lab, words)


def _log(lab: Lab, words: Words) -> None:
    if lab.log is None:
        remark(words, words.say("waits"))
    else:
        _map(lab, lab.log, words)


def _write_menu(lab: Lab) -> None:
    """A drink for each weather, all in one row where there is room."""
    names = {item.id: item.label for item in lab.world.items}
    (field,) = (field for field in lab.world.fields if field.name == lab.field)
    with st.container(horizontal=True, gap="small", key="lesson-written"):
        for value in field.values:
            lab.menu[value.name] = st.selectbox(
                plain(value.label),
                list(names),
                index=list(names).index(lab.menu[value.name]),
                format_func=names.__getitem__,
                key=f"lesson-menu-{value.name}",
                width=_DRINK,
            )


def _map(lab: Lab, log: Told, words: Words) -> None:
    """Map: how many of the log's visitors were offered each drink in each weather, and what those
    gave; a diamond where that is on the menu."""
    world, found = lab.world, offered_by(lab.world, log, lab.field)
    (field,) = (field for field in world.fields if field.name == lab.field)
    menu = [world.position(lab.menu[value.name]) for value in field.values]
    inks, most = theme(is_dark()).actions, int(found.times.max())
    apart = " · " if look().on_stage else "\n"  # A cell is low there while hands are counted.
    cells, fits = [], 0
    for row, times in enumerate(found.times.tolist()):
        for item, count in enumerate(times):
            is_on = menu[row] == item
            fits += count * is_on
            parts = [f"{'◆ ' if is_on else ''}{count}"]
            parts += [percent(found.means[row, item])] if count else []
            cells.append(Cell(inks[item], apart.join(parts), " · ".join(parts), count / most))
    rows, columns = [v.label for v in field.values], [item.label for item in world.items]
    told = words.say("offered")
    # In a place of its own: words that stand beside a chart are not shown on the stage.
    with st.container(key="lesson-cells"):
        remark(words, told)
    said = zip(product(rows, columns), cells, strict=True)
    drawn(
        words,
        cells_rows(rows, columns, cells),
        cells_spec(is_dark(), len(rows)),
        key="chart-log",
        alt=f"{told}: {'; '.join(f'{row} {column} {cell.told}' for (row, column), cell in said)}",
    )
    tell(words, words.say("fits", fits=fits, all=len(log.cells)))


def _doing(lab: Lab, words: Words) -> None:
    tell(words, words.say("do"))
    with st.container(horizontal=True, gap="small", key="lesson-asking"):
        st.button(words.say("ask"), key="lesson-ask", on_click=lab.ask, disabled=lab.log is None)
        st.button(
            words.say("forget"),
            key="lesson-forget",
            on_click=lab.forget,
            disabled=not lab.has_asked,
        )
    if lab.has_asked:
        _bars(lab, words, lab.has_forgotten, is_revealed=False)


def _bars(lab: Lab, words: Words, is_forgotten: bool, is_revealed: bool) -> None:
    """What the log says of the menu, with its probabilities and without."""
    answer, by, truth = lab.answer, words.say("says"), words.say("truth")
    said = [Said.within(words.say("log"), by, answer.interval)]
    if is_forgotten:
        said.append(Said(words.say("forgotten"), by, answer.forgotten))
    truths = [(one.of, answer.truth) for one in said] if is_revealed else []
    told = [f"{one.of} {percent(one.value)}" for one in said]
    told += [f"{truth} {percent(value)}" for _, value in truths[:1]]
    most = max(one.value for one in said)
    drawn(
        words,
        said_rows(said, truths, truth),
        said_spec(is_dark(), len(said), (by,), by, truth if truths else "", most),
        key="chart-asked",
        alt=f"{by}: {'; '.join(told)}",
    )


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    _bars(lab, words, is_forgotten=True, is_revealed=True)


def _told(lab: Lab) -> Mapping[str, str]:
    answer, first = lab.answer, lab.searches[0]
    chosen, judged = errors(lab.searches)
    return {
        "true": percent(answer.truth),
        "estimate": percent(answer.interval.estimate),
        "low": percent(answer.interval.low),
        "high": percent(answer.interval.high),
        "forgotten": percent(answer.forgotten),
        "chosen": percent(first.chosen),
        "judged": percent(first.judged),
        "best": percent(first.truth),
        "logs": str(LOGS),
        "error_chosen": f"{100 * chosen:.0f}",
        "error_judged": f"{100 * judged:.0f}",
    }


def _answer(lab: Lab) -> str:
    chosen, judged = errors(lab.searches)
    return "chosen" if chosen < judged else "judged"


def _holds(lab: Lab) -> bool:
    """Whether the log is farther from the truth without its probabilities."""
    answer = lab.answer
    kept = abs(answer.interval.estimate - answer.truth)
    return abs(answer.forgotten - answer.truth) > kept


def _elsewhere(world: World) -> Elsewhere:
    field, ids = first_field(world), [item.id for item in world.items]
    menu = {value.name: ids[at % len(ids)] for at, value in enumerate(field.values)}
    asked = {"world": key_of(world), "log": "ready", "rule": field.name}
    there = replace(
        LESSON,
        world=world,
        begin=lambda world, seed: Lab(world, seed, field.name, menu),
        sandbox=lambda seed: Sandbox("evaluate", asked | {"seed": str(seed)}),
    )
    return Elsewhere(there, {"count": str(len(ids)), "field": field.label.lower()})


LESSON = Lesson(
    key="ask_the_log",
    minutes=5,
    world="coffee",
    seed=7,
    begin=lambda world, seed: Lab(world, seed, FIELD, MENU),
    guess=Slider(0, 1, 0.01, percent=True),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: lab.answer.truth,
    revealing=_revealing,
    told=_told,
    options=("chosen", "judged"),
    answer=_answer,
    sandbox=lambda seed: Sandbox(
        "evaluate", {"world": "coffee", "seed": str(seed), "log": "ready", "rule": FIELD}
    ),
    terms=("ope", "propensity", "weight", "policy", "interval"),
    holds=_holds,
    elsewhere=_elsewhere,
)
