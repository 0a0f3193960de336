"""Scene of the Compare page: numbers, figures and sentences about the three loops."""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import pandas as pd

from engine.evaluation.apprentice_agreement import LATEST
from engine.evaluation.switch_value import SwitchValue
from engine.experiments.apprentice_comparison import ARMS
from engine.worlds import key_of
from pages.parts.charts import comparison as charts
from pages.parts.charts.lines import end_above
from pages.parts.compare import executive_summary, wording
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import ARM_NAMES
from pages.parts.scene.part_types import (
    Figure,
    FigureStyle,
    Number,
    Numbers,
    Scene,
    Table,
    TableColumn,
    Text,
)
from pages.parts.scene.report_files.report_content import Report
from pages.parts.scene.report_from_scene import Sheet, report_of
from pages.parts.text.format import percent
from pages.parts.text.glossary import explained, meanings
from pages.parts.text.reward_scale import RewardScale

Rows = Sequence[Mapping[str, float]]

QUESTION = "Can it learn from today's rules first, without affecting your users?"
SHEET = Sheet(
    QUESTION,
    about="about",
    figures=("rewards", "gains"),
    sentences=("conclusions",),
    further=("match", "worse", "slices"),
)
_MATCH_HELP = (
    f"{meanings('match', 'ceiling')} A few of its choices are random, so it cannot agree with all "
    "of today's rules."
)
_MEANS_HELP = "Below the means above: the difference from today's rules, with its 95 % interval."
_COST_HELP = (
    "Visitors who gave a lower reward than the same visitor, with the same random "
    "numbers, gave today's rules."
)
_BOARD_HELP = (
    "For the apprentice since it went online; while it watches, for the engine that is "
    "always online. The intervals of all segments hold together (Bonferroni)."
)
_OUTLOOK_HELP = (
    "The log has rewards only for the choices of today's rules. Where the apprentice "
    "would choose the same, its reward is known; elsewhere it could be anything. That "
    "is the band, with 95 % limits for chance. The belief is the engine's own, with "
    "two standard deviations."
)
_COLUMNS = {
    "Apprentice": "apprentice",
    "Today's rules": "baseline",
    "Always online": "online",
}
"""Columns of mean rewards in the table of periods, with their arms."""
_LEAST = 10
"""Least end of an axis of visitors."""
_FREQUENT = 0.5
"""Mean reward of the best offers from which axes of rewards are those of shares."""


def scene_of(session: CompareSession, style: FigureStyle) -> Scene:
    """Return the scene of a session; the caller holds the session's lock."""
    match, arms = session.rows()
    figures = _Figures(session, style)
    return Scene(
        {
            "situation": partial(_situation, session),
            "prepared": lambda: Text(wording.prepared(session)),
            "came": lambda: Text(wording.came(session), is_note=True),
            "numbers": partial(_numbers, session),
            "match": partial(figures.match, match),
            "rewards": partial(figures.rewards, arms),
            "worse": partial(figures.worse, arms),
            "gains": partial(figures.gains, arms),
            "outlook": partial(figures.outlook, session.outlook()),
            "outlook-note": partial(_outlook_note, session),
            "slices": figures.slices,
            "summary": lambda: Text(wording.summary(session), "Summary"),
            "board": partial(_for_the_board, session),
            "conclusions": lambda: _for_the_board(session) or Text(wording.summary(session)),
            "periods": partial(_periods, session),
            "about": lambda: Text(wording.about(session)),
            "say-prepared": lambda: Text(wording.prepared_in_short(session)),
            "say-match": lambda: Text(wording.match_in_short(session)),
            "say-online": lambda: Text(wording.online_in_short(session)),
            "say-gains": lambda: Text(wording.gains_in_short(session, arms)),
            "say-worse": lambda: Text(wording.worse_in_short(session, arms)),
        }
    )


def report(session: CompareSession, link: str) -> Report | None:
    """Return the report of a session; None before the first visitor."""
    with session.lock:
        if not len(session.comparison):
            return None
        scene = scene_of(session, FigureStyle())
        return report_of(scene, SHEET, session.world, session.setup.seed, link, True)


def _situation(session: CompareSession) -> Text:
    text = wording.situation(session)
    return Text(text, wording.headline(session), explained(text))


