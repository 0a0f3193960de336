"""A lecturer's own lesson, drawn by the same page as the ten."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from engine.arrays import Array
from engine.experiments.asked import WAYS, Asked, Kind
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.charts.lesson_maps import Cell, cells_rows, cells_spec
from pages.parts.lessons.lesson import Cells, Guess, Guessed, Lesson, Pick, Slider
from pages.parts.lessons.maps import map_of
from pages.parts.lessons.own.codec import key_in_links
from pages.parts.lessons.own.lab import BANDS, GUESS, Lab, item_key
from pages.parts.lessons.own.value import MINUTES, OwnLesson
from pages.parts.lessons.own.wording import told
from pages.parts.lessons.pictures import drawn, look
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.text.format import percent, plain
from pages.parts.text.theme import is_dark, theme

_TERMS: Mapping[Kind, Sequence[str]] = {
    "rewarded": ("context", "reward", "exploration"),
    "offered": ("context", "propensity", "exploration"),
    "favourite": ("context", "propensity", "policy"),
    "single": ("reward", "ab", "segment"),
    "moves": ("reward", "propensity", "posterior"),
    "where": ("context", "propensity", "policy"),
    "rises": ("reward", "propensity", "feature"),
}
"""Words of the glossary that stand in a lesson, by what is guessed."""
_BARS = 7
"""Bars that a picture on the stage has room for, each with its number."""


def lesson_of(own: OwnLesson) -> Lesson:
    """The lesson, as the page takes it."""
    return Lesson(
        key=key_in_links(own),
        minutes=MINUTES,
        world=own.played.world,
        seed=own.seed,
        begin=lambda world, seed: Lab(own, seed),
        guess=_guessed(own),
        opening=_opening,
        doing=_doing,
        truth=lambda lab: lab.answer(GUESS),
        revealing=_revealing,
        told=told,
        options=_options(own, own.check),
        answer=lambda lab: lab.band,
        sandbox=None,
        terms=_TERMS[own.guess.kind],
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
    """The map that is guessed on."""
    return map_of(own.played.world, own.guess.rows, own.guess.columns)


def _options(own: OwnLesson, asked: Asked) -> Sequence[str]:
    match asked.kind:
        case "favourite":
            return [item_key(place) for place in range(len(own.played.world.items))]
        case "moves":
            return WAYS
    return BANDS


# -- what is drawn --------------------------------------------------------------------


def _opening(lab: Lab, words: Words) -> None:
    played, guess = lab.lesson.played, lab.lesson.guess
    tell(words, f"{plain(played.world.label)}: {plain(played.world.story)}")
    tell(words, words.say("opening"))
    if guess.context is not None and guess.visitors and 0 in lab.asking.looks:
        if guess.rows:
            _favoured(lab, words, 0)
        else:
            _chances(lab, words, (0,))
        return
    # No picture stands at a line's end, away from its name.
    labels = [f"**{plain(item.label)}**".replace(" ", "\u00a0", 1) for item in played.world.items]
    tell(words, " &nbsp; ".join(labels))


def _doing(lab: Lab, words: Words) -> None:
    guess, is_ready = lab.lesson.guess, lab.progress == 1.0
    button, about = "let_in", "visitors"
    if guess.seen is not None:
        button, about = "give", "moves"
    elif guess.kind == "single":
        about = "single"
    elif not guess.visitors:
        button, about = ("look", "where") if guess.rows else ("draw", "now")
    tell(words, words.say(f"do_{about}"))
    if lab.shown < lab.stages:
        st.button(
            words.say(button, visitors=f"{lab.next_visitors:,}"),
            key="lesson-more",
            on_click=lab.go_on,
            disabled=not is_ready,
        )
    if button == "let_in":
        remark(words, words.say("came", visitors=f"{lab.visitors:,}", all=f"{guess.looks[-1]:,}"))
    if is_ready and lab.shown:
        _picture(lab, words, is_revealed=False)


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    _picture(lab, words, is_revealed=True)


def _picture(lab: Lab, words: Words, is_revealed: bool) -> None:
    guess = lab.lesson.guess
    match guess.kind:
        case "rewarded":
            _quarters(lab, words)
        case "single":
            series = [(words.say("earned"), lab.asking.looks[lab.visitors].averages)]
            _bars(lab, words, series, lab.alone if is_revealed else None, words.say("earned"))
        case "moves":
            moved = lab.asking.moved[GUESS]
            series = [(words.say("before"), moved.before), (words.say("after"), moved.after)]
            _bars(lab, words, series, None, words.say("chance"))
        case "where":
            _favoured(lab, words, lab.visitors)
        case "rises":
            _risen(lab, words)
        case _ if guess.visitors:
            _chances(lab, words, (0, lab.visitors))
        case _:
            series = [(words.say("drawn"), lab.asking.drawn[GUESS])]
            truth = lab.asking.chances(guess, 0) if is_revealed else None
            _bars(lab, words, series, truth, words.say("drawn"))


def _favoured(lab: Lab, words: Words, visitors: int) -> None:
    """Map: what is offered most, after so many more visitors."""
    world, map_ = lab.world, _map(lab.lesson)
    items = [
        world.items[world.position(one)]
        for one in lab.asking.favourites(lab.lesson.guess, visitors)
    ]
    inks = [theme(is_dark()).action(world.position(item.id)) for item in items]
    shown = [Cell(ink, item.emoji, item.name) for ink, item in zip(inks, items, strict=True)]
    told = words.say("most") if visitors else words.say("most_now")
    _cells(map_, words, shown, told)


def _risen(lab: Lab, words: Words) -> None:
    """Map: by how much the chance of the action has changed."""
    moved, position = lab.asking.moved[GUESS], lab.world.position(lab.lesson.guess.action)
    by = (moved.after - moved.before)[:, position].tolist()
    ink = theme(is_dark()).accent
    told = [f"{one:+.0%}".replace("%", "\N{NO-BREAK SPACE}%") for one in by]
    shown = [Cell(ink, text, text, max(one, 0.0)) for text, one in zip(told, by, strict=True)]
    _cells(_map(lab.lesson), words, shown, words.say("risen"))


def _cells(map_: Cells, words: Words, shown: Sequence[Cell], told: str) -> None:
    """A map with what it shows above it."""
    remark(words, told)
    said = [f"{map_.called(at)} {cell.told}" for at, cell in enumerate(shown)]
    drawn(
        words,
        cells_rows(map_.rows, map_.columns, shown),
        cells_spec(is_dark(), len(map_.rows)),
        key="chart-own",
        alt=f"{told}: {'; '.join(said)}",
    )


def _chances(lab: Lab, words: Words, looks: Sequence[int]) -> None:
    """How likely each action is to be offered where it is asked, at first and later."""
    series = [
        (
            words.say("later", visitors=f"{at:,}") if at else words.say("first"),
            lab.asking.chances(lab.lesson.guess, at),
        )
        for at in looks
    ]
    _bars(lab, words, series, None, words.say("chance"))


def _bars(
    lab: Lab, words: Words, series: Sequence[tuple[str, Array]], truth: Array | None, title: str
) -> None:
    """A bar for each action and each of several figures, and marks at what is true."""
    names = [item.label for item in lab.world.items]
    by = tuple(name for name, _ in series)
    said = [
        Said(label, name, float(value))
        for name, values in series
        for label, value in zip(names, values, strict=True)
        if not np.isnan(value)
    ]
    truths = [] if truth is None else [*zip(names, map(float, truth), strict=True)]
    marked = words.say("truth") if truths else ""
    told = [f"{one.of} {one.by} {percent(one.value)}" for one in said]
    told += [f"{name} {marked} {percent(value)}" for name, value in truths]
    kept = _fitting(lab, said, truths, by)
    others = words.say("others", count=len(names) - len(kept)) if len(kept) < len(names) else ""
    drawn(
        words,
        said_rows(
            [one for one in said if one.of in kept],
            [one for one in truths if one[0] in kept],
            marked,
            others,
        ),
        said_spec(is_dark(), len(names), by, by[-1], marked),
        key="chart-own",
        alt=f"{title}: {'; '.join(told)}",
    )


def _fitting(
    lab: Lab, said: Sequence[Said], truths: Sequence[tuple[str, float]], by: Sequence[str]
) -> set[str]:
    """The actions for whose bars there is room: all on a page; on the stage the one that is asked
    about and those of the longest bars."""
    names = {item.id: item.label for item in lab.world.items}
    most = _BARS // len(by)
    if not look().on_stage or len(names) <= most:
        return {*names.values()}
    longest = dict.fromkeys(names.values(), 0.0)
    for name, value in (*((one.of, one.value) for one in said), *truths):
        longest[name] = max(longest[name], value)
    asked = names.get(lab.lesson.guess.action)
    found = sorted(longest, key=lambda name: (name != asked, -longest[name]))
    return {*found[: most - 1]}


def _quarters(lab: Lab, words: Words) -> None:
    by = words.say("rewarded")
    parts = [
        ("\N{EN DASH}".join(words.numeral(f"{end:,}") for end in ends), share)
        for *ends, share in lab.quarters
    ]
    said = [Said(name, by, share) for name, share in parts]
    drawn(
        words,
        said_rows(said, (), ""),
        said_spec(is_dark(), len(said), (by,), by),
        key="chart-own",
        alt=f"{by}: {'; '.join(f'{name} {percent(share)}' for name, share in parts)}",
    )
