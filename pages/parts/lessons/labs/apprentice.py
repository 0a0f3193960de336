"""An apprentice imitates today's rule, and then goes online."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from engine.experiments.apprentice_comparison import Comparison, ComparisonWindow
from engine.pausable_steps import Steps
from engine.simulation.baselines import best_rule
from pages.parts.charts.base import LOW
from pages.parts.charts.comparison import (
    ARMS,
    match_rows,
    match_spec,
    reward_rows,
    reward_spec,
)
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.lesson import GradualLab
from pages.parts.lessons.pictures import drawn, look
from pages.parts.scene.chart_drawing import pair
from pages.parts.text.format import percent, plain
from pages.parts.text.theme import is_dark

FIRST, TOGETHER = 40, 5
"""Of whom the first screen tells as they come, so many at a time."""
Rows = Sequence[Mapping[str, float]]
_NOTHING: Rows = ({"visitor": 0.0, "recent": math.nan, "ceiling": math.nan},)
"""A curve before anybody came."""


@dataclass(kw_only=True, eq=False)
class ApprenticeLab(GradualLab):
    """Three loops before the same visitors: today's rule, an apprentice that goes online, and a
    loop that is online throughout.

    Attributes:
        first: the curve of the match while the first few come.
        results: curves of the match and of the rewards, after each of two looks.
        watched, served: visitors whom the apprentice watches, and then serves.
        by: field of the context which today's rule looks at; the first if empty.
    """

    watched: int
    served: int
    by: str = ""
    results: list[tuple[Rows, Rows]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.enough, fields = 2, self.world.fields
        self.field = next((f for f in fields if f.name == self.by), fields[0])
        self.rule = best_rule(self.world, [self.field.name])
        self.comparison = Comparison(self.world, self.rule, seed=self.seed)
        self.first: Rows = ()

    def work(self) -> Steps[None]:
        for _ in range(FIRST // TOGETHER):
            yield from self._watching(TOGETHER)
            self.first = list(self.comparison.record.rows())
        yield from self._crowd(self.watched - FIRST)
        yield from self.comparison.going_online()
        yield from self._crowd(self.served)

    def _watching(self, visitors: int) -> Steps[None]:
        for _ in range(visitors):
            yield from self.comparison.stepping()
            yield None

    def _crowd(self, visitors: int) -> Steps[None]:
        yield from self._watching(visitors)
        match = list(self.comparison.record.rows())
        self.results.append((match, list(self.comparison.rows())))

    @property
    def progress(self) -> float:
        return len(self.comparison) / (self.watched + self.served)

    @property
    def stretches(self) -> tuple[ComparisonWindow, ComparisonWindow]:
        """Results of the two phases: apprentice mode, and online."""
        watching, online = self.comparison.stretches()
        return watching, online

    @property
    def truth(self) -> float:
        return float(self.stretches[1].worse("apprentice"))

    @property
    def _cold(self) -> int:
        """Number of visitors served worse by the loop that was online throughout."""
        return sum(stretch.worse("online") for stretch in self.stretches)

    @property
    def numbers(self) -> Mapping[str, str]:
        watching, online = self.stretches
        rewards = online.rewards
        gain = float((rewards["apprentice"] - rewards["baseline"]).sum())
        return {
            "match": percent(self.results[0][0][-1]["recent"]),
            "worse": str(online.worse("apprentice")),
            "gain": f"{gain:+.4g}",
            "cold": str(self._cold),
            "met": f"{self.watched + self.served:,}",
            "earned": f"{watching.mean('apprentice'):.2f}",
            "today": f"{watching.mean('baseline'):.2f}",
        }

    @property
    def holds(self) -> bool:
        """True if watching first spared visitors a worse offer."""
        return self._cold > self.stretches[1].worse("apprentice")

    @property
    def answer(self) -> str:
        watching, _ = self.stretches
        more, less = watching.better("apprentice"), watching.worse("apprentice")
        return "same" if more == less == 0 else "more" if more > less else "less"

    def opening(self) -> None:
        names = {item.id: item.label for item in self.world.items}
        gets = [(value.label, names[self.rule.table[value.name,]]) for value in self.field.values]
        with st.container(key="lesson-menu"):
            lines = [f"{plain(value)} → **{plain(item)}**" for value, item in gets]
            tell("&nbsp;&ensp; ".join(lines))
        self._draw_match(self.first or _NOTHING, ())
        tell(self.say("opening"))

    def doing(self) -> None:
        tell(self.say(("do", "watched", "went_online")[self.displayed]))
        if not (self.is_done and look().on_stage):  # On the stage the pictures need the room.
            self.draw_button(self.say("go_online" if self.displayed else "watch"), "lesson-look")
        if self.displayed:
            self.revealing()

    def revealing(self) -> None:
        match, arms = self.results[self.displayed - 1]
        span, dark = self.watched + self.served, is_dark()
        switches = [self.watched][: self.displayed - 1]
        earned = "; ".join(f"{name} {arms[-1][arm]:.2f}" for arm, name in ARMS.items())
        left, right = pair("watched")
        with left:
            self._draw_match(match, switches)
        with right:
            remark(self.say("earned"))
            drawn(
                reward_rows(arms, switches, span, size=look()),
                reward_spec(dark, bool(switches), False),
                key="chart-lesson-reward",
                alt=f"{self.say('earned')}: {earned}",
            )

    def _draw_match(self, rows: Rows, switches: Sequence[int]) -> None:
        """Line: recent match of the apprentice with today's rule."""
        remark(self.say("match"), "ceiling")
        # On the stage, the chart has a count of hands below or a guess above.
        size = LOW if look().on_stage else look()
        drawn(
            match_rows(rows, switches, self.watched + self.served, size),
            match_spec(is_dark(), bool(switches)),
            key="chart-lesson-match",
            alt=f"{self.say('match')}: {percent(rows[-1]['recent'])}",
        )
