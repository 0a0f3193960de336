"""Chances of the favourite as evidence grows, with different floors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.experiments.exploration_measures import Certainty, certainty_steps
from engine.pausable_steps import Steps
from engine.policies.thompson import Thompson
from pages.parts.charts.lesson_bars import Said
from pages.parts.charts.lessons import certainty_rows, certainty_spec
from pages.parts.lessons.explained_text import tell
from pages.parts.lessons.lesson import GradualLab
from pages.parts.lessons.pictures import awaited, bars, drawn
from pages.parts.text.format import bare, percent
from pages.parts.text.lesson_words import PAGE
from pages.parts.text.theme import is_dark

_FLOORS = (Thompson().floor, 0.0, 0.2)


@dataclass(kw_only=True, eq=False)
class NeverQuiteSureLab(GradualLab):
    """Three loops with different floors before the same visitors.

    Attributes:
        by_floor: results by exploration floor; the default floor's are displayed.
        visitors: number per loop.
        looks: numbers of visitors of the earlier results, ascending.
    """

    visitors: int
    looks: Sequence[int]
    results: list[Certainty] = field(init=False)

    def __post_init__(self) -> None:
        self.sizes, self.displayed = (*self.looks, self.visitors), 1
        self.enough = len(self.sizes)
        self.by_floor: dict[float, list[Certainty]] = {floor: [] for floor in _FLOORS}
        self.results = self.by_floor[_FLOORS[0]]

    def work(self) -> Steps[None]:
        for floor in _FLOORS:
            yield from certainty_steps(
                self.world, self.seed, self.sizes, floor, self.by_floor[floor]
            )

    @property
    def progress(self) -> float:
        return sum(map(len, self.by_floor.values())) / (len(self.sizes) * len(_FLOORS))

    @property
    def truth(self) -> float:
        return self.results[-1].mean

    @property
    def numbers(self) -> Mapping[str, str]:
        last = {floor: certainties[-1] for floor, certainties in self.by_floor.items()}
        usual = last[_FLOORS[0]]
        return {
            "mean": percent(usual.mean),
            "least": percent(float(usual.highest.min())),
            "most": percent(float(usual.highest.max())),
            "reward": f"{usual.reward:.2f}",
            "reward_0": f"{last[0.0].reward:.2f}",
            "reward_20": f"{last[0.2].reward:.2f}",
            "impossible": percent(last[0.0].impossible),
        }

    @property
    def answer(self) -> str:
        share = self.by_floor[0.0][-1].impossible
        return "none" if share == 0 else "half" if share < 0.5 else "most"

    @property
    def holds(self) -> bool:
        """True if a floor of zero earned more."""
        return self.by_floor[0.0][-1].reward > self.results[-1].reward

    def _draw_bars(self, count: int) -> None:
        certainties = self.results[:count]
        visitors, chance = self.say("visitors"), self.say("chance")
        spec = certainty_spec(is_dark(), visitors, chance)
        if not certainties:
            awaited(PAGE.say("waits", percent=percent(self.progress)), spec)
            return
        came = [f"{certainty.visitors:,}" for certainty in certainties]
        pairs = zip(came, certainties, strict=True)
        drawn(
            certainty_rows(certainties, came),
            spec,
            key="chart-certainty",
            alt=f"{chance}: "
            + "; ".join(
                f"{many} {visitors} {percent(certainty.mean)}" for many, certainty in pairs
            ),
        )

    def opening(self) -> None:
        tell(self.say("opening"))
        self._draw_bars(1)

    def doing(self) -> None:
        tell(self.say("do"))
        self.draw_button(self.say("more"), "lesson-more")
        self._draw_bars(self.displayed)

    def revealing(self) -> None:
        self._draw_bars(len(self.sizes))

    def proving(self) -> None:
        """Bars: chance of the favourite, and share of actions that win no draw, by floor."""
        by = (self.say("favourite"), self.say("never"))
        values = [
            Said(bare(self.say("left", floor=percent(floor))), name, value)
            for floor, certainties in sorted(self.by_floor.items())
            for name, value in zip(
                by, (certainties[-1].mean, certainties[-1].impossible), strict=True
            )
        ]
        bars(", ".join(by), values, by, "chart-floors", form="{of}, {by} {says}")
