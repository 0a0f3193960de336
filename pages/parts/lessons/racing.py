"""Lessons in which contenders meet the same crowds: the race itself, and its pictures."""

from collections.abc import Mapping, Sequence

import streamlit as st

from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import doing, runs_of
from engine.experiments.race.standings import Final, Standings
from engine.steps import Steps
from engine.worlds import World
from engine.worlds.place import Drift
from pages.parts.charts.race import band_rows, finals_rows, finals_spec, reward_spec
from pages.parts.lessons.pictures import drawn, look
from pages.parts.lessons.telling import tell
from pages.parts.lessons.words import Words
from pages.parts.text.theme import is_dark

VISITORS = 1_000
_TOP = 1.04


class RaceLab:
    """A race that is run while the person reads, and shown when they look.

    Args:
        who: keys of the contenders.
    """

    def __init__(
        self, world: World, seed: int, who: Sequence[str], crowds: int, drift: Drift = "none"
    ) -> None:
        known = line_up(world)
        contenders = tuple(known[key] for key in who)
        self.plan = Plan(world, contenders, VISITORS, crowds, drift, seed=seed)
        self.standings, self.shown = Standings(self.plan), False

    def work(self) -> Steps[None]:
        for run in runs_of(self.plan):
            self.standings.add((yield from doing(run)))

    @property
    def progress(self) -> float:
        """Runs that are over, of all."""
        return len(self.standings) / self.plan.runs

    @property
    def is_done(self) -> bool:
        """Whether the race has been seen."""
        return self.shown

    def skip(self) -> None:
        """Show it."""
        self.shown = self.progress == 1.0

    @property
    def finals(self) -> Mapping[str, Final]:
        """How each contender stands in the end."""
        return {final.contender: final for final in self.standings.finals()}


def _entries(lab: RaceLab, words: Words) -> tuple[tuple[str, str], ...]:
    """Contenders as charts have them."""
    names = words.options("names")
    return tuple((contender.key, names[contender.key]) for contender in lab.plan.contenders)


def show_line_up(lab: RaceLab, words: Words) -> None:
    """Who races, and how each chooses."""
    stories = words.options("stories")
    for key, name in _entries(lab, words):
        tell(words, f"**{name}**: {stories[key]}")


def doing_a_race(lab: RaceLab, words: Words) -> None:
    """Look at who earns most, once the race is over."""
    tell(words, words.say("do"))
    if not lab.shown:
        is_ready = lab.progress == 1.0
        st.button(words.say("look"), key="lesson-look", on_click=lab.skip, disabled=not is_ready)
        show_line_up(lab, words)
    else:
        show_curves(lab, words)


def show_finals(lab: RaceLab, words: Words) -> None:
    """Bars: what each has earned."""
    finals, entries = lab.standings.finals(), _entries(lab, words)
    names = dict(entries)
    drawn(
        words,
        finals_rows(finals, entries, None),
        finals_spec(is_dark(), _TOP, entries),
        key="chart-lesson-finals",
        alt=f"{words.say('finals')}: "
        + "; ".join(
            f"{names[f.contender]} {words.numeral(f'{f.reward.mean:.2f}')}" for f in finals
        ),
    )


def show_curves(lab: RaceLab, words: Words) -> None:
    """Lines: what visitors gave each of late."""
    entries, standings = _entries(lab, words), lab.standings
    bands = {key: standings.recent(key) for key in standings.keys}
    drifts = lab.plan.drift == "halfway"
    window = standings.latest_visitors
    drawn(
        words,
        band_rows(lab.plan, bands, entries, _TOP, (), size=look()),
        reward_spec(is_dark(), lab.plan.visitors, window, entries, drifts),
        key="chart-lesson-race",
        alt=f"{words.say('curves')}: "
        + "; ".join(
            f"{name} {words.numeral(f'{bands[key].mean[-1]:.2f}')}" for key, name in entries
        ),
    )