def _numbers(session: CompareSession) -> Numbers:
    latest = session.latest()
    earned, scale = [], RewardScale.of(session.world)
    for arm, name in ARM_NAMES.items():
        mean, uplift, is_today = latest.mean(arm), latest.uplift(arm), arm == "baseline"
        earned.append(
            Number(
                f"{name} {'earn' if is_today else 'earns'}",
                "–" if math.isnan(mean) else scale.value(mean),
                wording.unit_of(scale) if is_today else wording.over_today(scale, uplift),
                is_good=uplift is not None and uplift.low > 0,
            )
        )
    return Numbers(tuple(earned))


class _Figures:
    """Figures of a session, in one theme and size."""

    def __init__(self, session: CompareSession, style: FigureStyle) -> None:
        self._session, self._dark, self._size = session, style.dark, style.size
        self._switches, self._truth = session.switches, session.setup.truth
        self._scale = RewardScale.of(session.world)
        self._came = max(len(session.comparison), _LEAST)

    def match(self, rows: Rows) -> Figure | None:
        """Rate of agreement between the apprentice and today's rules, over the visitors that it
        watched; None for an apprentice that is online and never watched."""
        is_online = not self._session.comparison.is_apprentice
        if is_online and not rows:
            return None
        end = max(int(rows[-1]["visitor"]), _LEAST) if is_online else self._came
        return Figure(
            "chart-match",
            "Like today's rules?",
            "Agreement of the apprentice with today's rules, by visitor: "
            f"{_last(rows, 'recent')}; the limit of the long-run average is "
            f"{_last(rows, 'ceiling')}",
            charts.match_spec(self._dark, bool(self._switches)),
            charts.match_rows(rows, [at for at in self._switches if at <= end], end, self._size),
            help=_MATCH_HELP,
        )

    def rewards(self, arms: Rows) -> Figure:
        """Mean reward of the latest visitors of each loop."""
        truth, is_switched = self._truth and not self._size.on_stage, bool(self._switches)
        scale, window = self._scale, self._session.latest_visitors
        optimum = scale.number(self._session.world.best_value)
        best = optimum if truth else None
        numbers = _times(self._whole_windows(arms), ARMS, scale.factor)
        top = self._top(numbers, optimum if truth else 0.0)
        title = f"{scale.title}, last {window:,}"
        number = scale.format if scale.unit else ".3~f"
        is_cut = self._is_rare and bool(numbers)
        return Figure(
            f"chart-arms-{truth}-{top:g}",
            "What does each system earn?",
            "Mean reward of the three systems by visitor: "
            + "; ".join(f"{ARM_NAMES[arm]} {self._last_reward(arms, arm)}" for arm in ARMS),
            charts.reward_spec(self._dark, is_switched, truth, title, top, number, is_cut),
            charts.reward_rows(numbers, self._switches, self._came, best, self._size, top),
            help=_MEANS_HELP,
        )

    def _last_reward(self, arms: Rows, arm: str) -> str:
        return self._scale.value(arms[-1][arm]) if arms else "nothing yet"

    def _top(self, numbers: Rows, least: float) -> float:
        """End of the axis of rewards: of shares if rewards are frequent, else beyond all means."""
        if self._session.world.reward_size >= _FREQUENT:
            return charts.TOP * self._scale.factor
        means = [row[arm] for row in numbers for arm in ARMS]
        size = self._scale.number(self._session.world.reward_size)
        return end_above(charts.TOP * max([*means, least], default=0.0) or size)

    @property
    def _is_rare(self) -> bool:
        return self._session.world.reward_size < _FREQUENT

    def _whole_windows(self, arms: Rows) -> Rows:
        """Means of whole windows if rewards are rare, as the means of a few visitors leap."""
        session = self._session
        if not self._is_rare:
            return arms
        first = min(session.latest_visitors, len(session.comparison) // 2)
        return [row for row in arms if row["visitor"] >= first]

    def worse(self, arms: Rows) -> Figure | None:
        """Cumulative number of visitors served worse than by today's rules."""
        if not arms:
            return None
        _, top = charts.bounds_of(arms, "_worse")
        return Figure(
            f"chart-cost-{top}",
            "Served worse than by today's rules",
            "Visitors served worse than by today's rules, by visitor: " + _both(arms, "_worse"),
            charts.cost_spec(self._dark, bool(self._switches), top),
            charts.sum_rows(arms, self._switches, self._came, "_worse", (0, top), self._size),
            help=_COST_HELP,
        )

    def gains(self, arms: Rows) -> Figure | None:
        """Cumulative reward gained over today's rules."""
        if not arms:
            return None
        sums = self._scale.of_sums
        numbers = _times(arms, [f"{arm}_gain" for arm in ARMS], sums.factor)
        low, high = charts.bounds_of(numbers, "_gain", bool(self._scale.unit))
        unit = sums.unit or "rewards"
        return Figure(
            f"chart-gain-{low}-{high}",
            "More or less than today's rules",
            f"Rewards more or less than today's rules earned, in {unit}, by visitor: "
            + _both(numbers, "_gain"),
            charts.gain_spec(self._dark, bool(self._switches), low, high, unit),
            charts.sum_rows(numbers, self._switches, self._came, "_gain", (low, high), self._size),
        )

    def outlook(self, outlook: SwitchValue | None) -> Figure | None:
        """Forecast of the mean reward after going online; once online, beside the observed mean."""
        if outlook is None:
            return None
        comparison = self._session.comparison
        reveals = self._truth and comparison.is_apprentice
        truth = comparison.value_online() if reveals else None
        since, scale = self._session.earned_since(), self._scale
        rows = charts.outlook_rows(outlook, truth, since, scale.factor)
        size = self._session.world.reward_size
        is_rare = 0 < size < _FREQUENT
        least = end_above(scale.number(size)) if is_rare else scale.factor
        ends = charts.outlook_ends(rows, least)
        return Figure(
            f"chart-outlook-{ends}",
            wording.outlook_title(comparison.is_apprentice),
            "Band in which the mean reward would lie if the apprentice went online: "
            + scale.range(outlook.low_limit, outlook.high_limit),
            charts.outlook_spec(self._dark, scale.title, ends, f",.{max(scale.digits, 3)}~f"),
            rows,
            help=_OUTLOOK_HELP,
        )

    def slices(self) -> Figure | None:
        """Agreement with today's rules for each value of the context."""
        world, slices = self._session.world, self._session.comparison.record.slices(LATEST)
        if not slices:
            return None
        return Figure(
            f"chart-slices-{key_of(world)}",
            "Where it agrees",
            "Expected agreement with today's rules, for each value of the context: "
            + "; ".join(f"{k} {percent(m.expected_agreement)}" for k, m in slices.items()),
            charts.slices_spec(self._dark, len(world.segments())),
            charts.slices_rows(slices, world),
            help=f"Over the latest {LATEST:,} it watched.",
        )


def _last(rows: Rows, column: str) -> str:
    return f"{rows[-1][column]:.2f}" if rows else "nothing yet"


def _times(rows: Rows, columns: Collection[str], factor: float) -> Rows:
    """Rows with some columns times a factor."""
    if factor == 1:
        return rows
    return [
        {name: value * factor if name in columns else value for name, value in row.items()}
        for row in rows
    ]


def _both(arms: Rows, measure: str) -> str:
    ours, online = (arms[-1][f"{arm}{measure}"] for arm in ("apprentice", "online"))
    return f"apprentice {ours:,.0f}; always online {online:,.0f}"


def _outlook_note(session: CompareSession) -> Text | None:
    outlook = session.outlook()
    if outlook is None:
        return None
    text = wording.outlook(RewardScale.of(session.world), outlook, session.comparison.is_apprentice)
    return Text(text, is_note=True)


def _for_the_board(session: CompareSession) -> Text | None:
    lines = executive_summary.sentences(session)
    if not lines:
        return None
    return Text("\n".join(f"- {line}" for line in lines), "For the board", _BOARD_HELP)


def _periods(session: CompareSession) -> Table | None:
    """Return a table with one row per period of the apprentice's mode."""
    if not len(session.comparison):
        return None
    scale = RewardScale.of(session.world)
    names = {f"{name}, {scale.unit}" if scale.unit else name: a for name, a in _COLUMNS.items()}
    rows = [
        {
            "Mode": stretch.mode.replace("_", " "),
            "After visitor": stretch.start,
            "Visitors": stretch.matching.events,
            "Same choice as today's rules": 100 * stretch.matching.match_rate,
            **{name: scale.number(stretch.mean(arm)) for name, arm in names.items()},
            **{
                f"{ARM_NAMES[arm]}, difference": wording.over_today(scale, stretch.uplift(arm))
                for arm in ("apprentice", "online")
            },
        }
        for stretch in session.comparison.stretches()
    ]
    columns = {
        "Same choice as today's rules": TableColumn("%.0f\u00a0%%"),
        **dict.fromkeys(names, TableColumn(f"%,.{scale.digits}f", help=scale.title)),
    }
    return Table("segments", pd.DataFrame(rows), columns=columns)
