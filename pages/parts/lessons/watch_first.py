"""Lesson 7: an apprentice watches today's rule, and then goes online."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from engine.experiments.comparison import Comparison, Stretch
from engine.simulation.baselines import best_rule
from engine.steps import Steps
from engine.worlds import World, key_of
from pages.parts.charts.base import LOW
from pages.parts.charts.comparison import (
    ARMS,
    CEILING,
    match_rows,
    match_spec,
    reward_rows,
    reward_spec,
)
from pages.parts.charts.in_words import said
from pages.parts.lessons.elsewhere import first_field
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import drawn, look
from pages.parts.lessons.sizes import ONLINE, WATCHED
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.scene.picture import pair
from pages.parts.text.format import percent, plain
from pages.parts.text.theme import is_dark

FIRST, TOGETHER = 40, 5
"""Of whom the first screen tells as they come, so many at a time."""
RULE = "weather"
"""The field that today's rule looks at; in another world its first."""
Rows = Sequence[Mapping[str, float]]
_NOTHING: Rows = ({"visitor": 0.0, "recent": math.nan, "ceiling": math.nan},)
"""A curve before anybody came."""


class Lab:
    """Three loops before the same visitors: today's rule, an apprentice that goes online, and one
    that was online from the start. They meet in the background, and are shown when one looks.

    Attributes:
        first: the curve of the match while the first few come.
        seen: curves of the match and of the rewards, after each of two looks.
    """

    def __init__(self, world: World, seed: int, field: str) -> None:
        self.field, self.rule = field, best_rule(world, [field])
        self.comparison = Comparison(world, self.rule, seed=seed)
        self.shown, self.seen = 0, list[tuple[Rows, Rows]]()
        self.first: Rows = ()

    def work(self) -> Steps[None]:
        for _ in range(FIRST // TOGETHER):
            yield from self._watching(TOGETHER)
            self.first = list(self.comparison.record.rows())
        yield from self._crowd(WATCHED - FIRST)
        yield from self.comparison.going_online()
        yield from self._crowd(ONLINE)

    def _watching(self, visitors: int) -> Steps[None]:
        for _ in range(visitors):
            yield from self.comparison.stepping()
            yield None

    def _crowd(self, visitors: int) -> Steps[None]:
        yield from self._watching(visitors)
        match = list(self.comparison.record.rows())
        self.seen.append((match, list(self.comparison.rows())))

    @property
    def progress(self) -> float:
        """Visitors who have been, of all."""
        return len(self.comparison) / (WATCHED + ONLINE)

    def look(self) -> None:
        """Show what came next, once it has happened."""
        self.shown = min(self.shown + 1, len(self.seen))

    @property
    def is_done(self) -> bool:
        """Whether both have been seen."""
        return self.shown == 2

    def skip(self) -> None:
        """Show all."""
        self.shown = len(self.seen)

    @property
    def stretches(self) -> tuple[Stretch, Stretch]:
        """While it watched, and online."""
        watching, online = self.comparison.stretches()
        return watching, online


def _opening(lab: Lab, words: Words) -> None:
    world = lab.comparison.world
    names = {item.id: item.label for item in world.items}
    (field,) = (field for field in world.fields if field.name == lab.field)
    shown = [(value.label, names[lab.rule.table[value.name,]]) for value in field.values]
    with st.container(key="lesson-menu"):
        tell(words, " &ensp; ".join(f"{plain(it)} → **{plain(gets)}**" for it, gets in shown))
    _match(lab.first or _NOTHING, (), words)
    tell(words, words.say("opening"))


def _doing(lab: Lab, words: Words) -> None:
    tell(words, words.say(("do", "watched", "went_online")[lab.shown]))
    if not lab.is_done:
        name, is_ready = "go_online" if lab.shown else "watch", len(lab.seen) > lab.shown
        st.button(words.say(name), key="lesson-look", on_click=lab.look, disabled=not is_ready)
    if lab.shown:
        _curves(lab, words)


def _curves(lab: Lab, words: Words) -> None:
    match, arms = lab.seen[lab.shown - 1]
    span, dark, switches = WATCHED + ONLINE, is_dark(), [WATCHED][: lab.shown - 1]
    earned = "; ".join(
        f"{said(name, words.charts)} {words.numeral(f'{arms[-1][arm]:.2f}')}"
        for arm, name in ARMS.items()
    )
    left, right = pair("watched")
    with left:
        _match(match, switches, words)
    with right:
        remark(words, words.say("earned"))
        drawn(
            words,
            reward_rows(arms, switches, None, look()),
            reward_spec(dark, span, bool(switches), False),
            key="chart-lesson-reward",
            alt=f"{words.say('earned')}: {earned}",
        )


def _match(rows: Rows, switches: Sequence[int], words: Words) -> None:
    """Line: how often the apprentice would choose what is shown."""
    remark(words, words.say("match"), said(CEILING, words.charts))
    # On the stage hands are counted below it, or it stands below a guess.
    size = LOW if look().on_stage else look()
    drawn(
        words,
        match_rows(rows, switches, size),
        match_spec(is_dark(), WATCHED + ONLINE, bool(switches)),
        key="chart-lesson-match",
        alt=f"{words.say('match')}: {percent(rows[-1]['recent'])}",
    )


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    _curves(lab, words)


def _told(lab: Lab) -> Mapping[str, str]:
    watching, online = lab.stretches
    rewards = online.rewards
    gain = float((rewards["apprentice"] - rewards["baseline"]).sum())
    return {
        "match": percent(lab.seen[0][0][-1]["recent"]),
        "worse": str(online.worse("apprentice")),
        "gain": f"{gain:+.4g}",
        "cold": str(watching.worse("online") + online.worse("online")),
        "earned": f"{watching.mean('apprentice'):.2f}",
        "today": f"{watching.mean('baseline'):.2f}",
    }


def _holds(lab: Lab) -> bool:
    """Whether who was online from the start served more people worse than who watched first."""
    watching, online = lab.stretches
    cold = watching.worse("online") + online.worse("online")
    return cold > online.worse("apprentice")


def _answer(lab: Lab) -> str:
    watching, _ = lab.stretches
    more, less = watching.better("apprentice"), watching.worse("apprentice")
    return "same" if more == less == 0 else "more" if more > less else "less"


def _elsewhere(world: World) -> Elsewhere:
    key, field = key_of(world), first_field(world)
    there = replace(
        LESSON,
        world=world,
        begin=lambda world, seed: Lab(world, seed, field.name),
        sandbox=lambda seed: Sandbox("compare", {"world": key, "seed": str(seed)}),
    )
    return Elsewhere(there, {"field": field.label.lower()})


LESSON = Lesson(
    key="watch_first",
    minutes=5,
    world="coffee",
    seed=7,
    begin=lambda world, seed: Lab(world, seed, RULE),
    guess=Slider(0, ONLINE, 1),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: float(lab.stretches[1].worse("apprentice")),
    revealing=_revealing,
    told=_told,
    options=("more", "same", "less"),
    answer=_answer,
    sandbox=lambda seed: Sandbox("compare", {"world": "coffee", "seed": str(seed)}),
    terms=("baseline", "apprentice", "online", "match", "ceiling"),
    holds=_holds,
    elsewhere=_elsewhere,
)
