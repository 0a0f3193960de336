"""Lecturers' own lessons as lessons of the Learn page."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from engine.arrays import Array
from engine.experiments.loop_questions import WAYS, LoopQuestion, QuestionKind
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.charts.lesson_maps import Cell, cells_rows, cells_spec
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.lesson import Cells, Guessed, Lesson, Pick, Slider
from pages.parts.lessons.maps import map_of
from pages.parts.lessons.own.codec import key_in_links
from pages.parts.lessons.own.own_lesson import MINUTES, OwnLesson
from pages.parts.lessons.own.replayed_loop_lab import BANDS, GUESS, PlayedLab, item_key
from pages.parts.lessons.own.wording import texts_of, words_of
from pages.parts.lessons.pictures import bars, drawn, look
from pages.parts.text.format import percent, plain
from pages.parts.text.theme import is_dark, theme

_TERMS: Mapping[QuestionKind, Sequence[str]] = {
    "rewarded": ("context", "reward", "exploration"),
    "offered": ("context", "propensity", "exploration"),
    "favourite": ("context", "propensity", "policy"),
    "single": ("reward", "ab", "segment"),
    "moves": ("reward", "propensity", "posterior"),
    "where": ("context", "propensity", "policy"),
    "rises": ("reward", "propensity", "feature"),
}
"""Glossary keys of a lesson's words, by kind of question."""
_BARS = 7
"""Most bars, each with a number, in a picture on the stage."""


class OwnLessonLab(PlayedLab):
    """The lab with its pictures."""

    @property
    def numbers(self) -> Mapping[str, str]:
        return texts_of(self)

    def opening(self) -> None:
        played, guess = self.own.played, self.own.guess
        tell(f"{plain(played.world.label)}: {plain(played.world.story)}")
        tell(self.say("opening"))
        if guess.context is not None and guess.visitors and 0 in self.asking.looks:
            if guess.rows:
                self._favoured(0)
            else:
                self._chances((0,))
            return
        # Prevents a line break between picture and name.
        labels = [
            f"**{plain(item.label)}**".replace(" ", "\u00a0", 1) for item in played.world.items
        ]
        tell(" &nbsp; ".join(labels))

    def doing(self) -> None:
        guess, is_ready = self.own.guess, self.progress == 1.0
        button, about = "let_in", "visitors"
        if guess.seen is not None:
            button, about = "give", "moves"
        elif guess.kind == "single":
            about = "single"
        elif not guess.visitors:
            button, about = ("look", "where") if guess.rows else ("draw", "now")
        tell(self.say(f"do_{about}"))
        if self.displayed < self.stages:
            st.button(
                self.say(button, visitors=f"{self.next_visitors:,}"),
                key="lesson-more",
                on_click=self.go_on,
                disabled=not is_ready,
            )
        if button == "let_in":
            remark(self.say("came", visitors=f"{self.visitors:,}", all=f"{guess.looks[-1]:,}"))
        if is_ready and self.displayed:
            self._picture(is_revealed=False)

    def revealing(self) -> None:
        self._picture(is_revealed=True)

    def _picture(self, is_revealed: bool) -> None:
        guess = self.own.guess
        match guess.kind:
            case "rewarded":
                self._quarters()
            case "single":
                series = [(self.say("earned"), self.asking.looks[self.visitors].averages)]
                self._bars(series, self.alone if is_revealed else None, self.say("earned"))
            case "moves":
                moved = self.asking.moved[GUESS]
                series = [(self.say("before"), moved.before), (self.say("after"), moved.after)]
                self._bars(series, None, self.say("chance"))
            case "where":
                self._favoured(self.visitors)
            case "rises":
                self._risen()
            case _ if guess.visitors:
                self._chances((0, self.visitors))
            case _:
                series = [(self.say("drawn"), self.asking.drawn[GUESS])]
                truth = self.asking.chances(guess, 0) if is_revealed else None
                self._bars(series, truth, self.say("drawn"))

    def _favoured(self, visitors: int) -> None:
        """Map: the most offered action, after further visitors."""
        world, map_ = self.world, _map(self.own)
        items = [
            world.items[world.position(item)]
            for item in self.asking.favourites(self.own.guess, visitors)
        ]
        inks = [theme(is_dark()).action(world.position(item.id)) for item in items]
        cells = [Cell(ink, item.emoji, item.name) for ink, item in zip(inks, items, strict=True)]
        heading = self.say("most") if visitors else self.say("most_now")
        _cells(map_, cells, heading)

    def _risen(self) -> None:
        """Map: change of the action's chance."""
        moved, position = self.asking.moved[GUESS], self.world.position(self.own.guess.action)
        by = (moved.after - moved.before)[:, position].tolist()
        ink = theme(is_dark()).accent
        labels = [f"{change:+.0%}".replace("%", "\N{NO-BREAK SPACE}%") for change in by]
        cells = [
            Cell(ink, text, text, max(change, 0.0)) for text, change in zip(labels, by, strict=True)
        ]
        _cells(_map(self.own), cells, self.say("risen"))

    def _chances(self, looks: Sequence[int]) -> None:
        """Bars: chances of actions for the visitor of the guess, at first and later."""
        series = [
            (
                self.say("later", visitors=f"{at:,}") if at else self.say("first"),
                self.asking.chances(self.own.guess, at),
            )
            for at in looks
        ]
        self._bars(series, None, self.say("chance"))

    def _bars(self, series: Sequence[tuple[str, Array]], truth: Array | None, title: str) -> None:
        """Bars: several series by action, with marks at true values."""
        names = [item.label for item in self.world.items]
        by = tuple(name for name, _ in series)
        values = [
            Said(label, name, float(value))
            for name, numbers in series
            for label, value in zip(names, numbers, strict=True)
            if not np.isnan(value)
        ]
        truths = [] if truth is None else [*zip(names, map(float, truth), strict=True)]
        marked = self.say("truth") if truths else ""
        labels = [f"{entry.of} {entry.by} {percent(entry.value)}" for entry in values]
        labels += [f"{name} {marked} {percent(value)}" for name, value in truths]
        kept = self._fitting(values, truths, by)
        others = self.say("others", count=len(names) - len(kept)) if len(kept) < len(names) else ""
        drawn(
            said_rows(
                [entry for entry in values if entry.of in kept],
                [entry for entry in truths if entry[0] in kept],
                marked,
                others,
            ),
            said_spec(is_dark(), len(names), by, by[-1], marked),
            key="chart-own",
            alt=f"{title}: {'; '.join(labels)}",
        )

    def _fitting(
        self, values: Sequence[Said], truths: Sequence[tuple[str, float]], by: Sequence[str]
    ) -> set[str]:
        """Return the labels of the actions with bars: every action on a page; on the stage the
        action of the question and the actions with the longest bars."""
        names = {item.id: item.label for item in self.world.items}
        most = _BARS // len(by)
        if not look().on_stage or len(names) <= most:
            return {*names.values()}
        longest = dict.fromkeys(names.values(), 0.0)
        for name, value in (*((entry.of, entry.value) for entry in values), *truths):
            longest[name] = max(longest[name], value)
        guessed = names.get(self.own.guess.action)
        ordered = sorted(longest, key=lambda name: (name != guessed, -longest[name]))
        return {*ordered[: most - 1]}

    def _quarters(self) -> None:
        by = self.say("rewarded")
        parts = [
            ("\N{EN DASH}".join(f"{end:,}" for end in ends), share)
            for *ends, share in self.quarters
        ]
        values = [Said(name, by, share) for name, share in parts]
        bars(by, values, (by,), "chart-own", form="{of} {says}")


