"""Repeated Thompson draws for a single visitor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st

from engine.evaluation.probability_parts import probability_parts
from engine.experiments.exploration_measures import RepeatedOffer
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import crowd_steps
from engine.worlds import Context
from pages.parts.charts.belief_rows import Moment, belief_rows
from pages.parts.charts.lesson_bars import Said
from pages.parts.charts.lessons import counted_rows, counted_spec
from pages.parts.lessons import lesson
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.other_worlds import somebody
from pages.parts.lessons.pictures import awaited, bars, bells, drawn, look
from pages.parts.play.beliefs import believed, in_words
from pages.parts.text.format import percent
from pages.parts.text.lesson_words import PAGE
from pages.parts.text.theme import is_dark


@dataclass(kw_only=True, eq=False)
class ThompsonSamplingLab(lesson.Lab):
    """A trained loop and a visitor who returns without any learning in between.

    Attributes:
        before: visitors during training.
        tries: draws shown to the person.
        repeats: draws for the count.
        context: of the returning visitor; the first of the world if empty.
    """

    before: int
    tries: int
    repeats: int
    context: Context = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.loop = LearningLoop(LoopSettings(policy=Thompson(agreement=1)), seed=self.seed)
        context = self.context or somebody(self.world)
        self.offer = RepeatedOffer(self.loop, self.world, context)
        self.repeated = RepeatedOffer(self.loop, self.world, context)
        self._progress = 0.0

    def work(self) -> Steps[None]:
        for _ in crowd_steps(self.loop, self.world, self.before):
            yield None
        self.offer.draw()
        for number in range(self.repeats):
            self.repeated.draw()
            self._progress = (number + 1) / self.repeats
            yield None

    @property
    def progress(self) -> float:
        return self._progress

    @property
    def drawn(self) -> int:
        """Number of draws displayed so far; the first is made at the start."""
        return len(self.offer.offers)

    @property
    def is_done(self) -> bool:
        return self.drawn >= self.tries and self.progress == 1.0

    def skip(self) -> None:
        self.offer.draw(max(self.tries - self.drawn, 0))

    @property
    def best(self) -> int:
        """Position of the action with the highest mean."""
        return self.offer.offers[0].best

    @property
    def times(self) -> int:
        """How often the best action won the displayed draws."""
        return sum(offer.shown == self.best for offer in self.offer.offers[: self.tries])

    @property
    def second(self) -> int:
        """Position of the action with the second highest mean."""
        means = np.array(self.offer.offers[0].means)
        return int(np.argsort(-means)[1])

    @property
    def surer(self) -> tuple[float, float]:
        """Chance of the second best by its bell, and by a bell half as wide."""
        second = self.second
        before, after = (self.offer.chances_by_bells(second, factor) for factor in (1.0, 0.5))
        return float(before[second]), float(after[second])

    @property
    def truth(self) -> float:
        return float(self.times)

    @property
    def numbers(self) -> Mapping[str, str]:
        before, after = self.surer
        return {
            "favourite": self.world.items[self.best].label,
            "second": self.world.items[self.second].label,
            "share": percent(float(self.repeated.shares[self.best])),
            "chance": percent(float(self.repeated.chances[self.best])),
            "before": percent(before),
            "after": percent(after),
        }

    @property
    def answer(self) -> str:
        before, after = self.surer
        return "more" if after > before else "less"

    def _draw_bells(self, moment: Moment) -> None:
        """Bells: beliefs; draws and chances too, unless the moment is ``asked``."""
        ranked, stated = self.offer.offers[-1], self.say("stated")
        parts = probability_parts(ranked, self.loop.settings.policy)
        in_text = believed if moment == "asked" else in_words
        drawn(
            belief_rows(self.world, is_dark(), ranked, parts, None, None, moment, look()),
            bells(self.world, stated),
            key="chart-lesson-bells",
            alt=f"A bell and a bar for each action: {in_text(self.world, ranked)}",
        )
        legend = ["beyond"] if moment == "asked" else ["legend", "beyond"]
        remark(" ".join(map(self.say, legend)), pictured=stated)

    def opening(self) -> None:
        tell(self.say("opening"))
        if self.drawn:
            self._draw_bells("asked")
        else:
            waits = PAGE.say("waits", percent=percent(self.progress))
            awaited(waits, bells(self.world, self.say("stated")))
            remark(self.say("beyond"))

    def doing(self) -> None:
        if not self.drawn:
            return
        seen = min(self.drawn, self.tries)
        tell(self.say("do"))
        with st.container(horizontal=True, gap="small"):
            over = seen >= self.tries
            st.button(self.say("draw"), key="lesson-draw", on_click=self.offer.draw, disabled=over)
            rest = partial(self.offer.draw, self.tries - seen)
            st.button(self.say("draw_rest"), key="lesson-rest", on_click=rest, disabled=over)
        favourite = self.world.items[self.best].label
        remark(self.say("drawn", drawn=seen, favourite=favourite, times=self.times))
        self._draw_bells("offered")

    def revealing(self) -> None:
        shares, stated = self.repeated.shares, self.repeated.chances
        counted, chance = self.say("counted"), self.say("stated")
        pairs = zip(shares, stated, strict=True)
        labels = [f"{percent(float(share))} · {percent(float(stated))}" for share, stated in pairs]
        named = zip(self.world.items, labels, strict=True)
        drawn(
            counted_rows(self.world, shares, stated, labels),
            counted_spec(self.world, is_dark(), chance, counted),
            key="chart-counted",
            alt=f"{counted}, {chance}: " + "; ".join(f"{item.name} {text}" for item, text in named),
        )
        remark(self.say("marks"))

    def checking(self) -> None:
        """Bells: the question is about the width of one."""
        self._draw_bells("offered")

    def proving(self) -> None:
        """Bars: chance of the second best by its bell, and by a bell half as wide."""
        of, by = self.world.items[self.second].label, (self.say("as_sure"), self.say("surer"))
        values = [Said(of, name, value) for name, value in zip(by, self.surer, strict=True)]
        bars(of, values, by, "chart-surer", form="{by} {says}")
