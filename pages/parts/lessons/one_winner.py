"""Lesson 5: an A/B test's winner for everybody, and what learning who likes what is worth."""

from collections.abc import Mapping
from dataclasses import replace
from math import isnan

import numpy as np
import streamlit as st

from engine.experiments.race.contenders import TRIAL
from engine.experiments.trial import right_for, trial
from engine.worlds import WORLDS, Context, World, key_of
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.lessons.elsewhere import first_field, somebody
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Marks, Sandbox
from pages.parts.lessons.maps import last_fields, map_of, show_tastes, spread_out
from pages.parts.lessons.pictures import drawn
from pages.parts.lessons.racing import RaceLab, doing_a_race, show_finals
from pages.parts.lessons.telling import tell
from pages.parts.lessons.words import Words
from pages.parts.scene.picture import pair
from pages.parts.text.format import percent, plain
from pages.parts.text.theme import is_dark

TESTED = TRIAL
"""Visitors of the A/B test, in the race, too."""
WHO = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}


class Lab(RaceLab):
    """A race, and the test with which its first A/B test begins.

    Attributes:
        who: for whom it is guessed where the winner is right.
    """

    def __init__(self, world: World, seed: int, who: Context) -> None:
        super().__init__(world, seed, ("ours", "segments", "ab"), crowds=3)
        self.who, self.trial = who, trial(world, self.plan.seed_of(0), TESTED)

    @property
    def winner(self) -> str:
        """What won the test, as it is called and pictured."""
        return self.plan.world.items[self.trial.winner].label

    @property
    def right(self) -> Marks:
        """Where the winner is what they like best."""
        world = self.plan.world
        cells = world.through(self.who, *last_fields(world))
        found = right_for(world, self.trial.winner, cells)
        return frozenset(np.flatnonzero(found).tolist())


def _opening(lab: Lab, words: Words) -> None:
    items, by = lab.plan.world.items, words.say("tested")
    pairs = zip(items, lab.trial.means.tolist(), strict=True)
    said = [Said(item.label, by, mean) for item, mean in pairs if not isnan(mean)]
    drawn(
        words,
        said_rows(said, (), ""),
        said_spec(is_dark(), len(said), (by,), by),
        key="chart-trial",
        alt=f"{by}: {'; '.join(f'{one.of} {percent(one.value)}' for one in said)}",
    )
    tell(words, words.say("opening"))
    # In a place of its own: words that stand beside a chart are not shown on the stage.
    with st.container(key="lesson-winner"):
        tell(words, words.say("won", winner=lab.winner))


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    left, right = pair("winner")
    with left:
        show_tastes(lab.plan.world, words, lab.who)
    with right:
        show_finals(lab, words)


def _proving(lab: Lab, words: Words) -> None:
    """Bars: what each of them loses a visit, as everybody gets the winner."""
    by, labels = words.say("lost"), {v.name: v.label for v in first_field(lab.plan.world).values}
    said = [
        Said(labels[value], by, loss, told=words.numeral(f"{loss:.2f}"))
        for value, loss in _losses(lab).items()
    ]
    drawn(
        words,
        said_rows(said, (), ""),
        said_spec(is_dark(), len(said), (by,), by, unit=".1f"),
        key="chart-lost",
        alt=f"{by}: {'; '.join(f'{one.of} {one.told}' for one in said)}",
    )


def _losses(lab: Lab) -> dict[str, float]:
    """How much the single winner loses each group of them a visit."""
    by = first_field(lab.plan.world).name
    found = [s for s in lab.standings.segments() if s.contender == "ab" and s.field == by]
    return {segment.value: segment.regret.mean for segment in found}


def _worst(lab: Lab) -> tuple[str, float]:
    """Whom the single winner serves worst, and how much each of them loses a visit."""
    return max(_losses(lab).items(), key=lambda found: found[1])


def _told(lab: Lab) -> Mapping[str, str]:
    told = {key: f"{final.reward.mean:.2f}" for key, final in lab.finals.items()}
    world, (worst, loss) = lab.plan.world, _worst(lab)
    everywhere = right_for(world, lab.trial.winner, range(world.size))
    told |= {
        "winner": lab.winner,
        "tested": percent(float(lab.trial.means[lab.trial.winner])),
        "here": str(len(lab.right)),
        "everywhere": str(int(everywhere.sum())),
        "cells": str(world.size),
    }
    return told | {
        "single": f"{lab.plan.world.single_value:.2f}",
        "best": f"{lab.plan.world.best_value:.2f}",
        "worst": worst,
        "loss": f"{loss:.2f}",
    }


def _elsewhere(world: World) -> Elsewhere:
    field, who = first_field(world), somebody(world)
    asked = {"world": key_of(world), "who": "ours,ab", "drift": "none"}
    keys = {value.name: f"value-{place}" for place, value in enumerate(field.values)}
    there = replace(
        LESSON,
        world=world,
        begin=lambda world, seed: Lab(world, seed, who),
        guess=map_of(world, *last_fields(world)),
        options=tuple(keys.values()),
        answer=lambda lab: keys[_worst(lab)[0]],
        sandbox=lambda seed: Sandbox("race", asked | {"seed": str(seed)}),
    )
    rest = spread_out(world, who, *last_fields(world))
    names = {"count": str(len(world.items)), "field": field.label.lower(), "who": rest}
    options = {keys[v.name]: plain(v.label) for v in field.values}
    # Of one field or two the map has everybody: there is nobody left to be named.
    return Elsewhere(there, names, options, {} if rest else {"guess": "guess_all"})


LESSON = Lesson(
    key="one_winner",
    minutes=4,
    world="coffee",
    seed=7,
    begin=lambda world, seed: Lab(world, seed, WHO),
    guess=map_of(WORLDS["coffee"], *last_fields(WORLDS["coffee"])),
    opening=_opening,
    doing=doing_a_race,
    truth=lambda lab: lab.right,
    revealing=_revealing,
    told=_told,
    options=("Alice", "Bob", "Cathy", "Dave"),
    proving=_proving,
    answer=lambda lab: _worst(lab)[0],
    sandbox=lambda seed: Sandbox("race", {"world": "coffee", "seed": str(seed), "who": "ours,ab"}),
    terms=("ab", "segment", "contender", "reward"),
    holds=lambda lab: lab.finals["ours"].reward.mean > lab.finals["ab"].reward.mean,
    elsewhere=_elsewhere,
)
