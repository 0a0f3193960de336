"""In reserve: an engine brings what it is paid for, and lets go of what it is not."""

from collections.abc import Collection, Mapping
from functools import partial

import streamlit as st

from engine.experiments.paid import PAYS, RECENT, Paid, paid, paying
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.steps import Steps
from engine.worlds import World
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.glossary.board import lead_to_use
from pages.parts.lessons.lesson import Guess, Lesson, Sandbox, Slider
from pages.parts.lessons.pictures import drawn
from pages.parts.lessons.telling import remark, tell
from pages.parts.lessons.words import Words
from pages.parts.scene.talk import Stage
from pages.parts.text.format import percent
from pages.parts.text.glossary import texts
from pages.parts.text.theme import is_dark

VISITORS = 1_000
_SAME = 0.01


class Lab:
    """Three loops before the same readers, each paid for something else.

    Attributes:
        found: what came of each, as far as it has been computed.
        asked: what the person has paid for.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.loops = {key: LearningLoop(LoopSettings(), seed=seed) for key in PAYS}
        self.found: dict[str, Paid] = {}
        self.asked = {"both"}

    def work(self) -> Steps[None]:
        for key, loop in self.loops.items():
            yield from paying(loop, self.world, PAYS[key], VISITORS)
            self.found[key] = paid(loop, self.world)
            yield None

    @property
    def progress(self) -> float:
        """Readers who have been, of all; there is nothing to see before the last."""
        come = sum(len(loop.events) for loop in self.loops.values())
        return min(come / (VISITORS * len(PAYS)), 1.0 if len(self.found) == len(PAYS) else 0.99)

    @property
    def is_done(self) -> bool:
        """Whether anything else was paid for."""
        return len(self.asked) > 1

    def skip(self) -> None:
        """Pay for clicks."""
        self.asked.add("clicks")


def _bars(lab: Lab, words: Words, keys: Collection[str]) -> None:
    """What share of the latest readers open, and what share read to the end."""
    names = words.options("pays")
    shown = [key for key in PAYS if key in keys and key in lab.found]
    said = [
        Said(words.say(deed), names[key], getattr(lab.found[key], deed))
        for deed in ("opened", "finished")
        for key in shown
    ]
    remark(words, words.say("legend", recent=RECENT))
    told = "; ".join(f"{one.by}, {one.of} {percent(one.value)}" for one in said)
    drawn(
        words,
        said_rows(said, (), ""),
        said_spec(is_dark(), 2, tuple(names[key] for key in shown), names["clicks"]),
        key="chart-paid",
        alt=f"{words.say('legend', recent=RECENT)}: {told}",
    )


def _opening(lab: Lab, words: Words) -> None:
    tell(words, words.say("opening"))
    if "both" in lab.found:
        _bars(lab, words, {"both"})
    else:
        remark(words, words.say("waits"))


def _doing(lab: Lab, words: Words) -> None:
    tell(words, words.say("do"))
    names = words.options("pays")
    with st.container(horizontal=True, gap="small", key="lesson-pay"):
        for key in ("clicks", "finished"):
            st.button(
                names[key],
                key=f"lesson-pay-{key}",
                on_click=partial(lab.asked.add, key),
                disabled=key not in lab.found,
            )
    if lab.found:
        _bars(lab, words, lab.asked)


def _revealing(lab: Lab, words: Words, guess: Guess | None) -> None:
    _bars(lab, words, {"both", "clicks"})
    if not Stage.in_link().on:  # Where there is no page but those of the talk.
        lead_to_use(texts("page", words.language)["use"], words.language)


def _told(lab: Lab) -> Mapping[str, str]:
    return {
        f"{key}_{deed}": percent(getattr(lab.found[key], deed))
        for key in PAYS
        for deed in ("opened", "finished")
    }


def _answer(lab: Lab) -> str:
    more = lab.found["finished"].opened - lab.found["both"].opened
    return "same" if abs(more) < _SAME else "more" if more > 0 else "less"


LESSON = Lesson(
    key="careful",
    minutes=4,
    world="news",
    seed=3,
    begin=Lab,
    guess=Slider(0, 1, 0.01, percent=True),
    opening=_opening,
    doing=_doing,
    truth=lambda lab: lab.found["clicks"].finished,
    revealing=_revealing,
    told=_told,
    options=("more", "same", "less"),
    answer=_answer,
    sandbox=lambda seed: Sandbox("play", {"world": "news", "seed": str(seed)}),
    terms=("reward", "action", "context", "policy"),
)
