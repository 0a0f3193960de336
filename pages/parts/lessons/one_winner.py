"""Lesson 5: an A/B test's winner for everybody, and what learning who likes what is worth."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from engine.worlds import World, key_of
from pages.parts.lessons.elsewhere import first_field
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.racing import RaceLab, doing_a_race, show_curves, show_finals, show_line_up
from pages.parts.lessons.words import Words
from pages.parts.text import plain


def _opening(lab: RaceLab, words: Words) -> None:
    st.markdown(words.say("opening"))
    show_line_up(lab, words)


def _revealing(lab: RaceLab, words: Words, guess: Guess | None) -> None:
    show_finals(lab, words)
    show_curves(lab, words)


def _worst(lab: RaceLab) -> tuple[str, float]:
    """Whom the single winner serves worst, and how much each of them loses a visit."""
    by = first_field(lab.plan.world).name
    found = [s for s in lab.standings.segments() if s.contender == "ab" and s.field == by]
    worst = max(found, key=lambda segment: segment.regret.mean)
    return worst.value, worst.regret.mean


def _told(lab: RaceLab) -> Mapping[str, str]:
    told = {key: f"{final.reward.mean:.2f}" for key, final in lab.finals.items()}
    worst, loss = _worst(lab)
    return told | {
        "single": f"{lab.plan.world.single_value:.2f}",
        "best": f"{lab.plan.world.best_value:.2f}",
        "worst": worst,
        "loss": f"{loss:.2f}",
    }


def _elsewhere(world: World) -> Elsewhere:
    key, field = key_of(world), first_field(world)
    keys = {value.name: f"value-{place}" for place, value in enumerate(field.values)}
    there = replace(
        LESSON,
        world=world,
        options=tuple(keys.values()),
        answer=lambda lab: keys[_worst(lab)[0]],
        sandbox=lambda seed: Sandbox("race", {"world": key, "seed": str(seed), "who": "ours,ab"}),
    )
    names = {"count": str(len(world.items)), "field": field.label.lower()}
    return Elsewhere(there, names, {keys[v.name]: plain(v.label) for v in field.values})


LESSON = Lesson(
    key="one_winner",
    minutes=4,
    world="coffee",
    seed=7,
    begin=lambda world, seed: RaceLab(world, seed, ("ours", "segments", "ab"), crowds=3),
    guess=Slider(0, 1, 0.01, percent=True),
    opening=_opening,
    doing=doing_a_race,
    truth=lambda lab: lab.finals["ab"].reward.mean,
    revealing=_revealing,
    told=_told,
    options=("Alice", "Bob", "Cathy", "Dave"),
    answer=lambda lab: _worst(lab)[0],
    sandbox=lambda seed: Sandbox("race", {"world": "coffee", "seed": str(seed), "who": "ours,ab"}),
    terms=("ab", "segment", "contender", "reward"),
    holds=lambda lab: lab.finals["ours"].reward.mean > lab.finals["ab"].reward.mean,
    elsewhere=_elsewhere,
)
