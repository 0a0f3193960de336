"""Coverage of intervals by naive averages, by IPS, and by ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.experiments.estimates_with_truth import (
    IntervalRecord,
    LogReport,
    interval_records,
    reporting,
)
from engine.pausable_steps import Steps
from engine.worlds import World
from pages.parts.charts.lesson_bars import Said
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.lesson import GradualLab
from pages.parts.lessons.pictures import awaited_bars, bars
from pages.parts.text.format import percent

PROMISED = 0.95
_SHORT = 0.1
"""By how much those of the reports fall short of it, for the claim to hold."""


@dataclass(kw_only=True, eq=False)
class MeaningOfIntervalsLab(GradualLab):
    """Reports on the logs of many loops, displayed in turn.

    Attributes:
        visitors: in each log.
        shops: how many logs there are.
    """

    visitors: int
    shops: int
    results: list[LogReport] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.enough = 4

    @classmethod
    def names(cls, world: World, numbers: Mapping[str, Any]) -> Mapping[str, str]:
        return {**super().names(world, numbers), "all": str(numbers["shops"] * len(world.items))}

    def work(self) -> Steps[None]:
        yield from reporting(self.world, self.seed, self.visitors, self.shops, self.results)

    @property
    def progress(self) -> float:
        return len(self.results) / self.shops

    @property
    def kept(self) -> tuple[IntervalRecord, ...]:
        """Coverage and width by method."""
        return interval_records(self.results)

    @property
    def truth(self) -> float:
        return float(self.kept[0].covering)

    @property
    def numbers(self) -> Mapping[str, str]:
        numbers = {"all": str(self.kept[0].intervals)}
        for coverage in self.kept:
            numbers[coverage.key] = str(coverage.covering)
            numbers[f"{coverage.key}_share"] = percent(coverage.share)
            numbers[f"{coverage.key}_width"] = f"{100 * coverage.width:.0f}"
        return numbers

    @property
    def answer(self) -> str:
        """Method with the narrowest intervals that reach the promised coverage; if none, that
        with the highest coverage."""
        keeps = [coverage for coverage in self.kept if coverage.share >= PROMISED]
        if not keeps:
            return max(self.kept, key=lambda coverage: coverage.share).key
        return min(keeps, key=lambda coverage: coverage.width).key

    @property
    def holds(self) -> bool:
        """True if the naive intervals fall clearly short."""
        return self.kept[0].share < PROMISED - _SHORT

    def _draw_shop(self, report: LogReport, is_revealed: bool) -> None:
        """Bars: averages of a report; revealed, our estimates and the truth too."""
        items = self.world.items
        keys = ("naive", "strata") if is_revealed else ("naive",)
        values = [
            Said.within(item.label, self.say(key), interval)
            for key in keys
            for item, interval in zip(items, report.intervals[key], strict=True)
        ]
        truths = zip(items, report.truths, strict=True)
        bars(
            self.say("naive"),
            values,
            tuple(map(self.say, keys)),
            "chart-shop",
            main=self.say("strata"),
            truths=[(item.label, float(value)) for item, value in truths if is_revealed],
            truth=self.say("truth"),
            lanes=len(items),
        )

    def opening(self) -> None:
        tell(self.say("opening"))
        if self.results:
            self._draw_shop(self.results[0], is_revealed=False)
        else:
            awaited_bars(self.say("waits"), len(self.world.items))

    def doing(self) -> None:
        tell(self.say("do"))
        self.draw_button(self.say("more"), "lesson-more")
        if self.displayed:
            naive, _, ours = interval_records(self.results[: self.displayed])
            numbers = {"all": naive.intervals, "naive": naive.covering, "ours": ours.covering}
            remark(self.say("so_far", shops=self.displayed, **numbers))
            self._draw_shop(self.results[self.displayed - 1], is_revealed=True)

    def revealing(self) -> None:
        by = self.say("held")
        values = [Said(self.say(entry.key), by, entry.share) for entry in self.kept]
        bars(
            by,
            values,
            (by,),
            "chart-held",
            truths=[(entry.of, PROMISED) for entry in values],
            truth=self.say("promised"),
            form="{of} {says}",
        )
