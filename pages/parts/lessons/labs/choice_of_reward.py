"""Loops rewarded for different behaviours of the same readers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from engine.experiments.article_reward_schemes import (
    RECENT,
    REWARD_SCHEMES,
    ReadingShares,
    crowd_by_scheme,
    reading_shares,
)
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from pages.parts.charts.lesson_bars import Said
from pages.parts.components.glossary_popover import lead_to_use
from pages.parts.lessons import lesson
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.pictures import awaited_bars, bars
from pages.parts.scene.stage_show import Stage
from pages.parts.text.format import percent
from pages.parts.text.glossary import texts

_DEEDS = ("opened", "finished")
_SAME = 0.01


@dataclass(kw_only=True, eq=False)
class ChoiceOfRewardLab(lesson.Lab):
    """Three loops before the same readers, each with another reward.

    Attributes:
        shares: results of the loops computed so far.
        selected: reward schemes chosen by the person.
        visitors: readers who meet each loop.
    """

    visitors: int

    def __post_init__(self) -> None:
        self.loops = {key: LearningLoop(LoopSettings(), seed=self.seed) for key in REWARD_SCHEMES}
        self.shares: dict[str, ReadingShares] = {}
        self.selected = {"both"}

    def work(self) -> Steps[None]:
        for key, loop in self.loops.items():
            yield from crowd_by_scheme(loop, self.world, REWARD_SCHEMES[key], self.visitors)
            self.shares[key] = reading_shares(loop, self.world)
            yield None

    @property
    def progress(self) -> float:
        """Share of readers so far; 1 only once every loop is evaluated."""
        come = sum(len(loop.events) for loop in self.loops.values())
        most = 1.0 if len(self.shares) == len(REWARD_SCHEMES) else 0.99
        return min(come / (self.visitors * len(REWARD_SCHEMES)), most)

    @property
    def is_done(self) -> bool:
        return len(self.selected) > 1

    def skip(self) -> None:
        self.selected.add("clicks")

    @property
    def truth(self) -> float:
        return self.shares["clicks"].finished

    @property
    def numbers(self) -> Mapping[str, str]:
        return {
            f"{key}_{deed}": percent(getattr(self.shares[key], deed))
            for key in REWARD_SCHEMES
            for deed in _DEEDS
        }

    @property
    def answer(self) -> str:
        more = self.shares["finished"].opened - self.shares["both"].opened
        return "same" if abs(more) < _SAME else "more" if more > 0 else "less"

    def _draw_bars(self, keys: Collection[str]) -> None:
        """Bars: shares of the latest readers who open, and who read to the end."""
        names, legend = self.words.options("pays"), self.say("legend", recent=RECENT)
        schemes = [key for key in REWARD_SCHEMES if key in keys and key in self.shares]
        values = [
            Said(self.say(deed), names[key], getattr(self.shares[key], deed))
            for deed in _DEEDS
            for key in schemes
        ]
        remark(legend)
        by = [names[key] for key in schemes]
        form = "{by}, {of} {says}"
        bars(legend, values, by, "chart-paid", main=names["clicks"], lanes=2, form=form)

    def opening(self) -> None:
        tell(self.say("opening"))
        if "both" in self.shares:
            self._draw_bars({"both"})
        else:
            remark(self.say("waits"))
            awaited_bars("", len(_DEEDS))

    def doing(self) -> None:
        tell(self.say("do"))
        names = self.words.options("pays")
        with st.container(horizontal=True, gap="small", key="lesson-pay"):
            for key in ("clicks", "finished"):
                st.button(
                    names[key],
                    key=f"lesson-pay-{key}",
                    on_click=partial(self.selected.add, key),
                    disabled=key not in self.shares,
                )
        if self.shares:
            self._draw_bars(self.selected)

    def revealing(self) -> None:
        self._draw_bars({"both", "clicks"})
        if not Stage.in_link().on:  # On the stage, only pages of the talk exist.
            lead_to_use(texts("page")["use"])
