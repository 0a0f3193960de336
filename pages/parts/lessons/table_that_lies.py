"""Lesson 8: what a report praises, served to everybody."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from engine.experiments.reports import Report, reporting
from engine.steps import Steps
from engine.worlds import World, key_of
from pages.parts.charts.lesson_bars import (
    Said,
    again_rows,
    again_spec,
    said_rows,
    said_spec,
)
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import both, drawn
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.text.format import percent
from pages.parts.text.theme import is_dark

VISITORS = 1_000
_FLATTERED = 0.05
"""How much more the report has to say than is true, for the claim to hold."""
AGAIN, FEW = 20, 120
"""Logs of other visitors, and how many come to each."""


class Lab:
    """A loop's log, and the report on it; it comes in the background.

    Attributes:
        again: reports on the same shop with other visitors.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.found: list[Report] = []
        self.again: list[Report] = []
        self.served: set[int] = set()

    def work(self) -> Steps[None]:
        yield from reporting(self.world, self.seed, VISITORS, 1, self.found)
        yield from reporting(self.world, self.seed + 1, FEW, AGAIN, self.again)

    @property
    def progress(self) -> float:
        """How much is there of the reports, that on the first log being a fifth."""
        return len(self.found) / 5 + len(self.again) / AGAIN * 4 / 5

    @property
    def report(self) -> Report:
        """The one report."""
        return self.found[0]

    @property
    def is_done(self) -> bool:
        """Whether any drink was served to everybody."""
        return bool(self.served)

    def skip(self) -> None:
        """Serve what the report praises."""
        self.served.add(self.report.praised)

    @property
    def praised(self) -> str:
        """Name of the drink that the report praises."""
        return self.world.items[self.report.praised].name


def _bars(lab: Lab, words: Words, served: Collection[int], is_weighed: bool = False) -> None:
    """The report, the truth of what was served, and what the weighted log says."""
    items, report = lab.world.items, lab.report
    said = [
        Said(item.label, words.say("report"), one.estimate)
        for item, one in zip(items, report.intervals["naive"], strict=True)
    ]
    by = [words.say("report")]
    if is_weighed:
        by.append(words.say("log"))
        said += [
            Said.within(item.label, words.say("log"), one)
            for item, one in zip(items, report.intervals["strata"], strict=True)
        ]
    truths = [(items[place].label, float(report.truths[place])) for place in sorted(served)]
    truth = words.say("truth")
    told = [f"{one.of} {one.by} {percent(one.value)}" for one in said]
    told += [f"{name} {truth} {percent(value)}" for name, value in truths]
    drawn(
        words,
        said_rows(said, truths, truth),
        said_spec(is_dark(), len(items), tuple(by), words.say("log"), truth if truths else ""),
        key="chart-report",
        alt=f"{words.say('report')}: {'; '.join(told)}",
    )


def _opening(lab: Lab, words: Words) -> None:
    tell(words, words.say("opening"))
    if lab.found:
        _bars(lab, words, ())
    else:
        remark(words, words.say("waits"))


def _doing(lab: Lab, words: Words) -> None:
    tell(words, words.say("do"))
    with st.container(horizontal=True, gap="small", key="lesson-serve"):
        for place, item in enumerate(lab.world.items):
            st.button(
                words.say("serve", drink=item.label),
                key=f"lesson-serve-{place + 1}",
                on_click=partial(lab.served.add, place),
                disabled=not lab.found,
            )
    if lab.found:
        _bars(lab, words, lab.served)
    if lab.served:
        _truths(lab, words, lab.served)


def _truths(lab: Lab, words: Words, served: Collection[int]) -> None:
    """What the marks stand at."""
    items, truths = lab.world.items, lab.report.truths
    told = [f"{items[place].label} {percent(float(truths[place]))}" for place in sorted(served)]
    remark(words, words.say("served", truths=", ".join(told)))


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    both("report", partial(_weighed, lab, words), partial(_again, lab, words))


