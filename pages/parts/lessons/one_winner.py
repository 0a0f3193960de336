"""Lesson 5: an A/B test's winner for everybody, and what learning who likes what is worth."""

from collections.abc import Mapping

import streamlit as st

from pages.parts.lessons.lesson import Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.racing import RaceLab, doing_a_race, show_curves, show_finals, show_line_up
from pages.parts.lessons.words import Words

FIELD = "name"
"""Whose values the exit question is about."""


def _opening(lab: RaceLab, words: Words) -> None:
    st.markdown(words.say("opening"))
    show_line_up(lab, words)


def _revealing(lab: RaceLab, words: Words, guess: Guess | None) -> None:
    show_finals(lab, words)
    show_curves(lab, words)


def _worst(lab: RaceLab) -> tuple[str, float]:
    """Whom the single winner serves worst, and how much each of them loses a visit."""
    found = [s for s in lab.standings.segments() if s.contender == "ab" and s.field == FIELD]
    worst = max(found, key=lambda segment: segment.regret.mean)
    return worst.value, worst.regret.mean


def _told(lab: RaceLab) -> Mapping[str, str]:
    told = {key: f"{final.reward.mean:.2f}" for key, final in lab.finals.items()}
    worst, loss = _worst(lab)
    return told | {
        "single": f"{lab.plan.world.single_value:.2f}",
        "worst": worst,
        "loss": f"{loss:.2f}",
    }


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
)