def lesson_of(own: OwnLesson) -> Lesson:
    """Return the lesson for the page."""
    return Lesson(
        key=key_in_links(own),
        minutes=MINUTES,
        world=own.played.world,
        seed=own.seed,
        lab=OwnLessonLab,
        guess=_guessed(own),
        words=words_of(own),
        terms=_TERMS[own.guess.kind],
        numbers={"own": own},
    )


def _guessed(own: OwnLesson) -> Guessed:
    match own.guess.kind:
        case "where" | "rises":
            return _map(own)
        case "rewarded":
            return Slider(0, own.guess.visitors, 1)
        case "offered" | "single":
            return Slider(0, 1, 0.01, percent=True)
    return Pick(tuple(_options(own, own.guess)))


def _map(own: OwnLesson) -> Cells:
    """Return the map of the guess."""
    return map_of(own.played.world, own.guess.rows, own.guess.columns)


def _options(own: OwnLesson, question: LoopQuestion) -> Sequence[str]:
    match question.kind:
        case "favourite":
            return [item_key(place) for place in range(len(own.played.world.items))]
        case "moves":
            return WAYS
    return BANDS


def _cells(map_: Cells, cells: Sequence[Cell], heading: str) -> None:
    """Draw a map with a title above."""
    remark(heading)
    labels = [f"{map_.called(at)} {cell.told}" for at, cell in enumerate(cells)]
    drawn(
        cells_rows(map_.rows, map_.columns, cells),
        cells_spec(is_dark(), len(map_.rows)),
        key="chart-own",
        alt=f"{heading}: {'; '.join(labels)}",
    )
