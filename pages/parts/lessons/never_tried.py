"""Lesson 3: one learns only about what one shows."""

from collections.abc import Mapping
from dataclasses import replace
from math import isnan

import numpy as np
import streamlit as st

from engine.experiments.spread import Spread, spread
from engine.experiments.untried import Tried, crowding, tried
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.policies.greedy import Greedy
from engine.policies.thompson import Thompson
from engine.steps import Steps
from engine.worlds import World, key_of
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.charts.lesson_maps import lines_of, tried_rows, tried_spec
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import drawn
from pages.parts.lessons.sizes import TRIED
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.scene.picture import pair
from pages.parts.text.format import bare, percent
from pages.parts.text.theme import is_dark

ALL, STEP = 800, TRIED
POLICIES = {"greedy": Greedy(), "ours": Thompson(agreement=1)}


class Lab:
    """Two loops before the same readers. They come in the background, and are shown when they are
    let in.

    Attributes:
        spread: what a single answer changes for everybody.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed, self.shown = world, seed, 0
        self.spread: Spread | None = None
        self.loops = {
            name: LearningLoop(LoopSettings(policy=policy), seed=seed)
            for name, policy in POLICIES.items()
        }
        self.found: list[Mapping[str, Tried]] = []

    def work(self) -> Steps[None]:
        self.spread = spread(self.world, self.seed)
        yield None
        for _ in range(ALL // STEP):
            found = dict[str, Tried]()
            for name, loop in self.loops.items():
                yield from crowding(loop, self.world, STEP)
                found[name] = tried(loop, self.world)
                yield None
            self.found.append(found)

    @property
    def progress(self) -> float:
        """Readers who have been, of all."""
        return min(len(loop.events) for loop in self.loops.values()) / ALL

    def let_in(self) -> None:
        """Show what the next readers have changed."""
        self.shown = min(self.shown + 1, len(self.found))

    @property
    def is_done(self) -> bool:
        return self.shown == ALL // STEP

    def skip(self) -> None:
        """Show what all readers have changed."""
        self.shown = len(self.found)


def _grids(lab: Lab, words: Words, found: Mapping[str, Tried]) -> None:
    remark(words, words.say("grid"))
    yes, no = words.say("yes"), words.say("no")
    rows, lines = len(lab.world.fields[0].values), lines_of(lab.world)
    for place, (name, one) in zip(pair("tried"), found.items(), strict=True):
        with place:
            never = int(one.never.sum())
            tell(words, f"**{words.say(name)}** · {words.say('missed', never=never)}")
            drawn(
                words,
                tried_rows(lab.world, one, yes, no),
                tried_spec(is_dark(), rows, lines, yes, no),
                key=f"chart-tried-{name}",
                alt=f"{words.say('grid')}: {words.say(name)}, {words.say('missed', never=never)}",
            )


def _opening(lab: Lab, words: Words) -> None:
    tell(words, words.say("opening"))
    if lab.spread is not None:
        _spread(lab.world, lab.spread, words)


def _spread(world: World, found: Spread, words: Words) -> None:
    """Bars: what one answer has it expect of readers whom it has never seen."""
    item, own = world.items[found.item], np.arange(len(world.items)) == found.item
    tell(words, words.say("spread", who=" · ".join(found.context.values()), item=item.label))
    fields = len(world.fields)
    said = [
        Said(_alike(words, shared, fields), words.say(by), found.after_for(shared, items))
        for shared in sorted(set(found.shared.tolist()), reverse=True)
        for by, items in (("that", own), ("other", ~own))
    ]
    before, by = words.say("before"), (words.say("that"), words.say("other"))
    told = "; ".join(f"{one.of}, {one.by} {percent(one.value)}" for one in said)
    drawn(
        words,
        said_rows(said, [(one.of, float(found.before.mean())) for one in said[::2]], before),
        said_spec(is_dark(), len(said) // 2, by, by[0], before),
        key="chart-spread",
        alt=f"{words.say('that')}, {words.say('other')}: {told}",
    )
    remark(words, words.say("why"))


def _alike(words: Words, shared: int, fields: int) -> str:
    """How much readers share with who answered."""
    name = "alike_all" if shared == fields else "alike_some" if shared else "alike_none"
    return bare(words.say(name, shared=shared, fields=fields))


def _doing(lab: Lab, words: Words) -> None:
    tell(words, words.say("do"))
    is_ready = len(lab.found) > lab.shown
    st.button(words.say("let_in"), key="lesson-let-in", on_click=lab.let_in, disabled=not is_ready)
    remark(words, words.say("came", visitors=lab.shown * STEP))
    if lab.shown:
        _grids(lab, words, lab.found[lab.shown - 1])


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    _grids(lab, words, lab.found[-1])


def _proving(lab: Lab, words: Words) -> None:
    """Bars: what is believed of best articles that were never shown, and what they would earn."""
    by = (words.say("believes"), words.say("earns"))
    said = [
        Said(words.say(name), one, value)
        for name, found in lab.found[-1].items()
        for one, value in zip(by, found.missed, strict=True)
        if not isnan(value)
    ]
    if not said:
        _grids(lab, words, lab.found[-1])
        return
    told = "; ".join(f"{one.of}, {one.by} {percent(one.value)}" for one in said)
    remark(words, words.say("averaged", **{name: _never(lab, name) for name in lab.loops}))
    drawn(
        words,
        said_rows(said, (), ""),
        said_spec(is_dark(), len(said) // 2, by, by[0]),
        key="chart-missed",
        alt=f"{by[0]}, {by[1]}: {told}",
    )


def _never(lab: Lab, name: str) -> int:
    return int(lab.found[-1][name].never.sum())


def _told(lab: Lab) -> Mapping[str, str]:
    found = lab.found[-1]
    told = {name: str(_never(lab, name)) for name in found}
    told |= {f"{name}_items": str(one.items) for name, one in found.items()}
    told |= {f"{name}_reward": f"{one.recent:.2f}" for name, one in found.items()}
    return told | {"error": f"{-found['greedy'].error:.2f}"}


def _answer(lab: Lab) -> str:
    error = lab.found[-1]["greedy"].error
    return "low" if error < -0.1 else "high" if error > 0.1 else "right"


def _elsewhere(world: World) -> Elsewhere:
    asked = {"world": key_of(world), "drift": "none"}
    there = replace(
        LESSON,
        world=world,
        guess=Slider(0, world.size, 1),
        sandbox=lambda seed: Sandbox("race", asked | {"seed": str(seed)}),
    )
    return Elsewhere(there, {"count": str(len(world.items)), "cells": str(world.size)})


LESSON = Lesson(
    key="never_tried",
    minutes=5,
    world="news",
    seed=3,
    begin=Lab,
    guess=Slider(0, 36, 1),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: float(_never(lab, "greedy")),
    revealing=_revealing,
    told=_told,
    options=("low", "right", "high"),
    answer=_answer,
    proving=_proving,
    sandbox=lambda seed: Sandbox("race", {"world": "news", "seed": str(seed)}),
    terms=("greedy", "thompson", "exploration", "feature", "reward"),
    holds=lambda lab: _never(lab, "greedy") > _never(lab, "ours"),
    elsewhere=_elsewhere,
)
