"""Races in lessons, and their pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import streamlit as st

from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import doing, runs_of
from engine.experiments.race.standings import Final, Standings
from engine.pausable_steps import Steps
from engine.worlds.world_contents import Drift
from pages.parts.charts.race import band_rows, finals_rows, finals_spec, reward_spec
from pages.parts.lessons.explained_text import tell
from pages.parts.lessons.lesson import Lab
from pages.parts.lessons.pictures import drawn, look
from pages.parts.text.theme import is_dark

_TOP = 1.04


@dataclass(kw_only=True, eq=False)
class RaceLab(Lab):
    """A race run in the background and displayed on demand.

    Attributes:
        contenders: their keys.
        visitors: in each crowd.
    """

    contenders: ClassVar[Sequence[str]]
    drift: ClassVar[Drift] = "none"
    visitors: int
    crowds: int

    def __post_init__(self) -> None:
        known = line_up(self.world)
        entrants = tuple(known[key] for key in self.contenders)
        self.plan = Plan(
            self.world, entrants, self.visitors, self.crowds, self.drift, seed=self.seed
        )
        self.standings, self.displayed = Standings(self.plan), False

    def work(self) -> Steps[None]:
        for run in runs_of(self.plan):
            self.standings.add((yield from doing(run)))

    @property
    def progress(self) -> float:
        return len(self.standings) / self.plan.runs

    @property
    def is_done(self) -> bool:
        return self.displayed

    def skip(self) -> None:
        self.displayed = self.progress == 1.0

    @property
    def finals(self) -> Mapping[str, Final]:
        """Final standings by contender."""
        return {final.contender: final for final in self.standings.finals()}

    @property
    def _entries(self) -> tuple[tuple[str, str], ...]:
        """Keys and names of contenders, for charts."""
        names = self.words.options("names")
        return tuple((contender.key, names[contender.key]) for contender in self.plan.contenders)

    def doing(self) -> None:
        """Draw the line-up, and after the press the curves, too."""
        tell(self.say("do"))
        if not (self.displayed and look().on_stage):  # On the stage the picture needs the room.
            can = self.progress == 1.0 and not self.displayed
            stories = self.words.options("stories")
            st.button(self.say("look"), key="lesson-look", on_click=self.skip, disabled=not can)
            for key, name in self._entries:
                tell(f"**{name}**: {stories[key]}")
        if self.displayed:
            self.draw_curves()

    def draw_finals(self) -> None:
        """Bars: mean reward by contender."""
        finals, entries = self.standings.finals(), self._entries
        names = dict(entries)
        drawn(
            finals_rows(finals, entries, None),
            finals_spec(is_dark(), _TOP, entries),
            key="chart-lesson-finals",
            alt=f"{self.say('finals')}: "
            + "; ".join(f"{names[f.contender]} {f.reward.mean:.2f}" for f in finals),
        )

    def draw_curves(self) -> None:
        """Lines: recent mean reward by contender."""
        entries, standings, plan = self._entries, self.standings, self.plan
        bands = {key: standings.recent(key) for key in standings.keys}
        drifts, window = plan.drift == "halfway", standings.latest_visitors
        drawn(
            band_rows(plan, bands, entries, _TOP, (), size=look()),
            reward_spec(is_dark(), plan.visitors, window, entries, drifts),
            key="chart-lesson-race",
            alt=f"{self.say('curves')}: "
            + "; ".join(f"{name} {bands[key].mean[-1]:.2f}" for key, name in entries),
        )