def _weighed(lab: Lab, words: Words) -> None:
    _bars(lab, words, range(len(lab.world.items)), is_weighed=True)
    remark(words, words.say("intervals", **_told(lab)))


def _proving(lab: Lab, words: Words) -> None:
    """What the report said of each, and what is true."""
    everything = range(len(lab.world.items))
    _bars(lab, words, everything)
    _truths(lab, words, everything)


def _again(lab: Lab, words: Words) -> None:
    """Lines: what other logs of the same shop say of the praised drink, and the truth."""
    place = lab.report.praised
    intervals = [one.intervals["strata"][place] for one in lab.again]
    truth, names = float(lab.report.truths[place]), (words.say("holds"), words.say("misses"))
    held = sum(one.holds(truth) for one in intervals)
    textbook = sum(one.intervals["ips"][place].holds(truth) for one in lab.again)
    heading = words.say("further", **_told(lab))
    tell(words, f"**{heading}**")
    drawn(
        words,
        again_rows(intervals, truth, names),
        again_spec(is_dark(), AGAIN, names),
        key="chart-again",
        alt=f"{heading.replace(':', ',')}: {names[0]} {held}, {names[1]} {AGAIN - held}",
    )
    remark(words, words.say("promise", drink=lab.praised, logs=AGAIN, held=held, textbook=textbook))


def _truth(lab: Lab) -> float:
    return float(lab.report.truths[lab.report.praised])


def _held(report: Report, key: str) -> int:
    pairs = zip(report.intervals[key], report.truths, strict=True)
    return sum(interval.holds(float(truth)) for interval, truth in pairs)


def _told(lab: Lab) -> Mapping[str, str]:
    report, place = lab.report, lab.report.praised
    weighed = report.intervals["strata"][place]
    return {
        "drink": lab.praised,
        "logs": str(AGAIN),
        "report": percent(report.intervals["naive"][place].estimate),
        "true": percent(_truth(lab)),
        "estimate": percent(weighed.estimate),
        "low": percent(weighed.low),
        "high": percent(weighed.high),
        "held": str(_held(report, "strata")),
        "held_report": str(_held(report, "naive")),
        "wanted": percent(float(report.wanted[place])),
        "fitting": percent(float(report.fitting[place])),
        "least": percent(float(report.fitting.min())),
    }


def _answer(lab: Lab) -> str:
    report, place = lab.report, lab.report.praised
    share = report.fitting[place]
    return "same" if share < report.wanted[place] + 0.1 else "half" if share < 0.7 else "most"


def _holds(lab: Lab) -> bool:
    """Whether the report praises what would earn clearly less, served to everybody."""
    praised = lab.report.intervals["naive"][lab.report.praised].estimate
    return praised > _truth(lab) + _FLATTERED


def _elsewhere(world: World) -> Elsewhere:
    asked = {"world": key_of(world), "log": "ready", "visitors": str(VISITORS)}
    there = replace(
        LESSON,
        world=world,
        sandbox=lambda seed: Sandbox("evaluate", asked | {"seed": str(seed)}),
    )
    return Elsewhere(there, {"count": str(len(world.items))})


LESSON = Lesson(
    key="table_that_lies",
    minutes=4,
    world="coffee",
    seed=7,
    begin=Lab,
    guess=Slider(0, 1, 0.01, percent=True),
    opening=_opening,
    doing=_doing,
    truth=_truth,
    revealing=_revealing,
    told=_told,
    options=("same", "half", "most"),
    answer=_answer,
    sandbox=lambda seed: Sandbox(
        "evaluate",
        {"world": "coffee", "seed": str(seed), "log": "ready", "visitors": str(VISITORS)},
    ),
    terms=("weight", "propensity", "interval", "ope"),
    proving=_proving,
    further=_again,
    holds=_holds,
    elsewhere=_elsewhere,
)
