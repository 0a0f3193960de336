"""An A/B test's single winner beside policies that use the context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
import streamlit as st

from engine.experiments.ab_test import ab_test, right_for
from engine.experiments.race.contenders import TRIAL
from engine.worlds import Context, World
from pages.parts.charts.lesson_bars import Said
from pages.parts.lessons.explained_text import tell
from pages.parts.lessons.labs.racing import RaceLab
from pages.parts.lessons.lesson import Marks
from pages.parts.lessons.maps import last_fields, show_tastes, spread_out
from pages.parts.lessons.other_worlds import first_field, somebody
from pages.parts.lessons.pictures import bars
from pages.parts.scene.chart_drawing import pair
from pages.parts.text.format import percent, plain


@dataclass(kw_only=True, eq=False)
class ABTestLab(RaceLab):
    """A race, and the trial with which its A/B test begins.

    Attributes:
        context: of the visitors in the guess; the first of the world if empty.
        keys: of the answers to the exit question, a value of the first field each.
    """

    contenders = ("ours", "segments", "ab")
    context: Context = field(default_factory=dict)
    keys: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.context = self.context or somebody(self.world)
        self.keys = self.keys or list(_options(self.world))
        self.trial = ab_test(self.world, self.plan.seed_of(0), TRIAL)

    @classmethod
    def names(cls, world: World, numbers: Mapping[str, Any]) -> Mapping[str, str]:
        rest = spread_out(world, somebody(world), *last_fields(world))
        return {**super().names(world, numbers), "who": rest}

    @classmethod
    def texts(cls, world: World, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answers are values of the first field. In a world of one or two fields the map covers
        every visitor, so the guess names nobody."""
        has_all = len(last_fields(world)) == len(world.fields)
        return {"options": _options(world), **({"guess": known["guess_all"]} if has_all else {})}

    @property
    def winner(self) -> str:
        """Label of the winner of the trial."""
        return self.world.items[self.trial.winner].label

    @property
    def truth(self) -> Marks:
        """Cells in which the winner is the best action."""
        cells = self.world.through(self.context, *last_fields(self.world))
        is_right = right_for(self.world, self.trial.winner, cells)
        return frozenset(np.flatnonzero(is_right).tolist())

    @property
    def losses(self) -> Mapping[str, float]:
        """Regret per visit of the single winner, by value of the first field."""
        by = first_field(self.world).name
        segments = [s for s in self.standings.segments() if s.contender == "ab" and s.field == by]
        return {segment.value: segment.regret.mean for segment in segments}

    @property
    def worst(self) -> tuple[str, float]:
        """Value with the largest regret, and that regret."""
        return max(self.losses.items(), key=lambda item: item[1])

    @property
    def numbers(self) -> Mapping[str, str]:
        numbers = {key: f"{final.reward.mean:.2f}" for key, final in self.finals.items()}
        world, (worst, loss) = self.world, self.worst
        everywhere = right_for(world, self.trial.winner, range(world.size))
        return numbers | {
            "winner": self.winner,
            "tested": percent(float(self.trial.means[self.trial.winner])),
            "here": str(len(self.truth)),
            "everywhere": str(int(everywhere.sum())),
            "cells": str(world.size),
            "single": f"{world.single_value:.2f}",
            "best": f"{world.best_value:.2f}",
            "worst": worst,
            "loss": f"{loss:.2f}",
        }

    @property
    def answer(self) -> str:
        values = [value.name for value in first_field(self.world).values]
        return self.keys[values.index(self.worst[0])]

    @property
    def holds(self) -> bool:
        """True if using the context earned more."""
        return self.finals["ours"].reward.mean > self.finals["ab"].reward.mean

    def opening(self) -> None:
        by = self.say("tested")
        pairs = zip(self.world.items, self.trial.means.tolist(), strict=True)
        values = [Said(item.label, by, mean) for item, mean in pairs if not isnan(mean)]
        bars(by, values, (by,), "chart-trial", form="{of} {says}")
        tell(self.say("opening"))
        # In a separate container: the stage hides text beside a chart.
        with st.container(key="lesson-winner"):
            tell(self.say("won", winner=self.winner))

    def revealing(self) -> None:
        left, right = pair("winner")
        with left:
            show_tastes(self.world, self.words, self.context)
        with right:
            self.draw_finals()

    def proving(self) -> None:
        """Bars: regret per visit of the single winner, by value."""
        by, labels = self.say("lost"), {v.name: v.label for v in first_field(self.world).values}
        values = [
            Said(labels[value], by, loss, told=f"{loss:.2f}") for value, loss in self.losses.items()
        ]
        bars(by, values, (by,), "chart-lost", form="{of} {says}", unit=".1f")


def _options(world: World) -> Mapping[str, str]:
    """Return values of the first field as answers, by numbered keys: names may be any text."""
    return {f"value-{at}": plain(v.label) for at, v in enumerate(first_field(world).values)}
