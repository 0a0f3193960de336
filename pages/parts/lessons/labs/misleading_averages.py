"""A report of averages beside the truth and weighted estimates."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from engine.experiments.estimates_with_truth import LogReport, reporting
from engine.pausable_steps import Steps
from pages.parts.charts.lesson_bars import Said, again_rows, again_spec
from pages.parts.lessons import lesson
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.pictures import awaited_bars, bars, both, drawn
from pages.parts.text.format import percent
from pages.parts.text.theme import is_dark

_FLATTERED = 0.05
"""How much more the report has to say than is true, for the claim to hold."""


@dataclass(kw_only=True, eq=False)
class MisleadingAveragesLab(lesson.Lab):
    """A loop's log and the report on it.

    Attributes:
        again: reports on further logs of the shop.
        visitors: in the log.
        logs, few: logs of other visitors, and how many come to each.
    """

    visitors: int
    logs: int
    few: int

    def __post_init__(self) -> None:
        self.reports: list[LogReport] = []
        self.again: list[LogReport] = []
        self.served: set[int] = set()

    def work(self) -> Steps[None]:
        yield from reporting(self.world, self.seed, self.visitors, 1, self.reports)
        yield from reporting(self.world, self.seed + 1, self.few, self.logs, self.again)

    @property
    def progress(self) -> float:
        """Share of reports; the first log is a fifth of the work."""
        return len(self.reports) / 5 + len(self.again) / self.logs * 4 / 5

    @property
    def report(self) -> LogReport:
        """Report on the first log."""
        return self.reports[0]

    @property
    def is_done(self) -> bool:
        return bool(self.served)

    def skip(self) -> None:
        """Serve the action with the highest average."""
        self.served.add(self.report.praised)

    @property
    def praised(self) -> str:
        """Name of the action with the highest average."""
        return self.world.items[self.report.praised].name

    @property
    def truth(self) -> float:
        return float(self.report.truths[self.report.praised])

    def _count_held(self, key: str) -> int:
        """Count intervals of a method that contain the truth."""
        pairs = zip(self.report.intervals[key], self.report.truths, strict=True)
        return sum(interval.holds(float(truth)) for interval, truth in pairs)

    @property
    def numbers(self) -> Mapping[str, str]:
        report, place = self.report, self.report.praised
        weighed = report.intervals["strata"][place]
        return {
            "drink": self.praised,
            "logs": str(self.logs),
            "report": percent(report.intervals["naive"][place].estimate),
            "true": percent(self.truth),
            "estimate": percent(weighed.estimate),
            "low": percent(weighed.low),
            "high": percent(weighed.high),
            "held": str(self._count_held("strata")),
            "held_report": str(self._count_held("naive")),
            "wanted": percent(float(report.wanted[place])),
            "fitting": percent(float(report.fitting[place])),
            "least": percent(float(report.fitting.min())),
        }

    @property
    def answer(self) -> str:
        report, place = self.report, self.report.praised
        share = report.fitting[place]
        return "same" if share < report.wanted[place] + 0.1 else "half" if share < 0.7 else "most"

    @property
    def holds(self) -> bool:
        """True if the highest average clearly overstates the action's value."""
        praised = self.report.intervals["naive"][self.report.praised].estimate
        return praised > self.truth + _FLATTERED

    @property
    def query(self) -> Mapping[str, str]:
        return {"visitors": str(self.visitors)}

    def _truths(self, served: Collection[int]) -> list[tuple[str, float]]:
        """Return labels and true values of served actions."""
        items, truths = self.world.items, self.report.truths
        return [(items[place].label, float(truths[place])) for place in sorted(served)]

    def _draw_bars(self, served: Collection[int], is_weighed: bool = False) -> None:
        """Bars: averages, weighted estimates if wanted, and true values of served actions."""
        items, report, truth = self.world.items, self.report, self.say("truth")
        by, truths = [self.say("report")], self._truths(served)
        values = [
            Said(item.label, by[0], interval.estimate)
            for item, interval in zip(items, report.intervals["naive"], strict=True)
        ]
        if is_weighed:
            by.append(self.say("log"))
            values += [
                Said.within(item.label, by[1], interval)
                for item, interval in zip(items, report.intervals["strata"], strict=True)
            ]
        bars(
            by[0],
            values,
            by,
            "chart-report",
            main=self.say("log"),
            truths=truths,
            truth=truth,
            lanes=len(items),
            more=[f"{name} {truth} {percent(value)}" for name, value in truths],
        )

    def opening(self) -> None:
        tell(self.say("opening"))
        if self.reports:
            self._draw_bars(())
        else:
            awaited_bars(self.say("waits"), len(self.world.items))

    def doing(self) -> None:
        tell(self.say("do"))
        with st.container(horizontal=True, gap="small", key="lesson-serve"):
            for place, item in enumerate(self.world.items):
                st.button(
                    self.say("serve", drink=item.label),
                    key=f"lesson-serve-{place + 1}",
                    on_click=partial(self.served.add, place),
                    disabled=not self.reports,
                )
        if self.reports:
            self._draw_bars(self.served)
        if self.served:
            self._tell_truths(self.served)

    def _tell_truths(self, served: Collection[int]) -> None:
        """Say the true values of served actions."""
        truths = [f"{name} {percent(value)}" for name, value in self._truths(served)]
        remark(self.say("served", truths=", ".join(truths)))

    def revealing(self) -> None:
        both("report", self._draw_weighed, self.further)

    def _draw_weighed(self) -> None:
        self._draw_bars(range(len(self.world.items)), is_weighed=True)
        remark(self.say("intervals", **self.numbers))

    def proving(self) -> None:
        """Bars: averages and true values of all actions."""
        everything = range(len(self.world.items))
        self._draw_bars(everything)
        self._tell_truths(everything)

    def further(self) -> None:
        """Lines: weighted intervals for the praised action from further logs, and its true
        value."""
        place, truth = self.report.praised, self.truth
        intervals = [report.intervals["strata"][place] for report in self.again]
        names = (self.say("holds"), self.say("misses"))
        ours = sum(interval.holds(truth) for interval in intervals)
        textbook = sum(report.intervals["ips"][place].holds(truth) for report in self.again)
        heading = self.say("further", **self.numbers)
        tell(f"**{heading}**")
        missed = self.logs - ours
        drawn(
            again_rows(intervals, truth, names),
            again_spec(is_dark(), self.logs, names),
            key="chart-again",
            alt=f"{heading.replace(':', ',')}: {names[0]} {ours}, {names[1]} {missed}",
        )
        counts = {"logs": self.logs, "held": ours, "textbook": textbook}
        remark(self.say("promise", drink=self.praised, **counts))
