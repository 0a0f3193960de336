"""Lesson 2: one draw from each bell, and why the best is not always offered."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from engine.evaluation.chances import chances
from engine.experiments.repeated_offer import RepeatedOffer
from engine.experiments.untried import crowding
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.policies.thompson import Thompson
from engine.steps import Steps
from engine.worlds import Context, World, key_of
from pages.parts.charts.belief_rows import Moment, belief_rows
from pages.parts.charts.in_words import said
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.charts.lessons import counted_rows, counted_spec
from pages.parts.lessons.elsewhere import called, somebody
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import bells, drawn, look
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.play.beliefs import believed, in_words
from pages.parts.text.format import percent
from pages.parts.text.theme import is_dark

BEFORE, TIMES, MANY = 60, 20, 400
CONTEXT = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}


class Lab:
    """A loop that has met some visitors, and one whom it meets again and again."""

    def __init__(self, world: World, seed: int, context: Context) -> None:
        settings = LoopSettings(policy=Thompson(agreement=1))
        self.world, self.loop = world, LearningLoop(settings, seed=seed)
        self.offer = RepeatedOffer(self.loop, world, context)
        self.many = RepeatedOffer(self.loop, world, context)
        self.progress = 0.0

    def work(self) -> Steps[None]:
        for _ in crowding(self.loop, self.world, BEFORE):
            yield None
        self.offer.draw()
        for number in range(MANY):
            self.many.draw()
            self.progress = (number + 1) / MANY
            yield None

    @property
    def drawn(self) -> int:
        """Draws that the person has seen; the first is there from the start."""
        return len(self.offer.offers)

    @property
    def is_done(self) -> bool:
        return self.drawn >= TIMES and self.progress == 1.0

    def skip(self) -> None:
        """Draw the rest."""
        self.offer.draw(max(TIMES - self.drawn, 0))

    @property
    def best(self) -> int:
        """The action that is believed to be best."""
        return self.offer.offers[0].best

    @property
    def times(self) -> int:
        """How often that was offered in the first draws."""
        return sum(offer.shown == self.best for offer in self.offer.offers[:TIMES])

    @property
    def second(self) -> int:
        """The one that is believed to be second best."""
        means = np.array(self.offer.offers[0].means)
        return int(np.argsort(-means)[1])

    @property
    def surer(self) -> tuple[float, float]:
        """The chance of the second best by its bell, and by one half as wide."""
        second = self.second
        before, after = (self.offer.chances_by_bells(second, factor) for factor in (1.0, 0.5))
        return float(before[second]), float(after[second])


def _bells(lab: Lab, words: Words, moment: Moment) -> None:
    """What is believed, and unless that is ``asked``, what was drawn, and how likely that was."""
    ranked, world, policy = lab.offer.offers[-1], lab.world, lab.loop.settings.policy
    parts = chances(ranked, policy)
    in_text = believed if moment == "asked" else in_words
    shows = said("A bell and a bar for each action", words.charts)
    drawn(
        words,
        belief_rows(world, is_dark(), ranked, parts, None, None, moment, look()),
        bells(world, words.say("stated")),
        key="chart-lesson-bells",
        alt=f"{shows}: {in_text(world, ranked, words.charts)}",
    )
    legend = ["beyond"] if moment == "asked" else ["legend", "beyond"]
    remark(words, " ".join(map(words.say, legend)), shown=words.say("stated"))


def _opening(lab: Lab, words: Words) -> None:
    if lab.drawn:
        tell(words, words.say("opening"))
        _bells(lab, words, "asked")


def _doing(lab: Lab, words: Words) -> None:
    if not lab.drawn:
        return
    drawn = min(lab.drawn, TIMES)
    favourite = lab.world.items[lab.best].label
    tell(words, words.say("do"))
    with st.container(horizontal=True, gap="small"):
        over = drawn >= TIMES
        st.button(words.say("draw"), key="lesson-draw", on_click=lab.offer.draw, disabled=over)
        rest = partial(lab.offer.draw, TIMES - drawn)
        st.button(words.say("draw_rest"), key="lesson-rest", on_click=rest, disabled=over)
    remark(words, words.say("drawn", drawn=drawn, favourite=favourite, times=lab.times))
    _bells(lab, words, "offered")


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    shares, stated = lab.many.shares, lab.many.chances
    told = [
        f"{percent(float(s))} · {percent(float(c))}" for s, c in zip(shares, stated, strict=True)
    ]
    names = [item.name for item in lab.world.items]
    drawn(
        words,
        counted_rows(lab.world, shares, stated, told),
        counted_spec(lab.world, is_dark(), words.say("stated"), words.say("counted")),
        key="chart-counted",
        alt=f"{words.say('counted')}, {words.say('stated')}: "
        + "; ".join(f"{name} {one}" for name, one in zip(names, told, strict=True)),
    )
    remark(words, words.say("marks"))


def _proving(lab: Lab, words: Words) -> None:
    """Bars: how likely the second best is by its bell, and by one half as wide."""
    of, by = lab.world.items[lab.second].label, (words.say("as_sure"), words.say("surer"))
    bars = [Said(of, one, value) for one, value in zip(by, lab.surer, strict=True)]
    drawn(
        words,
        said_rows(bars, (), ""),
        said_spec(is_dark(), 1, by, by[0]),
        key="chart-surer",
        alt=f"{of}: {'; '.join(f'{one.by} {percent(one.value)}' for one in bars)}",
    )


def _told(lab: Lab) -> Mapping[str, str]:
    before, after = lab.surer
    return {
        "favourite": lab.world.items[lab.best].label,
        "second": lab.world.items[lab.second].label,
        "share": percent(float(lab.many.shares[lab.best])),
        "chance": percent(float(lab.many.chances[lab.best])),
        "before": percent(before),
        "after": percent(after),
    }


def _answer(lab: Lab) -> str:
    before, after = lab.surer
    return "more" if after > before else "less"


def _elsewhere(world: World) -> Elsewhere:
    who, key = somebody(world), key_of(world)
    there = replace(
        LESSON,
        world=world,
        begin=lambda world, seed: Lab(world, seed, who),
        sandbox=lambda seed: Sandbox("play", {"world": key, "seed": str(seed)}),
    )
    return Elsewhere(there, {"who": called(world, who)})


LESSON = Lesson(
    key="one_draw",
    minutes=4,
    world="coffee",
    seed=7,
    begin=lambda world, seed: Lab(world, seed, CONTEXT),
    guess=Slider(0, TIMES, 1),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: float(lab.times),
    revealing=_revealing,
    told=_told,
    options=("more", "less"),
    proving=_proving,
    answer=_answer,
    sandbox=lambda seed: Sandbox("play", {"world": "coffee", "seed": str(seed)}),
    terms=("posterior", "draw", "thompson", "propensity", "exploration"),
    elsewhere=_elsewhere,
)
