"""Lesson 6: tastes change, and the question is how long it takes to be back."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from engine.simulation.drift import as_it_becomes
from engine.worlds import World, key_of
from pages.parts.lessons.elsewhere import somebody
from pages.parts.lessons.lesson import Elsewhere, Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.maps import show_tastes
from pages.parts.lessons.pictures import both
from pages.parts.lessons.racing import RaceLab, doing_a_race, show_curves, show_finals
from pages.parts.lessons.telling import tell
from pages.parts.lessons.words import Words

WHO = ("ours", "epsilon", "ucb", "ab")


def _opening(lab: RaceLab, words: Words) -> None:
    world = lab.plan.world
    has_changed = st.toggle(words.say("change"), key="lesson-change")
    here = as_it_becomes(world, lab.plan.seed_of(0)) if has_changed else world
    show_tastes(here, words, somebody(world))
    tell(words.say("opening"))


def _revealing(lab: RaceLab, words: Words, guess: Guess | None) -> None:
    both("raced", partial(show_curves, lab, words), partial(show_finals, lab, words))


def _back(lab: RaceLab, key: str) -> int:
    """Visitors until a contender is back; as many as come, if it is not."""
    recovery = lab.finals[key].recovery
    return lab.plan.visitors // 2 if recovery is None else recovery


def _before(lab: RaceLab, key: str) -> float:
    """Mean reward of a contender just before the change."""
    band, points = lab.standings.recent(key), len(lab.plan.points)
    return float(band.mean[points // 2 - 1])


def _told(lab: RaceLab) -> Mapping[str, str]:
    end, finals = lab.plan.visitors // 2, lab.finals
    told = {
        f"{key}_back": f">{end}" if finals[key].recovery is None else str(_back(lab, key))
        for key in WHO
    }
    told |= {key: f"{final.reward.mean:.2f}" for key, final in finals.items()}
    return told | {f"{key}_before": f"{_before(lab, key):.2f}" for key in ("ours", "ab")}


def _elsewhere(world: World) -> Elsewhere:
    asked = {"world": key_of(world), "who": ",".join(WHO), "drift": "halfway"}
    there = replace(
        LESSON,
        world=world,
        sandbox=lambda seed: Sandbox("race", asked | {"seed": str(seed)}),
    )
    return Elsewhere(there, {})


LESSON = Lesson(
    key="exam_week",
    minutes=5,
    world="coffee",
    seed=7,
    begin=lambda world, seed: RaceLab(world, seed, WHO, crowds=2, drift="halfway"),
    guess=Slider(0, 500, 10),
    opening=_opening,
    doing=doing_a_race,
    truth=lambda lab: float(_back(lab, "ours")),
    revealing=_revealing,
    told=_told,
    options=("robust", "little"),
    answer=lambda lab: "little" if _before(lab, "ab") < _before(lab, "ours") / 2 else "robust",
    sandbox=lambda seed: Sandbox(
        "race", {"world": "coffee", "seed": str(seed), "who": ",".join(WHO), "drift": "halfway"}
    ),
    terms=("drift", "epsilon", "width", "ab", "floor"),
    further=show_finals,
    holds=lambda lab: lab.finals["ours"].recovery is not None,
    elsewhere=_elsewhere,
)
