"""Greedy and Thompson sampling before the same readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan

import numpy as np

from engine.experiments.exploration_measures import (
    ExplorationRecord,
    exploration_record,
    generalise,
)
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.policies.greedy import Greedy
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import crowd_steps
from pages.parts.charts.lesson_bars import Said
from pages.parts.charts.lesson_maps import lines_of, tried_rows, tried_spec
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.lesson import GradualLab
from pages.parts.lessons.pictures import bars, drawn
from pages.parts.scene.chart_drawing import pair
from pages.parts.text.format import bare
from pages.parts.text.theme import is_dark

_POLICIES = {"greedy": Greedy(), "ours": Thompson(agreement=1)}


@dataclass(kw_only=True, eq=False)
class WhyExploreLab(GradualLab):
    """Two loops before the same readers, displayed as the person lets readers in.

    Attributes:
        spread: what a single answer changes for everybody.
        visitors: who meet each loop.
        step: who are let in together.
    """

    visitors: int
    step: int
    results: list[Mapping[str, ExplorationRecord]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.enough = self.visitors // self.step
        # A tenth of a second: the first screen opens with it, complete.
        self.spread = generalise(self.world, self.seed)
        self.loops = {
            name: LearningLoop(LoopSettings(policy=policy), seed=self.seed)
            for name, policy in _POLICIES.items()
        }

    def work(self) -> Steps[None]:
        for _ in range(self.enough):
            records = dict[str, ExplorationRecord]()
            for name, loop in self.loops.items():
                yield from crowd_steps(loop, self.world, self.step)
                records[name] = exploration_record(loop, self.world)
                yield None
            self.results.append(records)

    @property
    def progress(self) -> float:
        return min(len(loop.events) for loop in self.loops.values()) / self.visitors

    def _never(self, name: str) -> int:
        """Return the number of contexts whose best action a loop never offered."""
        return int(self.results[-1][name].never.sum())

    @property
    def truth(self) -> float:
        return float(self._never("greedy"))

    @property
    def numbers(self) -> Mapping[str, str]:
        records = self.results[-1]
        numbers = {name: str(self._never(name)) for name in records}
        numbers |= {f"{name}_items": str(record.items) for name, record in records.items()}
        numbers |= {f"{name}_reward": f"{record.recent:.2f}" for name, record in records.items()}
        return numbers | {"error": f"{-records['greedy'].error:.2f}"}

    @property
    def answer(self) -> str:
        error = self.results[-1]["greedy"].error
        return "low" if error < -0.1 else "high" if error > 0.1 else "right"

    @property
    def holds(self) -> bool:
        """True if greedy missed more contexts."""
        return self._never("greedy") > self._never("ours")

    def opening(self) -> None:
        tell(self.say("opening"))
        self._draw_spread()

    def _draw_spread(self) -> None:
        """Bars: expected rewards after a single answer, by fields shared with the visitor who
        answered."""
        spread = self.spread
        item, own = self.world.items[spread.item], np.arange(len(self.world.items)) == spread.item
        tell(self.say("spread", who=" · ".join(spread.context.values()), item=item.label))
        by = self.say("that"), self.say("other")
        values = [
            Said(self._alike(shared), name, spread.after_for(shared, items))
            for shared in sorted(set(spread.shared.tolist()), reverse=True)
            for name, items in zip(by, (own, ~own), strict=True)
        ]
        bars(
            ", ".join(by),
            values,
            by,
            "chart-spread",
            truths=[(value.of, float(spread.before.mean())) for value in values[::2]],
            truth=self.say("before"),
            form="{of}, {by} {says}",
        )
        remark(self.say("why"))

    def _alike(self, shared: int) -> str:
        """Say how many fields are shared."""
        fields = len(self.world.fields)
        name = "alike_all" if shared == fields else "alike_some" if shared else "alike_none"
        return bare(self.say(name, shared=shared, fields=fields))

    def doing(self) -> None:
        tell(self.say("do"))
        self.draw_button(self.say("let_in"), "lesson-let-in")
        remark(self.say("came", visitors=self.displayed * self.step))
        if self.displayed:
            self._draw_grids(self.results[self.displayed - 1])

    def _draw_grids(self, records: Mapping[str, ExplorationRecord]) -> None:
        remark(self.say("grid"))
        yes, no = self.say("yes"), self.say("no")
        rows, lines = len(self.world.fields[0].values), lines_of(self.world)
        for place, (name, record) in zip(pair("tried"), records.items(), strict=True):
            missed = self.say("missed", never=int(record.never.sum()))
            with place:
                tell(f"**{self.say(name)}** · {missed}")
                drawn(
                    tried_rows(self.world, record, yes, no),
                    tried_spec(is_dark(), rows, lines, yes, no),
                    key=f"chart-tried-{name}",
                    alt=f"{self.say('grid')}: {self.say(name)}, {missed}",
                )

    def revealing(self) -> None:
        self._draw_grids(self.results[-1])

    def proving(self) -> None:
        """Bars: believed and true rewards of best actions that were never offered."""
        by = (self.say("believes"), self.say("earns"))
        values = [
            Said(self.say(name), label, value)
            for name, record in self.results[-1].items()
            for label, value in zip(by, record.missed, strict=True)
            if not isnan(value)
        ]
        if not values:
            self.revealing()
            return
        remark(self.say("averaged", **{name: self._never(name) for name in self.loops}))
        bars(", ".join(by), values, by, "chart-missed", form="{of}, {by} {says}")
