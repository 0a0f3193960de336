"""Lesson 1: the person is the policy, and the engine serves the same visitors beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

import streamlit as st

from engine.evaluation.chances import chances
from engine.evaluation.context_map import favourites
from engine.experiments.choices import read, written
from engine.experiments.duel import Duel, score_told, visits
from engine.experiments.repeated_offer import RepeatedOffer
from engine.loop.settings import LoopSettings
from engine.policies.thompson import Thompson
from engine.simulation.crowd import Visitor
from engine.steps import Steps
from engine.worlds import Item, World, key_of
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.charts.lesson_maps import Cell, cells_rows, cells_spec, lines_of, names_of_cells
from pages.parts.charts.lessons import score_rows, score_spec
from pages.parts.components.toolbar import shortcut
from pages.parts.lessons.elsewhere import first_field, regulars
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import bells, drawn, look
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.play.beliefs import believed
from pages.parts.text.format import plain, section
from pages.parts.text.theme import is_dark, theme

VISITS, REGULARS = 20, ("Dave", "Cathy")
_APART = " &ensp; "
"""Between one drink and the next."""
_FAINT = 0.15
"""How full a cell is whose offer is not the best."""
SETTINGS = LoopSettings(policy=Thompson(agreement=1))


class Lab:
    """Twenty visits of each of two regulars, one after the other.

    Attributes:
        field: that of the context which tells regulars apart.
        informed: what the engine earns of the first that is told one other field alone.
    """

    progress = 1.0

    def __init__(self, world: World, seed: int, regulars: Sequence[str], told: str) -> None:
        self.field = first_field(world).name
        who = [list(islice(visits(world, seed, {self.field: one}), VISITS)) for one in regulars]
        self.duel = Duel(world, seed, [visitor for one in who for visitor in one], SETTINGS)
        self.informed = score_told(world, seed, who[0], frozenset({told}), SETTINGS)

    def work(self) -> Steps[None]:
        yield None

    @property
    def is_done(self) -> bool:
        """Whether the first regular has been."""
        return self.duel.served >= VISITS

    def skip(self) -> None:
        """Nobody chooses for the person."""

    @property
    def scores(self) -> tuple[float, float]:
        """What the first regular gave the person and the engine."""
        earned = self.duel.scores()[:VISITS]
        return sum(own for own, _ in earned), sum(other for _, other in earned)

    @property
    def right(self) -> int:
        """In how many contexts the engine offers the best drink."""
        rows = favourites(self.duel.engine, self.duel.world)
        return sum(bool(row["right"]) for row in rows)


def _recall(lab: Lab, told: str) -> None:
    """Serve the visits that somebody served before a reload."""
    for number, position in enumerate(read(told, lab.duel.world, len(lab.duel.visitors))):
        lab.duel.choose(lab.duel.world.items[position].id, number)


def _opening(lab: Lab, words: Words) -> None:
    if not look().on_stage:  # There the picture below names them, and needs the room.
        with st.container(key="lesson-menu"):
            tell(words, _APART.join(map(_called, lab.duel.world.items)))
    section(_who(lab, lab.duel.visitors[0]))
    tell(words, words.say("opening"))
    _revealing(lab, words, None)


def _called(item: Item) -> str:
    return f"{plain(item.emoji)}\u00a0**{plain(item.name)}**"


def _who(lab: Lab, visitor: Visitor) -> str:
    """Who comes, as their values are called and pictured."""
    values = {f.name: {v.name: v.label for v in f.values} for f in lab.duel.world.fields}
    return plain(" · ".join(values[name][value] for name, value in visitor.context.items()))


def _doing(lab: Lab, words: Words) -> None:
    duel = lab.duel
    visitor = duel.visitor
    scores = duel.scores()
    if visitor is not None:
        if lab.is_done:
            tell(words, words.say("over"))
        number = duel.served % VISITS + 1
        who = visitor.context[lab.field]
        section(_who(lab, visitor))
        tell(words, words.say("do", number=number, all=VISITS, who=who))
        with st.container(horizontal=True, gap="small", key="lesson-drinks"):
            for place, item in enumerate(duel.world.items, 1):
                st.button(
                    plain(item.label),
                    key=f"lesson-drink-{place}",
                    shortcut=shortcut(str(place)) if place < 10 else None,
                    on_click=partial(duel.choose, item.id, duel.served),
                )
    if scores:
        own, other = (sum(one) for one in zip(*scores, strict=True))
        who = duel.visitors[duel.served - 1].context[lab.field]
        last = words.say("did", who=who, own=f"{scores[-1][0]:g}") + " "
        remark(words, last + words.say("scored", own=f"{own:g}", other=f"{other:g}"))
        _curve(lab, words)
    else:
        _beginning(lab, words)


def _curve(lab: Lab, words: Words) -> None:
    names = words.say("you"), words.say("engine")
    scores = lab.duel.scores()
    own, other = (words.numeral(f"{sum(one):g}") for one in zip(*scores, strict=True))
    drawn(
        words,
        score_rows(names, scores),
        score_spec(is_dark(), names, words.say("visits"), words.say("curve")),
        key="chart-score",
        alt=f"{words.say('curve')}: {names[0]} {own}, {names[1]} {other}",
    )


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    if lab.duel.served:
        _curve(lab, words)
    else:
        _beginning(lab, words)


def _beginning(lab: Lab, words: Words) -> None:
    """Bells before anybody was served: what the engine knows of the first visitor."""
    duel = lab.duel
    offer = RepeatedOffer(duel.engine, duel.world, duel.visitors[0].context)
    offer.draw()
    (ranked,), told = offer.offers, words.say("nobody")
    parts = chances(ranked, duel.engine.settings.policy)
    remark(words, told)
    drawn(
        words,
        belief_rows(duel.world, is_dark(), ranked, parts, None, None, "asked", look()),
        bells(duel.world, words.say("chance")),
        key="chart-beginning",
        alt=f"{told} {believed(duel.world, ranked, words.charts)}",
    )


def _proving(lab: Lab, words: Words) -> None:
    """Map: what the engine offers most in each context, full where that is the best."""
    world, inks = lab.duel.world, theme(is_dark()).actions
    rows, columns = names_of_cells(world)
    cells = []
    for row in favourites(lab.duel.engine, world):
        at = world.position(str(row["action"]))
        item, is_right = world.items[at], bool(row["right"])
        cells.append(Cell(inks[at], item.emoji, item.name, 1.0 if is_right else _FAINT))
    told = words.say("offers")
    remark(words, told)
    drawn(
        words,
        cells_rows(rows, columns, cells),
        cells_spec(is_dark(), len(rows), lines_of(world)),
        key="chart-offers",
        alt=f"{told}: {'; '.join(cell.told for cell in cells)}",
    )


def _told(lab: Lab) -> Mapping[str, str]:
    own, other = lab.scores
    return {
        "own": f"{own:g}",
        "other": f"{other:g}",
        "informed": f"{lab.informed:g}",
        "right": str(lab.right),
        "served": str(min(lab.duel.served, VISITS)),
        "all": str(lab.duel.served),
    }


def _answer(lab: Lab) -> str:
    share = lab.right / lab.duel.world.size
    return "few" if share < 0.25 else "some" if share <= 0.5 else "many"


def _elsewhere(world: World) -> Elsewhere:
    key, told = key_of(world), world.fields[:2][-1]
    first, second = (value.name for value in regulars(world))
    there = replace(
        LESSON,
        world=world,
        begin=lambda world, seed: Lab(world, seed, (first, second), told.name),
        sandbox=lambda seed: Sandbox("play", {"world": key, "seed": str(seed), "next": "1"}),
        holds=lambda lab: lab.informed > lab.scores[1],
    )
    names = {
        "first": first,
        "second": second,
        "told": told.label,
        "count": str(len(world.items)),
        "cells": str(world.size),
    }
    return Elsewhere(there, names)


LESSON = Lesson(
    key="barista",
    minutes=5,
    world="coffee",
    seed=7,
    begin=lambda world, seed: Lab(world, seed, REGULARS, "weather"),
    guess=Slider(0, VISITS, 1),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: lab.scores[0] if lab.is_done else None,
    revealing=_revealing,
    told=_told,
    options=("few", "some", "many"),
    answer=_answer,
    sandbox=lambda seed: Sandbox("play", {"world": "coffee", "seed": str(seed), "next": "1"}),
    terms=("context", "reward", "policy", "feature", "exploration"),
    proving=_proving,
    elsewhere=_elsewhere,
    choices=lambda lab: written(lab.duel.choices),
    recall=_recall,
    visits=VISITS * len(REGULARS),
)
