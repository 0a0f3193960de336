"""Lesson 4: how sure it becomes, and why never quite."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from engine.experiments.certainty import Certainty, becoming_sure
from engine.policies.thompson import Thompson
from engine.steps import Steps
from engine.worlds import World, key_of
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.charts.lessons import certainty_rows, certainty_spec
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import drawn
from pages.parts.lessons.telling import tell
from pages.parts.lessons.words import Words
from pages.parts.text.format import bare, percent
from pages.parts.text.theme import is_dark

SIZES, FLOORS = (20, 100, 300, 1_000), (Thompson().floor, 0.0, 0.2)


class Lab:
    """Three loops with different floors; they meet their visitors in the background."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed, self.shown = world, seed, 1
        self.found: dict[float, list[Certainty]] = {floor: [] for floor in FLOORS}

    def work(self) -> Steps[None]:
        for floor in FLOORS:
            yield from becoming_sure(self.world, self.seed, SIZES, floor, self.found[floor])

    @property
    def progress(self) -> float:
        """How many of all looks there have been."""
        return sum(map(len, self.found.values())) / (len(SIZES) * len(FLOORS))

    @property
    def usual(self) -> list[Certainty]:
        """With the usual floor."""
        return self.found[FLOORS[0]]

    def go_on(self) -> None:
        """Show the next number of visitors."""
        self.shown = min(self.shown + 1, len(self.usual))

    @property
    def is_done(self) -> bool:
        return self.shown == len(SIZES) and self.progress == 1.0

    def skip(self) -> None:
        """Show all."""
        self.shown = len(self.usual)


def _bars(lab: Lab, words: Words, shown: int) -> None:
    found = lab.usual[:shown]
    if not found:
        return
    came = [words.numeral(f"{one.visitors:,}") for one in found]
    visitors = words.say("visitors")
    drawn(
        words,
        certainty_rows(found, came),
        certainty_spec(is_dark(), visitors, words.say("chance")),
        key="chart-certainty",
        alt=f"{words.say('chance')}: "
        + "; ".join(
            f"{many} {visitors} {percent(one.mean)}" for many, one in zip(came, found, strict=True)
        ),
    )


def _opening(lab: Lab, words: Words) -> None:
    tell(words, words.say("opening"))
    _bars(lab, words, 1)


def _doing(lab: Lab, words: Words) -> None:
    tell(words, words.say("do"))
    is_ready = len(lab.usual) > lab.shown
    st.button(words.say("more"), key="lesson-more", on_click=lab.go_on, disabled=not is_ready)
    _bars(lab, words, lab.shown)


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    _bars(lab, words, len(SIZES))


def _proving(lab: Lab, words: Words) -> None:
    """Bars: with more and less left to chance, how likely the favourite is, and what never is."""
    by = (words.say("favourite"), words.say("never"))
    said = [
        Said(bare(words.say("left", floor=percent(floor))), name, value)
        for floor, found in sorted(lab.found.items())
        for name, value in zip(by, (found[-1].mean, found[-1].impossible), strict=True)
    ]
    told = "; ".join(f"{one.of}, {one.by} {percent(one.value)}" for one in said)
    drawn(
        words,
        said_rows(said, (), ""),
        said_spec(is_dark(), len(FLOORS), by, by[0]),
        key="chart-floors",
        alt=f"{by[0]}, {by[1]}: {told}",
    )


def _told(lab: Lab) -> Mapping[str, str]:
    last = {floor: found[-1] for floor, found in lab.found.items()}
    usual = last[FLOORS[0]]
    return {
        "mean": percent(usual.mean),
        "least": percent(float(usual.highest.min())),
        "most": percent(float(usual.highest.max())),
        "reward": f"{usual.reward:.2f}",
        "reward_0": f"{last[0.0].reward:.2f}",
        "reward_20": f"{last[0.2].reward:.2f}",
        "impossible": percent(last[0.0].impossible),
    }


def _answer(lab: Lab) -> str:
    share = lab.found[0.0][-1].impossible
    return "none" if share == 0 else "half" if share < 0.5 else "most"


def _elsewhere(world: World) -> Elsewhere:
    key = key_of(world)
    there = replace(
        LESSON,
        world=world,
        sandbox=lambda seed: Sandbox("play", {"world": key, "seed": str(seed), "floor": "0"}),
    )
    return Elsewhere(there, {"cells": f"{len(world.contexts):,}"})


LESSON = Lesson(
    key="never_a_hundred",
    minutes=4,
    world="coffee",
    seed=7,
    begin=Lab,
    guess=Slider(0, 1, 0.01, percent=True),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: lab.usual[-1].mean,
    revealing=_revealing,
    told=_told,
    options=("none", "half", "most"),
    answer=_answer,
    sandbox=lambda seed: Sandbox("play", {"world": "coffee", "seed": str(seed), "floor": "0"}),
    terms=("propensity", "floor", "exploration"),
    proving=_proving,
    holds=lambda lab: lab.found[0.0][-1].reward > lab.usual[-1].reward,
    elsewhere=_elsewhere,
)
