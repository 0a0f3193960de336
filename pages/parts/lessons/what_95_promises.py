"""Lesson 10: intervals are counted, and whether each holds what it is to hold."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from engine.experiments.reports import Kept, Report, kept, reporting
from engine.steps import Steps
from engine.worlds import World, key_of
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import drawn
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.text.format import percent
from pages.parts.text.theme import is_dark

VISITORS, SHOPS, ENOUGH = 250, 15, 4
DRINKS = 4
PROMISED = 0.95
_SHORT = 0.1
"""By how much those of the reports fall short of it, for the claim to hold."""


class Lab:
    """Reports on the logs of many loops; they come in the background, and are shown one by one."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed, self.shown = world, seed, 0
        self.found: list[Report] = []

    def work(self) -> Steps[None]:
        yield from reporting(self.world, self.seed, VISITORS, SHOPS, self.found)

    @property
    def progress(self) -> float:
        """Reports that are there, of all."""
        return len(self.found) / SHOPS

    def go_on(self) -> None:
        """Show the next report."""
        self.shown = min(self.shown + 1, len(self.found))

    @property
    def is_done(self) -> bool:
        """Whether some have been looked at."""
        return self.shown >= ENOUGH

    def skip(self) -> None:
        """Look at some."""
        self.shown = max(self.shown, ENOUGH)

    @property
    def kept(self) -> tuple[Kept, ...]:
        """What became of all intervals."""
        return kept(self.found)


def _shop(lab: Lab, words: Words, report: Report, is_revealed: bool) -> None:
    """One report, and where it is revealed ours and the truth beside it."""
    items, truth = lab.world.items, words.say("truth") if is_revealed else ""
    keys = ("naive", "strata") if is_revealed else ("naive",)
    said = [
        Said.within(item.label, words.say(key), one)
        for key in keys
        for item, one in zip(items, report.intervals[key], strict=True)
    ]
    truths = [(item.label, float(value)) for item, value in zip(items, report.truths, strict=True)]
    told = [f"{one.of} {one.by} {percent(one.value)}" for one in said]
    drawn(
        words,
        said_rows(said, truths if is_revealed else (), truth),
        said_spec(is_dark(), len(items), tuple(map(words.say, keys)), words.say("strata"), truth),
        key="chart-shop",
        alt=f"{words.say('naive')}: {'; '.join(told)}",
    )


def _opening(lab: Lab, words: Words) -> None:
    tell(words, words.say("opening"))
    if lab.found:
        _shop(lab, words, lab.found[0], is_revealed=False)
    else:
        remark(words, words.say("waits"))


def _doing(lab: Lab, words: Words) -> None:
    tell(words, words.say("do"))
    is_ready = len(lab.found) > lab.shown
    st.button(words.say("more"), key="lesson-more", on_click=lab.go_on, disabled=not is_ready)
    if lab.shown:
        naive, _, ours = kept(lab.found[: lab.shown])
        numbers = {"all": naive.intervals, "naive": naive.held, "ours": ours.held}
        remark(words, words.say("so_far", shops=lab.shown, **numbers))
        _shop(lab, words, lab.found[lab.shown - 1], is_revealed=True)


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    by, promised = words.say("held"), words.say("promised")
    said = [Said(words.say(one.key), by, one.share) for one in lab.kept]
    drawn(
        words,
        said_rows(said, [(one.of, PROMISED) for one in said], promised),
        said_spec(is_dark(), len(said), (by,), by, promised),
        key="chart-held",
        alt=f"{by}: {'; '.join(f'{one.of} {percent(one.value)}' for one in said)}",
    )


def _told(lab: Lab) -> Mapping[str, str]:
    told = {"all": str(lab.kept[0].intervals)}
    for one in lab.kept:
        told[one.key] = str(one.held)
        told[f"{one.key}_share"] = percent(one.share)
        told[f"{one.key}_width"] = f"{100 * one.width:.0f}"
    return told


def _answer(lab: Lab) -> str:
    """The narrowest that keeps the promise; if none does, what holds most."""
    keeps = [one for one in lab.kept if one.share >= PROMISED]
    if not keeps:
        return max(lab.kept, key=lambda one: one.share).key
    return min(keeps, key=lambda one: one.width).key


def _elsewhere(world: World) -> Elsewhere:
    asked = {"world": key_of(world), "log": "ready", "times": "20"}
    count = len(world.items)
    there = replace(
        LESSON,
        world=world,
        guess=Slider(0, SHOPS * count, 1),
        sandbox=lambda seed: Sandbox("evaluate", asked | {"seed": str(seed)}),
    )
    return Elsewhere(there, {"count": str(count), "all": str(SHOPS * count)})


LESSON = Lesson(
    key="what_95_promises",
    minutes=5,
    world="coffee",
    seed=7,
    begin=Lab,
    guess=Slider(0, SHOPS * DRINKS, 1),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: float(lab.kept[0].held),
    revealing=_revealing,
    told=_told,
    options=("naive", "ips", "strata"),
    answer=_answer,
    sandbox=lambda seed: Sandbox(
        "evaluate", {"world": "coffee", "seed": str(seed), "log": "ready", "times": "20"}
    ),
    terms=("interval", "coverage", "estimator", "weight"),
    holds=lambda lab: lab.kept[0].share < PROMISED - _SHORT,
    elsewhere=_elsewhere,
)
